"""Forecasts tested on time that they have not seen: rolling origins, models beside rules of thumb."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.engine import Backend
from crmwb.params import BacktestParams
from crmwb.progress import track
from crmwb.value.models import NBD, BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, PurchaseModel, PurchaseSummary
from crmwb.value.proof.accuracy import accuracy, calibration
from crmwb.value.proof.histories import histories
from crmwb.value.proof.rules import RULES

MODELS: tuple[type[PurchaseModel], ...] = (BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, NBD)
MEASURES = ("mae", "rmse", "bias_share", "normalised_gini", "spearman", "top_decile_share")

SCHEMA = pa.schema(
    [
        ("origin", pa.date32()),
        ("forecaster", pa.string()),
        ("kind", pa.string()),
        ("verdict", pa.string()),
        ("n_customers", pa.int64()),
        ("actual_total", pa.int64()),
        ("forecast_total", pa.float64()),
        *((measure, pa.float64()) for measure in MEASURES),
    ]
)
CALIBRATION = ("origin", "forecaster", "group", "mean_forecast", "mean_actual")


@dataclass(frozen=True)
class Backtest:
    """What the test showed.

    Attributes
    ----------
    scores : DataFrame
        One row per origin and forecaster: origin, forecaster, kind (model or rule), verdict (of the model's fit on
        what was known at the origin), n_customers, actual_total and forecast_total purchases, and the measures of
        `accuracy`, which are NULL where a model had too little data.
    calibration : DataFrame
        Ten rows per origin and forecaster: group (1 the highest forecasts), mean_forecast, mean_actual.
    skipped : list of str
        Origins asked for and not tested, each with the reason.
    """

    scores: pd.DataFrame
    calibration: pd.DataFrame
    skipped: list[str]


def backtest(con: Backend, transactions: ir.Table, first: date, as_of: date, params: BacktestParams) -> Backtest:
    """Forecast the `params.holdout_days` after each origin from what was known before it.

    The last origin lies `holdout_days` before `as_of`, each earlier one another `holdout_days` back. An origin is
    tested where at least `holdout_days` of history and `params.min_customers` customers come before it.

    Parameters
    ----------
    con : Backend
        The engine that holds the transactions.
    transactions : ir.Table
        Clean transactions.
    first : date
        Day of the first purchase.
    as_of : date
        The first day that is not looked at.
    params : BacktestParams
        Number of origins, length of the holdout, fewest customers.
    """
    found, skipped = [], []
    for back in track(range(params.n_origins, 0, -1), "backtest, origins", params.n_origins):
        origin = as_of - timedelta(days=back * params.holdout_days)
        history_days = (origin - first).days
        if history_days < params.holdout_days:
            skipped.append(
                f"{origin}: {max(history_days, 0)} days of history before it, at least {params.holdout_days} are needed"
            )
            continue
        known = engine.batches(con, histories(transactions, origin, params.holdout_days)).read_pandas()
        if len(known) < params.min_customers:
            skipped.append(f"{origin}: {len(known)} customers before it, at least {params.min_customers} are needed")
            continue
        found.append((origin, *evaluate(known, params.holdout_days)))
    return Backtest(
        _stacked([(origin, scores) for origin, scores, _ in found], SCHEMA.names),
        _stacked([(origin, groups) for origin, _, groups in found], CALIBRATION),
        skipped,
    )


def evaluate(known: pd.DataFrame, holdout_days: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecast from one origin by every model and every rule, and compare with what came.

    Parameters
    ----------
    known : DataFrame of shape (n_customers, 6)
        As `histories` returns it.
    holdout_days : int
        The days ahead.

    Returns
    -------
    scores : DataFrame of shape (n_forecasters, 12)
        Rows of `Backtest.scores`, without the origin.
    calibration : DataFrame of shape (10 n_forecasters, 4)
        Rows of `Backtest.calibration`, without the origin.
    """
    actual = known["later_purchases"].to_numpy(dtype=np.float64)
    summary, row_of = PurchaseSummary.compress(
        *(known[column].to_numpy() for column in ("frequency", "recency_days", "age_days"))
    )
    rows: list[dict[str, Any]] = []
    groups: list[pd.DataFrame] = []

    def note(name: str, kind: str, verdict: str, forecast: np.ndarray | None) -> None:
        row = {"forecaster": name, "kind": kind, "verdict": verdict, "n_customers": len(known)}
        row |= {"actual_total": int(actual.sum())}
        if forecast is not None:
            row |= {"forecast_total": float(forecast.sum()), **accuracy(actual, forecast)}
            groups.append(calibration(actual, forecast).assign(forecaster=name))
        rows.append(row)

    for kind in MODELS:
        model = kind().fit(summary)
        forecast = model.expected_purchases(summary, holdout_days)[row_of] if model.parameters_ else None
        note(model.name, "model", str(model.verdict_.status), forecast)
    for name, rule in RULES.items():
        note(name, "rule", "ok", rule(known, holdout_days))
    scores = pd.DataFrame(rows).reindex(columns=[name for name in SCHEMA.names if name != "origin"])
    return scores, pd.concat(groups, ignore_index=True)


def _stacked(parts: list[tuple[date, pd.DataFrame]], columns: Any) -> pd.DataFrame:
    """Put the tables of all origins under each other."""
    frames = [frame.assign(origin=origin)[list(columns)] for origin, frame in parts]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(columns))
