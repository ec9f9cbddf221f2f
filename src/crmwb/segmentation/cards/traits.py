"""Traits: what the customers of a segment have, do or are more, or less, than all customers who bought."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.contract.segments import TRAITS
from crmwb.findings import Finding, Name, Term, Times, Value, vetoes
from crmwb.params import CardParams, SegmentationParams
from crmwb.segmentation import vocabulary
from crmwb.segmentation.cards import index
from crmwb.segmentation.cards.index import Index

SCHEMES = ("cluster_name", "tier", "rfm_segment", "stage")
Scheme = tuple[np.ndarray, Any]  # each customer's segment by number, -1 for none; the names
Bought = tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]  # by pair: customer, category, share of spend; the names
Trait = tuple[dict[str, Any], Index]  # what a trait says, and its index by segment
MAX_LEVELS = 40  # the most common levels of a column, and the categories that most customers buy
MIN_KNOWN = vetoes.MIN_CELL  # customers of a segment of whom it is known, and customers with a level
ORDERS = "n_orders"
ALL, AS_MANY_ORDERS = "all", "as_many_orders"  # whom a segment is compared with
DECIMALS = 6


def traits(
    customers: pd.DataFrame,
    segments: pd.DataFrame,
    params: SegmentationParams,
    *,
    interests: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Find what each segment of every scheme over- and under-indexes on.

    A trait is said where the interval of its index leaves out 1, the index is further from 1 than
    `params.cards.min_effect`, and it is the strongest of its family (two ways to say the same). What grows with the
    number of orders (see `vocabulary`) is compared with all customers who have as many orders, so that it does not only
    say who orders often; what they buy, by its share of each customer's spend. A trait is strong where
    it is large and sure: strength is the distance of its interval from 1, of numbers as a logarithm, of shares as
    Cohen's h (1988), so that what few ever are is not what a segment is known for. What RFM segments, stages and tiers
    are made from is left out: they differ in it by definition. Clusters keep it: their traits are their description.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: features, value and stage, whichever there are.
    segments : DataFrame
        Their segments by customer_id; the columns of `SCHEMES` that there are.
    params : SegmentationParams
        Cards, and the sensitive columns that views allow.
    interests : DataFrame, optional
        customer_id, category, revenue_cents: one row per customer and category bought from.

    Returns
    -------
    DataFrame
        The columns of `TRAITS`, `params.cards.n_traits` rows at most per scheme and segment, the strongest
        first (`position`, from 1). kind is number, level or category; value and everyone are means over the customers
        of whom it is known (shares, for levels and categories; a category's is its mean share of a customer's spend),
        everyone being all who bought (compared_with all), or those of them with as many orders (as_many_orders).
    """
    buyers = _buyers(customers, segments)
    if buyers.empty:
        return pd.DataFrame(columns=TRAITS.names)
    bought = None if interests is None or interests.empty else _categories(interests, buyers["customer_id"])
    schemes = {
        scheme: pd.factorize(buyers[scheme], sort=True)
        for scheme in SCHEMES
        if scheme in buyers and buyers[scheme].notna().any()
    }
    all_traits = _by_scheme(buyers, schemes, bought, params)
    rows = [
        {"scheme": scheme, "segment": str(name)} | row
        for scheme, (_, names) in schemes.items()
        for place, name in enumerate(names)
        for row in _strongest(all_traits[scheme], place, params.cards)
    ]
    return pd.DataFrame(rows, columns=TRAITS.names)


def finding(trait: Mapping[Any, Any], currency: str = "") -> Finding:
    """Return a row of traits as a finding: how many times all customers' it is, and both figures."""
    figures = {name: vocabulary.amount(trait[name], trait["unit"], currency) for name in ("value", "everyone")}
    values = {"times": Times(trait["index"])} | figures
    end = "_as_many_orders" if trait["compared_with"] == AS_MANY_ORDERS else ""
    if trait["kind"] == "number":
        return Finding(f"cards.trait.number{end}", {"column": Term("column", trait["column"])} | values)
    return Finding(f"cards.trait.{trait['kind']}{end}", words(trait) | values)


