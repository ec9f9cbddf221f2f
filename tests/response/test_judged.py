"""Every effect of one experiment, by group too."""

from datetime import date

import numpy as np
import pandas as pd

from crmwb.params import ResponseParams
from crmwb.response.judged import Judged
from crmwb.response.members import Campaign

PARAMS = ResponseParams(
    outcome_days=28,
    before_days=180,
    level=0.95,
    min_arm=30,
    max_fit_customers=1000,
    learners=("t_learner", "response_model"),
    bases=("linear",),
    intended_treated_share=None,
)


def test_groups_have_both_estimates_and_what_they_spent_before_narrows_them():
    rng = np.random.default_rng(3)
    n = 400
    before = rng.lognormal(8, 0.7, n)
    treated = rng.permutation(n) < n / 2
    rows = pd.DataFrame({
        "customer_id": [f"{i:03d}" for i in range(n)], "is_member": True, "treated": treated, "responded": np.nan,
        "bought": 1.0, "revenue_cents": before + 500 * treated + rng.normal(0, 100, n), "before_cents": before,
    })  # fmt: skip
    tier = pd.Series(np.where(rng.random(n) < 0.5, "vip", "small"), dtype=object)
    campaign = Campaign("a", "A", "email", date(2024, 3, 1), float("nan"))
    judged = Judged(campaign, rows, rows[["before_cents"]], past={"tier": tier}, params=PARAMS, seed=1)
    effects = judged.tables()["effects"]
    money = effects[(effects["outcome"] == "revenue_cents") & (effects["grouping"] == "tier")]
    assert money.groupby("group")["method"].agg(list).to_dict() == {
        "small": ["difference", "adjusted"],
        "vip": ["difference", "adjusted"],
    }
    width = (money["high"] - money["low"]).groupby(money["method"]).max()
    assert width["adjusted"] < width["difference"] / 3
    adjusted = money[money["method"] == "adjusted"]
    assert ((adjusted["low"] < 500) & (adjusted["high"] > 500)).all()
