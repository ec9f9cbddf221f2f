"""The parts of wb.value on a few customers whose figures can be added up by hand."""

import pandas as pd
import pytest
from builders import set_down

from crmwb.contract.value import CUSTOMERS as VALUE
from crmwb.findings import Finding, Interval, Money, to_json
from crmwb.findings.say import say
from crmwb.plots import wallet as wallet_plots
from crmwb.plots import worth as worth_plots
from crmwb.workbench.equity import Equity
from crmwb.workbench.influence import Influence
from crmwb.workbench.realised import Realised
from crmwb.workbench.scorecard import Scorecard
from crmwb.workbench.value import Value
from crmwb.workbench.wallet import Wallet

CUSTOMERS = pd.DataFrame({
    "customer_id": ["a", "b", "c", "d", "e"],
    "tier": ["vip", "vip", "small", "small", "potential"],
    "realised_revenue_cents": [900_00, 500_00, 80_00, 20_00, 0],
    "realised_margin_cents": [300_00, 200_00, 20_00, 10_00, 0],
    "profit_cents": [250_00, -50_00, 10_00, 10_00, -20_00],
    "loss_cents": pd.array([None, 50_00, 90_00, None, 20_00], dtype="Int64"),
    "loss_reason": [None, "service", "unpaid", None, "sales"],
    "clv_cents": pd.array([400_00, 200_00, 10_00, 30_00, None], dtype="Int64"),
    "yearly_revenue_cents": [600_00, -10_00, 40_00, 20_00, 0],
    "share_of_wallet": [0.6, 0.0, 1.0, None, None],
    "wallet_headroom_cents": pd.array([400_00, 100_00, 0, None, None], dtype="Int64"),
    "wallet_basis": ["stated", "stated", "allocation rule", None, None],
    "n_referred": [2, 0, 1, 0, 0],
    "referral_value_cents": [70_00, 0, 30_00, 0, 0],
    "value_score": [None] * 5,
    "industry_rank": [1, 2, None, 3, None],
    "region_rank": [None] * 5,
})  # fmt: skip
LAW = {
    "top_20_share": {"value": 1.25, "low": 1.0, "high": 1.5},
    "bottom_30_share": {"value": -0.3, "low": None, "high": None},
    "lost_share": {"value": 0.26, "low": 0.1, "high": 0.4},
}
UNPROFITABLE = {
    "n_customers": 3, "customer_share": 0.6, "loss_cents": 160_00, "loss_share_of_earned": 160 / 270,
    "by_reason": [{"reason": "unpaid", "n_customers": 1, "loss_cents": 90_00, "loss_share": 0.5625}],
}  # fmt: skip


def realised(basis="profit", unprofitable=UNPROFITABLE, unpaid=80_00):
    facts = {"basis": basis, "whale": LAW, "unprofitable": unprofitable, "totals": {"unpaid_cents": unpaid}}
    return Realised(CUSTOMERS, facts | {"payback": None, "first_orders": None}, "EUR")


def test_customers_are_judged_by_profit_or_revenue():
    assert realised().cents.tolist() == CUSTOMERS["profit_cents"].tolist()
    assert realised("revenue").cents["a"] == 900_00
    assert realised().whale()["cumulative_cents"].iloc[-1] == 200_00


def test_by_revenue_only_the_first_half_of_the_law_is_shown():
    assert realised().law_figures["here_share"].tolist() == [1.25, -0.3, 0.26]
    assert realised("revenue").law_figures["here_share"].tolist() == [1.25]
    assert pd.isna(realised().law_figures["low_share"][1])


def test_unprofitable_customers_come_with_the_money_and_the_best_tier():
    assert say(realised().loss_finding("vip")) == (
        "With overdue invoices deducted, 3 customers (60%) cost EUR\u00a0160 more than they brought, 59% of what the "
        "others earn; 1 of them is in the VIP tier."
    )
    assert say(realised().loss_finding("important")).endswith("; none of them is in the important tier.")
    assert say(realised(unpaid=None).loss_finding("vip")).startswith("3 customers")
    assert realised(unprofitable=None).loss_finding("vip").code == "realised.unprofitable.not_known"
    assert realised(unprofitable={"n_customers": 0}).loss_finding("vip").code == "realised.unprofitable.none"


def test_the_largest_losses_come_first_and_without_names():
    top = realised().largest_losses(2)
    assert top["loss_cents"].tolist() == [90_00, 50_00]
    assert top["loss_reason"].tolist() == ["unpaid", "service"]
    assert top["place"].tolist() == [1, 2]
    assert "customer_id" not in top


def test_a_tier_shows_the_score_that_it_begins_at():
    facts = {
        "levels": [{"name": "vip", "share": 0.4, "at_least": 71.5}, {"name": "small", "share": 0.6, "at_least": None}],
        "pyramid": {"tiers": [{"tier": "vip", "n_customers": 2}, {"tier": "small", "n_customers": 2}]},
    }
    card = Scorecard(CUSTOMERS, facts, "EUR")
    assert card.names == ["vip", "small"]
    assert card.tiers["at_least"][0] == 71.5
    assert pd.isna(card.tiers["at_least"][1])


def test_weights_of_what_is_known_of_nobody_cannot_move():
    scale = {"indicator": "revenue", "scale": to_json(Finding("scorecard.scale.percentile"))}
    facts = {
        "scales": [
            {"dimension": "income", "known_share": 1.0, **scale},
            {"dimension": "credit", "known_share": 0, **scale},
        ],
        "sensitivity": {"moves": [{"dimension": name, "change": 0.25} for name in ("income", "credit")]},
    }
    card = Scorecard(CUSTOMERS, facts, "EUR")
    assert card.dimensions == ["income"]
    assert card.sensitivity["dimension"].tolist() == ["income"]


