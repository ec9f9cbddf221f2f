"""Everything that contracts tell, as of one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine, layout, storage
from crmwb.contract.contracts import BRIDGE, CUSTOMERS, RENEWALS, SURVIVAL
from crmwb.engine import Backend
from crmwb.params import ValueParams
from crmwb.value.contracts.bridge import bridge
from crmwb.value.contracts.histories import histories, terms, unbroken
from crmwb.value.contracts.survival import ALL, median_months, survival_curves

if TYPE_CHECKING:
    from crmwb.value.models import ContractsBySegment

CONFIDENCE = 0.95
N_MONTHS = 60  # of the curves
N_BRIDGE = 24
MONTHS = 12


@dataclass(frozen=True)
class ContractStudy:
    """What contracts tell.

    Attributes
    ----------
    facts : dict
        is_available, and where contracts are there: as_of, n_contracts, n_running, n_customers (with a contract that
        runs), mrr_cents, mrr_year_ago_cents, churn_share (of contracts per month, over the last twelve), median_months,
        differ (plan, cohort and attributes of customers: whether renewals differ between their groups), clv_cents and
        what it rests on (horizon_days, margin_share).
    customers : DataFrame
        One row per customer with a contract, columns of `CUSTOMERS`; contract_clv_cents is unknown where no model of
        renewals can be fitted.
    survival, bridge, renewals : DataFrame
        As `survival_curves`, `bridge` and `groups.table` return them.
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
        empty = pd.DataFrame(columns=CUSTOMERS.names)
        return ContractStudy({"is_available": False}, empty, pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    from crmwb.value.contracts import groups, renewals  # with scikit-learn, which sources without contracts do without

    every = histories(tables["contracts"], as_of)
    n = int(every.count().to_pyarrow().as_py())
    if n == 0:
        return study(con, {}, as_of, params)
    counted = groups.counted(con, every, tables["customers"], as_of)
    by_days = _counts(con, every.group_by("plan", "days", "is_lost").aggregate(n=every.count()))
    curves = survival_curves(by_days, CONFIDENCE, N_MONTHS)
    months = bridge(con, terms(tables["contracts"], as_of), _month_ends(as_of, N_BRIDGE))
    models = {by: renewals.fit(rows.rename(columns={"group": by}), by) for by, rows in counted.renewals.items()}
    customers = _customers(con, every, models["plan"], as_of, params)
    year_ago = months.tail(MONTHS)["start_cents"]
    facts = {
        "is_available": True,
        "as_of": as_of.isoformat(),
        "n_contracts": n,
        "n_running": int(by_days.loc[~by_days["is_lost"], "n"].sum()),
        "n_customers": int((customers["n_contracts_running"] > 0).sum()),
        "mrr_cents": int(customers["mrr_cents"].sum()),
        "mrr_year_ago_cents": int(year_ago.iloc[0]) if len(year_ago) == MONTHS and year_ago.iloc[0] else None,
        "churn_share": counted.churn_share,
        "median_months": median_months(curves[curves["plan"] == ALL]),
        "differ": {by: groups.differ(model, len(models)) for by, model in models.items()},
        "horizon_days": params.horizon_days,
        "margin_share": params.assumed_margin_share,
        "clv_cents": None
        if customers["contract_clv_cents"].isna().all()
        else int(customers["contract_clv_cents"].sum()),
    }
    return ContractStudy(facts, customers, curves, months, groups.table(models, counted))


def write(study: ContractStudy) -> None:
    """Write what contracts tell to data/contracts/."""
    with storage.replacing_folder(layout.CONTRACTS) as folder:
        storage.write_json(study.facts, folder / layout.CONTRACT_FACTS.name)
        frames = {CUSTOMERS: study.customers}
        if study.facts["is_available"]:
            frames |= {SURVIVAL: study.survival, BRIDGE: study.bridge, RENEWALS: study.renewals}
        for artefact, frame in frames.items():
            storage.write(frame, artefact, folder / artefact.path.name)


def _counts(con: Backend, counted: ir.Table) -> pd.DataFrame:
    schema = counted.schema().to_pyarrow()  # DuckDB widens integer sums
    frame: pd.DataFrame = engine.batches(con, counted.order_by(counted.columns)).read_all().cast(schema).to_pandas()
    return frame


def _month_ends(as_of: date, n: int) -> list[date]:
    """Return the last `n` + 1 month ends up to the day before `as_of`, the days on which months end."""
    last = pd.Timestamp(as_of) - pd.Timedelta(days=1)
    ends = pd.date_range(end=last, periods=n + 1, freq="ME")
    return [day.date() for day in ends]


def _customers(
    con: Backend, every: ir.Table, model: "ContractsBySegment", as_of: date, params: ValueParams
) -> pd.DataFrame:
    """Return one row per customer, columns of CUSTOMERS.

    contract_status: running, returned (after a time without any), ended; contract_since and contract_until: from when
    and until when the latest unbroken time with contracts runs (no end: it does); contract_months: whole months of it.
    """
    from crmwb.value.contracts import renewals

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
    out = pd.DataFrame({
        "customer_id": list(grouped.groups),
        "n_contracts": grouped["n"].sum().to_numpy(),
        "n_contracts_running": grouped["n_running"].sum().to_numpy(),
        "mrr_cents": grouped["mrr"].sum().to_numpy(),
        "contract_clv_cents": worth_of.round().astype("Int64").to_numpy(),
    })  # fmt: skip
    spans = engine.batches(con, unbroken(every, as_of)).read_all().to_pandas()
    return out.merge(spans, on="customer_id", validate="one_to_one").reindex(columns=CUSTOMERS.names)
