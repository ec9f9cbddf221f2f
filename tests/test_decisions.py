"""What leadership has to decide: most money first, five at most, and nothing that the history does not support."""

from dataclasses import asdict
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from crmwb import layout, storage
from crmwb.actions import headlines
from crmwb.display import html
from crmwb.errors import CrmwbError
from crmwb.findings import Change, Count, Day, Finding, Money, Name, Share, Term, Unavailable, language
from crmwb.findings.say import say
from crmwb.value.potential.total import TotalRange
from crmwb.workbench import decisions

RELIABLE = {"is_available": True, "reliability": {"n_moments": 6}}


def customers(**columns) -> pd.DataFrame:
    usual = {
        "customer_id": ["c0", "c1", "c2", "c3"],
        "revenue_cents": 1_000_00, "tier": ["vip", "vip", "small", "small"], "kind": "company",
        "margin_at_stake_cents": [50_00, 0, 30_00, 0],
        "risk_class": ["at_risk", "low", "likely_lost", "low"], "n_purchase_days": [3, 3, 1, 1],
        "owner": ["ann", None, "bob", None], "days_since_last": [50, 3, 400, 9], "usual_gap_days": 12.2,
        "risk": [0.6, 0.1, 0.94, 0.1], "risk_horizon_days": 60, "age_days": 900,
    }  # fmt: skip
    return pd.DataFrame(usual | columns)


def workbench(
    frame: pd.DataFrame,
    *,
    risk=RELIABLE,
    alerts=(),
    findings=(),
    lost=None,
    models=None,
    replaced=False,
    closes=False,
    numbers=False,
    happened=(),
    gain=20_00,
    basis="assumed",
    held_out=(),
) -> SimpleNamespace:
    """Return what decisions read of a workbench, with no forecast and no campaign."""
    listed = pd.DataFrame(
        {"customer_id": ["c0", "c1"], "owner": "ann", "gain_cents": gain, "cost_cents": 5_00, "is_held_out": False}
    )
    listed["basis"] = basis
    listed["is_held_out"] = listed["customer_id"].isin(held_out)
    months = pd.DataFrame({"revenue_cents": [int(frame["revenue_cents"].sum())]})
    equity = SimpleNamespace(findings=lambda part: [Unavailable("forecast.too_short", {})])
    return SimpleNamespace(
        currency="EUR",
        circumstances=SimpleNamespace(
            ids_replaced=replaced, closes_now=closes, numbers_per_order=numbers, year=None, findings=list(happened)
        ),
        customers=SimpleNamespace(frame=frame, buyers=frame, months=months),
        lifecycle=SimpleNamespace(facts={"risk": risk}),
        campaigns=SimpleNamespace(revenue=pd.DataFrame()),
        actions=SimpleNamespace(alerts=list(alerts), findings=list(findings), frame=listed),
        value=SimpleNamespace(
            scorecard=SimpleNamespace(names=["vip", "important", "small"]),
            realised=SimpleNamespace(unprofitable=lost),
            equity=equity,
            models=models or {},
            too_uncertain=None,
            future=lambda cents: TotalRange.of(models or {}).stated(cents, "EUR"),
        ),
    )


def named(code: str, every: list) -> list:
    """Return the decisions of one kind."""
    titles = {f"decisions.{code}.title{kind}" for kind in ("", "_assumed", "_channel")}
    return [decision for decision in every if decision.title.code in titles]


def test_the_best_tier_states_what_it_has_brought():
    (decision,) = named("tier_service", decisions.decisions(workbench(customers(owner=None))))
    assert say(decision.title) == "Decide what service the 2 customers of the VIP tier get"
    assert say(decision.stake) == "They brought EUR\u00a02k of revenue so far, 50% of all."


def test_those_of_the_best_tier_who_have_no_owner_are_given_one_where_others_have():
    (decision,) = named("tier", decisions.decisions(workbench(customers())))
    assert say(decision.title) == "Name an owner for the 1 customer of the VIP tier who has none"
    assert say(decision.stake) == "They brought EUR\u00a01k of revenue so far, 25% of all."


def test_assumed_costs_state_the_revenue_that_they_concern():
    models = {"margin": {"is_assumed": True, "share": 0.25}}
    (decision,) = named("cost_gap", decisions.decisions(workbench(customers(), models=models)))
    assert say(decision.stake) == "Every margin stated here, of EUR\u00a04k of revenue, is assumed to be 25%."


