"""What the campaigns report says of all campaigns, of groups, and of the next time."""

from datetime import date

import pandas as pd
import pytest
from builders import set_down

from crmwb import layout, storage
from crmwb.contract.response import CAMPAIGNS, EFFECTS
from crmwb.findings import Name, to_json
from crmwb.findings.say import say
from crmwb.plots import response as plots
from crmwb.response.build import Response
from crmwb.response.findings import findings
from crmwb.response.returns import Margin
from crmwb.workbench.campaigns import Campaigns

HALF = Margin(0.5, is_assumed=False)


def effect(campaign, p_value, difference=100.0, grouping="", group=""):
    return {
        "campaign_id": campaign, "grouping": grouping, "group": group, "outcome": "revenue_cents",
        "method": "adjusted" if not grouping else "difference", "difference": difference, "low": 0.0, "high": 200.0,
        "p_value": p_value, "smallest": 50.0, "n_treated": 40, "n_control": 40, "standard_error": 50.0,
    }  # fmt: skip


@pytest.fixture
def campaigns(tmp_path):
    def written(effects, answers=("all", "open", "open"), costs=None, p_balance=None):
        heads = pd.DataFrame({"campaign_id": ["a", "b", "c"], "name": ["A", "B", "C"], "answer": answers})
        heads = heads.assign(design="experiment", n_treated=40, n_control=40, answer_outcome="revenue_cents")
        heads["cost_cents"], heads["p_balance"] = ([*(known or [None] * 3)] for known in (costs, p_balance))
        heads["starts_on"] = [date(2024, month, 1) for month in (1, 2, 3)]
        set_down(heads, CAMPAIGNS, tmp_path)
        set_down(pd.DataFrame(effects), EFFECTS, tmp_path)
        return Campaigns(tmp_path, "EUR")

    return written


def test_experiments_are_also_judged_together(campaigns):
    shown = campaigns([effect("a", 0.001), effect("b", 0.04), effect("c", 0.9)])
    assert shown.revenue["p_of_all"].round(3).tolist() == [0.9, 0.08, 0.003]  # the latest first
    assert say(shown.together_finding) == (
        "Judged together, 1 of 3 campaigns with a control group is shown to change revenue (Holm's correction)."
    )
    assert campaigns([effect("a", 0.001)]).together_finding is None


def test_groups_with_an_effect_of_their_own_are_not_counted_beside_differences(campaigns):
    groups = [effect("a", 0.01, 300.0, "stage", "growth"), effect("a", 0.01, 310.0, "stage", "decline")]
    shown = campaigns([effect("a", 0.001), *groups]).groups
    (sentence,) = map(say, shown.differences)
    assert sentence.startswith("No difference between groups can be shown")
    assert "significant" not in sentence


def test_what_groups_spent_before_is_taken_out_where_it_is_known(campaigns):
    groups = [effect("a", 0.5, 300.0, "tier", "vip"), effect("a", 0.5, 20.0, "tier", "small")]
    adjusted = groups[0] | {"method": "adjusted", "difference": 250.0}
    shown = campaigns([effect("a", 0.2), *groups, adjusted]).groups
    assert shown.by("tier")[["group", "method", "difference"]].to_numpy().tolist() == [
        ["small", "difference", 20.0],
        ["vip", "adjusted", 250.0],
    ]


def test_whether_groups_differ_at_all_is_tested_and_the_campaign_that_shows_it_is_drawn(campaigns):
    tiers = [
        effect("a", 0.5, gain, "tier", name) for name, gain in (("vip", 600.0), ("small", 0.0), ("ordinary", 20.0))
    ]
    alike = [effect("b", 0.5, gain, "stage", name) for name, gain in (("growth", 90.0), ("decline", 100.0))]
    shown = campaigns([effect("a", 0.2), effect("b", 0.2), *tiers, *alike]).groups
    assert shown.tests[["campaign_id", "grouping", "n_groups"]].to_numpy().tolist() == [
        ["b", "stage", 2],
        ["a", "tier", 3],
    ]
    some, difference = map(say, shown.differences)
    assert some.startswith("Of 2 comparisons between groups, 1 shows beyond chance that a campaign brought")
    assert difference == (
        "A brought EUR\xa06 per customer contacted of “VIP” (interval EUR\xa04.80 to EUR\xa07.20) and EUR\xa00 of "
        "“small” (−EUR\xa01.20 to EUR\xa01.20), by tier."
    )
    assert shown.shown == "a"
    assert [say(term) for term in shown.table("a")["group"]] == ["VIP", "ordinary", "small"]
    axes = plots.forest(shown.table("a").assign(group=["vip", "ordinary", "small"]), 100.0, "EUR")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["tier", "VIP", "ordinary", "small"]


