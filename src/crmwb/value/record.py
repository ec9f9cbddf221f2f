"""What the value stage says about itself: models.json for readers, metrics/value.json to compare runs."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from crmwb.findings import Days, Finding, Share, Term, Unavailable, to_json
from crmwb.params import Params
from crmwb.value.apart import Tested
from crmwb.value.in_parts import Parts
from crmwb.value.models import BetaGeoNBD, GammaGamma, PurchaseSummary, as_saved, save
from crmwb.value.potential.customers import Fitted
from crmwb.value.potential.total import TotalRange
from crmwb.value.proof.backtest import Backtest, nothing_tested
from crmwb.value.proof.champion import champion
from crmwb.value.proof.importance import importance
from crmwb.value.proof.trial import STACK
from crmwb.value.realised.margin import Margin, margin

LEFT_EDGE_DAYS = 30
LEFT_EDGE_SHARE = 0.5


def models_record(
    buyers: pd.DataFrame,
    fitted: Fitted,
    tested: Tested,
    tiers: Mapping[str, TotalRange],
    *,
    as_of: date,
    params: Params,
) -> dict[str, Any]:
    """Gather everything that a reader needs to judge the values: models, proof and caveats.

    Returns
    -------
    dict
        purchases, spend (as `models.save` writes them), choice (the classic models and how much each counts), dropout
        (whether P(alive) is identified, and why), stack (what the combined forecast learned) and importance (of its
        inputs), money (which forecast of spend, and how its rivals did), extreme_spends, total_purchases, total_value
        (the 80% range of sums of customer value, as shares of them), tier_values (the same of each tier), margin,
        discounting, data_window, backtest (champion and calibration), caveats (findings).
    """
    first, p, base = first_purchase(buyers), params.value, fitted.stack.corrected_.base
    return {
        "purchases": save(fitted.purchases, "days"),
        "choice": _choice(fitted, tested.backtest),
        "dropout": fitted.dropout.record(),
        "valued_by": STACK,
        "stack": fitted.stack.record() | {"level_of_the_model_chosen": fitted.level},
        "importance": importance(fitted.stack, params.seed).to_dict("records"),
        "spend": save(fitted.spend, "cents") | {
            "n_left_out": fitted.spend.n_left_out_,
            "spearman_of_frequency_and_spend": _independence(buyers),
            "used": str(fitted.money.forecast.rule),
        },
        "money": fitted.money.record(),
        "extreme_spends": fitted.cap.record(),
        "total_purchases": _total(fitted, base.level.interval_80),
        "total_value": fitted.total_range(p.horizon_days).record(),
        "tier_values": {name: tier.record() for name, tier in tiers.items()},
        "margin": margin_record(fitted.margin),
        "discounting": {
            "annual_effective_rate": p.annual_discount_rate,
            "horizon_days": p.horizon_days,
            "compounding": "continuous",  # at the rate that comes to the annual effective one
        },
        "data_window": {"first_purchase": first.isoformat(), "as_of": as_of.isoformat(), "days": (as_of - first).days},
        "backtest": tested.champion | {
            "holdout_days": p.backtest.holdout_days,
            "calibration": _calibration(tested.backtest),
        },
        "caveats": [to_json(caveat) for caveat in _caveats(buyers, fitted)],
    }  # fmt: skip


def no_models_record(buyers: pd.DataFrame, why: Unavailable, *, as_of: date, params: Params) -> dict[str, Any]:
    """Return why there is no forecast, and what one would need; keys that readers ask for are there, and empty."""
    first, p = first_purchase(buyers), params.value
    histories = [buyers[name].to_numpy(dtype=np.float64) for name in ("frequency", "recency_days", "age_days")]
    monetary = buyers["monetary_cents"].to_numpy(dtype=np.float64, na_value=np.nan)
    return {
        "unavailable": to_json(why),
        "purchases": save(BetaGeoNBD().fit(PurchaseSummary.of(*histories)), "days"),
        "choice": {"model": None, "by": "none", "weights": {}, "candidates": []},
        "valued_by": STACK,
        "stack": None,
        "importance": [],
        "spend": save(GammaGamma().fit(histories[0], monetary), "cents"),
        "backtest": champion(nothing_tested(), p.backtest.score, n_bootstrap=p.n_bootstrap, seed=params.seed) | {
            "holdout_days": p.backtest.holdout_days,
            "calibration": [],
        },
        "discounting": {"annual_effective_rate": p.annual_discount_rate, "horizon_days": p.horizon_days},
        "data_window": {"first_purchase": first.isoformat(), "as_of": as_of.isoformat(), "days": (as_of - first).days},
        "margin": margin_record(margin(buyers, p.assumed_margin_share)),
        "caveats": [],
    }  # fmt: skip


def metrics_record(customers: Parts, models: dict[str, Any], facts: dict[str, Any], tested: Backtest) -> dict[str, Any]:
    """Pick the small numbers that two runs are compared by."""
    p_alive, p_purchase = customers.column("p_alive"), customers.column("p_purchase")
    whale, totals = facts["realised"]["whale"] or {}, facts["realised"]["totals"]
    means = tested.scores.groupby("forecaster")[["mae", "rmse", "bias_share", "normalised_gini"]].mean()
    return {
        "n_customers": len(customers),
        "n_buyers": int(p_purchase.notna().sum()),
        "clv_cents": int(customers.column("clv_cents").sum()),
        "expected_purchases": float(customers.column("expected_purchases").sum()),
        "mean_p_alive": as_saved(float(p_alive.mean())),
        "mean_p_purchase": float(p_purchase.mean()),
        "dropout": models["dropout"]["reason"],
        "realised": totals,
        "margin_is_assumed": models["margin"]["is_assumed"],
        "valued_by": models["valued_by"],
        "purchases_model": models["purchases"]["model"],
        "purchases_verdict": models["purchases"]["verdict"]["status"],
        "spend_verdict": models["spend"]["verdict"]["status"],
        "backtest": {
            "n_origins": models["backtest"]["n_origins"],
            "champion": models["backtest"]["champion"],
            "model_beats_rules": models["backtest"]["model_beats_rules"],
            "mean_over_origins": {
                str(name): {key: None if pd.isna(value) else float(value) for key, value in row.items()}
                for name, row in means.iterrows()
            },
        },
        "whale": {"basis": whale.get("basis"), "law_holds": whale.get("law_holds")}
        | {name: whale[name]["value"] for name in ("top_20_share", "bottom_30_share", "peak_share") if whale},
        "equity_cents": facts["equity"]["equity"]["cents"],
        "tiers": facts["scorecard"]["stability"],
    }


def margin_record(margin: Margin) -> dict[str, Any]:
    """Return what is left of revenue, as JSON holds it."""
    return {"share": margin.share, "is_assumed": margin.is_assumed, "n_customers_with_costs": margin.n_known}


def _choice(fitted: Fitted, tested: Backtest) -> dict[str, Any]:
    """Return which classic models count, and how each did."""
    weights = fitted.stack.corrected_.base.weights
    scores = tested.scores[tested.scores["kind"] == "model"].groupby("forecaster")["normalised_gini"].mean()
    return {
        "model": fitted.purchases.name,
        "by": "likelihood_on_holdouts" if fitted.stack.corrected_.base.holdouts else "alike",
        "weights": weights,
        "candidates": [
            {
                "model": model.name,
                "verdict": str(model.verdict_.status),
                "explanation": to_json(model.verdict_.explanation),
                "log_likelihood": as_saved(model.log_likelihood_),
                "weight": weights.get(model.name, 0.0),
                "score": as_saved(float(scores.get(model.name, float("nan")))),
            }
            for model in fitted.candidates
        ],
    }


def _total(fitted: Fitted, interval: tuple[float, float]) -> dict[str, float]:
    """Return the purchases of known customers within the tested horizon, with their 80% interval."""
    total = fitted.n_purchases
    low, high = interval
    return {
        "days": fitted.stack.horizon_days, "expected": total, "lower_80": total * low, "upper_80": total * high,
    }  # fmt: skip


def first_purchase(buyers: pd.DataFrame) -> date:
    """Return the day of the first purchase that the data show."""
    return pd.Timestamp(buyers["first_purchase_on"].min()).date()


def _calibration(tested: Backtest) -> list[dict[str, Any]]:
    """Return the mean over origins of each tenth's forecast and purchases per customer, by forecaster."""
    pooled = tested.calibration.groupby(["forecaster", "group"], as_index=False)[
        ["mean_forecast", "mean_actual"]
    ].mean()
    return [
        {"forecaster": str(f), "group": int(g), "mean_forecast": float(forecast), "mean_actual": float(actual)}
        for f, g, forecast, actual in pooled.itertuples(index=False)
    ]


