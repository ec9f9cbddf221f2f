"""The few figures of a run that leadership follows: what `crmwb accept` keeps, and what changed since."""

from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.errors import CrmwbError
from crmwb.findings import Change, Count, Days, Finding, Money
from crmwb.params.lifecycle import LEAVING
from crmwb.quality.runs import accepted as runs
from crmwb.value.potential.total import TotalRange

COLUMNS = ("n_orders", "revenue_cents", "recent_revenue_cents", "risk_class", "margin_at_stake_cents", "clv_cents")
NO_CHANGE = ("as_of", "revenue_cents")  # the revenue of the whole history rises with every month that it gains
FUTURE = ("margin_at_stake_cents", "clv_cents")  # of the figures: sums of what is expected


@dataclass(frozen=True)
class Headlines:
    """Figures of a run.

    Attributes
    ----------
    as_of : str
        The day that it describes, in ISO form.
    n_buyers : int
        Customers who have bought.
    n_at_risk : int or None
        Those of them at risk or likely lost; None where no risk is stated.
    revenue_cents, recent_revenue_cents : int
        Of the whole history, and of the recent days.
    margin_at_stake_cents, clv_cents : int or None
        Future margin of those at risk, and of all; None where it cannot be forecast.
    """

    as_of: str
    n_buyers: int
    revenue_cents: int
    recent_revenue_cents: int
    n_at_risk: int | None
    margin_at_stake_cents: int | None
    clv_cents: int | None


def headlines(root: Path = Path()) -> Headlines | None:
    """Return the figures of the last run, from the customer mart; None where there is none."""
    if not (root / layout.CUSTOMER_MART).exists():
        return None
    mart = storage.read(MART, columns=COLUMNS, root=root)
    buyers = mart[mart["n_orders"] > 0]
    leaving = buyers[buyers["risk_class"].isin(LEAVING)]
    return Headlines(
        as_of=storage.read_json(root / layout.OBSERVATION)["as_of"],
        n_buyers=len(buyers),
        revenue_cents=_total(mart["revenue_cents"]) or 0,
        recent_revenue_cents=_total(mart["recent_revenue_cents"]) or 0,
        n_at_risk=len(leaving) if buyers["risk_class"].notna().any() else None,
        margin_at_stake_cents=_total(leaving["margin_at_stake_cents"]),
        clv_cents=_total(buyers["clv_cents"]),
    )


def accepted(root: Path = Path()) -> Headlines | None:
    """Return the figures of the accepted run; None where none of this source were accepted.

    Raises
    ------
    CrmwbError
        The file of the accepted run is none, or holds figures that are not these.
    """
    profile = runs.comparable(
        storage.read_json(root / layout.QUALITY_SUMMARY)["profile"], runs.accepted(root / layout.ACCEPTED_RUN)
    )
    content = (profile or {}).get("headlines")
    if content is None:
        return None
    try:
        return Headlines(**content)
    except TypeError:
        raise CrmwbError(
            f"{layout.ACCEPTED_RUN}: its headlines are not of this version; run `crmwb accept` to write them anew."
        ) from None


def changes(before: Headlines, now: Headlines, currency: str, total: TotalRange, *, recent_days: int) -> pd.DataFrame:
    """Return what changed between two runs; of future margin only where the history supports a figure of it.

    Parameters
    ----------
    before, now : Headlines
        The figures of both.
    currency : str
        Of every amount.
    total : TotalRange
        How far sums of future margin may lie from what is expected.
    recent_days : int
        Over how many days recent revenue is added up.

    Returns
    -------
    DataFrame
        One row per figure known in both: what (a finding), before, now (values) and change.
    """
    rows = []
    for name, figure in asdict(now).items():
        earlier = getattr(before, name)
        if name in NO_CHANGE or figure is None or earlier is None or (name in FUTURE and not total.is_narrow):
            continue
        values = [Money(v, currency) if name.endswith("_cents") else Count(v) for v in (earlier, figure)]
        over = {"days": Days(recent_days)} if name == "recent_revenue_cents" else {}
        rows.append((Finding(f"decisions.since.{name}", over), *values, Change.between(earlier, figure)))
    return pd.DataFrame(rows, columns=["what", "before", "now", "change"])


def _total(cents: pd.Series) -> int | None:
    return None if cents.isna().all() else int(cents.sum())
