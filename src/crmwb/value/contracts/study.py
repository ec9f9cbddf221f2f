"""Everything that contracts tell, as of one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine, layout, storage
from crmwb.engine import Backend
from crmwb.params import ValueParams
from crmwb.value.contracts import renewals
from crmwb.value.contracts.bridge import bridge
from crmwb.value.contracts.histories import histories
from crmwb.value.contracts.survival import ALL, median_months, survival_curves

CONFIDENCE = 0.95
N_MONTHS = 60  # of the curves
N_BRIDGE = 24
CUSTOMERS = ("customer_id", "n_contracts", "n_running", "mrr_cents", "contract_clv_cents")


@dataclass(frozen=True)
class ContractStudy:
    """What contracts tell.

    Attributes
    ----------
    facts : dict
        is_available, and where contracts are there: as_of, n_contracts, n_running, mrr_cents, churn_share (of contracts
        per month, over the last twelve), median_months, plans_differ, cohorts_differ, clv_cents.
    customers : DataFrame
        One row per customer with a contract: `CUSTOMERS`; contract_clv_cents is unknown where no model can be told.
    survival, bridge, renewals : DataFrame
        As `survival_curves`, `bridge` and `renewals.table` return them.
    """

    facts: dict[str, Any]
    customers: pd.DataFrame
    survival: pd.DataFrame
    bridge: pd.DataFrame
    renewals: pd.DataFrame


def study(con: Backend, tables: Mapping[str, ir.Table], as_of: date, params: ValueParams) -> ContractStudy:
    """Study the contracts of a source as they were known before `as_of`.

    Parameters
    ----------
    con : Backend
        The engine.
    tables : mapping of str to ir.Table
        Clean canonical tables.
    as_of : date
        Exclusive.
    params : ValueParams
        Horizon, discount rate and margin.
    """
    if "contracts" not in tables:
        empty = pd.DataFrame({"customer_id": pd.Series(dtype=str)})
        return ContractStudy({"is_available": False}, empty, pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    every = histories(tables["contracts"], as_of)
    n = int(every.count().to_pyarrow().as_py())
    if n == 0:
        return study(con, {}, as_of, params)
    cohort = every.starts_on.year().cast("string")
    by_days = _counts(con, every.group_by("plan", "days", "is_lost").aggregate(n=every.count()))
    by_renewals = every.mutate(cohort=cohort).group_by("plan", "cohort", "renewals", "is_lost")
    by_renewals = _counts(con, by_renewals.aggregate(n=lambda t: t.count()))
    curves = survival_curves(by_days, CONFIDENCE, N_MONTHS)
    months = bridge(con, every, _month_ends(as_of, N_BRIDGE))
    models = {by: renewals.fit(_summed(by_renewals, by), by) for by in ("plan", "cohort")}
    told = [renewals.table(models[by], _summed(by_renewals, by), by) for by in models]
    customers = _customers(con, every, models["plan"], params)
    facts = {
        "is_available": True,
        "as_of": as_of.isoformat(),
        "n_contracts": n,
        "n_running": int(by_days.loc[~by_days["is_lost"], "n"].sum()),
        "mrr_cents": int(customers["mrr_cents"].sum()),
        "churn_share": _churn(con, every, as_of),
        "median_months": median_months(curves[curves["plan"] == ALL]),
        "plans_differ": models["plan"].segments_differ_,
        "cohorts_differ": models["cohort"].segments_differ_,
        "clv_cents": None
        if customers["contract_clv_cents"].isna().all()
        else int(customers["contract_clv_cents"].sum()),
    }
    return ContractStudy(facts, customers, curves, months, pd.concat(told, ignore_index=True))


def write(made: ContractStudy) -> None:
    """Write what contracts tell to data/contracts/."""
    with storage.replacing_folder(layout.CONTRACTS) as folder:
        storage.write_json(made.facts, folder / layout.CONTRACT_FACTS.name)
        for path, frame, order in (
            (layout.CONTRACT_CUSTOMERS, made.customers, ["customer_id"]),
            (layout.CONTRACT_SURVIVAL, made.survival, ["plan", "month"]),
            (layout.CONTRACT_BRIDGE, made.bridge, ["day"]),
            (layout.CONTRACT_RENEWALS, made.renewals, ["by", "group"]),
        ):
            if made.facts["is_available"]:
                storage.write_frame(frame, folder / path.name, order)


def _counts(con: Backend, counted: ir.Table) -> pd.DataFrame:
    schema = counted.schema().to_pyarrow()  # DuckDB widens integer sums
    frame: pd.DataFrame = engine.batches(con, counted.order_by(counted.columns)).read_all().cast(schema).to_pandas()
    return frame


def _summed(counts: pd.DataFrame, by: str) -> pd.DataFrame:
    return counts.groupby([by, "renewals", "is_lost"], sort=True)["n"].sum().reset_index()


def _month_ends(as_of: date, n: int) -> list[date]:
    """Return the last `n` + 1 month ends up to the day before `as_of`, the days on which months end."""
    last = pd.Timestamp(as_of) - pd.Timedelta(days=1)
    ends = pd.date_range(end=last, periods=n + 1, freq="ME")
    return [day.date() for day in ends]


def _churn(con: Backend, every: ir.Table, as_of: date) -> float | None:
    """Return the contracts that ended in the last twelve months, per contract and month that they ran in these."""
    since = (pd.Timestamp(as_of) - pd.DateOffset(months=12)).date()
    start = ibis.greatest(every.starts_on, ibis.literal(since))
    end = every.ends_on.fill_null(ibis.literal(as_of))
    days = ibis.greatest(end.delta(start, unit="day"), 0)
    sums = every.aggregate(days=days.sum(), ended=(every.ends_on > ibis.literal(since)).sum())
    row = engine.batches(con, sums).read_all().to_pylist()[0]
    return None if not row["days"] else round(float(row["ended"] or 0) / (float(row["days"]) / (365.25 / 12)), 6)


def _customers(con: Backend, every: ir.Table, model: Any, params: ValueParams) -> pd.DataFrame:
    """Return one row per customer: contracts, what they bring a month, and what running ones will bring."""
    keys = ["plan", "renewals", "period_months"]
    running = every.filter(~every.is_lost)
    histories_ = _counts(con, running.select(keys).distinct())
    worth = renewals.worth(
        histories_, model, horizon_days=params.horizon_days, annual_rate=params.annual_discount_rate,
        margin_share=params.assumed_margin_share,
    )  # fmt: skip
    each = pd.DataFrame([(*key, value) for key, value in worth.items()], columns=[*keys, "payments"])
    sums = every.group_by("customer_id", *keys, "is_lost").aggregate(
        n=every.count(), amount_cents=every.amount_cents.sum().cast("int64"),
        monthly_cents=every.monthly_cents.sum().cast("int64"),
    )  # fmt: skip
    frame = _counts(con, sums).merge(each, on=keys, how="left")
    runs = ~frame["is_lost"]
    frame["worth"] = np.where(runs, frame["amount_cents"] * frame["payments"], 0.0)
    frame["n_running"], frame["mrr"] = frame["n"] * runs, frame["monthly_cents"] * runs
    grouped = frame.groupby("customer_id", sort=True)
    worth_of = grouped["worth"].sum(min_count=1).where(~grouped["worth"].apply(lambda w: w.isna().any()))
    return pd.DataFrame({
        "customer_id": list(grouped.groups),
        "n_contracts": grouped["n"].sum().to_numpy(),
        "n_running": grouped["n_running"].sum().to_numpy(),
        "mrr_cents": grouped["mrr"].sum().to_numpy(),
        "contract_clv_cents": worth_of.round().astype("Int64").to_numpy(),
    })  # fmt: skip