def test_an_assumed_margin_is_stated_whether_or_not_it_is_among_the_decisions():
    wb = workbench(customers(), models={"margin": {"is_assumed": True, "share": 0.25}})
    every = decisions.decisions(wb)
    assert decisions.unsaid_gap(wb, every) is None
    assert "assumed to be 25% of revenue" in say(decisions.unsaid_gap(wb, named("tier", every)))
    assert decisions.unsaid_gap(workbench(customers()), []) is None  # costs are known


def test_what_the_history_supports_no_single_figure_of_is_stated_as_a_range():
    models = {"total_value": {"low": 0.5, "high": 2.0, "is_narrow": False, "tested_days": 90}}
    (decision,) = named("risk", decisions.decisions(workbench(customers(), models=models)))
    assert say(decision.stake).startswith(
        "EUR\u00a025 to EUR\u00a0100 of future margin, with 25% of customers; 1 more is "
    )


def test_persons_are_given_no_owner():
    (decision,) = named("tier_service", decisions.decisions(workbench(customers(kind="person"))))
    assert say(decision.title) == "Decide what service the 2 customers of the VIP tier get"


def test_customers_outside_the_tier_who_brought_more_than_most_in_it_are_counted():
    frame = customers(revenue_cents=[1_000_00, 900_00, 940_00, 2_000_00])
    (decision,) = named("tier", decisions.decisions(workbench(frame)))
    assert "Outside the tier, 1 customer without an owner brought more than most of those in it." in say(decision.stake)
    (decision,) = named("tier_service", decisions.decisions(workbench(frame.assign(owner=None))))
    assert "Outside the tier, 1 customer brought more than most of those in it." in say(decision.stake)


def test_who_has_an_owner_is_given_none():
    owned = customers(owner=["ann", "bob", None, None])
    assert not named("tier", decisions.decisions(workbench(owned)))
    assert say(named("tier_service", decisions.decisions(workbench(owned)))[0].owner) == "sales"


def test_risk_states_the_margin_at_stake_and_who_of_the_upper_tiers():
    (decision,) = named("risk", decisions.decisions(workbench(customers())))
    assert say(decision.title) == "Keep 1 customer at risk of leaving"
    assert say(decision.stake).startswith("EUR\u00a050 of future margin, with 25% of customers; 1 ")
    assert say(decision.stake).endswith(
        "If the assumptions in actions.yaml hold, the list of actions keeps EUR\u00a020 of it with 1 customer, for "
        "EUR\u00a05."
    )
    both = workbench(customers(risk_class="at_risk"), basis=["learned", "assumed"])
    assert "; 50% of that gain is assumed, not measured." in say(named("risk", decisions.decisions(both))[0].stake)
    (decision,) = named("risk", decisions.decisions(workbench(customers(), basis="learned")))
    assert "By measured effects, the list of actions is expected to keep EUR\u00a020 of it" in say(decision.stake)
    assert say(decision.decide).startswith("Who contacts the 1 in the upper tiers")
    assert say(decision.sure) == "The chance of leaving was tested on 6 past month ends."


def test_where_most_are_at_risk_or_likely_lost_the_decision_is_of_regular_buyers(monkeypatch):
    monkeypatch.setattr("crmwb.marts.regulars.LEAST_REGULARS", 1)
    most = customers(risk_class=["at_risk", "low", "likely_lost", "at_risk"])
    (decision,) = named("risk_regulars", decisions.decisions(workbench(most)))
    assert say(decision.title) == "Keep 1 customer who bought three times or more and is at risk of leaving"
    assert "EUR\u00a050 of future margin with them, of EUR\u00a050 with all 2 customers at risk (50% of" in say(
        decision.stake
    )
    assert named("risk", decisions.decisions(workbench(most, numbers=True)))
    few = most.assign(n_purchase_days=[2, 1, 2, 2], tier="small")
    assert named("risk_below", decisions.decisions(workbench(few)))  # no regular buyers, but not most bought once


