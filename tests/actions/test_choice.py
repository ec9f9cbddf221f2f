"""The list of a period: who is on it, who may not be, who is held out, and what earlier lists teach."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from planning import AS_OF, COLUMNS, customers, listed, plan

from crmwb import engine, layout, storage
from crmwb.actions import follow_up, ledger, measured
from crmwb.actions.candidates import candidates
from crmwb.actions.choice import Share, choose
from crmwb.actions.findings import findings, follow_up_findings
from crmwb.actions.holdouts import is_held_out, least_chosen
from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Money, to_json
from crmwb.findings.say import say
from crmwb.response.effects import mean_effect
from crmwb.workbench.actions import Actions


def test_one_action_per_customer_the_one_that_gains_most(con, tmp_path):
    frame = customers(clv_cents=[100_000, 100_000], overdue_cents=[0, 500_000])
    rows = listed(con, frame, plan(tmp_path))[0].rows.set_index("customer_id")
    assert rows["action"].to_dict() == {"c0000": "call", "c0001": "remind"}  # 5% of 5,000 beats 10% of 1,000 less 5
    assert rows.loc["c0000", ["gain_cents", "gain_low_cents", "gain_high_cents"]].tolist() == [10_000, 0, 20_000]
    assert (rows.loc["c0000", "due_on"], rows.loc["c0000", "review_on"]) == (date(2024, 7, 8), date(2024, 8, 30))


def test_consent_and_quiet_days_are_kept_but_do_not_stop_a_reminder(con, tmp_path):
    frame = customers(
        contactable=[False, True, True, None], days_since_contact=[100, 13, 14, None], overdue_cents=[900, 0, 0, 0]
    )
    result, _ = listed(con, frame, plan(tmp_path))
    assert result.rows.set_index("customer_id")["action"].to_dict() == {
        "c0000": "remind",
        "c0002": "call",
        "c0003": "call",
    }
    assert result.n_blocked == 1


def test_nothing_that_costs_more_than_it_brings_is_done(con, tmp_path):
    assert listed(con, customers(clv_cents=[4_000, None]), plan(tmp_path))[0].rows.empty


def test_owners_time_and_the_budget_hold(con, tmp_path):
    frame = customers(clv_cents=list(range(100_000, 160_000, 1_000)), owner=["ann"] * 30 + ["bob"] * 30)
    by_time = listed(con, frame, plan(tmp_path, hours=7.0))[0].rows
    assert by_time.groupby("owner").size().to_dict() == {"ann": 7, "bob": 7}
    by_budget = listed(con, frame, plan(tmp_path, budget=50.0))[0]
    assert set(by_budget.rows["customer_id"]) == {f"c{i:04d}" for i in range(50, 60)}
    assert by_budget.allocation.budget_price > 0


def test_hold_outs_are_the_same_whoever_else_is_there(con, tmp_path):
    frame = customers(clv_cents=[100_000] * 3000)
    rows = listed(con, frame, plan(tmp_path, hold_out=0.2))[0].rows
    assert rows["is_held_out"].mean() == pytest.approx(0.2, abs=0.03)
    some = rows.sample(100, random_state=0)
    assert is_held_out(some["customer_id"], "call", 0.2, seed=1).tolist() == some["is_held_out"].tolist()
    assert is_held_out(some["customer_id"], "mail", 0.2, seed=1).tolist() != some["is_held_out"].tolist()


def test_nobody_is_held_out_of_an_action_for_too_few_to_measure_it(con, tmp_path):
    n = least_chosen(0.1, 28)
    frame = customers(clv_cents=[100_000] * (n + 199), overdue_cents=[0] * 200 + [900_000] * (n - 1))
    selling = plan(tmp_path, hold_out=0.1, remind_sells="true")
    result = listed(con, frame, selling)[0]
    held_out = result.rows.groupby("action")["is_held_out"].sum()
    assert result.too_small == ("remind",)
    assert (held_out["remind"], held_out["call"] > 0) == (0, True)
    values = sentences(result, plan(tmp_path))["actions.too_small"]
    assert say(Finding("actions.too_small", values)).endswith("so nobody is held out of them: remind.")
    enough = customers(clv_cents=[100_000] * (n + 200), overdue_cents=[0] * 200 + [900_000] * n)
    assert listed(con, enough, selling)[0].too_small == ()


def test_what_purchases_do_not_show_holds_out_nobody_and_is_not_judged_by_them(con, tmp_path):
    frame = customers(clv_cents=[0] * 200 + [100_000] * 200, overdue_cents=[900_000] * 200 + [0] * 200)
    chosen = plan(tmp_path, hold_out=0.3)
    result = listed(con, frame, chosen)[0]
    held_out = result.rows.groupby("action")["is_held_out"].sum()
    assert (held_out["remind"], held_out["call"] > 30, result.too_small) == (0, True, ())
    values = sentences(result, chosen)["actions.not_followed_up"]
    assert say(Finding("actions.not_followed_up", values)).endswith("the assumed gain stays: remind.")
    past, brought = (frame.assign(action="remind") for frame in simulated_ledger(0.0, 1))
    assert follow_up.results(past, brought, chosen, date(2024, 9, 1)) == []
    assert follow_up.results(past, brought, plan(tmp_path, remind_sells="true"), date(2024, 9, 1)) != []


def test_an_action_without_hold_outs_keeps_to_the_limits(con, tmp_path):
    frame = customers(clv_cents=list(range(100_000, 160_000, 1_000)), owner=["ann"] * 60)
    few = listed(con, frame, plan(tmp_path, hold_out=0.2, hours=8.0))[0]
    assert (few.too_small, len(few.rows), few.rows["is_held_out"].any()) == (("call",), 8, False)
    many = listed(con, frame, plan(tmp_path, hold_out=0.2, hours=16.0))[0].rows
    assert len(many) == 20
    assert many["is_held_out"].any()


def test_customers_of_a_list_without_hold_outs_are_compared_with_nobody(tmp_path):
    plain, _ = simulated_ledger(0.03, 1)
    (alone,) = follow_up.results(*simulated_ledger(0.03, 1), plan(tmp_path), date(2024, 9, 1))
    past, brought = simulated_ledger(0.03, 1)
    small = {"issued_on": date(2024, 5, 1), "is_held_out": False}
    both = pd.concat([past, plain.assign(**small)]), pd.concat([brought, brought.assign(issued_on=date(2024, 5, 1))])
    (beside,) = follow_up.results(*both, plan(tmp_path), date(2024, 9, 1))
    assert beside.effect == alone.effect


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"when": "clv > 5"}, "actions.1.when of call: the mart has no column clv"),
        ({"when": "clv_cents"}, "actions.1.when of call: gives a number, and true or false is needed"),
        ({"when": "clv_cents >"}, "actions.1.when of call: no expression"),
        ({"when": "clv_cents / (0.0) > 1"}, "actions.1.when of call: divides by 0"),
        ({"cents": "stage"}, "actions.1.gain.cents of call: gives text, and a number is needed"),
    ],
)
def test_a_bad_rule_is_named(con, tmp_path, choices, message):
    with pytest.raises(CrmwbError, match=message.replace("(", r"\(")):
        listed(con, customers(clv_cents=[1]), plan(tmp_path, **choices))


def test_division_by_zero_fits_nobody(con, tmp_path):
    chosen = plan(tmp_path, when="clv_cents / overdue_cents > 1")
    assert not listed(con, customers(clv_cents=[100_000]), chosen)[1].fits[0].any()


def test_a_list_that_was_handed_out_cools_down_and_names_nobody(con, tmp_path, monkeypatch):
    monkeypatch.setenv("CRMWB_KEY", "k" * 40)
    chosen = plan(tmp_path)
    result, known = listed(con, customers(clv_cents=[100_000, 1]), chosen)
    path = tmp_path / "ledger.csv"
    assert ledger.issue(result.rows, AS_OF, path) == 1
    assert "c0000" not in path.read_text()
    with pytest.raises(CrmwbError, match="handed out already"):
        ledger.issue(result.rows, AS_OF, path)
    past = ledger.read(path)
    later = ledger.cooling(past, known.customer_id, chosen, date(2024, 9, 1))
    assert later["call"].tolist() == [True, False]
    assert not ledger.cooling(past, known.customer_id, chosen, date(2025, 1, 1))["call"].any()


def simulated_ledger(true_share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    n = 4000
    at_stake = rng.gamma(2, 50_000, n)
    held = is_held_out([str(i) for i in range(n)], "call", 0.3, seed)
    before = rng.gamma(2, 20_000, n)
    margin = before + rng.normal(0, 5_000, n) + np.where(held, 0, true_share * at_stake)
    past = pd.DataFrame(
        {"issued_on": AS_OF, "review_on": date(2024, 8, 30), "action": "call", "code": [str(i) for i in range(n)],
         "is_held_out": held, "at_stake_cents": at_stake, "cost_cents": 500}
    )  # fmt: skip
    brought = past[["issued_on", "action", "code"]].assign(margin_cents=margin, before_cents=before)
    return past, brought


def simulated_cycle(tmp_path, true_share: float, seed: int):
    return follow_up.results(*simulated_ledger(true_share, seed), plan(tmp_path), date(2024, 9, 1))


def test_hold_outs_recover_the_planted_gain_and_the_assumption_gives_way(tmp_path):
    inside = 0
    for seed in range(20):
        (result,) = simulated_cycle(tmp_path, 0.03, seed)
        inside += result.effect.low <= 0.03 * 100_000 <= result.effect.high
        assert abs(result.share.value - 0.03) < abs(0.1 - 0.03)  # nearer than the assumed tenth
    assert inside >= 17
    assert result.share.basis == "learned"
    assert result.verdict == "keep"
    (useless,) = simulated_cycle(tmp_path, 0.0, 1)
    assert useless.verdict == "drop"


def test_a_list_waits_for_its_review_day(tmp_path):
    past = pd.DataFrame(columns=list(ledger.COLUMNS))
    brought = pd.DataFrame(columns=["issued_on", "action", "code", "margin_cents", "before_cents"])
    assert follow_up.results(past, brought, plan(tmp_path), AS_OF) == []


def said_of(past, brought, chosen, as_of=date(2024, 9, 1)) -> dict[str, str]:
    judged = follow_up.results(past, brought, chosen, as_of)
    waiting = follow_up.unjudged(past, brought, chosen, judged, as_of)
    return {f.code.removeprefix("actions."): say(f) for f in follow_up_findings(past, judged, waiting, "EUR")}


def test_lists_handed_out_are_counted_and_what_is_not_known_of_them_says_why(tmp_path):
    past, brought = simulated_ledger(0.03, 1)
    chosen = plan(tmp_path)
    n_held_out = int(past["is_held_out"].sum())
    assert said_of(past, brought, chosen).keys() == {"result_keep", "results_issued"}
    few = said_of(past.head(50), brought.head(50), chosen)
    held = int(past["is_held_out"].head(50).sum())
    assert 0 < held < 30
    assert few["results_issued"] == (
        f"1 list was handed out so far, on 1 July 2024: {50 - held} customers to act on, {held} held out."
    )
    assert few["results_few"].startswith(
        f"Due for review, but too few were held out or treated to state an effect: call ({held} held out, "
        f"{50 - held} treated). It takes 30 customers held out"
    )
    waits = said_of(past, brought.head(0), chosen, as_of=date(2024, 8, 1))
    assert waits["results_waits"] == "Not due for review yet: call; the first review day is 30 August 2024."
    assert f"{n_held_out:,} held out" in waits["results_issued"]
    assert "results_alone" in said_of(past.assign(is_held_out=False), brought, chosen)
    unseen = said_of(past.assign(action="remind"), brought.assign(action="remind"), chosen)
    assert unseen["results_unseen"].endswith("what such actions bring: remind.")
    assert said_of(past.head(0), brought.head(0), chosen) == {}


def test_leadership_reads_what_was_judged_or_the_first_reason_why_nothing_was(tmp_path):
    past, brought = simulated_ledger(0.03, 1)
    small = past.head(50).assign(action="remind", is_held_out=False)
    both = pd.concat([past, small]), pd.concat([brought, brought.head(50).assign(action="remind")])
    chosen = plan(tmp_path)

    def in_short(past, brought):
        judged = follow_up.results(past, brought, chosen, date(2024, 9, 1))
        waiting = follow_up.unjudged(past, brought, chosen, judged, date(2024, 9, 1))
        written = [to_json(f) for f in (Finding("actions.one_team"), *follow_up_findings(past, judged, waiting, "EUR"))]
        storage.write_json(written, tmp_path / layout.ACTION_FINDINGS)
        shown = Actions(tmp_path, "EUR")
        assert [finding.code for finding in shown.findings] == ["actions.one_team"]
        return [finding.code.removeprefix("actions.") for finding in shown.brought_in_short]

    assert in_short(*both) == ["result_keep", "results_issued"]
    assert in_short(past.head(50), brought.head(50)) == ["results_issued", "results_few"]
    assert in_short(past.head(0), brought.head(0)) == []


def test_customers_of_a_due_list_who_are_no_longer_known_are_not_counted(tmp_path):
    past, brought = simulated_ledger(0.03, 1)
    (one,) = follow_up.unjudged(past, brought.head(40), plan(tmp_path), [], date(2024, 9, 1))
    assert (one.why, one.n_treated + one.n_held_out) == ("few", 40)


def test_a_campaign_with_a_control_group_replaces_the_assumption(con, tmp_path):
    chosen = plan(tmp_path)
    _, known = listed(con, customers(clv_cents=[100_000] * 10), chosen)
    effect = mean_effect(np.r_[np.full(50, 30.0), np.full(50, 10.0)] + np.tile([0, 2], 50), np.arange(100) < 50)
    campaigns = pd.DataFrame({"campaign_id": ["m1"], "kind": ["offer"], "design": ["experiment"]})
    effects = pd.DataFrame(
        [{"campaign_id": "m1", "grouping": "", "outcome": "revenue_cents", "method": "difference",
          "difference": effect.difference * 1000, "standard_error": effect.standard_error * 1000}]
    )  # fmt: skip
    shares = measured.shares(chosen, known, campaigns, effects, margin_share=0.5)
    assert shares["call"].value == pytest.approx(20_000 * 0.5 / 100_000)
    assert shares["call"].basis == "measured"
    assert follow_up.shares(chosen, [], shares)["remind"] == Share(0.05, 0.0, 0.1, "assumed")


def sentences(result, chosen, campaigns=None):
    known = pd.DataFrame({"campaign_id": [], "design": []}) if campaigns is None else campaigns
    return {finding.code: finding.values for finding in findings(result, chosen, known, "EUR")}


def test_the_next_budget_brings_what_a_list_with_so_much_more_brings(con, tmp_path):
    frame = customers(clv_cents=list(range(100_000, 160_000, 100)))
    short, wider = (listed(con, frame, plan(tmp_path, budget=b))[0] for b in (500.0, 1_500.0))
    more = wider.rows["gain_cents"].sum() - short.rows["gain_cents"].sum()
    sentence = sentences(short, plan(tmp_path, budget=500.0))["actions.budget_is_short"]
    assert (sentence["more"], sentence["gain"].cents) == (Money(100_000, "EUR"), pytest.approx(more, rel=0.01))
    assert listed(con, frame, plan(tmp_path, budget=100_000.0))[0].next_budget_cents is None


def test_without_a_budget_owners_consent_or_campaigns_a_sentence_says_so(con, tmp_path):
    chosen = plan(tmp_path, budget=0.0)
    frame = customers(clv_cents=[100_000] * 3, overdue_cents=[0, 0, 500], owner=[None] * 3)
    result = listed(con, frame, chosen)[0]
    sentence = sentences(result, chosen)
    assert result.rows["action"].tolist() == ["remind"]
    assert sentence.keys() >= {"actions.budget_is_zero", "actions.no_owners", "actions.no_campaigns"}
    assert sentence["actions.budget_is_zero"]["gain"].cents == 30_000 - 25
    nobody = listed(con, customers(clv_cents=[100_000], contactable=[False]), plan(tmp_path))[0]
    observed = pd.DataFrame({"campaign_id": ["m1"], "design": ["observational"]})
    sentence = sentences(nobody, plan(tmp_path), observed)
    assert sentence.keys() >= {"actions.nothing_chosen", "actions.nobody_contactable", "actions.no_control_groups"}


def test_an_empty_list_and_what_hold_outs_test_are_stated_as_they_are(con, tmp_path):
    frame = customers(clv_cents=[0] * 200 + [100_000] * 200, overdue_cents=[900_000] * 200 + [0] * 200)
    chosen = plan(tmp_path, hold_out=0.3)
    result = listed(con, frame, chosen)[0]
    texts = sentences(result, chosen)
    doing = result.rows[~result.rows["is_held_out"]]
    calls = doing.loc[doing["action"] == "call", "gain_cents"].sum() / doing["gain_cents"].sum()
    assert texts["actions.summary_assumed"]["assumed"].value == 1.0
    assert texts["actions.assumptions_tested_some"]["tested"].value == pytest.approx(calls, abs=1e-6)
    assert texts["actions.one_assumption"]["part"].value == pytest.approx(1 - calls, abs=1e-6)
    alone = sentences(listed(con, frame.slice(200), chosen)[0], chosen)
    assert alone.keys() >= {"actions.summary_assumed", "actions.assumptions_tested_all"}
    assert "actions.one_assumption" not in alone  # there is no other on the list
    untested = sentences(listed(con, frame.slice(0, 200), chosen)[0], chosen)
    assert "actions.assumptions_tested_none" in untested
    nothing = plan(tmp_path, budget=0)
    assert "actions.nothing_chosen" in sentences(listed(con, customers(clv_cents=[100_000]), nothing)[0], nothing)
    unfit = customers(clv_cents=[100_000], stage=["maturity"])
    assert "actions.nothing_to_do" in sentences(listed(con, unfit, nothing)[0], nothing)


def test_what_was_measured_and_what_is_assumed_are_not_added_up_and_the_measured_comes_first(con, tmp_path):
    frame = customers(clv_cents=[0] * 3 + [100_000] * 3, overdue_cents=[900_000] * 3 + [0] * 3)
    chosen = plan(tmp_path)
    known = candidates(con, engine.open_arrow(con, frame, "mart"), COLUMNS, chosen)
    taught = follow_up.shares(chosen, [], {}) | {"call": Share(0.05, 0.02, 0.08, "learned")}
    result = choose(known, chosen, taught, {}, as_of=AS_OF, seed=1)
    assert result.rows["basis"].tolist() == ["learned"] * 3 + ["assumed"] * 3  # which gain nine times as much
    (summary, *_) = findings(result, chosen, pd.DataFrame({"campaign_id": [], "design": []}), "EUR")
    assert say(summary) == (
        "Act on 6 customers for a cost of EUR\u00a015: EUR\u00a0150 of margin expected (range EUR\u00a060 to "
        "EUR\u00a0240) by effects that were measured here, and EUR\u00a01.35k (range EUR\u00a00 to EUR\u00a02.7k) if "
        "the assumptions in actions.yaml hold."
    )
    only = choose(known, chosen, taught | {"remind": Share(0.0, 0.0, 0.0, "learned")}, {}, as_of=AS_OF, seed=1)
    assert sentences(only, chosen).keys() >= {"actions.summary_measured"}


def test_what_is_assumed_counts_less_than_what_was_measured(con, tmp_path):
    frame = customers(clv_cents=[20_000, 20_000, 20_000, 9_000], overdue_cents=[32_000, 54_000, 90_000, 0])
    chosen = plan(tmp_path, caution=0.5)
    known = candidates(con, engine.open_arrow(con, frame, "mart"), COLUMNS, chosen)

    def named(share):
        taught = follow_up.shares(chosen, [], {}) | {"call": share}
        rows = choose(known, chosen, taught, {}, as_of=AS_OF, seed=1).rows.set_index("customer_id")
        return rows["action"].to_dict(), rows

    # A call gains 20.00, counts 19.00, costs 5.00; of a reminder 16.00, 27.00 and 45.00 are assumed: half counts.
    by_measured, rows = named(Share(0.1, 0.09, 0.11, "measured"))
    assert by_measured == {"c0000": "call", "c0001": "call", "c0002": "remind", "c0003": "call"}
    assert rows.loc["c0002", "gain_cents"] == 4_500  # stated as it is assumed
    by_assumed, _ = named(Share(0.1, 0.0, 0.2, "assumed"))  # half of 9.00 does not pay a call
    assert by_assumed == {"c0000": "remind", "c0001": "remind", "c0002": "remind"}
    by_unproven, _ = named(Share(0.1, 0.0, 0.2, "learned"))
    assert by_unproven == by_assumed
    poor = customers(clv_cents=[9_000])  # of which half of 9.00 does not pay a call
    (sentence, *_) = findings(listed(con, poor, chosen)[0], chosen, pd.DataFrame({"campaign_id": []}), "EUR")
    assert say(sentence).endswith("is worth its cost even if only 50% of an assumed gain comes true.")


def test_the_note_on_the_choice_states_what_an_assumed_gain_counts(con, tmp_path):
    frame = customers(clv_cents=[100_000] * 3)
    shown = {}
    for caution in (0.5, 0.0):
        folder = tmp_path / str(caution)
        folder.mkdir()
        rows = listed(con, frame, plan(folder, caution=caution))[0].rows
        shown[caution] = Actions(folder, "EUR")
        shown[caution].__dict__["frame"] = rows
    assert "an assumed gain counts 50% of itself" in say(shown[0.5].chosen_note)
    assert "counts" not in say(shown[0.0].chosen_note)


def test_debts_come_before_selling_and_complaints_before_any_contact(con, tmp_path):
    frame = customers(clv_cents=[9_000_000] * 3, overdue_cents=[0, 500, 0], stage=["decline", "decline", "angry"])
    chosen = plan(tmp_path, when="clv_cents > 0", no_selling="overdue_cents > 0", no_contact="stage = 'angry'")
    result = listed(con, frame, chosen)[0]
    assert result.rows.set_index("customer_id")["action"].to_dict() == {"c0000": "call", "c0001": "remind"}
    assert result.n_blocked == 1


def test_the_forgotten_leave_the_ledger_and_nobody_else(con, tmp_path, monkeypatch):
    monkeypatch.setenv("CRMWB_KEY", "k" * 40)
    path = tmp_path / "ledger.csv"
    ledger.issue(listed(con, customers(clv_cents=[100_000] * 3), plan(tmp_path))[0].rows, AS_OF, path)
    gone = ledger.read(path)["code"].iloc[0]
    assert ledger.forget(path, {gone, "f" * 32}) == 1
    assert gone not in path.read_text()
    assert len(ledger.read(path)) == 2
    assert ledger.forget(path, {gone}) == 0
