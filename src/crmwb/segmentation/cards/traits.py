"""Traits: what the customers of a segment have, do or are more, or less, than all customers who bought."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from crmwb.contract.segments import TRAITS
from crmwb.findings import Finding, Name, Term, Times, Value, vetoes
from crmwb.params import CardParams, SegmentationParams
from crmwb.segmentation import vocabulary
from crmwb.segmentation.cards import index
from crmwb.segmentation.cards.index import Index
from crmwb.segmentation.cards.spending import Spending
from crmwb.segmentation.columns import Columns, Some, in_order

SCHEMES = ("cluster_name", "tier", "rfm_segment", "stage")
Scheme = tuple[np.ndarray, Any]  # each customer's segment by number, -1 for none; the names
Trait = tuple[dict[str, Any], Index]  # what a trait says, and its index by segment
MAX_LEVELS = 40  # the most common levels of a column, and the categories that most customers buy
MIN_KNOWN = vetoes.MIN_CELL  # customers of a segment of whom it is known, and customers with a level
ORDERS = "n_orders"
ALL, AS_MANY_ORDERS = "all", "as_many_orders"  # whom a segment is compared with
DECIMALS = 6


def traits(
    customers: Columns, segments: pd.DataFrame, params: SegmentationParams, *, interests: Spending | None = None
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
    customers : Columns
        One row per customer: features, value and stage, whichever there are; one column at a time is read.
    segments : DataFrame
        Their segments by customer_id; the columns of `SCHEMES` that there are.
    params : SegmentationParams
        Cards, and the sensitive columns that views allow.
    interests : Spending, optional
        Of the same customers, in the same order.

    Returns
    -------
    DataFrame
        The columns of `TRAITS`, `params.cards.n_traits` rows at most per scheme and segment, the strongest
        first (`position`, from 1). kind is number, level or category; value and everyone are means over the customers
        of whom it is known (shares, for levels and categories; a category's is its mean share of a customer's spend),
        everyone being all who bought (compared_with all), or those of them with as many orders (as_many_orders).
    """
    own = in_order(segments, customers)
    bought = np.asarray(vocabulary.values(customers, "n_purchase_days")) > 0
    bought &= own["customer_id"].notna().to_numpy()
    schemes = _schemes(customers, own, bought)
    buyers, of_buyers = (
        Some(customers, bought),
        {name: (codes[bought], names) for name, (codes, names) in schemes.items()},
    )
    all_traits: dict[str, list[Trait]] = {scheme: [] for scheme in of_buyers}
    strata = _strata(buyers)
    for scheme, trait in chain(  # column by column, so that each is read once and none is kept
        _numbers(buyers, strata, of_buyers, params),
        _levels(buyers, strata, of_buyers, params),
        _categories(interests, bought, schemes, params.cards.confidence),
    ):
        all_traits[scheme].append(trait)
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


def _schemes(customers: Columns, segments: pd.DataFrame, bought: np.ndarray) -> dict[str, Scheme]:
    """Return the segments of all customers in every scheme that somebody who bought has a segment of."""
    schemes = {}
    for scheme in SCHEMES:
        is_level = scheme in vocabulary.LEVELS and scheme in customers
        if is_level or (scheme in segments and scheme not in customers):
            column = customers[scheme] if is_level else segments[scheme]
            codes = np.full(len(bought), -1, dtype=np.int32)
            codes[bought], names = pd.factorize(column[bought], sort=True)
            if len(names):
                schemes[scheme] = codes, names
    return schemes


def _strata(buyers: Columns) -> np.ndarray | None:
    """Return each customer's stratum by the number of orders; None where that is not known."""
    orders = vocabulary.values(buyers, ORDERS)
    return None if orders is None else index.strata_of(orders)


def _numbers(
    buyers: Columns, by_orders: np.ndarray | None, schemes: Mapping[str, Scheme], params: SegmentationParams
) -> Iterator[tuple[str, Trait]]:
    for each, have in vocabulary.numbers(buyers, params.views.allow):
        if np.nanmin(have) < 0:  # a ratio of means says nothing where values have signs
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
    buyers: Columns, by_orders: np.ndarray | None, schemes: Mapping[str, Scheme], params: SegmentationParams
) -> Iterator[tuple[str, Trait]]:
    for column, texts in vocabulary.levels(buyers, params.views.allow):
        is_by_orders = column in vocabulary.LEVELS_BY_ORDERS
        if is_by_orders and by_orders is None:
            continue
        strata = by_orders if is_by_orders and by_orders is not None else np.zeros(len(buyers), dtype=np.int64)
        level, levels = pd.factorize(texts, sort=True)
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


def _categories(
    interests: Spending | None, bought: np.ndarray, schemes: Mapping[str, Scheme], confidence: float
) -> Iterator[tuple[str, Trait]]:
    if interests is None or not interests.names:
        return
    sizes, by_scheme = interests.shares(bought, {name: (codes, len(names)) for name, (codes, names) in schemes.items()})
    for i in np.argsort(-sizes, kind="stable")[:MAX_LEVELS]:
        category = interests.names[i]
        trait = {"kind": "category", "column": "category", "level": category, "unit": "share"}
        trait |= {"family": f"category {category}", "compared_with": ALL}
        for scheme, of in by_scheme.items():
            yield scheme, (trait, index.of_sums(of.n_customers, of.sums[i], of.squares[i], confidence))


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
