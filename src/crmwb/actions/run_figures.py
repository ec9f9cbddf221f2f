"""A dozen figures of a run, rounded to what matters, for `dvc metrics`, and its curves, for `dvc plots`.

Rounded to three significant digits, a difference between two runs is one that somebody should look at.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.actions.headlines import headlines
from crmwb.contract.lifecycle import STAGES as LIFECYCLE_STAGES
from crmwb.contract.value import BACKTEST, FORECAST

DIGITS = 3
STAGES = ["growth", "maturity", "decline", "lapsed"]


def figures(root: Path = Path()) -> dict[str, float | int | None]:
    """Return the figures by name; None where the source or its history does not support one. Money in whole units."""
    run = headlines(root)
    quality, lifecycle, segments, value, actions = (
        storage.read_json(root / path)
        for path in (
            layout.QUALITY_METRICS,
            layout.LIFECYCLE_METRICS,
            layout.SEGMENT_METRICS,
            layout.VALUE_METRICS,
            layout.ACTION_METRICS,
        )
    )
    models = storage.read_json(root / layout.VALUE_MODELS)
    tested = _at(value, "backtest", "mean_over_origins", models.get("valued_by")) or {}
    tables = quality["tables"].values()
    by_name = {
        "buyers": run and run.n_buyers,
        "recent_revenue": run and run.recent_revenue_cents / 100,
        "customers_at_risk": run and run.n_at_risk,
        "margin_at_stake": _units(run.margin_at_stake_cents if run else None),
        "customer_value": _units(run.clv_cents if run else None),
        "forecast_mae": tested.get("mae"),
        "forecast_gini": tested.get("normalised_gini"),
        "usable_segments": _at(segments, "segments", "accepted"),
        "retention_3_months": _at(lifecycle, "retention", "3"),
        "actions": actions.get("n_actions"),
        "expected_gain": _units(actions.get("gain_cents")),
        "quarantined_rows": sum(table["quarantined"] for table in tables),
    }
    return {name: rounded(value) for name, value in by_name.items()}


def curves(root: Path = Path()) -> dict[str, pd.DataFrame]:
    """Return the curves by name.

    revenue: month, actual and expected; stages: as_of and customers of four stages; forecasts: origin, and the
    normalised Gini of the model that values customers and of the best rule of thumb.
    """
    forecast = storage.read(FORECAST, root=root)
    revenue = forecast[forecast["measure"] == "revenue_cents"].sort_values("month")
    stages = storage.read(LIFECYCLE_STAGES, ["as_of", "stage", "n_customers"], root=root)
    wide = stages.pivot(index="as_of", columns="stage", values="n_customers").reindex(columns=STAGES).reset_index()
    tested = storage.read(BACKTEST, ["origin", "forecaster", "normalised_gini"], root=root)
    models = storage.read_json(root / layout.VALUE_MODELS)
    names = {models.get("valued_by"): "model", _at(models, "backtest", "best_rule"): "rule"}
    scores = tested[tested["forecaster"].isin([name for name in names if name])]
    scores = scores.assign(by=scores["forecaster"].map(names), score=scores["normalised_gini"].map(rounded))
    by_origin = scores.pivot(index="origin", columns="by", values="score").reindex(columns=["model", "rule"])
    return {
        "revenue": pd.DataFrame(
            {
                "month": revenue["month"].astype(str),
                "actual": revenue["actual"].map(_units).map(rounded),
                "expected": revenue["expected"].map(_units).map(rounded),
            }
        ),
        "stages": wide,
        "forecasts": by_origin.reset_index(),
    }


def write(root: Path = Path()) -> None:
    """Write metrics/headlines.json and a CSV file for each curve in plots/."""
    storage.write_json(figures(root), root / layout.HEADLINE_METRICS)
    with storage.replacing_folder(root / layout.PLOTS) as folder:
        for name, frame in curves(root).items():
            storage.write_csv(frame, folder / f"{name}.csv")


def rounded(value: float | None) -> float | int | None:
    """Return a number with three significant digits, whole numbers as such.

    Examples
    --------
    >>> rounded(4.36443), rounded(110836.4), rounded(2469)
    (4.36, 111000, 2470)
    """
    if value is None or pd.isna(value):
        return None
    short = float(f"{float(value):.{DIGITS}g}")
    return int(short) if short.is_integer() else short


def _units(cents: float | None) -> float | None:
    return None if cents is None or pd.isna(cents) else cents / 100


def _at(content: Any, *keys: Any) -> Any:
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content
