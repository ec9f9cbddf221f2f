"""Score cards, operating picture, maturity, defects, SWOT: figures that can be counted by hand, or not measured."""

import pandas as pd
import pytest
from crm_inputs import inputs, mart, tables

from crmwb import params
from crmwb.effectiveness import artefacts, build, business, checks, findings, parts, processes, questions, swot
from crmwb.effectiveness.analyses import seven
from crmwb.effectiveness.analyses.persistency import persistency
from crmwb.effectiveness.measure import Measure
from crmwb.effectiveness.survey import Survey
from crmwb.findings import Name, Term, Unavailable
from crmwb.findings.say import say
from crmwb.workbench.effectiveness import Effectiveness

P = params.load().effectiveness


def measure(card, key):
    return next(m for m in card if m.key == key)


def test_a_part_is_the_share_of_customers_that_it_reaches_or_not_measured():
    people = mart(owner=["ann", None, "bob", "ann"], contactable=[True, None, False, None], n_contacts=[1.0, 0, 0, 2])
    card = parts.card(people, {"customers.owner": True, "interactions": True})
    assert (measure(card, "owner_known").n, measure(card, "owner_known").of) == (3, 4)
    assert measure(card, "contact_recorded").level == 0.5
    assert measure(card, "consent_known").level is None  # the source has no such column
    assert [m.area for m in card] == list(parts.PARTS)


@pytest.mark.parametrize(("share", "state"), [(0.8, "in_place"), (0.79, "partly"), (0.2, "partly"), (0.19, "lacking")])
def test_states_follow_the_limits(share, state):
    assert Measure("part", "analysis", "value_forecast", share=share).state(P) == state


def test_processes_are_counted_or_not_measured(con):
    people = mart(n_orders=[2, 3, 1], n_channels=[1.0, 2, 1], clv_cents=[1.0, 2, None], profit_cents=[5.0, -1, None])
    card = processes.card(inputs(con, people), [])
    assert measure(card, "several_points").level == 0.5
    assert (measure(card, "profitable").n, measure(card, "profitable").of) == (1, 2)
    late = processes.card(inputs(con, people.assign(loss_cents=[4.0, 1, None])), [])  # an invoice that is not paid
    assert (measure(late, "profitable").n, measure(late, "profitable").of) == (0, 2)  # as the SWOT counts losses
    assert measure(card, "criteria_before").level is None
    assert {m.area for m in card} == set(processes.PROCESSES)


LINES = "customer_id ordered_at revenue product_id channel\n"
SALES = LINES + "\n".join(
    [f"c{i:03d} 2023-0{1 + i}-01 10.00 p{1 + i % 2} web" for i in range(4)] + ["c000 2023-09-01 10.00 p1 phone"]
)
GOODS = "product_id line\np1 tools\np2 paint"
PEOPLE = "customer_id owner\n" + "\n".join(f"c{i:03d} ann" for i in range(4))
CALLS = "interaction_id customer_id occurred_at department\n" + "\n".join(
    [f"i{n} c00{n % 2 * 2} 2023-05-01 sales" for n in range(6)] + ["m c001 2023-05-01 marketing"]
)


def sold(con, *, contacts=3.0, **more):
    people = mart(
        n_orders=[2, 1, 1, 1], n_channels=[2.0, 1, 1, 1], n_sales_contacts=[contacts, 0, contacts, 0],
        top_product_line=["tools", "paint", "tools", "paint"], owner=["ann"] * 4,
    )  # fmt: skip
    given = {"transactions": SALES, "products": GOODS, "customers": PEOPLE, "interactions": CALLS} | more
    quality = {
        "tables": {
            "products": {"clean": 2, "columns": {"line": 1.0}},
            "customers": {"clean": 4, "columns": {"owner": 1.0}},
        },
        "completeness": {"revenue_known": {}, "departments": []},
        "expectations": [],
    }
    return inputs(con, people, tables(con, given), quality=quality)


def test_the_service_mode_of_a_line_follows_contacts_per_order(con):
    modes = business.business(sold(con))
    lines = modes.lines.set_index("line")
    # six sales contacts with the two customers of tools, who ordered three times; marketing does not count
    assert lines.loc["tools", "contacts_per_order"] == 2
    assert lines.loc["paint", "contacts_per_order"] == 0
    assert lines["mode"].to_dict() == {"tools": "professional", "paint": "process"}
    assert lines.loc["tools", "customers_per_owner"] == 2
    cell = modes.heat_map.set_index(["mode", "part"]).loc[("process", "relationships")]
    assert (cell["n"], cell["of"]) == (2, 2)