def test_where_few_regular_buyers_are_left_the_decision_is_of_the_list_and_says_who_bought_once():
    most = customers(risk_class=["at_risk", "low", "likely_lost", "at_risk"], n_purchase_days=1)
    (decision,) = named("risk_once", decisions.decisions(workbench(most)))
    assert say(decision.title) == "Act on 1 customer of those at risk of leaving"
    assert say(decision.stake).startswith(
        "EUR\u00a050 of future margin with 2 customers at risk, 2 of whom have bought once so far; 1 more is"
    )


def test_a_large_customer_who_is_likely_lost_is_named_with_the_owner():
    assert not named("lost", decisions.decisions(workbench(customers())))  # silent for more than a year: no news
    frame = customers(days_since_last=[50, 3, 140, 9], customer_id=["c0", "c1", "A9001", "c3"])
    (decision,) = named("lost", decisions.decisions(workbench(frame)))
    assert say(decision.title) == "Find out whether A9001 (bob) can be won back"
    assert say(decision.stake) == (
        "EUR\u00a01k of revenue so far, 25% of all, came from this customer: likely lost, without a purchase for 140 "
        "days (usually one every 12 days)."
    )
    assert decision.owner == Name("bob")
    assert not named("lost", decisions.decisions(workbench(frame, closes=True)))
    assert not named("lost", decisions.decisions(workbench(frame.assign(revenue_cents=[9_900_00, 0, 90_00, 0]))))


def test_a_risk_that_was_not_tested_or_has_no_margin_is_not_stated():
    assert not named("risk", decisions.decisions(workbench(customers(), risk={"is_available": False})))
    assert not named("risk", decisions.decisions(workbench(customers(margin_at_stake_cents=None))))
    assert not named("risk", decisions.decisions(workbench(customers(), replaced=True)))
    assert not named("risk", decisions.decisions(workbench(customers(), closes=True)))
    assert not named("tier", decisions.decisions(workbench(customers(), replaced=True)))


def test_where_numbers_are_orders_nobody_is_counted_as_lost():
    (decision,) = named("risk", decisions.decisions(workbench(customers(), numbers=True)))
    assert say(decision.stake).startswith("EUR\u00a050 of future margin. Who is likely lost already is not counted")


def test_what_wins_little_beside_the_revenue_of_a_year_is_not_stated():
    assert not named("risk", decisions.decisions(workbench(customers(revenue_cents=4_000_00))))  # 15 of 16,000
    assert named("risk", decisions.decisions(workbench(customers(revenue_cents=3_000_00))))
    earlier = workbench(customers(revenue_cents=4_000_00))  # most of it was longer ago than 12 months
    earlier.customers.months = pd.DataFrame({"revenue_cents": [9_000_00] + [500_00] * 12})
    assert named("risk", decisions.decisions(earlier))


def test_a_risk_against_which_nothing_is_worth_its_cost_is_no_decision():
    assert not named("risk", decisions.decisions(workbench(customers(), gain=5_00)))
    assert not named("risk", decisions.decisions(workbench(customers(), held_out=["c0"])))


@pytest.mark.parametrize("held_out", [["c1"], []])
def test_the_list_says_whether_it_is_measured_and_weighs_what_it_wins(held_out):
    money = {name: Money(cents, "EUR") for name, cents in (("gain", 40_00), ("cost", 10_00), ("range", 40_00))}
    summary = Finding(
        "actions.summary_assumed", {"n": Count(2, "customer"), "assumed": Share(1.0), **money}, weight=40_00
    )
    (decision,) = named("list", decisions.decisions(workbench(customers(), findings=[summary], held_out=held_out)))
    assert decision.weight == 30_00
    assert say(decision.title) == "Try out the next actions with 2 customers"  # nothing shows yet what they bring
    assert ("nobody is held out" in say(decision.decide)) is (not held_out)
    assert say(decision.sure) == "Not measured: every gain is an assumption so far."


def test_what_wins_money_by_an_assumption_only_comes_after_what_is_counted_and_names_the_assumption():
    money = {name: Money(cents, "EUR") for name, cents in (("gain", 4_000_00), ("cost", 10_00), ("range", 40_00))}
    summary = Finding(
        "actions.summary_assumed", {"n": Count(2, "customer"), "assumed": Share(1.0), **money}, weight=4_000_00
    )
    one = Finding("actions.one_assumption", {"action": Term("action", "settle_credit"), "part": Share(0.9)})
    every = decisions.decisions(workbench(customers(), findings=[summary, one]))
    assert [d.is_assumed for d in every] == sorted(d.is_assumed for d in every)
    (decision,) = named("list", every)
    assert decision.weight > every[0].weight
    assert say(decision.sure).startswith("Not measured: every gain is an assumption so far, and 90% rests on that of “")
    measured = Finding("actions.summary_measured", summary.values, weight=4_000_00)
    (decision, *_) = decisions.decisions(workbench(customers(), findings=[measured], basis="learned"))
    assert say(decision.sure) == "By effects that were measured here."


