"""Writing what is predicted: data/predict/ and metrics/predict.json."""

import pandas as pd
import pyarrow as pa

from crmwb import layout, storage
from crmwb.findings import Unavailable, to_json
from crmwb.params import PredictParams
from crmwb.predict.customers.build import Customers
from crmwb.predict.customers.lookalikes import Lookalikes
from crmwb.predict.customers.propensity import Propensity
from crmwb.predict.findings import findings
from crmwb.predict.opportunities.build import Pipeline
from crmwb.predict.opportunities.tested import Tested
from crmwb.predict.spending import Spending

TEXT, NUMBER, COUNT, DAY, FLAG = pa.string(), pa.float64(), pa.int64(), pa.date32(), pa.bool_()
COUNTS = {"age_days", "days_to_close", "place", "likeness_rank"}
DAYS = {"opened_on", "starts_on", "origin", "ends_on"}
FLAGS = {"is_usual_amount", "is_stuck", "is_prospect"}
TEXTS = {
    *("opportunity_id", "customer_id", "owner", "stage", "method", "column", "verdict", "target", "tier"),
    *("campaign_id", "driver_1", "driver_2"),
}  # fmt: skip
COLUMNS = {
    "opportunities": (
        ["opportunity_id"],
        [
            *("opportunity_id", "customer_id", "owner", "stage", "opened_on", "age_days", "amount_cents"),
            *("is_usual_amount", "win_probability", "window_probability", "days_to_close", "expected_cents"),
            *("stated_probability", "is_stuck"),
        ],
    ),
    "win_tests": (
        ["method"],
        [
            *("method", "n_opportunities", "n_won", "log_loss", "auc", "slope"),
            *("gain", "gain_low", "gain_high"),
        ],
    ),
    "quarters": (
        ["starts_on", "method"],
        [
            *("starts_on", "origin", "ends_on", "method", "forecast_cents", "low_cents", "high_cents"),
            *("begun_cents", "new_cents", "actual_cents"),
        ],
    ),
    "leakage": (
        ["column"],
        ["column", "known_open_share", "known_won_share", "known_lost_share", "separation", "verdict"],
    ),
    "stages": (
        ["place"],
        [
            *("stage", "place", "n_entered", "n_moved_on", "n_lost", "n_open", "n_won", "won_share"),
            "median_days",
        ],
    ),
    "speed": (["starts_on"], ["starts_on", "n_opened", "n_closed", "won_share", "won_cents", "median_days"]),
    "win_drivers": (["column"], ["column", "weight"]),
    "customers": (
        ["customer_id"],
        [
            *("customer_id", "buy_probability", "driver_1", "effect_1", "driver_2", "effect_2"),
            *("best_customer_probability", "likeness_rank", "is_prospect"),
        ],
    ),
    "propensity_tests": (
        ["target", "method"],
        [
            *("target", "method", "n_customers", "share", "log_loss", "auc", "lift", "slope"),
            *("gain", "gain_low", "gain_high"),
        ],
    ),
    "buy_drivers": (["column"], ["column", "weight"]),
    "lookalike_tests": (
        ["method"],
        [
            *("method", "n_customers", "best_share", "top_best_share", "lift", "auc"),
            *("gain", "gain_low", "gain_high"),
        ],
    ),
    "spending": (["tier"], ["tier", "n_campaigns", "n_customers", "cost_cents", "per_unit", "low", "high"]),
    "spending_points": (
        ["campaign_id", "tier"],
        ["campaign_id", "tier", "n_treated", "n_control", "cost_cents", "margin_cents", "margin_error_cents"],
    ),
}


def schema(name: str) -> pa.Schema:
    """Return the columns of a table of the stage."""
    return pa.schema([(column, _kind(column)) for column in COLUMNS[name][1]])


def _kind(column: str) -> pa.DataType:
    for names, kind in ((TEXTS, TEXT), (DAYS, DAY), (FLAGS, FLAG), (COUNTS, COUNT)):
        if column in names:
            return kind
    return COUNT if column.startswith("n_") else NUMBER


