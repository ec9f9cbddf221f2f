"""The marketing mix: rules that people edit, and what they advise."""

import re
from string import Formatter

import pandas as pd
import pytest
from needs_tables import AS_OF, CUSTOMERS, PROJECT, choices, shop

from crmwb import layout
from crmwb.contract.segments import MIX
from crmwb.errors import CrmwbError
from crmwb.findings import Term, Unavailable, language, loads, to_json
from crmwb.findings.say import say
from crmwb.segmentation import needs
from crmwb.segmentation.needs.measures import MEASURES
from crmwb.segmentation.needs.rules import PS

COLUMNS = ["scheme", "segment", "kind", "measure", "item", "n_customers", "value", "everyone_else", "lift", "lower"]
COLUMNS += ["upper", "is_clear", "affinity"]
BY = "cluster_name"
SPEND = ("category", "category_spend_share")
FRAME = pd.DataFrame(
    [
        (BY, "a", *SPEND, "tea", 90, 0.4, 0.1, 4.0, 3.0, 5.0, True, None),
        (BY, "a", *SPEND, "jam", 90, 0.3, 0.1, 3.0, 2.0, 4.0, True, None),
        (BY, "a", *SPEND, "rice", 90, 0.3, 0.2, 1.5, 0.9, 2.0, False, None),
        (BY, "a", "price", "price_index", "", 90, 0.9, 1.0, 0.9, 0.88, 0.92, True, None),
        (BY, "b", *SPEND, "tea", 90, 0.1, 0.4, 0.25, 0.2, 0.3, True, None),
        (BY, "b", "price", "price_index", "", 90, 1.0, 0.9, 1.1, 1.0, 1.2, False, None),
    ],
    columns=COLUMNS,
)  # fmt: skip
UNKNOWN = Unavailable("needs.unavailable.discounts", needs=(Term("table", "transactions"),))
MEASURED = needs.Needs(FRAME, {"not_available": {"promotion": to_json(UNKNOWN)}})
TEA = "40% of their spend goes to tea, against 10% for other customers: 4 times (interval 3 to 5)."
CHEAP = "They pay 90% of a product's usual price, against 100% for other customers: 0.9 times (interval 0.88 to 0.92)."
LEAD = """
  - name: lead
    p: product
    priority: 2
    when: [{need: category_spend_share, at_least: 1.2}]
    advice: "{segment}: {items}; {item} {value} against {everyone_else}, {lift} times."
"""


@pytest.fixture
def rules(tmp_path):
    """Write a rule table and read it."""

    def read(text: str) -> needs.MarketingMix:
        path = tmp_path / "marketing_mix.yaml"
        path.write_text("rules:\n" + text, encoding="utf-8")
        return needs.read_rules(path)

    return read


def advised(rules: needs.MarketingMix, **chosen) -> pd.DataFrame:
    mix = needs.mix(MEASURED, CUSTOMERS, rules, choices(**chosen)).set_index(["segment", "p", "position"])
    return mix.assign(**{name: [say(loads(text)) for text in mix[name]] for name in ("advice", "because")})


def test_an_advice_names_what_differs_most_with_its_figures(rules):
    given = advised(rules(LEAD)).loc[("a", "product", 1)]
    assert given["advice"] == "a: tea and jam; tea 40% against 10%, 4 times."
    assert given["because"] == TEA
    assert given["rule"] == "lead"


def test_a_segment_without_a_clear_need_gets_the_standard_offer(rules):
    mix = advised(rules(LEAD))
    assert mix.loc[("b", "product", 1), "rule"] == "standard"
    assert mix.loc[("b", "product", 1), "because"] == (
        "Of 1 comparison that the rules on product ask for, 1 is clear, and none is large enough for a rule."
    )


def test_every_segment_and_p_is_answered(rules):
    mix = advised(rules(LEAD))
    assert set(mix.index) == {(segment, p, 1) for segment in "ab" for p in PS}


def test_what_is_not_available_is_the_reason(rules):
    offers = """
  - name: offers
    p: promotion
    priority: 1
    when: [{need: discounted_line_share, at_least: 1.1}]
    advice: Announce offers.
"""
    given = advised(rules(offers)).loc[("a", "promotion", 1)]
    assert given["rule"] == "standard"
    assert given["because"] == (
        "What the rules on promotion ask for could not be compared. Discounts are unknown. Required data: transactions."
    )


