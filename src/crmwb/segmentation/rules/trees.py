"""A rule from a decision tree: its best nodes, in thresholds that people would say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from crmwb.segmentation import vocabulary
from crmwb.segmentation.rules.conditions import Condition, Rule, matches, merged, readable

MAX_DEPTH = 3
MAX_LEVELS = 8
MIN_LEVEL_SHARE = 0.02
MIN_KNOWN = 0.95  # a rule on what is unknown of many picks none of them
N_NODES = 6  # the best nodes, of which one or two make the rule
BETA = 0.5  # F score: precision counts twice as much as recall
SECOND_NODE_GAIN = 0.03  # a second alternative must be worth reading


@dataclass(frozen=True)
class Table:
    """Raw features as a tree takes them: (column, level or None) of each column of `x`, unknown ones at the median."""

    columns: list[tuple[str, str | None]]
    x: np.ndarray
    opposites: dict[tuple[str, str], str]  # of a column with two levels, the other of each: "is f", not "is not m"


def prepare(customers: pd.DataFrame, allow: Sequence[str]) -> Table:
    """Return the raw features that nearly all customers are known by: numbers, and a column for each common level."""
    columns: list[tuple[str, str | None]] = []
    opposites: dict[tuple[str, str], str] = {}
    parts = []
    for each, have in vocabulary.numbers(customers, allow):
        if each.in_rules and np.mean(~np.isnan(have)) >= MIN_KNOWN and np.nanstd(have) > 0:
            columns.append((each.column, None))
            parts.append(np.where(np.isnan(have), np.nanmedian(have), have))
    for name, levels in vocabulary.levels(customers, allow):
        if name in vocabulary.ESTIMATED_LEVELS or levels.notna().mean() < MIN_KNOWN:
            continue
        shares = levels.value_counts(normalize=True)
        common = sorted(shares[shares.between(MIN_LEVEL_SHARE, 1 - MIN_LEVEL_SHARE)].index)
        for level in sorted(common, key=lambda v: (-shares[v], v))[:MAX_LEVELS]:
            columns.append((name, str(level)))
            parts.append((levels == level).fillna(value=False).to_numpy(dtype=float))
        if len(shares) == 2:
            first, second = map(str, shares.index)
            opposites |= {(name, first): second, (name, second): first}
    x = np.column_stack(parts) if parts else np.empty((len(customers), 0))
    return Table(columns, x, opposites)


def fit(table: Table, customers: pd.DataFrame, is_in: np.ndarray, seed: int) -> Rule:
    """Return the rule that tells the customers of a segment best.

    Every node of a tree of depth 3 is a candidate, its thresholds rounded; the best by F0.5 on these customers makes
    the rule, with a second as alternative where that is clearly better. What does not help is left out.

    Parameters
    ----------
    table : Table
        The features.
    customers : DataFrame
        The same customers, as they are.
    is_in : ndarray of bool
        Who is in the segment.
    seed : int
        For ties between equally good splits.
    """
    least = max(5, round(0.01 * len(is_in)))
    tree = DecisionTreeClassifier(
        max_depth=MAX_DEPTH, min_samples_leaf=least, class_weight="balanced", random_state=seed
    ).fit(table.x, is_in)
    paths = [merged(path) for path in _paths(tree.tree_, table)]
    scored = sorted(((_score([path], customers, is_in), -len(path), -i) for i, path in enumerate(paths)), reverse=True)
    best = [paths[-i] for _, _, i in scored[:N_NODES]]
    if not best:
        return []
    rule: Rule = [_shortened(best[0], customers, is_in)]
    pairs = [[a, b] for a, b in combinations(best, 2)]
    if pairs:
        score, place = max((_score(pair, customers, is_in), -i) for i, pair in enumerate(pairs))
        if score > _score(rule, customers, is_in) + SECOND_NODE_GAIN:
            rule = pairs[-place]
    return rule


def _paths(tree: Any, table: Table, node: int = 0) -> Iterator[list[Condition]]:
    """Yield the conditions that lead to every node below one, from the top."""
    if tree.children_left[node] < 0:
        return
    column, level = table.columns[tree.feature[node]]
    if level is None:
        value = readable(float(tree.threshold[node]), vocabulary.unit(column))
        sides: tuple[Condition, Condition] = ({"operator": "<", "value": value}, {"operator": ">=", "value": value})
    else:
        other = table.opposites.get((column, level))
        without: Condition = {"operator": "!=", "value": level} if other is None else {"operator": "=", "value": other}
        sides = (without, {"operator": "=", "value": level})
    for child, side in zip((tree.children_left[node], tree.children_right[node]), sides, strict=True):
        condition: Condition = {"column": column, **side}
        yield [condition]
        for rest in _paths(tree, table, child):
            yield [condition, *rest]


def _shortened(path: list[Condition], customers: pd.DataFrame, is_in: np.ndarray) -> list[Condition]:
    """Leave out conditions without which the rule is as good."""
    score = _score([path], customers, is_in)
    for condition in list(path):
        without = [c for c in path if c is not condition]
        if without and _score([without], customers, is_in) >= score - 1e-9:
            path, score = without, _score([without], customers, is_in)
    return path


def _score(rule: Rule, customers: pd.DataFrame, is_in: np.ndarray) -> float:
    """Return the F score of a rule: harmonic mean of precision and recall, precision weighing 1/BETA times as much."""
    is_picked = matches(customers, rule)
    right = int((is_picked & is_in).sum())
    return (1 + BETA**2) * right / max(BETA**2 * int(is_in.sum()) + int(is_picked.sum()), 1)