def test_most_money_comes_first_with_the_owner_of_most_of_it():
    late = {"money": Money(90_00, "EUR"), "n": Count(1, "customer"), "owner": Name("MG"), "part": Money(60_00, "EUR")}
    alert = Finding("actions.alert.overdue_by_owner", late, weight=90_00)
    lost = {
        "n_customers": 1,
        "loss_cents": 75_00,
        "before_unpaid": [{"reason": "returns", "n_customers": 1, "loss_cents": 70_00, "loss_share": 1.0}],
    }
    listed = decisions.decisions(workbench(customers(tier="important"), alerts=[alert], lost=lost))
    assert [d.title.code for d in listed] == [
        "decisions.overdue.title",
        "decisions.losses.title",
        "decisions.risk.title",
    ]
    assert say(listed[0].owner) == "MG"  # with half of the money or more
    assert "EUR\u00a070 more cost than they brought, even if they pay all that is overdue" in say(listed[1].stake)
    small = Finding(alert.code, late | {"part": Money(40_00, "EUR")}, weight=90_00)
    assert say(decisions.decisions(workbench(customers(tier="important"), alerts=[small]))[0].owner) == "finance"
    assert say(listed[1].decide) == "Which goods or customers lose the right to free returns."
    assert len(decisions.decisions(workbench(customers(), alerts=[alert], lost=lost), most=2)) == 2


def test_a_fall_that_a_channel_made_which_stopped_is_about_that_channel():
    alert = Finding("actions.alert.revenue_fell", {"change": Change(-0.17), "now": Money(200_00, "EUR")}, weight=400_00)
    gone = {
        "channel": Name("market"), "day": Day(date(2024, 8, 18)), "share": Share(0.5), "money": Money(9_000_00, "EUR"),
        "fell": Money(900_00, "EUR"), "others": Change(0.59),
    }  # fmt: skip
    stopped = Finding("circumstances.channel_stopped", gone)
    frame = customers().assign(recent_revenue_cents=10_00, year_ago_revenue_cents=12_00)
    (decision,) = named("fall", decisions.decisions(workbench(frame, alerts=[alert], happened=[stopped])))
    assert say(decision.title).startswith("Replace the revenue of market: all revenue is down 17%")
    assert say(decision.stake) == (
        "EUR\u00a0400 less than in the same days a year before. market, which has sold nothing since 18 August 2024, "
        "sold EUR\u00a0900 less; all other sales together are up 59%."
    )
    assert "without that channel there is no fall" in say(decision.sure)
    (decision,) = named("fall", decisions.decisions(workbench(frame, alerts=[alert])))
    assert say(decision.stake) == "EUR\u00a0400 less than in the same days a year before."


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_a_decision_shows_title_money_choice_owner_and_sureness(code):
    (decision,) = named("risk", decisions.decisions(workbench(customers())))
    with language.using(code):
        shown = html.html(decision)
        assert shown.count("<dt>") == shown.count("<dd>") == 4
        assert f'<a href="lifecycle_and_retention.html">{say(decision.title)}</a>' in shown


def test_what_changed_since_the_accepted_run(tmp_path):
    before = headlines.Headlines("2020-01-01", 10, 1_000_00, 100_00, 2, 50_00, None)
    now = headlines.Headlines("2020-02-01", 12, 1_200_00, 90_00, 2, None, None)
    rows = headlines.changes(before, now, "EUR", TotalRange(1.0, 1.0, 0), recent_days=90)
    assert [say(what) for what in rows["what"]] == [
        "Customers who have bought", "Revenue of the last 90 days",
        "Customers at risk or likely lost",
    ]  # fmt: skip
    assert list(rows["change"]) == [
        Change.between(10, 12),
        Change.between(100, 90),
        Change(0.0),
    ]

    profile = {"source": {"kind": "files", "name": "x"}, "tables": {}}
    storage.write_json({"profile": profile}, tmp_path / layout.QUALITY_SUMMARY)
    assert headlines.accepted(tmp_path) is None
    storage.write_json(profile | {"headlines": asdict(before)}, tmp_path / layout.ACCEPTED_RUN)
    assert headlines.accepted(tmp_path) == before
    storage.write_json(profile | {"headlines": {"revenue": 1}}, tmp_path / layout.ACCEPTED_RUN)
    with pytest.raises(CrmwbError, match="crmwb accept"):
        headlines.accepted(tmp_path)


