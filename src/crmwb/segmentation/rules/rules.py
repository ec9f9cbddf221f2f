"""One rule per cluster: a tree of depth 3 on raw features, fitted on one half of a sample, measured on the other."""

import json
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from crmwb.contract.segments import RULES
from crmwb.findings import dumps
from crmwb.params import SegmentationParams
from crmwb.segmentation import vocabulary
from crmwb.segmentation.columns import Columns, frame_of, in_order
from crmwb.segmentation.rules import trees
from crmwb.segmentation.rules.conditions import Rule, finding, matches, sql

SAMPLE_ROWS = 50_000
MIN_MEMBERS = 10  # of a cluster in each half; with fewer, neither a tree nor its precision means anything


def fit(
    customers: Columns, segments: pd.DataFrame, params: SegmentationParams, seed: int, currency: str = ""
) -> pd.DataFrame:
    """Find the rule of each cluster, and measure it on customers that it has not seen.

    A rule is the best node of a tree of depth 3 (`trees.fit`), or the best two of them; its thresholds are rounded for
    people, then measured as they read.

    Parameters
    ----------
    customers : Columns
        One row per customer, sorted by customer_id; read are the columns of the vocabulary, of a sample.
    segments : DataFrame
        Their cluster and cluster_name, from `clusters.score`, by customer_id; NULL for those who never bought.
    params : SegmentationParams
        Which sensitive columns are allowed (views) and the confidence of intervals (cards).
    seed : int
        Where all chance comes from.
    currency : str, optional
        Of money in the rules.

    Returns
    -------
    DataFrame
        The columns of `RULES`, one row per cluster: the rule as a finding, as its conditions in JSON (see
        `conditions`) and in SQL on customer features; over `n_held_out` customers, precision (n_right of n_picked, with
        its Wilson interval), recall, and the share of the cluster. NULL where a cluster has too few customers or
        nothing tells it apart.
    """
    known = in_order(segments[["customer_id", "cluster", "cluster_name"]], customers).drop(columns="customer_id")
    grouped = np.flatnonzero(known["cluster"].notna())
    if not len(grouped):
        return pd.DataFrame(columns=RULES.names)
    names = known.groupby("cluster")["cluster_name"].first().sort_index()
    picked = grouped[np.sort(np.random.default_rng([seed, 5]).permutation(len(grouped))[:SAMPLE_ROWS])]
    sample = frame_of(customers, vocabulary.COLUMNS, picked)
    cluster = known["cluster"].iloc[picked].to_numpy(dtype=int)
    halves = _halves(cluster, seed)
    fitted, held = (sample[halves == half].reset_index(drop=True) for half in (0, 1))
    table = trees.prepare(fitted, params.views.allow)
    rows = []
    with threadpool_limits(1):
        for number, name in zip(names.index, names, strict=True):
            rule = _rule(table, fitted, cluster[halves == 0] == number, seed)
            is_in = cluster[halves == 1] == number
            measured = _measured(rule, held, is_in, params.cards.confidence) if rule else {}
            described = {
                "rule": dumps(finding(rule, currency)) if rule else None,
                "conditions": json.dumps(rule, ensure_ascii=False) if rule else None,
                "sql": sql(rule) if rule else None,
            }
            base = {"n_held_out": len(held), "base_share": round(float(is_in.mean()), 6) if len(held) else None}
            rows.append({"cluster": int(number), "cluster_name": name} | described | base | measured)
    out = pd.DataFrame(rows).reindex(columns=RULES.names)
    whole = ["cluster", "n_held_out", "n_picked", "n_right"]
    return out.astype(dict.fromkeys(whole, "Int64"))


def wilson(n_right: int, n: int, confidence: float) -> tuple[float, float]:
    """Return the interval of a share (Wilson 1927): n_right of n."""
    z = float(norm.ppf((1 + confidence) / 2))
    share = n_right / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return float(max(centre - half, 0.0)), float(min(centre + half, 1.0))


def _rule(table: trees.Table, fitted: pd.DataFrame, is_in: np.ndarray, seed: int) -> Rule:
    if is_in.all() or is_in.sum() < MIN_MEMBERS or not table.columns:
        return []
    return trees.fit(table, fitted, is_in, seed)


def _measured(rule: Rule, held: pd.DataFrame, is_in: np.ndarray, confidence: float) -> dict[str, Any]:
    is_picked = matches(held, rule)
    n_picked, n_right, n_members = int(is_picked.sum()), int((is_picked & is_in).sum()), int(is_in.sum())
    if not n_picked or n_members < MIN_MEMBERS:
        return {"n_picked": n_picked, "n_right": n_right}
    lower, upper = wilson(n_right, n_picked, confidence)
    return {
        "n_picked": n_picked,
        "n_right": n_right,
        "precision": round(n_right / n_picked, 6),
        "precision_lower": round(lower, 6),
        "precision_upper": round(upper, 6),
        "recall": round(n_right / n_members, 6),
    }


def _halves(cluster: np.ndarray, seed: int) -> np.ndarray:
    """Return 0 or 1 for each customer: each cluster falls into halves, by chance."""
    chance = np.random.default_rng([seed, 6]).random(len(cluster))
    order = np.lexsort((chance, cluster))
    halves = np.empty(len(cluster), dtype=int)
    halves[order] = np.arange(len(cluster)) % 2
    return halves
