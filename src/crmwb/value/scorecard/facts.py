"""What the score card says, in figures and sentences for readers."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.params import ScorecardParams
from crmwb.tiers import stability
from crmwb.value.realised.profit import basis_cents
from crmwb.value.realised.whale import Basis
from crmwb.value.scorecard.customers import Card
from crmwb.value.scorecard.signs import DIMENSIONS, SIGNS

SURE = 0.8
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
    """Tell what stands in the score card.

    Returns
    -------
    dict
        scales (per sign: dimension, meaning, scale, known_share), stability (of tiers), weights, not_available
        (sentences), n_scored,
        n_dimensions_known (customers by number of dimensions), levels, pyramid, certainty, memory, sensitivity; each of
        the last four with a `finding`, or None where nobody is scored.
    """
    names = [level["name"] for level in card.levels]
    scored = card.customers[card.customers["value_score"].notna()]
    counts = scored["n_dimensions_known"].astype(int).value_counts()
    said = {
        "scales": [
            {
                "sign": sign.name,
                "dimension": sign.dimension,
                "meaning": sign.meaning,
                "scale": sign.scale.words,
                "known_share": card.known_share.get(sign.name, 0.0),
            }
            for sign in SIGNS
        ],
        "weights": params.weights.model_dump(),
        "not_available": _not_available(card),
        "n_scored": len(scored),
        "n_dimensions_known": {str(n): int(counts.get(n, 0)) for n in range(1, len(DIMENSIONS) + 1)},
        "levels": card.levels,
        "stability": stability(card.history.assign(n_changed=card.history["n_up"] + card.history["n_down"])),
    }
    if scored.empty:
        return said | dict.fromkeys(("pyramid", "certainty", "memory", "sensitivity"))
    return said | {
        "pyramid": _pyramid(pyramid(card.customers, realised, clv_cents, basis, names), basis),
        "certainty": _certainty(scored, certainty_bands(card.customers, names)),
        "memory": _memory(card.history, params),
        "sensitivity": _sensitivity(card.sensitivity, scored),
    }


def _not_available(card: Card) -> list[str]:
    """Say which dimensions, and which signs of the others, the source knows of nobody."""
    missing = [sign for sign in SIGNS if not card.known_share.get(sign.name, 0.0)]
    out = []
    for dimension in DIMENSIONS:
        of_it = [sign for sign in missing if sign.dimension == dimension]
        whole = len(of_it) == sum(sign.dimension == dimension for sign in SIGNS)
        if whole:
            needs = " or ".join(dict.fromkeys(sign.needs for sign in of_it))
            out.append(
                f"The dimension {dimension} is not available in this source (it needs {needs}) and counts nothing."
            )
        else:
            out.extend(f"Not available in this source: {sign.meaning} (needs {sign.needs})." for sign in of_it)
    return out


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON knows them: NaN is None."""
    plain = table.astype(object).where(table.notna(), None)
    return [dict(zip(plain.columns, row, strict=True)) for row in plain.itertuples(index=False)]


def _pyramid(table: pd.DataFrame, basis: Basis) -> dict[str, Any]:
    best = table.iloc[0]
    if not best["n_customers"] or pd.isna(best["brought_share"]):
        finding = "Nobody is in the best tier, or customers together brought nothing."
    else:
        finding = (
            f"The best tier holds {best['customer_share']:.0%} of the customers scored; they brought "
            f"{best['brought_share']:.0%} of {basis} so far"
        )
        ahead = best["clv_share"]
        finding += "." if pd.isna(ahead) else f" and stand for {ahead:.0%} of what is to come."
    return {"basis": basis, "tiers": _records(table), "finding": finding}


def _certainty(scored: pd.DataFrame, bands: pd.DataFrame) -> dict[str, Any]:
    known = scored["tier_probability"].dropna()
    sure = float((known >= SURE).mean()) if len(known) else 0.0
    return {
        "mean_probability": float(known.mean()) if len(known) else None,
        "sure_share": sure,
        "bands": _records(bands),
        "finding": f"For {sure:.0%} of customers the tier is at least {SURE:.0%} sure; the others are near a boundary, "
        "or have bought too little to tell.",
    }


def _memory(history: pd.DataFrame, params: ScorecardParams) -> dict[str, Any]:
    months = [
        {"as_of": end.isoformat(), "n_customers": int(n), "n_up": int(up), "n_down": int(down), "n_held": int(held)}
        for end, n, _, up, down, held in history.itertuples(index=False)
    ]
    last = months[-1]
    n = max(last["n_customers"], 1)
    return {
        "hysteresis_points": params.hysteresis_points,
        "months": months,
        "finding": f"Since the month end before, {(last['n_up'] + last['n_down']) / n:.1%} of customers changed tier; "
        f"{last['n_held'] / n:.1%} are just beyond a boundary and keep the tier they had.",
    }


def _sensitivity(table: pd.DataFrame, scored: pd.DataFrame) -> dict[str, Any]:
    sensitive = float(scored["is_tier_sensitive"].astype(bool).mean()) if len(scored) else 0.0
    most = table.iloc[int(table["changed_share"].to_numpy().argmax())]
    if not most["changed_share"]:
        finding = "No customer changes tier when any one weight moves by a quarter."
    else:
        way = "less" if most["change"] < 0 else "more"
        finding = (
            f"Moving any one weight by a quarter would change the tier of {sensitive:.0%} of customers; "
            f"most of it when {most['dimension']} counts {way} ({most['changed_share']:.1%})."
        )
    return {"sensitive_share": sensitive, "moves": _records(table), "finding": finding}