def experiments(p_values) -> pd.DataFrame:
    """Experiments that all seem to have paid, the first the most."""
    n = len(p_values)
    return pd.DataFrame(
        {
            "campaign_id": [f"m{i}" for i in range(n)], "cost_cents": float("nan"), "design": "experiment",
            "name": [f"c{i}" for i in range(n)], "difference": [900.0 - i for i in range(n)], "low": 10.0,
            "high": 1_800.0,
            "n_treated": 100, "is_experiment": True, "p_of_all": p_values,
        }
    )  # fmt: skip


def test_a_campaign_is_repeated_only_where_it_stands_out_from_all_that_were_tested():
    wb = workbench(customers())
    wb.campaigns.revenue = experiments([0.09, 0.04])  # the first has the larger effect, and may be chance
    (decision,) = named("campaign_proven", decisions.decisions(wb))
    assert "“c1”" in say(decision.title)
    assert "among the 2 campaigns tested" in say(decision.sure)
    wb.campaigns.revenue = experiments([0.01, 0.9]).assign(n_later_unproven=[1, 0])
    decision = next(d for d in decisions.decisions(wb) if d.title.code == "decisions.campaign_proven.title_later")
    assert say(decision.title).endswith("raised revenue and 1 campaign of the same kind since then is not shown to")
    wb.campaigns.revenue = experiments([0.09, 0.2])
    assert not named("campaign_proven", decisions.decisions(wb))


def test_what_lost_most_and_what_paid_are_decisions_of_their_own():
    wb = workbench(customers(), models={"margin": {"share": 0.5, "is_assumed": False}})
    wb.campaigns.revenue = experiments([0.01, 0.01, 0.9]).assign(cost_cents=[2_000_00.0, 2_00.0, 9_000_00.0])
    every = decisions.decisions(wb)
    assert "“c2”" in say(named("campaign_costly", every)[0].title)  # proven to raise revenue or not
    assert "“c1”" in say(named("campaign_proven", every)[0].title)
    assert say(named("campaign_costly", every)[0].sure) == "Measured against a control group."
    wb.value.models = {"margin": {"share": 0.5, "is_assumed": True}}
    every = decisions.decisions(wb)
    assert "the cost exceeds even all of the extra revenue" in say(named("campaign_costly", every)[0].sure)
    assert say(named("campaign_proven", every)[0].sure).endswith("its margin of 50% is assumed.")


@pytest.mark.parametrize(
    ("cost_cents", "code", "stake"),
    [
        (2_00, "campaign_proven", "(EUR\u00a05 to EUR\u00a0900) for a cost of EUR\u00a02, a return on investment of "),
        (
            100_00,
            "campaign_proven",
            "Whether it paid is not shown: EUR\u00a0450 of margin (EUR\u00a05 to EUR\u00a0900)",
        ),
        (
            2_000_00,
            "campaign_costly",
            "EUR\u00a02k of cost for EUR\u00a0450 of margin (95% interval EUR\u00a05 to EUR\u00a0900), a return",
        ),
    ],
)
def test_what_a_campaign_brought_is_set_against_its_cost(cost_cents, code, stake):
    wb = workbench(customers(), models={"margin": {"share": 0.5, "is_assumed": False}})
    wb.campaigns.revenue = experiments([0.01]).assign(cost_cents=cost_cents)
    (decision,) = named(code, decisions.decisions(wb))
    assert stake in say(decision.stake)
    wb.campaigns.revenue = experiments([0.01])
    assert say(named("campaign_proven", decisions.decisions(wb))[0].stake).endswith(
        "(95% interval EUR\u00a010 to EUR\u00a01.8k)."
    )
