"""Near the next tier: what the score lacks, and the revenue that brings it, checked by scoring again with it."""

import numpy as np
import pandas as pd
import pytest

from crmwb.marts.upgrade import upgrade

CARD = {
    "levels": [
        {"name": "vip", "at_least": 80.0},
        {"name": "ordinary", "at_least": 40.0},
        {"name": "small", "at_least": None},
    ],
    "weights": {"income": 5, "influence": 1, "credit": 2, "loyalty": 2},
    "memory": {"hysteresis_points": 2},
}  # fmt: skip


def people(n: int = 101) -> pd.DataFrame:
    """Buyers 0 to n - 1, each with 100 more revenue than the one before; of income, only revenue is known."""
    points = np.linspace(0, 100, n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in range(n)],
            "tier": np.select([points >= 80, points >= 40], ["vip", "ordinary"], "small"),
            "value_score": points, "revenue_points": points, "income_points": points, "influence_points": None,
            "credit_points": None, "loyalty_points": None, "realised_revenue_cents": np.arange(n) * 100,
            "profit_cents": None, "clv_cents": None,
        }
    )  # fmt: skip


def test_points_and_revenue_to_the_next_tier_with_what_holds_them():
    near = upgrade(people(), CARD).set_index("customer_id")
    assert near.loc["c030"].tolist() == ["ordinary", 12.0, 1_200]  # from 30 to 40 points, and 2 beyond
    assert near.loc["c079"].tolist() == ["vip", 3.0, 300]
    assert near.loc["c100", "next_tier"] is None
    assert pd.isna(near.loc["c100", "next_tier_revenue_cents"])


def test_where_other_signs_count_it_takes_more_and_beyond_the_largest_customer_it_is_unknown():
    frame = people().assign(credit_points=50.0, clv_cents=1)  # income weighs 5 of 7, revenue is one of its 2 signs
    near = upgrade(frame, CARD).set_index("customer_id")
    assert near.loc["c030", "next_tier_revenue_cents"] == pytest.approx(100 * 12 * 2 * 7 / 5)
    assert pd.isna(near.loc["c079", "next_tier_revenue_cents"]) == (79 + 3 * 2 * 7 / 5 > 100)
    assert pd.isna(upgrade(frame.assign(value_score=10.0), CARD)["next_tier_revenue_cents"]).mean() > 0.5


def test_nobody_scored():
    assert upgrade(people().assign(value_score=None), CARD).empty
