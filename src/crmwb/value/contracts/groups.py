"""Renewals, churn and recurring revenue of groups of contracts: by plan, by year of start, by attributes of customers.

Groups are known when a contract begins. Segments made of what happened since (tiers, RFM) are not compared: those who
stay long get into the better ones, whatever makes them stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.value.contracts import renewals
from crmwb.value.contracts.survival import DAYS_IN_MONTH
from crmwb.value.models import ContractsBySegment
from crmwb.value.models.contracts_by_segment import LEVEL

PLAN, COHORT = "plan", "cohort"
ATTRIBUTES = ("kind", "industry", "company_size", "acquisition_channel", "country", "region", "age_band")
MOST_GROUPS = 12  # an attribute with more values tells customers apart, not groups
UNKNOWN = "(unknown)"
CHURN_MONTHS = 12


@dataclass(frozen=True)
class Counted:
    """Contracts, counted by groups.

    Attributes
    ----------
    renewals : dict of str to DataFrame
        By plan, cohort and each attribute with groups to compare: group, renewals, is_lost, n.
    sums : dict of str to DataFrame
        By the same: group, n_contracts, n_running, n_ended, mrr_cents, churn_share.
    churn_share : float or None
        Contracts that ended in the last twelve months, per contract and month that they ran in these.
    """

    renewals: dict[str, pd.DataFrame]
    sums: dict[str, pd.DataFrame]
    churn_share: float | None


def counted(con: Backend, every: ir.Table, customers: ir.Table, as_of: date) -> Counted:
    """Count contracts by renewals, and sum up what they bring and how many end, by every kind of group.

    Parameters
    ----------
    con : Backend
        The engine.
    every : ir.Table
        As `histories` describes contracts.
    customers : ir.Table
        The canonical customers.
    as_of : date
        Exclusive.
    """
    attributes = customers.select("customer_id", *ATTRIBUTES)
    joined = every.left_join(attributes, "customer_id").mutate(cohort=every.starts_on.year().cast("string"))
    since = ibis.literal((pd.Timestamp(as_of) - pd.DateOffset(months=CHURN_MONTHS)).date())
    end = joined.ends_on.fill_null(ibis.literal(as_of))
    joined = joined.mutate(
        days_seen=ibis.greatest(end.delta(ibis.greatest(joined.starts_on, since), unit="day"), 0),
        ended_since=(joined.ends_on > since).fill_null(False).cast("int64"),
    )
    by = [PLAN, COHORT, *ATTRIBUTES]
    by_group = {name: _of(con, joined, name) for name in by}
    kept = {name: pair for name, pair in by_group.items() if name in (PLAN, COHORT) or _compares(pair[1])}
    whole = by_group[PLAN][1]
    return Counted(
        {name: pair[0] for name, pair in kept.items()},
        {name: pair[1].drop(columns=["days_seen", "ended_since"]) for name, pair in kept.items()},
        _share(float(whole["ended_since"].sum()), float(whole["days_seen"].sum())),
    )


def differ(model: ContractsBySegment, n_kinds: int) -> bool:
    """Whether renewals differ by one kind of group, of so many that were looked at (Bonferroni)."""
    return model.test_ is not None and model.test_.p_value < LEVEL / n_kinds


def table(models: Mapping[str, ContractsBySegment], counts: Counted) -> pd.DataFrame:
    """Return one row per kind of group and group: contracts, what they bring, churn and the renewals to be expected.

    Returns
    -------
    DataFrame
        by, group, n_contracts, n_running, n_ended, mrr_cents, churn_share, and as `renewals.table` returns them:
        is_own_model, verdict, renewal_1_share, renewal_2_share, renewal_12_share.
    """
    rows = []
    for by, model in models.items():
        expected = renewals.table(model, counts.renewals[by].rename(columns={"group": by}), by)
        rows.append(counts.sums[by].merge(expected.drop(columns=["n_contracts", "n_ended"]), on="group", how="left"))
    known = ["by", "group", "n_contracts", "n_running", "n_ended", "mrr_cents", "churn_share"]
    fitted = ["is_own_model", "verdict", *(f"renewal_{k}_share" for k in (1, 2, 12))]
    return pd.concat(rows, ignore_index=True)[known + fitted]


def _of(con: Backend, joined: ir.Table, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the counts of renewals by one kind of group, and its sums."""
    named = joined.mutate(group=joined[name].fill_null(UNKNOWN))
    renewed = named.group_by("group", "renewals", "is_lost").aggregate(n=named.count())
    counts = engine.batches(con, renewed.order_by("group", "renewals", "is_lost")).read_all().to_pandas()
    sums = named.group_by("group").aggregate(
        n_contracts=named.count(),
        n_running=(~named.is_lost).sum(),
        n_ended=named.is_lost.sum(),
        mrr_cents=named.monthly_cents.sum(where=~named.is_lost).fill_null(0).cast("int64"),
        days_seen=named.days_seen.sum().cast("int64"),
        ended_since=named.ended_since.sum().cast("int64"),
    )
    schema = sums.schema().to_pyarrow()  # DuckDB widens integer sums
    frame: pd.DataFrame = engine.batches(con, sums.order_by("group")).read_all().cast(schema).to_pandas()
    frame["churn_share"] = [_share(n, d) for n, d in zip(frame["ended_since"], frame["days_seen"], strict=True)]
    return counts, frame.astype({"churn_share": "float64"})


def _compares(sums: pd.DataFrame) -> bool:
    """Whether an attribute has several groups, and not one for each customer."""
    known = sums[sums["group"] != UNKNOWN]
    return 2 <= len(known) <= MOST_GROUPS


def _share(ended: float, days: float) -> float | None:
    return None if not days else round(ended / (days / DAYS_IN_MONTH), 6)
