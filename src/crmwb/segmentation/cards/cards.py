"""Cards: each cluster on one row, with its size, its money, its rule and what sets it apart."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.special import ndtri

from crmwb import storage
from crmwb.contract.segments import CARDS
from crmwb.findings import Count, Finding, Listing, Money, Passage, Share, Term, dumps
from crmwb.segmentation.cards.traits import finding

MONEY = ("revenue", "profit", "clv")
PROFIT = ("profit_cents", "realised_margin_cents", "margin_is_assumed")  # what `profit_of` looks at
MIXES = ("stage", "top_channel", "top_category")
CONFIDENCE = 0.95
N_SHOWN = 5
N_TRAITS = 2  # that a description names
DECIMALS = 6


def cards(
    customers: pd.DataFrame,
    segments: pd.DataFrame,
    rules: pd.DataFrame,
    traits: pd.DataFrame,
    *,
    interests: pd.DataFrame | None = None,
    currency: str = "",
) -> pd.DataFrame:
    """Put each cluster on a card.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: features, value and stage, whichever there are.
    segments : DataFrame
        Their cluster and cluster_name by customer_id; NULL where they never bought.
    rules : DataFrame
        From `rules.fit`.
    traits : DataFrame
        From `traits`.
    interests : DataFrame, optional
        customer_id, category, revenue_cents: one row per customer and category bought from.
    currency : str, optional
        Of money in the description.

    Returns
    -------
    DataFrame
        The columns of `CARDS`, one row per cluster. Shares are of those who bought, and add up to 1. Profit is
        `profit_cents` where the source knows it of all of them, else realised margin (`profit_basis` says which, and
        whether the margin is assumed). Means are per customer, whole cents, with 95% normal intervals over customers.
        stages, channels and categories are JSON, name → share, the largest five: of customers by stage, of customers
        by the channel they buy most through, of revenue by category (of customers by top category without interests).
        description and rule are findings as JSON. NULL is what the source does not tell.
    """
    own = [name for name in customers if name in {"customer_id", "revenue_cents", "clv_cents", *PROFIT, *MIXES}]
    known = customers[own].merge(segments[["customer_id", "cluster", "cluster_name"]], on="customer_id")
    known = known[known["cluster"].notna()].sort_values("customer_id", ignore_index=True).astype({"cluster": "int64"})
    if known.empty:
        return pd.DataFrame(columns=CARDS.names)
    basis, profit = profit_of(known)
    amounts = {money: column for money, column in _amounts(known, profit).items() if column.notna().any()}
    totals = {money: _total(column) for money, column in amounts.items()}
    bought = None if interests is None or interests.empty else _by_cluster(interests, known)
    rows = []
    for number, members in known.groupby("cluster", sort=True):
        name = str(members["cluster_name"].iloc[0])
        row: dict[str, Any] = {"cluster": int(str(number)), "cluster_name": name, "n_customers": len(members)}
        row["customer_share"] = round(len(members) / len(known), DECIMALS)
        for money, column in amounts.items():
            row |= _money(money, column.loc[members.index], totals[money])
        row["profit_basis"] = basis
        rule = rules[rules["cluster"] == number]
        row |= {c: rule[c].iloc[0] if len(rule) else None for c in ("rule", "precision", "recall")}
        row["stages"] = _mix(members, "stage")
        row["channels"] = _mix(members, "top_channel")
        row["categories"] = _mix(members, "top_category") if bought is None else bought.get(int(str(number)))
        apart = traits[(traits["scheme"] == "cluster_name") & (traits["segment"] == name)].sort_values("position")
        row["description"] = dumps(_description(row, apart.head(N_TRAITS), currency))
        rows.append(row)
    out = pd.DataFrame(rows).reindex(columns=CARDS.names)
    whole = [field.name for field in CARDS.schema if field.type == pa.int64()]
    return out.astype(dict.fromkeys(whole, "Int64"))


def profit_of(customers: pd.DataFrame) -> tuple[str | None, pd.Series]:
    """Return what stands for profit (profit, margin, assumed_margin) and its cents.

    Profit where it is known of somebody, else the realised margin.
    """
    if "profit_cents" in customers and customers["profit_cents"].notna().any():
        return "profit", pd.to_numeric(customers["profit_cents"])
    if "realised_margin_cents" in customers and customers["realised_margin_cents"].notna().any():
        is_assumed = customers["margin_is_assumed"].fillna(value=False).astype(bool).any()
        return "assumed_margin" if is_assumed else "margin", pd.to_numeric(customers["realised_margin_cents"])
    return None, pd.Series(np.nan, index=customers.index)


def mean_interval(values: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Return the mean of values and its normal interval; NaN bounds where there are fewer than two."""
    if not len(values):
        return np.nan, np.nan, np.nan
    mean = float(values.mean())
    if len(values) < 2:
        return mean, np.nan, np.nan
    half = float(ndtri((1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def _amounts(known: pd.DataFrame, profit: pd.Series) -> dict[str, pd.Series]:
    nothing = pd.Series(np.nan, index=known.index)
    return {"revenue": known["revenue_cents"], "profit": profit, "clv": known.get("clv_cents", nothing)}


def _money(money: str, column: pd.Series, total: int) -> dict[str, Any]:
    values = pd.to_numeric(column).dropna().to_numpy(dtype=float)
    mean, lower, upper = mean_interval(values, CONFIDENCE)
    own = _total(column)
    means = {f"mean_{money}_cents": mean, f"mean_{money}_lower_cents": lower, f"mean_{money}_upper_cents": upper}
    return {
        f"{money}_cents": own,
        f"{money}_share": round(own / total, DECIMALS) if total > 0 else None,
        **{name: None if np.isnan(value) else round(value) for name, value in means.items()},
    }


def _total(column: pd.Series) -> int:
    return int(pd.to_numeric(column).dropna().round().astype("int64").sum())


def _mix(members: pd.DataFrame, column: str) -> str | None:
    if column not in members or not members[column].notna().any():
        return None
    counts = members[column].value_counts()
    return _json({str(name): int(n) for name, n in counts.items()}, int(counts.sum()))


def _by_cluster(interests: pd.DataFrame, known: pd.DataFrame) -> dict[int, str]:
    """Return the categories of each cluster by revenue: cluster → JSON of category → share of its revenue."""
    places = storage.places(*(pa.array(frame["customer_id"], pa.string()) for frame in (interests, known)))
    cluster = known["cluster"].to_numpy(dtype=int)[np.maximum(places, 0)]
    money = pd.DataFrame({"cluster": cluster, "category": interests["category"], "cents": interests["revenue_cents"]})
    money = money[(places >= 0) & (money["cents"] > 0).to_numpy()]
    sums = money.groupby(["cluster", "category"])["cents"].sum()
    return {
        int(str(number)): _json({str(k): int(v) for k, v in own.droplevel(0).items()}, int(own.sum()))
        for number, own in sums.groupby(level=0)
    }


def _json(amounts: dict[str, int], total: int) -> str:
    largest = sorted(amounts.items(), key=lambda item: (-item[1], item[0]))[:N_SHOWN]
    return json.dumps({name: round(amount / total, 4) for name, amount in largest}, ensure_ascii=False)


def _description(row: dict[str, Any], traits: pd.DataFrame, currency: str) -> Passage:
    """Return how many they are, what they bring, what is to come, and the strongest traits."""
    size = {"n": Count(row["n_customers"], "customer"), "share": Share(row["customer_share"])}
    bases = {"revenue_share": "revenue", "profit_share": row.get("profit_basis")}
    parts = tuple(
        Finding("cards.part", {"share": Share(row[name]), "basis": Term("basis", str(basis))})
        for name, basis in bases.items()
        if row.get(name) is not None
    )
    sentences = [Finding("cards.brings", size | {"parts": Listing(parts)}) if parts else Finding("cards.size", size)]
    if row.get("mean_clv_cents") is not None:
        to_come = {"what": Term("column", "clv_cents"), "mean": Money(row["mean_clv_cents"], currency)}
        sentences.append(Finding("cards.to_come", to_come))
    strongest = [finding(trait, currency) for trait in traits.to_dict("records")]
    code = ("cards.no_trait", "cards.trait_one", "cards.trait_two")[len(strongest)]
    sentences.append(Finding(code, dict(zip(("first", "second"), strongest, strict=False))))
    return Passage(tuple(sentences))
