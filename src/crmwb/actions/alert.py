"""One alert: what somebody should know now, who that is, and the money in question."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmwb.actions.candidates import ONE_TEAM
from crmwb.findings import Finding, Interval, Money, Name, Value, to_json

Amount = Callable[[int], Money | Interval]  # how a sum of cents is stated
LEADERSHIP, DATA_OWNERS = "leadership", "data owners"  # of what is no account's: who alerts are for


@dataclass(frozen=True)
class Alert:
    """What somebody should know.

    Attributes
    ----------
    kind : str
        Such as `slipped`.
    owner : str
        Whose customers most of the money is with; `LEADERSHIP` or `DATA_OWNERS` of what is no account's; `ONE_TEAM`
        where customers have no owners.
    cents : int or None
        The money in question; None where none can be named.
    finding : Finding
        The sentence.
    """

    kind: str
    owner: str
    cents: int | None
    finding: Finding

    def to_json(self) -> dict[str, Any]:
        """Return it as alerts.json holds it."""
        content = {"kind": self.kind, "owner": self.owner, "money_cents": self.cents}
        return content | {"finding": to_json(self.finding)}


def by_money(alerts: Iterable[Alert]) -> list[Alert]:
    """Sort alerts, the most money first."""
    return sorted(alerts, key=lambda alert: (-(alert.cents or 0), alert.kind, alert.owner))


def of_customers(kind: str, values: dict[str, Value], cents: pd.Series, owners: pd.Series, amount: Amount) -> Alert:
    """Return an alert of several customers, which names the owner with the largest part of the money.

    Parameters
    ----------
    kind : str
        The alert's; its sentences are `actions.alert.KIND` and, with an owner, `actions.alert.KIND_by_owner`.
    values : dict of str to Value
        What the sentence speaks of besides money, owner and part.
    cents, owners : Series of shape (n,)
        Money and owner of each customer.
    amount : callable
        How a sum of it is stated: a figure, or the range of what is to come.
    """
    total = int(cents.sum())
    shown = values | {"money": amount(total)}
    sums = cents.groupby(owners.fillna(ONE_TEAM).to_numpy()).sum().drop(ONE_TEAM, errors="ignore")
    if sums.empty:
        return Alert(kind, ONE_TEAM, total, Finding(f"actions.alert.{kind}", shown, weight=total))
    first = min(sums.items(), key=lambda item: (-item[1], str(item[0])))
    shown |= {"owner": Name(str(first[0])), "part": amount(int(first[1]))}
    return Alert(kind, str(first[0]), total, Finding(f"actions.alert.{kind}_by_owner", shown, weight=total))