def test_where_no_difference_between_groups_is_shown_the_page_says_so(campaigns):
    alike = [effect("b", 0.5, gain, "stage", name) for name, gain in (("growth", 90.0), ("decline", 100.0))]
    shown = campaigns([effect("b", 0.2), *alike]).groups
    (sentence,) = map(say, shown.differences)
    assert sentence.startswith("No difference between groups can be shown: of 1 comparison between groups, none")
    assert shown.shown == "b"
    alone = campaigns([effect("b", 0.2), alike[0]]).groups
    assert alone.shown is None
    (sentence,) = map(say, alone.differences)
    assert sentence == (
        "Whether a campaign brings more of some customers than of others cannot be tested: no campaign has two groups "
        "that are large enough."
    )


@pytest.mark.parametrize(
    ("p_values", "sentence"),
    [
        ([0.01, 0.2], "Effect on revenue: significant for 1 campaign and not significant for 1 campaign."),
        ([0.2, 0.2], "Effect on revenue: not significant for 2 campaigns."),
        ([0.2, None], "Effect on revenue: not significant for 1 campaign and not to be stated for 1 campaign."),
    ],
)
def test_campaigns_are_counted_by_what_is_known_and_no_count_is_zero(p_values, sentence):
    heads = pd.DataFrame({"campaign_id": ["a", "b"], "name": ["A", "B"], "answer": "open", "design": "experiment"})
    heads = heads.assign(p_balance=0.5, p_sizes=0.5, starts_on=date(2024, 1, 1))
    rows = [effect(i, p) | {"level": 0.95} for i, p in zip("ab", p_values, strict=True) if p is not None]
    summed = findings(Response(heads, pd.DataFrame(rows), *[pd.DataFrame()] * 4), "EUR")[1]
    assert say(summed) == sentence


def test_costs_are_set_against_the_margin_and_a_missing_cost_is_counted(campaigns):
    shown = campaigns([effect("a", 0.001), effect("b", 0.9)], costs=(1_000, None, None))
    (first, missing) = shown.return_findings(HALF)
    assert say(first) == (  # 40 contacted, 1.00 of revenue each, half of it margin
        "A cost EUR\u00a010; whether it paid is not shown: it brought EUR\u00a00 to EUR\u00a040 of margin (95% "
        "interval), a return on investment of −100% to 300%."
    )
    assert say(missing) == "The source states no cost of 2 campaigns, so no return is stated of them."
    (dear, _) = campaigns([effect("a", 0.001)], costs=(10_000, None, None)).return_findings(HALF)
    assert say(dear).startswith(
        "A cost EUR\u00a0100 and did not pay: it brought EUR\u00a020 of margin (95% interval EUR"
    )
    assert shown.returns(HALF)["campaign_id"].tolist() == ["a"]
    assumed = Margin(0.5, is_assumed=True)  # 80.00 of revenue at most, which an unknown margin may leave whole
    for cost, verdict in ((7_000, "open"), (9_000, "lost")):
        dear = campaigns([effect("a", 0.001)], costs=(cost, None, None)).returns(assumed)
        assert dear["verdict"].tolist() == [verdict]


@pytest.mark.parametrize(
    ("p_sizes", "p_balance", "code"), [(1e-5, 0.5, "wrong_sizes"), (float("nan"), 1e-5, "unlike_arms")]
)
def test_control_groups_that_are_too_small_or_unlike_are_told_apart(p_sizes, p_balance, code):
    heads = pd.DataFrame(
        {
            "campaign_id": ["a"], "name": ["A"], "answer": [None], "design": ["experiment"], "p_balance": [p_balance],
            "p_sizes": [p_sizes], "starts_on": [date(2024, 1, 1)], "n_treated": [40], "n_control": [30],
        }
    )  # fmt: skip
    (_, _, own) = findings(Response(heads, pd.DataFrame(), *[pd.DataFrame()] * 4), "EUR")
    assert own.code == f"response.{code}"
    assert say(own).startswith("A: ")


def test_that_control_groups_were_alike_is_said_only_where_all_were(campaigns):
    shown = campaigns([effect("a", 0.2)], p_balance=(0.5, 0.2, None))
    assert say(shown.design_finding).startswith("2 campaigns with a control group: customers contacted and held back")
    assert campaigns([effect("a", 0.2)], p_balance=(0.5, 1e-6, None)).design_finding is None


def test_the_next_time_is_not_summed_up_where_nothing_shows_it(campaigns):
    shown = campaigns([effect("a", 0.2)], answers=("open", "open", None))
    assert say(shown.next_time_finding(HALF)).endswith("is not shown by the control groups of 2 campaigns.")


def test_what_is_significant_alone_is_open_where_several_were_tested(campaigns):
    shown = campaigns([effect("a", 0.03), effect("b", 0.4)], answers=("all", "open", None))
    assert shown.answers(HALF)["answer"].tolist() == ["open", "open"]
    shown = campaigns([effect("a", 0.01), effect("b", 0.4)], answers=("all", "open", None))
    assert shown.answers(HALF)["answer"].tolist() == ["all", "open"]


