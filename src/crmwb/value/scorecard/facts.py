"""What the score card shows, in figures and findings."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.findings import Count, Finding, Listing, Name, Share, Term, Unavailable, to_json
from crmwb.params import ScorecardParams
from crmwb.tiers import stability
from crmwb.value.realised.profit import basis_cents
from crmwb.value.realised.whale import Basis
from crmwb.value.scorecard.customers import Card
from crmwb.value.scorecard.indicators import DIMENSIONS, INDICATORS
from crmwb.value.scorecard.sensitivity import FACTORS

SURE = 0.8
WEIGHT_CHANGE = FACTORS[-1] - 1
BANDS = (0.0, 0.5, 0.8, 0.95, 1.0)


def pyramid(
    customers: pd.DataFrame, realised: pd.DataFrame, clv_cents: pd.Series, basis: Basis, names: list[str]
) -> pd.DataFrame:
    """Sum up each tier, best first.

    Parameters
    ----------
    customers : DataFrame
        As `Card.customers`; those without a score are left out.
    realised : DataFrame
        As realised.customers returns it.
    clv_cents : Series
        On the index customer_id.
    basis : {"profit", "margin", "revenue"}
        What `brought` sums.
    names : list of str
        Tiers, best first.

    Returns
    -------
    DataFrame of shape (k, 9)
        tier, n_customers, customer_share, brought_cents, brought_share (of all scored; NaN where that is not
        positive), clv_cents, clv_share, mean_score, mean_probability.
    """
    scored = customers[customers["value_score"].notna()].set_index("customer_id")
    brought = basis_cents(realised.set_index("customer_id"), basis).reindex(scored.index).fillna(0)
    table = pd.DataFrame(
        {
            "tier": scored["tier"],
            "brought_cents": brought,
            "clv_cents": clv_cents.reindex(scored.index).fillna(0),
            "score": scored["value_score"],
            "probability": scored["tier_probability"],
        }
    )
    groups = table.groupby("tier")
    out = pd.DataFrame({"n_customers": groups.size()}).reindex(names, fill_value=0)
    out["customer_share"] = out["n_customers"] / max(len(table), 1)
    for name in ("brought", "clv"):
        cents = groups[f"{name}_cents"].sum().reindex(names, fill_value=0)
        out[f"{name}_cents"] = cents.astype(np.int64)
        out[f"{name}_share"] = cents / cents.sum() if cents.sum() > 0 else np.nan
    out["mean_score"] = groups["score"].mean().reindex(names)
    out["mean_probability"] = groups["probability"].mean().reindex(names)
    return out.rename_axis("tier").reset_index()


def certainty_bands(customers: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Count each tier's customers by how sure their tier is.

    Returns
    -------
    DataFrame
        tier (best first), least and most (of the probability; the last band holds its upper end), n_customers, share
        (of the tier; 0 where it is empty).
    """
    rows = []
    for name in names:
        of_tier = customers.loc[customers["tier"] == name, "tier_probability"].dropna()
        counts, _ = np.histogram(of_tier.clip(0, 1), bins=BANDS)
        for least, most, n in zip(BANDS[:-1], BANDS[1:], counts.tolist(), strict=True):
            rows.append((name, least, most, n, n / max(len(of_tier), 1)))
    return pd.DataFrame(rows, columns=["tier", "least", "most", "n_customers", "share"])


def facts(
    card: Card, realised: pd.DataFrame, clv_cents: pd.Series, basis: Basis, params: ScorecardParams
) -> dict[str, Any]:
    """Return what the score card shows.

    Returns
    -------
    dict
        scales (per indicator: its name, dimension, scale, known_share), stability (of tiers), weights, not_available
        (dimensions and indicators), n_scored, n_dimensions_known (customers by number of dimensions), levels, pyramid,
        certainty, memory, by_income, sensitivity; the last five each with a `finding`, or None where nobody is scored.
    """
    names = [level["name"] for level in card.levels]
    scored = card.customers[card.customers["value_score"].notna()]
    counts = scored["n_dimensions_known"].astype(int).value_counts()
    known = {
        "scales": [
            {
                "indicator": indicator.name,
                "dimension": indicator.dimension,
                "scale": to_json(indicator.scale.meaning),
                "known_share": card.known_share.get(indicator.name, 0.0),
            }
            for indicator in INDICATORS
        ],
        "weights": params.weights.model_dump(),
        "not_available": _not_available(card),
        "n_scored": len(scored),
        "n_dimensions_known": {str(n): int(counts.get(n, 0)) for n in range(1, len(DIMENSIONS) + 1)},
        "levels": card.levels,
        "stability": stability(card.history.assign(n_changed=card.history["n_up"] + card.history["n_down"])),
    }
    if scored.empty:
        return known | dict.fromkeys(("pyramid", "certainty", "memory", "by_income", "sensitivity"))
    return known | {
        "pyramid": _pyramid(pyramid(card.customers, realised, clv_cents, basis, names), basis),
        "certainty": _certainty(scored, certainty_bands(card.customers, names)),
        "memory": _memory(card.history, params),
        "by_income": _by_income(scored, params),
        "sensitivity": _sensitivity(card.sensitivity, scored),
    }