def test_contacts_of_customers_with_several_lines_are_spread_by_orders(con):
    both = LINES + "c000 2023-01-01 1.00 p1 web\nc000 2023-02-01 1.00 p2 web\nc000 2023-03-01 1.00 p2 web"
    calls = "interaction_id customer_id occurred_at department\n" + "\n".join(
        f"i{n} c000 2023-05-01 service" for n in range(3)
    )
    lines = business.business(sold(con, transactions=both, interactions=calls)).lines.set_index("line")
    assert lines["contacts_per_order"].to_dict() == pytest.approx({"tools": 1.0, "paint": 1.0})


def test_modes_are_not_known_without_contacts_of_sales_and_service(con):
    modes = business.business(sold(con, contacts=0.0))
    assert modes.service == Unavailable("effectiveness.business.no_contacts")
    assert modes.lines["mode"].isna().all()
    assert set(modes.heat_map["mode"]) == {"all"}


def test_the_operating_mode_follows_points_of_sale(con):
    assert business.business(sold(con)).operating.code == "effectiveness.business.central"
    one = SALES.replace("phone", "web")
    assert business.business(sold(con, transactions=one)).operating.code == "effectiveness.business.single"
    apart = sold(con)
    apart.mart["n_channels"] = 1.0
    assert business.business(apart).operating.code == "effectiveness.business.apart"


def test_maturity_counts_phases_in_a_row(con):
    phases = checks.phases(inputs(con, mart(tier=["vip", None])), [])
    assert [bool(p.holds) for p in phases] == [True, True, False, False, False]
    assert checks.reached(phases) == (2, phases[2])
    assert findings.maturity(phases).values["next"].key == "forecast"


def test_defects_are_there_absent_or_not_measured(con):
    tests = pd.DataFrame(
        {"list": ["new", "new"], "method": ["item_to_item", "popularity"], "n_customers": 9, "recall": [0.04, 0.02],
         "gain_low": [-0.01, None]}
    )  # fmt: skip
    quality = {"tables": {}, "completeness": {"revenue_known": {"transactions": {"product_id": 0.9}}}}
    people = mart(n_sales_contacts=[1.0], n_marketing_contacts=[2.0])
    holds = {c.key: c.holds for c in checks.defects(inputs(con, people, quality=quality, tests=tests))}
    assert holds == {
        "few_sources": True, "product_link": False, "customers_move": None, "repeat_purchase": None,
        "related_purchase": False,
    }  # fmt: skip
    tier = {"scheme": "tier", "mean_change": 0.005}
    chains = {
        "headline": {"tier": "as_then"},
        "chains": [
            tier | {"definition": "as_then", "moved_a_month": 0.028},
            tier | {"definition": "as_now", "moved_a_month": 0.1},
        ],
    }
    moving = {c.key: c for c in checks.defects(inputs(con, people, quality=quality, tests=tests, migration=chains))}
    assert moving["customers_move"].holds
    assert moving["customers_move"].figure.values["share"].value == 0.028  # who moved, not how stable that is


@pytest.mark.parametrize(
    ("basis", "sentence"),
    [
        (
            ["assumed", "learned"],
            "Actions listed for 2 customers would bring EUR\u00a04; 75% of it is assumed, not measured.",
        ),
        (["measured", "learned"], "Actions listed for 2 customers are expected to bring EUR\u00a04."),
    ],
)
def test_what_a_list_would_bring_says_how_much_of_it_is_assumed(con, basis, sentence):
    rows = pd.DataFrame({"owner": "ann", "action": "call", "gain_cents": [300, 100], "basis": basis})
    known = inputs(con, mart(revenue_cents=[6.0]), listed=rows.assign(is_held_out=False))
    texts = [say(line.figure) for line in swot.swot(known, []) if line.quadrant == "opportunity"]
    assert sentence in texts


def test_every_line_of_the_swot_holds_a_figure(con):
    people = mart(
        revenue_cents=[6.0, 3, 1], loss_cents=[0.0, 0, 40], risk_class=["low", "at_risk", "likely_lost"],
        margin_at_stake_cents=[0.0, 5, 7], overdue_cents=[0.0, 9, 0],
    )  # fmt: skip
    measures = [
        Measure("part", "analysis", "value_forecast", 9, 10),
        Measure("part", "privacy", "consent_known", 1, 10),
    ]
    lines = swot.swot(inputs(con, people), measures)
    assert all(line.figure.values for line in lines)
    by = {line.figure.code.rpartition(".")[2]: line.figure.values for line in lines}
    assert by["losses"]["money"].cents == 40
    once = by["once_at_risk"]  # most are at risk, after a single purchase
    assert (once["n"].value, once["money"].cents, once["once"].value) == (2, 12, 2)
    gone = swot.swot(inputs(con, people.assign(clv_cents=[9_000.0, 0, 0])), measures)
    by = {line.figure.code.rpartition(".")[2]: line.figure.values for line in gone}
    assert by["gone_at_risk"]["brought"].cents == 4  # next to nothing is at stake with them
    few = swot.swot(inputs(con, people.assign(risk_class=["low", "low", "likely_lost"])), measures)
    by = {line.figure.code.rpartition(".")[2]: line.figure.values for line in few}
    assert (by["at_risk"]["n"].value, by["at_risk"]["money"].cents) == (1, 7)
    assert by["concentration"]["n"].value == 1
    assert by["overdue"]["money"].cents == 9
    assert [line.quadrant for line in lines][:2] == ["strength", "weakness"]
    nobody = swot.swot(inputs(con, people), [Measure("part", "privacy", "consent_known", 0, 10)])
    assert say(nobody[0].figure).endswith(": none.")  # not "only 0%"


