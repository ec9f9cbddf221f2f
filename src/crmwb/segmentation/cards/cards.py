"""Cards: each cluster on one row, with its size, its money, its rule and what sets it apart."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.special import ndtri

from crmwb.contract.segments import CARDS
from crmwb.findings import Count, Finding, Listing, Money, Passage, Share, Term, dumps
from crmwb.segmentation.cards.spending import Spending
from crmwb.segmentation.cards.traits import finding
from crmwb.segmentation.columns import Columns, Some, in_order

MONEY = ("revenue", "profit", "clv")
PROFIT = ("profit_cents", "realised_margin_cents", "margin_is_assumed")  # what `profit_of` looks at
CONFIDENCE = 0.95
N_SHOWN = 5
N_TRAITS = 2  # that a description names
DECIMALS = 6


def cards(
    customers: Columns,
    segments: pd.DataFrame,
    rules: pd.DataFrame,
    traits: pd.DataFrame,
    *,
    interests: Spending | None = None,
    currency: str = "",
) -> pd.DataFrame:
    """Put each cluster on a card.

    Parameters
    ----------
    customers : Columns
        One row per customer: features, value and stage, whichever there are; one column at a time is read.
    segments : DataFrame
        Their cluster and cluster_name by customer_id; NULL where they never bought.
    rules : DataFrame
        From `rules.fit`.
    traits : DataFrame
        From `traits`.
    interests : Spending, optional
        Of the same customers, in the same order.
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
    own = in_order(segments[["customer_id", "cluster", "cluster_name"]], customers)
    grouped = own["cluster"].notna().to_numpy()
    if not grouped.any():
        return pd.DataFrame(columns=CARDS.names)
    known = Some(customers, grouped)
    names = own[grouped].groupby("cluster")["cluster_name"].first().sort_index()
    cluster = own["cluster"][grouped].to_numpy(dtype=np.int64)
    members = {number: cluster == number for number in np.unique(cluster).tolist()}
    rows: dict[int, dict[str, Any]] = {
        number: {"cluster": number, "cluster_name": str(name), "n_customers": int(members[number].sum())}
        for number, name in zip(members, names, strict=True)
    }
    for row in rows.values():
        row["customer_share"] = round(row["n_customers"] / len(known), DECIMALS)
    basis = _add_money(rows, members, known)
    bought = None if interests is None or not interests.names else _by_cluster(interests, own["cluster"])
    mixes = {"stages": "stage", "channels": "top_channel"} | ({"categories": "top_category"} if bought is None else {})
    for name, column in mixes.items():
        _add_mix(rows, members, known, name, column)
    for number, row in rows.items():
        row["profit_basis"] = basis
        rule = rules[rules["cluster"] == number]
        row |= {c: rule[c].iloc[0] if len(rule) else None for c in ("rule", "precision", "recall")}
        if bought is not None:
            row["categories"] = bought.get(number)
        apart = traits[(traits["scheme"] == "cluster_name") & (traits["segment"] == row["cluster_name"])]
        strongest = apart.sort_values("position").head(N_TRAITS)
        row["description"] = dumps(_description(row, strongest, currency))
    out = pd.DataFrame(list(rows.values())).reindex(columns=CARDS.names)
    whole = [field.name for field in CARDS.schema if field.type == pa.int64()]
    return out.astype(dict.fromkeys(whole, "Int64"))


def profit_of(customers: Columns) -> tuple[str | None, pd.Series]:
    """Return what stands for profit (profit, margin, assumed_margin) and its cents.

    Profit where it is known of somebody, else the realised margin.
    """
    for name in ("profit_cents", "realised_margin_cents"):
        cents = customers.get(name)
        if cents is None or not cents.notna().any():
            continue
        if name == "profit_cents":
            return "profit", pd.to_numeric(cents)
        is_assumed = customers["margin_is_assumed"].fillna(value=False).astype(bool).any()
        return "assumed_margin" if is_assumed else "margin", pd.to_numeric(cents)
    return None, pd.Series(np.full(len(customers), np.nan))


def mean_interval(values: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Return the mean of values and its normal interval; NaN bounds where there are fewer than two."""
    if not len(values):
        return np.nan, np.nan, np.nan
    mean = float(values.mean())
    if len(values) < 2:
        return mean, np.nan, np.nan
    half = float(ndtri((1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def _add_money(rows: dict[int, dict[str, Any]], members: dict[int, np.ndarray], known: Columns) -> str | None:
    """Add what customers brought and may bring to the rows, and return what stands for profit."""
    basis: str | None = None
    column: pd.Series | None
    for money in MONEY:
        if money == "profit":
            basis, column = profit_of(known)
        else:
            column = known.get(f"{money}_cents")
        if column is not None and column.notna().any():
            total = _total(column)
            for number, row in rows.items():
                row.update(_money(money, column[members[number]], total))
    return basis


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


def _add_mix(
    rows: dict[int, dict[str, Any]], members: dict[int, np.ndarray], known: Columns, name: str, column: str
) -> None:
    """Add the shares of customers by the values of a column to the rows."""
    texts = known.get(column)
    for number, row in rows.items():
        n = {} if texts is None else {str(k): int(v) for k, v in texts[members[number]].value_counts().items()}
        row[name] = _json(n, sum(n.values())) if n else None


def _by_cluster(interests: Spending, cluster: pd.Series) -> dict[int, str]:
    """Return the categories of each cluster by revenue: cluster → JSON of category → share of its revenue."""
    codes, numbers = pd.factorize(cluster, sort=True)
    cents = interests.money((codes, len(numbers)))
    return {
        number: _json({name: int(v) for name, v in zip(interests.names, own, strict=True) if v > 0}, int(own.sum()))
        for number, own in zip(np.asarray(numbers, dtype=np.int64).tolist(), cents.T, strict=True)
        if own.any()
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