def write(
    pipeline: Pipeline | Unavailable, customers: Customers, spending: Spending, params: PredictParams, currency: str
) -> None:
    """Write every table, the findings and the metrics; what cannot be given has no rows."""
    frames = _of_pipeline(pipeline) | _of_customers(customers)
    frames |= {"spending": spending.curve, "spending_points": spending.points}
    for name, (key, columns) in COLUMNS.items():
        kinds = schema(name)
        known = frames.get(name)
        frame = kinds.empty_table().to_pandas() if known is None or known.empty else known.reindex(columns=columns)
        storage.write_frame(_typed(_rounded(frame), kinds), layout.predict(name), key, kinds)
    said = findings(
        pipeline, customers, spending,
        currency=currency, horizon_days=params.horizon_days, stuck_quantile=params.stuck_quantile,
    )  # fmt: skip
    storage.write_json({k: [to_json(one) for one in all_of] for k, all_of in said.items()}, layout.PREDICT_FINDINGS)
    storage.write_json(_metrics(pipeline, customers), layout.PREDICT_METRICS)


def _of_pipeline(pipeline: Pipeline | Unavailable) -> dict[str, pd.DataFrame]:
    if isinstance(pipeline, Unavailable):
        return {}
    frames = {
        "opportunities": pipeline.open,
        "leakage": pipeline.leakage,
        "stages": pipeline.conversions,
        "speed": pipeline.speed,
        "win_drivers": pipeline.drivers,
    }
    quarters = [pipeline.forecast]
    if isinstance(pipeline.tested, Tested):
        frames["win_tests"] = pipeline.tested.methods
        quarters.insert(0, pipeline.tested.quarters)
    return frames | {"quarters": pd.concat(quarters, ignore_index=True)}


def _of_customers(customers: Customers) -> dict[str, pd.DataFrame]:
    frames = {"customers": customers.customers}
    tested = [one.tests for one in (customers.buys, customers.leaves) if isinstance(one, Propensity)]
    if tested:
        frames["propensity_tests"] = pd.concat(tested, ignore_index=True)
    if isinstance(customers.buys, Propensity):
        frames["buy_drivers"] = customers.buys.drivers
    if isinstance(customers.lookalikes, Lookalikes):
        frames["lookalike_tests"] = customers.lookalikes.tests
    return frames


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep six digits: what is beyond differs between processors."""
    numbers = frame.select_dtypes("float").columns
    return frame.assign(**{name: [float(f"{value:.6g}") for value in frame[name]] for name in numbers})


def _typed(frame: pd.DataFrame, kinds: pa.Schema) -> pd.DataFrame:
    counts = [field.name for field in kinds if field.type == COUNT]
    flags = [field.name for field in kinds if field.type == FLAG]
    return frame.assign(
        **{name: pd.to_numeric(frame[name]).astype("Int64") for name in counts},
        **{name: frame[name].astype("boolean") for name in flags},
    )


def _metrics(pipeline: Pipeline | Unavailable, customers: Customers) -> dict[str, float | str]:
    """Return the few numbers that runs are compared by."""
    out: dict[str, float | str] = {}
    if isinstance(pipeline, Pipeline) and isinstance(pipeline.tested, Tested):
        out["win.chosen"] = pipeline.tested.chosen
        for row in pipeline.tested.methods.itertuples():
            out[f"win.{row.method}.log_loss"] = float(f"{row.log_loss:.6g}")
    for one in (customers.buys, customers.leaves):
        if isinstance(one, Propensity):
            for row in one.tests.itertuples():
                out[f"{row.target}.{row.method}.log_loss"] = float(f"{row.log_loss:.6g}")
    if isinstance(customers.lookalikes, Lookalikes):
        for row in customers.lookalikes.tests.itertuples():
            out[f"alike.{row.method}.lift"] = float(f"{row.lift:.6g}")
    return out