def test_a_company_of_which_nothing_is_known_says_so_throughout(con):
    empty = inputs(con, mart(tier=["vip"]).iloc[:0])
    analyses = seven(empty)
    assert all(isinstance(analysis.finding, Unavailable) for analysis in analyses.values())
    nothing = Survey(Unavailable("effectiveness.answer.no_tiers"), Unavailable("effectiveness.answer.no_tiers"))
    answers = questions.answers(empty, analyses, nothing)
    assert [a.question for a in answers] == list(questions.QUESTIONS)
    assert all(say(a.answer) for a in answers)
    assert not swot.swot(empty, [])
    assert findings.score_card("part", parts.card(empty.buyers, {}), P) == Unavailable(
        "effectiveness.card.not_measured"
    )


def test_profiling_names_the_largest_group_of_the_best_known_trait(con):
    people = mart(
        industry=["retail", "retail", "repair", None], region=[None, None, None, "x"], revenue_cents=[1.0, 1, 8, 1]
    )
    finding = seven(inputs(con, people))["profiling"]
    assert finding.finding.values["group"] == Name("retail")
    assert finding.finding.values["share"].value == pytest.approx(2 / 3, abs=1e-5)
    assert finding.finding.values["revenue"].value == 0.2
    assert [row.label for row in finding.rows] == [Name("repair"), Name("retail")]  # the largest revenue first


@pytest.mark.parametrize("is_empty", [True, False])
def test_everything_is_written_and_read_again(con, tmp_path, monkeypatch, is_empty):
    initiative = (
        "initiative_id name classes starts_on metric direction target target_kind "
        "baseline_from baseline_to criteria_on\n"
        "i portal cim+csm 2023-06-01 order_channel_share up 0.1 level 2023-01-01 2023-05-31 2023-05-01"
    )
    known = inputs(con, mart(tier=["vip"]).iloc[:0]) if is_empty else sold(con, initiatives=initiative)
    monkeypatch.chdir(tmp_path)
    artefacts.write(build.build(known), P)
    crm = Effectiveness(tmp_path, "EUR")
    assert len(crm.answers) == len(questions.QUESTIONS)
    assert all(say(finding) for finding in crm.findings.values())
    assert len(crm.initiatives) == (0 if is_empty else 1)
    assert [len(crm.card(card)) for card in ("process", "part")] == [15, 7]
    assert crm.published["published_n"].sum() == 217
    assert set(crm.checks("defect").columns) == {"defect", "figure", "is_there"}
    if not is_empty:
        assert crm.initiatives["verdict"].iloc[0] == Term("initiative_verdict", "open")  # no channel is named
        assert crm.reasons[0].code == "effectiveness.initiative.no_channel"
        assert list(dict.fromkeys(crm.heat_map["mode"])) == ["professional", "process"]
        assert crm.lines["line"].iloc[0] == Name("tools")
        assert crm.amount("prospecting").code == "effectiveness.column.clv_cents"


def test_where_most_are_at_risk_persistency_is_of_regular_buyers_first(con):
    known = {"revenue_cents": [1.0] * 40, "stage": ["maturity"] * 40, "n_purchase_days": [3] * 30 + [1] * 10}
    most = mart(risk_class=["low"] * 10 + ["at_risk"] * 15 + ["likely_lost"] * 15, **known)
    finding = persistency(inputs(con, most, lifecycle={"retention": {"3": 0.25}})).finding
    assert say(finding) == (
        "Of 30 customers with three purchases or more, 15 are at risk and 5 likely lost; of all who have bought, 75% "
        "are one or the other (30 customers). 25% of new customers are active again 3 months after their first "
        "purchase."
    )
    few = mart(risk_class=["low"] * 30 + ["at_risk"] * 10, **known)
    assert persistency(inputs(con, few, lifecycle={})).finding.code == "effectiveness.persistency.at_risk"
