"""Every effect of one experiment, by group too."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.params import ResponseParams
from crmwb.response.judged import Judged
from crmwb.response.members import Campaign, campaigns

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


def test_days_on_which_a_campaign_ran_after_those_that_count_are_known_from_its_last_day(con):
    heads = pd.DataFrame({
        "campaign_id": ["long", "short", "open"], "name": ["L", "S", "O"], "kind": "letter",
        "cost_cents": [100, 100, 100],
        "starts_on": [date(2024, 3, 1)] * 3, "ends_on": [date(2024, 4, 24), date(2024, 3, 5), None],
    })  # fmt: skip
    contacted = pd.DataFrame({"campaign_id": heads["campaign_id"], "contacted_at": pd.Timestamp("2024-03-01")})
    tables = {
        name: engine.open_arrow(con, pa.Table.from_pandas(frame, preserve_index=False), name)
        for name, frame in {"campaigns": heads, "campaign_members": contacted}.items()
    }
    rows = pd.DataFrame({"customer_id": ["1"], "is_member": True, "treated": True, "responded": np.nan, "bought": 0.0,
                         "revenue_cents": 0.0, "before_cents": 0.0})  # fmt: skip
    known = {
        campaign.campaign_id: Judged(campaign, rows, rows[["before_cents"]], past={}, params=PARAMS, seed=1).head()
        for campaign in campaigns(con, tables, (date(2023, 1, 1), date(2025, 1, 1)), PARAMS.outcome_days)
    }
    left = 55 - PARAMS.outcome_days  # it ran for 55 days
    assert {name: head["n_days_not_counted"] for name, head in known.items()} == {
        "long": left,
        "short": 0,
        "open": None,
    }