def _not_available(card: Card) -> list[dict[str, Any]]:
    """Return the dimensions, and the indicators of the others, that the source knows of nobody."""
    missing = [indicator for indicator in INDICATORS if not card.known_share.get(indicator.name, 0.0)]
    out = []
    for dimension in DIMENSIONS:
        of_it = [indicator for indicator in missing if indicator.dimension == dimension]
        if len(of_it) == sum(indicator.dimension == dimension for indicator in INDICATORS):
            columns = Listing(tuple(map(Name, dict.fromkeys(indicator.needs for indicator in of_it))))
            values = {"dimension": Term("dimension", dimension), "columns": columns}
            out.append(Unavailable("scorecard.no_dimension", values=values))
        else:
            out += [
                Unavailable("scorecard.no_indicator", (Name(i.needs),), {"indicator": Term("indicator", i.name)})
                for i in of_it
            ]
    return [to_json(unavailable) for unavailable in out]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON knows them: NaN is None."""
    plain = table.astype(object).where(table.notna(), None)
    return [dict(zip(plain.columns, row, strict=True)) for row in plain.itertuples(index=False)]


def _pyramid(table: pd.DataFrame, basis: Basis) -> dict[str, Any]:
    best = table.iloc[0]
    values = {
        "tier": Term("tier", str(best["tier"])),
        "customers": Share(best["customer_share"]),
        "brought": Share(best["brought_share"]),
        "basis": Term("basis", basis),
        "ahead": Share(best["clv_share"]),
    }
    if not best["n_customers"] or pd.isna(best["brought_share"]):
        finding = Finding("scorecard.pyramid.nobody")
    else:
        finding = Finding(f"scorecard.pyramid.{'so_far' if pd.isna(best['clv_share']) else 'so_far_and_ahead'}", values)
    return {"basis": basis, "tiers": _records(table), "finding": to_json(finding)}


def _certainty(scored: pd.DataFrame, bands: pd.DataFrame) -> dict[str, Any]:
    known = scored["tier_probability"].dropna()
    sure = float((known >= SURE).mean()) if len(known) else 0.0
    return {
        "mean_probability": float(known.mean()) if len(known) else None,
        "sure_share": sure,
        "bands": _records(bands),
        "finding": to_json(Finding("scorecard.certainty", {"share": Share(sure), "probability": Share(SURE)})),
    }


def _memory(history: pd.DataFrame, params: ScorecardParams) -> dict[str, Any]:
    months = [
        {"as_of": end.isoformat(), "n_customers": int(n), "n_up": int(up), "n_down": int(down), "n_held": int(held)}
        for end, n, _, up, down, held in history.itertuples(index=False)
    ]
    last = months[-1]
    n = max(last["n_customers"], 1)
    values = {"changed": Share((last["n_up"] + last["n_down"]) / n), "held": Share(last["n_held"] / n)}
    return {
        "hysteresis_points": params.hysteresis_points,
        "months": months,
        "finding": to_json(Finding("scorecard.memory", values)),
    }


def _by_income(scored: pd.DataFrame, params: ScorecardParams) -> dict[str, Any]:
    n = int(scored["is_tier_by_income"].astype(bool).sum())
    values = {"n": Count(n, "customer"), "share": Share(params.income_alone_from)}
    return {"n": n, "finding": to_json(Finding("scorecard.by_income", values))}


def _sensitivity(table: pd.DataFrame, scored: pd.DataFrame) -> dict[str, Any]:
    sensitive = float(scored["is_tier_sensitive"].astype(bool).mean()) if len(scored) else 0.0
    most = table.iloc[int(table["changed_share"].to_numpy().argmax())]
    values = {
        "change": Share(WEIGHT_CHANGE),
        "share": Share(sensitive),
        "dimension": Term("dimension", str(most["dimension"])),
        "most": Share(most["changed_share"]),
    }
    code = "none" if not most["changed_share"] else "less" if most["change"] < 0 else "more"
    finding = to_json(Finding(f"scorecard.sensitivity.{code}", values))
    return {"sensitive_share": sensitive, "moves": _records(table), "finding": finding}