def test_what_surely_did_not_pay_is_not_to_be_repeated_and_refusals_are_not_cut(campaigns, tmp_path):
    rows = [effect("a", 0.001), effect("b", 0.001)]
    shown = campaigns(rows, answers=("all", "all", "open"), costs=(1_000_000, 10, None))
    assert shown.answers(HALF)["answer"].tolist() == ["costly", "all", "open"]
    assert "not at this cost (1 campaign)" in say(shown.next_time_finding(HALF))
    heads = shown.frame.assign(p_sizes=0.5, p_balance=[0.5, 0.5, 1e-6])
    response = Response(heads, pd.DataFrame(rows).assign(level=0.95), *[pd.DataFrame()] * 4)
    storage.write_json([to_json(finding) for finding in findings(response, "EUR")], tmp_path / layout.RESPONSE_FINDINGS)
    codes = [(f.code.removeprefix("response."), f.values.get("campaign")) for f in shown.shown_findings(HALF, most=4)]
    assert ("answer_all", Name("A")) not in codes
    assert codes[-1] == ("unlike_arms", Name("C"))


def test_a_campaign_that_runs_longer_than_what_is_counted_is_said_and_not_called_a_loss(campaigns, tmp_path):
    shown = campaigns([effect("a", 0.001), effect("b", 0.001)], costs=(1_000_000, 1_000_000, None))
    assert shown.returns(HALF)["verdict"].tolist() == ["lost", "lost"]
    assert shown.longer_finding(28) is None
    set_down(shown.frame.assign(n_days_not_counted=[27, 0, None]), CAMPAIGNS, tmp_path)
    longer = Campaigns(tmp_path, "EUR")
    assert dict(zip(*longer.returns(HALF)[["campaign_id", "verdict"]].to_numpy().T, strict=True)) == {
        "a": "open", "b": "lost",
    }  # fmt: skip
    assert say(longer.longer_finding(28)).startswith("1 campaign ran longer than the 28 days from the first day")
    assert "up to 55 days" in say(longer.longer_finding(28))


def test_later_campaigns_of_the_same_kind_that_showed_nothing_are_counted(campaigns, tmp_path):
    shown = campaigns([effect("a", 0.001), effect("b", 0.8), effect("c", 0.9)])
    assert shown.revenue["n_later_unproven"].tolist() == [0, 0, 0]  # of no known kind
    rows = shown.frame
    for kinds, later in ((["call", "call", "call"], 2), (["call", "call", "letter"], 1), (["call", "letter", ""], 0)):
        set_down(rows.assign(kind=kinds), CAMPAIGNS, tmp_path)
        counted = Campaigns(tmp_path, "EUR").revenue.set_index("campaign_id")["n_later_unproven"]
        assert counted["a"] == later
    shown = campaigns([effect("a", 0.001), effect("b", 0.001), effect("c", 0.9)])
    set_down(shown.frame.assign(kind="call"), CAMPAIGNS, tmp_path)
    again = Campaigns(tmp_path, "EUR").revenue.set_index("campaign_id")["n_later_unproven"]
    assert (again["a"], again["b"]) == (0, 1)  # one of those after the first showed it again


def test_the_next_time_is_summed_up_by_answer(campaigns):
    sentence = say(campaigns([effect("a", 0.001)]).next_time_finding(HALF))
    assert sentence.endswith("by the control groups: all customers (1 campaign) and not proven (2 campaigns).")


@pytest.mark.parametrize(
    ("p_value", "difference", "answer", "is_said"),
    [
        (0.01, 100.0, "all", True),
        (0.20, 100.0, "all", False),  # the table tells by what it is judged
        (0.01, -100.0, "sort", False),
        (0.20, -100.0, "none", True),
    ],
)
def test_whom_to_contact_again_is_said_after_a_proven_gain_only(p_value, difference, answer, is_said):
    heads = pd.DataFrame(
        {
            "campaign_id": ["a"], "name": ["A"], "answer": [answer], "design": ["experiment"], "p_balance": [0.5],
            "p_sizes": [0.5], "starts_on": [date(2024, 1, 1)],
        }
    )  # fmt: skip
    effects = pd.DataFrame([effect("a", p_value, difference) | {"level": 0.95}])
    sentence = findings(Response(heads, effects, *[pd.DataFrame()] * 4), "EUR")
    assert any(finding.code == f"response.answer_{answer}" for finding in sentence) == is_said


def test_whom_to_contact_again_is_not_said_where_one_of_several_is_significant_alone():
    heads = pd.DataFrame({"campaign_id": [*"abcd"], "name": [*"ABCD"], "answer": "all", "design": "experiment"})
    heads = heads.assign(p_balance=0.5, p_sizes=0.5, starts_on=date(2024, 1, 1), n_treated=40, n_control=40)

    def codes(p_value):
        effects = [effect("a", p_value), *(effect(campaign, 0.5) for campaign in "bcd")]
        own = pd.DataFrame(effects).assign(level=0.95)
        none = pd.DataFrame()
        return [finding.code for finding in findings(Response(heads, own, none, none, none, none), "EUR")]

    assert "response.answer_all" in codes(0.01)
    assert "response.answer_all" not in codes(0.04)
    assert "response.effect_gain" in codes(0.04)  # with its interval, beside what holds of all together