def _independence(buyers: pd.DataFrame) -> float | None:
    """Return the rank correlation of frequency and mean spend, which Gamma-Gamma takes to be none."""
    repeaters = buyers[(buyers["frequency"] > 0) & buyers["monetary_cents"].notna()]
    if repeaters["frequency"].nunique() < 2 or repeaters["monetary_cents"].nunique() < 2:
        return None
    ranks = [rankdata(repeaters[column].to_numpy(dtype=np.float64)) for column in ("frequency", "monetary_cents")]
    a, b = (rank - rank.mean() for rank in ranks)
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def _caveats(buyers: pd.DataFrame, fitted: Fitted) -> list[Finding]:
    """Return what a reader of the values should know."""
    out = []
    began = first_purchase(buyers)
    days = (pd.to_datetime(buyers["first_purchase_on"]) - pd.Timestamp(began)) < timedelta(days=LEFT_EDGE_DAYS)
    if (share := float(days.mean())) > LEFT_EDGE_SHARE:
        out.append(Finding("value.caveat.left_edge", {"share": Share(share), "days": Days(LEFT_EDGE_DAYS)}))
    if fitted.margin.is_assumed:
        out.append(Finding("value.caveat.assumed_margin", {"share": Share(fitted.margin.share)}))
    out.extend(
        Finding("value.caveat.fit", {"model": Term("model", model.name), "explanation": model.verdict_.explanation})
        for model in (fitted.purchases, fitted.spend)
        if not model.verdict_.is_ok
    )
    return out