def test_what_may_be_chance_counts_only_where_a_rule_takes_it(rules):
    asks = LEAD.replace("at_least: 1.2", "item: rice, at_least: 1.2")
    assert advised(rules(asks)).loc[("a", "product", 1), "rule"] == "standard"
    takes = asks.replace("item: rice", "item: rice, is_clear: false")
    assert advised(rules(takes)).loc[("a", "product", 1), "rule"] == "lead"


def test_all_conditions_must_hold_and_each_gives_its_evidence(rules):
    both = LEAD.replace("at_least: 1.2}", "at_least: 1.2}, {need: price_index, at_most: 0.95}")
    assert advised(rules(both)).loc[("a", "product", 1), "because"] == f"{TEA} {CHEAP}"
    never = both.replace("at_most: 0.95", "at_most: 0.8")
    assert advised(rules(never)).loc[("a", "product", 1), "rule"] == "standard"


def test_a_profile_is_the_mean_of_a_column_against_everyone_else(rules):
    frequent = """
  - name: frequent
    p: place
    priority: 1
    when: [{profile: n_orders, at_least: 1.2}]
    advice: "They order {value} times, others {everyone_else}."
"""
    mix = advised(rules(frequent))  # a ordered 4 times in 3 customers, b 6 times
    assert mix.loc[("b", "place", 1), "advice"] == "They order 2 times, others 1.33."
    assert mix.loc[("b", "place", 1), "because"] == "Their average for “orders” is 2, against 1.33 for other customers."
    assert mix.loc[("a", "place", 1), "rule"] == "standard"


def test_the_first_by_priority_are_kept_and_no_more_than_asked_for(rules):
    first = LEAD.replace("name: lead", "name: first").replace("priority: 2", "priority: 1")
    third = LEAD.replace("name: lead", "name: third").replace("priority: 2", "priority: 3")
    table = rules(third + LEAD + first)
    mix = advised(table, n_advices=2).sort_index().loc[("a", "product")]
    assert mix["rule"].tolist() == ["first", "lead"]
    assert advised(table, n_advices=1).sort_index().loc[("a", "product")]["rule"].tolist() == ["first"]


def test_actions_mapped_counts_advices_of_ones_own(rules):
    mix = needs.mix(MEASURED, CUSTOMERS, rules(LEAD), choices())
    assert needs.actions_mapped(mix, "cluster_name").to_dict() == {"a": 1, "b": 0}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "category_spend_share",
            "categry_spend_share",
            r"rules\.0\.when\.0\.need: 'categry_spend_share' is not allowed",
        ),
        ("{items}", "{itms}", r"rules\.0\.advice\.en: .*no placeholder \{itms\}; there are \{item\}"),
        ("{items}", "{items", r"rules\.0\.advice\.en: .*a brace"),
        ("p: product", "p: people", r"rules\.0\.p: 'people' is not allowed: must be 'product', 'price'"),
        ("at_least: 1.2", "at_lest: 1.2", r"rules\.0\.when\.0\.at_lest: no such key; did you mean at_least\?"),
        (", at_least: 1.2", "", r"rules\.0\.when\.0: .*a condition needs at_least"),
        ("need: category_spend_share", "need: price_index", r"rules\.0: .*the advice names an item"),
        ("at_least: 1.2", "affinity_at_least: 1, at_least: 1.2", r"rules\.0\.when\.0: affinity_at_least goes with"),
        ("priority: 2", "priority: soon", r"rules\.0\.priority: 'soon' is not allowed"),
    ],
)
def test_a_slip_in_the_table_is_named_by_file_and_key(rules, old, new, reason):
    assert old in LEAD
    with pytest.raises(CrmwbError, match=rf"marketing_mix\.yaml: {reason}"):
        rules(LEAD.replace(old, new))


@pytest.mark.parametrize(
    ("kinds", "is_given"),
    [
        (["person"] * 7, False),
        (["company"] * 7, True),
        (["company"] * 3 + ["person"] * 3 + [None], True),
        (["company"] * 3 + ["person"] * 4, False),
        ([None] * 7, False),
    ],
)
def test_advice_for_companies_is_given_where_half_of_the_known_customers_are_such(rules, kinds, is_given):
    table = rules(LEAD.replace("priority: 2", "priority: 2\n    for: company"))
    mix = needs.mix(MEASURED, CUSTOMERS.assign(kind=kinds), table, choices())
    assert ("lead" in set(mix["rule"])) is is_given