def test_wallets_are_summed_up_by_tier_without_counting_returns_against_others():
    by_tier = Wallet(CUSTOMERS, {"finding": "-"}, "EUR").by_tier(["vip", "important", "small"])
    assert by_tier["tier"].tolist() == ["vip", "small"]
    assert by_tier["n_customers"].tolist() == [2, 1]
    assert by_tier["ours_cents"].tolist() == [600_00, 40_00]
    assert by_tier["headroom_cents"].tolist() == [500_00, 0]
    assert by_tier["wallet_share"].tolist() == [pytest.approx(6 / 11), 1.0]
    ax = wallet_plots.headroom(by_tier, "EUR")
    assert [patch.get_width() for patch in ax.patches] == [600_00, 40_00, 500_00, 0]


def test_referrers_are_counted_by_tier_and_leaders_by_group():
    facts = {"referrals": {"finding": "-"}, "standing": {}}
    influence = Influence(CUSTOMERS, facts, "EUR")
    by_tier = influence.referrers(["vip", "important", "small"]).set_index("tier")
    assert by_tier["n_referred"].to_dict() == {"vip": 2, "important": 0, "small": 1}
    assert by_tier["value_cents"].sum() == 100_00
    assert influence.leaders().to_dict("records") == [{"group": "industry", "n_customers": 1, "n_ranked": 3}]


def test_what_was_never_tested_has_no_proof(tmp_path):
    measure = {"error_share": 0.1, "last_month_error_share": 0.2, "last_year_error_share": None, "covered_80": 0.75}
    proof = Equity(tmp_path, {"proof": {"measures": {"revenue_cents": measure}}}, "EUR").proof
    assert proof["measure"].tolist() == ["revenue"]
    assert proof["covered_80_share"].tolist() == [0.75]
    assert proof["last_year_error_share"].isna().all()
    assert Equity(tmp_path, {"proof": {"measures": {}}}, "EUR").proof.empty


@pytest.fixture
def value(tmp_path):
    """Return the value of CUSTOMERS, with 80% intervals of half to twice their worth."""
    clv = CUSTOMERS["clv_cents"].astype(float)
    frame = CUSTOMERS.assign(clv_cents=clv, clv_lower_80_cents=clv / 2, clv_upper_80_cents=clv * 2)
    set_down(frame, VALUE, tmp_path)
    known = Value(tmp_path, "EUR")
    own = {"low": 0.5, "high": 1.5, "tested_days": 360, "n_tests": 4}
    known.models = {"total_value": own | {"low": 0.9, "high": 1.1}, "tier_values": {"vip": own}}
    return known


def test_what_a_tier_brings_together_is_a_range(value):
    assert say(value.together("vip")) == (
        "All together, the 2 customers of the VIP tier will bring EUR\u00a0300 to EUR\u00a0900 in that time "
        "(80% range), going by how far off 4 earlier forecasts were, each 360 days ahead, for the customers who had "
        "spent most until then."
    )
    tiers = value.by("tier").set_index("tier")
    assert tiers.loc["vip", ["total_lower_80_cents", "total_upper_80_cents"]].tolist() == [300_00, 900_00]
    assert value.future(100_00, "vip") == Interval(Money(50_00, "EUR"), Money(150_00, "EUR"))
    assert value.future(100_00) == Money(100_00, "EUR")


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ({"n_tests": 1}, "together_once"),
        ({"n_tests": 0}, "together_untested"),
        ({"high": 3.5}, "together_too_uncertain"),
    ],
)
def test_a_range_that_nothing_supports_is_not_stated(value, own, code):
    value.models["tier_values"]["vip"] |= own
    assert value.together("vip").code == f"value_report.{code}"


def test_what_is_typical_of_a_tier_comes_with_its_interval(value):
    tiers = value.by("tier").set_index("tier")
    assert list(tiers.index) == ["vip", "small"]
    assert tiers.loc["vip", "n_customers"] == 2
    assert tiers.loc["vip", "clv_cents"] == 600_00
    assert tiers.loc["vip", "median_clv_cents"] == 300_00
    assert tiers.loc["vip", ["median_lower_80_cents", "median_upper_80_cents"]].tolist() == [150_00, 600_00]
    assert say(value.plot_worth("tier").alt) == (
        "Range chart of what a typical customer is worth with a chance of 80%, by tier: "
        "VIP EUR\u00a0150 to EUR\u00a0600 and small EUR\u00a010 to EUR\u00a040"
    )
    ax = worth_plots.worth_by_group(value.by("tier"), "tier", "EUR")
    assert [(patch.get_x(), patch.get_width()) for patch in ax.patches] == [(150_00, 450_00), (10_00, 30_00)]
    assert [text.get_text() for text in ax.texts] == ["EUR\u00a0300 (150 to 600)", "EUR\u00a020 (10 to 40)"]


def test_what_is_not_known_of_all_buyers_is_no_interval(value):
    value.frame["clv_upper_80_cents"] = value.frame["clv_upper_80_cents"].where(value.frame["customer_id"] != "b")
    assert not value.has_intervals
    assert "median_clv_cents" not in value.by("tier")
    assert value.plot_worth("tier").alt.code == "value.figure.clv_by_alt"
