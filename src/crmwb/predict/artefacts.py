"""Writing what is predicted: data/predict/ and metrics/predict.json."""

import pandas as pd

from crmwb import layout, storage
from crmwb.contract import Artefact, Kind
from crmwb.contract.predict import ARTEFACTS
from crmwb.findings import Unavailable, to_json
from crmwb.params import PredictParams
from crmwb.predict.customers.build import Customers
from crmwb.predict.customers.lookalikes import Lookalikes
from crmwb.predict.customers.propensity import Propensity
from crmwb.predict.findings import findings
from crmwb.predict.opportunities.build import Pipeline
from crmwb.predict.opportunities.tested import Tested
from crmwb.predict.rounding import six_digits
from crmwb.predict.spending import Spending


def write(
    pipeline: Pipeline | Unavailable, customers: Customers, spending: Spending, params: PredictParams, currency: str
) -> None:
    """Write every table, the findings and the metrics; what cannot be given has no rows."""
    frames = _of_pipeline(pipeline) | _of_customers(customers)
    frames |= {"spending": spending.curve, "spending_points": spending.points}
    for artefact in ARTEFACTS:
        known = frames.get(artefact.name)
        empty = artefact.schema.empty_table().to_pandas()
        frame = empty if known is None or known.empty else known.reindex(columns=artefact.names)
        storage.write(_typed(_rounded(frame), artefact), artefact)
    sections = findings(
        pipeline, customers, spending,
        currency=currency, horizon_days=params.horizon_days, stuck_quantile=params.stuck_quantile,
    )  # fmt: skip
    storage.write_json({k: [to_json(one) for one in all_of] for k, all_of in sections.items()}, layout.PREDICT_FINDINGS)
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
    return frame.assign(**{name: six_digits(frame[name].to_numpy()) for name in numbers})


def _typed(frame: pd.DataFrame, artefact: Artefact) -> pd.DataFrame:
    counts = [column.name for column in artefact.columns if column.kind is Kind.INTEGER]
    flags = [column.name for column in artefact.columns if column.kind is Kind.BOOLEAN]
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