def test_households_are_offered_no_annual_terms():
    table = needs.read_rules(PROJECT / layout.MARKETING_MIX)
    orders = FRAME.assign(kind="basket", measure="order_cents", item="", lift=2.0, is_clear=True)
    for kind, is_given in (("company", True), ("person", False)):
        mix = needs.mix(needs.Needs(orders, MEASURED.facts), CUSTOMERS.assign(kind=kind), table, choices())
        assert mix["advice"].str.contains("annual terms").any() == is_given


def test_a_profile_of_few_customers_gives_no_advice(rules):
    table = rules(LEAD.replace("need: category_spend_share", "profile: n_orders").replace("{items}; {item}", "x"))
    assert "lead" in set(needs.mix(MEASURED, CUSTOMERS, table, choices(min_customers=3))["rule"])
    assert "lead" not in set(needs.mix(MEASURED, CUSTOMERS, table, choices(min_customers=4))["rule"])


def test_two_rules_of_one_name_are_refused(rules):
    with pytest.raises(CrmwbError, match=r"rules must have different names; lead stands there more than once"):
        rules(LEAD + LEAD)


def test_a_profile_that_customers_do_not_have_is_named(rules):
    asks = LEAD.replace("at_least: 1.2}", "at_least: 1.2}, {profile: shoe_size, at_least: 2}")
    with pytest.raises(
        CrmwbError, match=r"marketing_mix\.yaml: rule lead: profile: customers have no number shoe_size"
    ):
        advised(rules(asks))


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CrmwbError, match=r"none\.yaml: not there"):
        needs.read_rules(tmp_path / "none.yaml")


def test_the_shipped_table_covers_every_p_and_names_every_measure():
    path = PROJECT / layout.MARKETING_MIX
    rules = needs.read_rules(path).rules
    assert {rule.p for rule in rules} == set(PS)
    assert 15 <= len(rules) <= 30
    comment = path.read_text(encoding="utf-8").split("rules:")[0]
    assert all(name in comment for name in MEASURES)


def test_the_mix_of_the_hand_written_shop_is_what_its_schema_says(con):
    import pyarrow as pa

    measured = needs.measure(con, shop(con), CUSTOMERS, AS_OF, choices())
    mix = needs.mix(measured, CUSTOMERS, needs.read_rules(PROJECT / layout.MARKETING_MIX), choices())
    assert pa.Table.from_pandas(mix, schema=MIX.schema, preserve_index=False).num_rows == len(mix)
    assert mix.groupby(["segment", "p"]).size().max() <= choices().n_advices
    for code in ("en", "zh"):
        with language.using(code):
            assert not any(set("{}") & set(say(loads(text))) for text in [*mix["advice"], *mix["because"]])


def test_the_shipped_table_has_every_text_in_every_language_with_the_same_placeholders():
    for rule in needs.read_rules(PROJECT / layout.MARKETING_MIX).rules:
        assert rule.advice.keys() == language.LANGUAGES.keys()
        named = {frozenset(name for _, name, _, _ in Formatter().parse(text) if name) for text in rule.advice.values()}
        assert len(named) == 1, rule.name
        assert not re.search("[A-Za-z]", re.sub(r"{[a-z_]+}", "", rule.advice["zh"])), rule.name


def test_texts_are_said_in_the_language_of_the_reader_and_a_missing_one_is_marked(rules):
    both = LEAD.replace(
        '"{segment}: {items}; {item} {value} against {everyone_else}, {lift} times."',
        "{en: 'Show {item}.', zh: '展示{item}。'}",
    )
    advice = needs.mix(MEASURED, CUSTOMERS, rules(both), choices()).loc[0, "advice"]
    alone = needs.mix(MEASURED, CUSTOMERS, rules(LEAD), choices()).loc[0, "advice"]
    assert say(loads(advice)) == "Show tea."
    with language.using("zh"):
        assert say(loads(advice)) == "展示tea。"
        assert say(loads(alone)).endswith("4 times.（仅有英文）")
    chinese = rules(
        LEAD.replace('"{segment}: {items}; {item} {value} against {everyone_else}, {lift} times."', "展示{item}。")
    )
    assert say(loads(needs.mix(MEASURED, CUSTOMERS, chinese, choices()).loc[0, "advice"])) == "展示tea。 (Chinese only)"