def words(trait: Mapping[Any, Any]) -> dict[str, Value]:
    """Return what a trait about a level or a category speaks of: column and level, or the category."""
    if trait["kind"] == "category":
        return {"category": Name(trait["level"])}
    column = trait["column"]
    return {"column": Term("column", column), "level": vocabulary.level(column, trait["level"])}


def _buyers(customers: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    wanted = [name for name in SCHEMES if name in segments and name not in customers]
    known = {n.column for n in vocabulary.NUMBERS} | set(vocabulary.LEVELS) | {ORDERS}
    own = [name for name in customers if name in known or name in {"customer_id", "n_purchase_days"}]
    have = (pd.to_numeric(customers["n_purchase_days"]).fillna(0) > 0).to_numpy()
    return customers.loc[have, own].merge(segments[["customer_id", *wanted]], on="customer_id", validate="one_to_one")


def _by_scheme(
    buyers: pd.DataFrame, schemes: Mapping[str, Scheme], bought: Bought | None, params: SegmentationParams
) -> dict[str, list[Trait]]:
    """Return every index of every scheme: column by column, so that each is read once and none is kept."""
    confidence = params.cards.confidence
    by_scheme: dict[str, list[Trait]] = {scheme: [] for scheme in schemes}
    for scheme, one in chain(
        _numbers(buyers, schemes, params),
        _levels(buyers, schemes, params),
        _categories_of(bought, schemes, len(buyers), confidence),
    ):
        by_scheme[scheme].append(one)
    return by_scheme


def _strata(buyers: pd.DataFrame) -> np.ndarray | None:
    """Return each customer's stratum by the number of orders; None where that is not known."""
    orders = vocabulary.values(buyers, ORDERS)
    return None if orders is None else index.strata_of(orders)


def _numbers(
    buyers: pd.DataFrame, schemes: Mapping[str, Scheme], params: SegmentationParams
) -> Iterator[tuple[str, Trait]]:
    by_orders = _strata(buyers)
    for each in vocabulary.numbers(buyers, params.views.allow):
        have = vocabulary.values(buyers, each.column)
        if have is None or np.nanmin(have) < 0:  # a ratio of means says nothing where values have signs
            continue
        if each.grows_with_orders and by_orders is None:
            continue
        strata = by_orders if each.grows_with_orders else None
        trait = {"kind": "number", "column": each.column, "level": None, "unit": each.unit, "family": each.family}
        trait |= {"compared_with": ALL if strata is None else AS_MANY_ORDERS}
        for scheme, (codes, names) in schemes.items():
            if not _is_defining(scheme, each.family):
                yield scheme, (trait, index.of_numbers(have, codes, len(names), params.cards.confidence, strata))


def _levels(
    buyers: pd.DataFrame, schemes: Mapping[str, Scheme], params: SegmentationParams
) -> Iterator[tuple[str, Trait]]:
    by_orders = _strata(buyers)
    for column in vocabulary.levels(buyers, params.views.allow):
        is_by_orders = column in vocabulary.LEVELS_BY_ORDERS
        if is_by_orders and by_orders is None:
            continue
        strata = by_orders if is_by_orders and by_orders is not None else np.zeros(len(buyers), dtype=np.int64)
        level, levels = pd.factorize(buyers[column], sort=True)
        compared_with = AS_MANY_ORDERS if is_by_orders else ALL
        for scheme, (codes, names) in schemes.items():
            if scheme == column:
                continue
            shape = (len(names), int(strata.max(initial=0)) + 1)
            for i, counts, sizes in _counts(level, len(levels), codes, strata, shape):
                text = str(levels[i])
                trait = {
                    "kind": "level",
                    "column": column,
                    "level": text,
                    "unit": "share",
                    "family": f"{column} {text}",
                }
                trait |= {"compared_with": compared_with}
                yield scheme, (trait, index.of_counts(counts, sizes, params.cards.confidence))


def _counts(
    level: np.ndarray, n_levels: int, codes: np.ndarray, strata: np.ndarray, shape: tuple[int, int]
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield the commonest levels, and by segment and stratum who has each and of whom it is known."""
    known = np.flatnonzero((level >= 0) & (codes >= 0) & (strata >= 0))
    cell, of = codes[known] * shape[1] + strata[known], level[known]
    sizes = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    for i in np.argsort(-np.bincount(of, minlength=n_levels), kind="stable")[:MAX_LEVELS]:
        yield int(i), np.bincount(cell[of == i], minlength=sizes.size).reshape(shape), sizes


def _is_defining(scheme: str, family: str) -> bool:
    """Tell whether a scheme's groups are made from what a family of traits is about."""
    claim = Finding(vetoes.TRAIT, {"scheme": Name(scheme), "family": Name(family)})
    return vetoes.withheld(claim) is not None


def _categories_of(
    bought: Bought | None, schemes: Mapping[str, Scheme], n_customers: int, confidence: float
) -> Iterator[tuple[str, Trait]]:
    if bought is None:
        return
    customer, category, share, categories = bought
    spends = np.full(n_customers, np.nan)
    spends[customer] = 0.0
    sizes = np.bincount(category, minlength=len(categories))
    order, ends = np.argsort(category, kind="stable"), np.cumsum(sizes)
    for i in np.argsort(-sizes, kind="stable")[:MAX_LEVELS]:
        mine = order[ends[i] - sizes[i] : ends[i]]
        of_category = spends.copy()
        of_category[customer[mine]] = share[mine]
        trait = {"kind": "category", "column": "category", "level": categories[i], "unit": "share"}
        trait |= {"family": f"category {categories[i]}", "compared_with": ALL}
        for scheme, (codes, names) in schemes.items():
            yield scheme, (trait, index.of_numbers(of_category, codes, len(names), confidence))


def _strongest(traits_of_scheme: list[Trait], place: int, params: CardParams) -> list[dict[str, Any]]:
    """Return the rows of the segment at `place`: sure and large enough, one of a family, the strongest first."""
    sure = []
    for trait, i in traits_of_scheme:
        lower, upper = float(i.lower[place]), float(i.upper[place])
        n_known = int(i.n_known[place])
        n_having = n_known * float(i.value[place]) if trait["kind"] != "number" else n_known
        expected = n_known * float(i.everyone[place]) if trait["kind"] != "number" else n_known
        if n_known < MIN_KNOWN or max(n_having, expected) < MIN_KNOWN or not (lower > 1 or upper < 1):
            continue
        effect = abs(float(i.index[place]) - 1)
        if effect > params.min_effect:
            strength = _strength(trait, lower if lower > 1 else upper, float(i.everyone[place]))
            sure.append((-round(strength, 9), trait["column"], trait["level"] or "", trait, i))
    rows: list[dict[str, Any]] = []
    families: set[str] = set()
    for _, _, _, trait, i in sorted(sure, key=lambda each: each[:3]):
        if trait["family"] in families or len(rows) == params.n_traits:
            continue
        families.add(trait["family"])
        figures = {
            name: round(float(getattr(i, name)[place]), DECIMALS)
            for name in ("value", "everyone", "index", "lower", "upper")
        }
        rows.append(
            {"position": len(rows) + 1}
            | {name: trait[name] for name in ("kind", "column", "level", "unit", "compared_with")}
            | {"n_known": int(i.n_known[place])}
            | figures
        )
    return rows


def _strength(trait: dict[str, Any], nearest: float, of_all: float) -> float:
    """Return how far from all customers' a trait surely is; `nearest` is the end of its interval next to 1."""
    if trait["kind"] == "number":
        return abs(float(np.log(nearest)))
    shares = np.minimum([of_all * nearest, of_all], 1.0)
    return abs(float(np.diff(2 * np.arcsin(np.sqrt(shares)))[0]))


def _categories(interests: pd.DataFrame, customer_ids: pd.Series) -> Bought:
    """Return, for every customer and category bought from, their places, its share of spend, and the names."""
    customer = storage.places(*(pa.array(ids, pa.string()) for ids in (interests["customer_id"], customer_ids)))
    category, names = pd.factorize(interests["category"], sort=True)
    cents = interests["revenue_cents"].to_numpy(dtype=float)
    kept = (customer >= 0) & (category >= 0) & (cents > 0)
    totals = np.bincount(customer[kept], weights=cents[kept], minlength=len(customer_ids))
    return customer[kept], category[kept], cents[kept] / totals[customer[kept]], [str(name) for name in names]
