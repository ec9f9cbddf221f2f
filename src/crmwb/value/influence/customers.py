"""Model value: what each customer brings by example, one row per customer."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.contract.value_customers import INFLUENCE
from crmwb.findings import Count, Finding, Name, Share, Term, Unavailable, to_json
from crmwb.value.influence.referrals import referrals
from crmwb.value.influence.standing import MIN_GROUP, small_groups, standing
from crmwb.value.rows import in_order

FEATURES = ("customer_id", "age_days", "revenue_cents", "industry", "region", "referred_by", "acquisition_cost_cents")
GROUPS = ("industry", "region")


def customers(
    features: pd.DataFrame, brought: pd.DataFrame, clv_cents: pd.Series | None, type_1_share: float
) -> pd.DataFrame:
    """Say what each customer brings by example.

    Parameters
    ----------
    features : DataFrame of shape (n, >= 7)
        `FEATURES` of all customers.
    brought : DataFrame of shape (n, >= 3)
        customer_id, realised_margin_cents (which may be assumed, as CLV's then is) and serve_cost_cents.
    clv_cents : Series or None
        What buyers will still bring, on the index customer_id.
    type_1_share : float
        Probability that a referred customer would not have come otherwise.

    Returns
    -------
    DataFrame of shape (n, 9)
        Columns of INFLUENCE, sorted by customer_id. Referral columns are unknown for all where the source names no
        referrer; places among others are those of buyers, by revenue, unknown in groups of fewer than MIN_GROUP.
    """
    table = in_order(features).set_index("customer_id")
    bought = table["age_days"].notna()
    out = pd.DataFrame(index=table.index)
    for group in GROUPS:
        ranks = standing(table.loc[bought, "revenue_cents"], table.loc[bought, group], group)
        out = out.join(ranks.reindex(table.index))
    if table["referred_by"].notna().any():
        worth = worth_of(brought.set_index("customer_id").reindex(table.index), clv_cents)
        credited = referrals(table["referred_by"], worth.where(bought), table["acquisition_cost_cents"], type_1_share)
        out = out.join(credited.drop(columns="in_circle"))
    return out.reset_index().reindex(columns=INFLUENCE.names)


def worth_of(brought: pd.DataFrame, clv_cents: pd.Series | None) -> pd.Series:
    """Return what each customer brought after serving them, and is expected to bring: in cents, on the same index."""
    past = brought["realised_margin_cents"] - brought["serve_cost_cents"].fillna(0)
    return past if clv_cents is None else past + clv_cents.reindex(brought.index).fillna(0)


def facts(features: pd.DataFrame, influence: pd.DataFrame, type_1_share: float) -> dict[str, Any]:
    """Return what referrals bring, and who has a rank in industry and region.

    Returns
    -------
    dict
        referrals: is_available, n_referrers, n_referred, value_cents, saved_cents, type_1_share, top_tenth_share (of
        the value, by the best tenth of referrers), finding;
        standing: per group is_available, n_ranked, n_small_groups, finding.
    """
    bought = features["age_days"].notna()
    groups = {}
    for group in GROUPS:
        n, small = int(influence[f"{group}_rank"].notna().sum()), small_groups(features.loc[bought, group])
        stated = to_json(_standing(group, n, small))
        groups[group] = {"is_available": n > 0, "n_ranked": n, "n_small_groups": small, "finding": stated}
    return {"referrals": _referral_facts(influence, type_1_share), "standing": groups}


def _standing(group: str, n: int, small: int) -> Finding | Unavailable:
    """Return how many customers have a rank among those of their group, and how many groups are too small for one."""
    if not n:
        return Unavailable("influence.no_rank", (Name(f"customers.{group}"),), {"group": Term("column", group)})
    values = {
        "group": Term("column", group),
        "n": Count(n, "customer"),
        "small": Count(small),
        "least": Count(MIN_GROUP, "customer"),
    }
    return Finding("influence.rank_but_small_groups" if small else "influence.rank", values)


def _referral_facts(influence: pd.DataFrame, type_1_share: float) -> dict[str, Any]:
    """Return what referrals bring."""
    if influence["n_referred"].isna().all():
        missing = Unavailable("influence.no_referrals", (Name("customers.referred_by"),))
        return {"is_available": False, "finding": to_json(missing)}
    brought = influence[influence["n_referred"] > 0]
    values = brought["referral_value_cents"].sort_values(ascending=False)
    total = int(values.sum())
    best = float(values.head(max(len(values) // 10, 1)).sum()) / total if total > 0 else None
    n = int(brought["n_referred"].sum())
    figures = {
        "referrers": Count(len(brought), "customer"),
        "referred": Count(n, "customer"),
        "share": Share(best),
        "type_1": Share(type_1_share),
    }
    code = "influence.referrals" if best is None else "influence.referrals_of_best_tenth"
    return {
        "is_available": True,
        "n_referrers": len(brought),
        "n_referred": n,
        "value_cents": total,
        "saved_cents": int(brought["saved_acquisition_cents"].sum()),
        "mean_value_cents": float(np.rint(total / n)) if n else None,
        "type_1_share": type_1_share,
        "top_tenth_share": best,
        "finding": to_json(Finding(code, figures)),
    }
