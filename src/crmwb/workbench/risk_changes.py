"""What has changed among customers at risk: who has become so since the month end before, in words."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from crmwb import layout, storage
from crmwb.findings import Count, Day, Finding, Listing, Name, Value
from crmwb.marts.newly import Newly, compared_with
from crmwb.value.potential.total import TotalRange

N_NAMED = 3


class RiskChanges:
    """Who has become at risk, of all customers who have bought."""

    def __init__(self, root: Path, buyers: pd.DataFrame, currency: str) -> None:
        facts, happened = (storage.read_json(root / path) for path in (layout.LIFECYCLE_FACTS, layout.CIRCUMSTANCES))
        self.newly = Newly.of(buyers, compared_with(facts, happened))
        self._total = TotalRange.of(storage.read_json(root / layout.VALUE_MODELS))
        self._currency = currency

    @property
    def at_risk(self) -> pd.DataFrame:
        """Who has become at risk or likely lost, the most margin at stake first; no row where it is not known."""
        rows = pd.DataFrame() if self.newly is None else self.newly.at_risk
        order = ["margin_at_stake_cents", "customer_id"]
        return rows if rows.empty else rows.sort_values(order, ascending=[False, True], ignore_index=True)

    @property
    def cents(self) -> float:
        """The future margin at stake with them."""
        return float(self.at_risk["margin_at_stake_cents"].fillna(0).sum()) if len(self.at_risk) else 0.0

    @property
    def findings(self) -> Iterator[Finding]:
        """How many have become at risk, with which margin, and how many no longer are; none where it is not known."""
        newly = self.newly
        if newly is None:
            return
        n, n_regular, n_back = len(newly.at_risk), len(newly.regulars), newly.n_no_longer
        back = Finding("accounts.newly.back", {"n": Count(n_back)}) if n_back else Finding("accounts.newly.no_back")
        values: dict[str, Value] = {"day": Day(newly.since), "back": back}
        if not n:
            yield Finding("accounts.newly.nobody", values)
            return
        often = "all_regulars" if n_regular == n > 1 else "regulars" if n_regular else "no_regulars"
        values |= {
            "n": Count(n, "customer"),
            "regulars": Finding(f"accounts.newly.{often}", {"n": Count(n_regular)}),
        }
        if self._total.is_informative and self.cents > 0:
            values["money"] = self._total.stated(self.cents, self._currency)
            yield Finding("accounts.newly.since", values, weight=self.cents)
        else:
            yield Finding("accounts.newly.counted", values)

    @property
    def largest(self) -> Finding | None:
        """Who of them has the most at stake, with who looks after them; None where nobody has anything."""
        rows = self.at_risk.head(N_NAMED)
        if rows.empty or not self.cents > 0:
            return None
        return Finding("accounts.newly.largest", {"who": named(rows)})


def named(rows: pd.DataFrame) -> Listing:
    """Return customers by their ids, with the owner of each who has one."""
    return Listing(
        tuple(
            Finding("accounts.with_owner", {"customer": Name(str(customer)), "owner": Name(str(owner))})
            if isinstance(owner, str) and owner
            else Name(str(customer))
            for customer, owner in rows[["customer_id", "owner"]].itertuples(index=False)
        )
    )
