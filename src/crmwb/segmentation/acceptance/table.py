"""All eight tests of every cluster."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.contract.segments import ACCEPTANCE
from crmwb.findings import dumps
from crmwb.params import SegmentationParams
from crmwb.segmentation.acceptance import over_time, present
from crmwb.segmentation.acceptance.facts import Result, difference, everybody
from crmwb.segmentation.acceptance.later import Later
from crmwb.segmentation.cards.cards import PROFIT
from crmwb.segmentation.columns import Columns, Some, frame_of, in_order

DECIMALS = 6


def test(
    customers: Columns,
    segments: pd.DataFrame,
    model: dict[str, Any],
    rules: pd.DataFrame,
    params: SegmentationParams,
    *,
    later: Later | None,
    actions: pd.Series | None,
    currency: str,
) -> pd.DataFrame:
    """Put every cluster to the eight tests.

    Parameters
    ----------
    customers : Columns
        One row per customer: features and value; few are read.
    segments : DataFrame
        Their cluster by customer_id; NULL where they never bought.
    model : dict
        The cluster model: its `clusters` with cluster, name, jaccard and, where known, slsw.
    rules : DataFrame
        From `rules.fit`.
    params : SegmentationParams
        Thresholds (acceptance) and the confidence of intervals (cards).
    later : Later or None
        What customers did after an earlier month end.
    actions : Series of int or None
        By cluster name: how many rules of the marketing mix name an action; a cluster that is not in it has none.
    currency : str
        Of money in findings.

    Returns
    -------
    DataFrame
        The columns of `ACCEPTANCE`, one row per cluster and test. `is_passed` is NULL where the test could not
        be made; `meaning` (a finding as JSON) then says what would make it possible. Units of number and threshold:
        shares; cents per customer (profitable); actions (actionable).
    """
    limits, confidence = params.acceptance, params.cards.confidence
    cluster = in_order(segments[["customer_id", "cluster"]], customers)["cluster"]
    grouped = Some(customers, cluster.notna().to_numpy())
    known = frame_of(grouped, ("contactable", limits.goal, *PROFIT)).reset_index(drop=True)
    all_buyers = everybody(known.assign(cluster=cluster.dropna().to_numpy(dtype=np.int64)))
    by_cluster = {int(rule["cluster"]): rule for _, rule in rules.iterrows()}
    rows = []
    for cluster in model["clusters"]:
        number = int(str(cluster["cluster"]))
        rule = by_cluster.get(number)
        n_actions = None if actions is None else int(actions.get(str(cluster["name"]), 0))
        results: dict[str, Result] = {
            "substantial": present.substantial(all_buyers, number, limits),
            "identifiable": present.identifiable(rule, limits),
            "reachable": present.reachable(all_buyers, number, limits),
            "profitable": present.profitable(all_buyers, number, limits, confidence, currency),
            "stable": over_time.stable(cluster, later, limits),
            "differentiable": over_time.differentiable(number, later, limits, confidence, currency),
            "actionable": present.actionable(n_actions, limits),
            "goal_relevant": present.goal_relevant(all_buyers, number, limits),
        }
        rows += [
            {"cluster": number, "cluster_name": cluster["name"], "test": name}
            | vars(result)
            | {"meaning": dumps(result.meaning)}
            for name, result in results.items()
        ]
    out = pd.DataFrame(rows, columns=ACCEPTANCE.names).astype({"is_passed": "boolean"})
    out["number"] = out["number"].astype(float).round(DECIMALS)
    return out.astype({"threshold": float})


def passes(buyers: pd.DataFrame, clusters: pd.Series, params: SegmentationParams) -> bool:
    """Tell whether a candidate clustering could pass: the tests that need neither a rule nor an earlier month.

    Substantial, profitable, and differentiable by revenue so far instead of revenue afterwards: a clustering whose
    customers have not even spent differently until now is not worth the full tests.

    Parameters
    ----------
    buyers : DataFrame
        Customers who bought.
    clusters : Series
        Their cluster, on an index that `buyers` holds.
    params : SegmentationParams
        Thresholds (acceptance) and the confidence of intervals (cards).
    """
    limits, confidence = params.acceptance, params.cards.confidence
    wanted = [name for name in (*PROFIT, "revenue_cents") if name in buyers]
    known = buyers.loc[clusters.index, wanted].assign(cluster=clusters.to_numpy())
    all_buyers = everybody(known)
    spent = pd.to_numeric(known["revenue_cents"]).to_numpy(dtype=float)
    for number in np.unique(clusters.to_numpy()):
        results = [
            present.substantial(all_buyers, number, limits),
            present.profitable(all_buyers, number, limits, confidence, ""),
        ]
        if any(result.is_passed is not None and not result.is_passed for result in results):
            return False
        is_in = all_buyers.members(number)
        if min(is_in.sum(), (~is_in).sum()) >= 2:
            own, others, lower, upper = difference(spent[is_in], spent[~is_in], confidence)
            larger = max(abs(own), abs(others))
            if not (lower > 0 or upper < 0) or abs(own - others) < limits.min_difference * larger:
                return False
    return True
