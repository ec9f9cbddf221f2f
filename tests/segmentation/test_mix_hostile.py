"""A marketing mix that should not be: refused in one clear sentence, or rendered as harmless text."""

import pandas as pd
import pytest
from builders import set_down
from needs_tables import AS_OF, CUSTOMERS, choices, shop
from test_mix import MEASURED

from crmwb import layout, storage
from crmwb.contract.segments import MIX, NEEDS, PROFILES
from crmwb.errors import CrmwbError
from crmwb.findings import language, loads
from crmwb.findings.say import say
from crmwb.segmentation import needs
from crmwb.workbench.needs import Needs

RULE = """rules:
  - name: lead
    p: product
    priority: 1
    when: [{need: category_spend_share, at_least: 1.2}]
    advice: "Show {item}."
"""
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) **b** $\\href{{javascript:alert(1)}}{{x}}$ =1+1 {item}"
WHEN = "when: [{need: category_spend_share, at_least: 1.2}]"
ADVICE = 'advice: "Show {item}."'


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (ADVICE, f"advice: {'x' * 5_000}", "at most 600"),
        (ADVICE, f'advice: "{{item}}{" " * 5_000}"', "at most 600"),
        (ADVICE, 'advice: ""', "empty"),
        (ADVICE, 'advice: "  "', "empty"),
        (ADVICE, "advice: {}", "at least 1"),
        (ADVICE, "advice: [Show it]", "texts by language"),
        (ADVICE, "advice: {de: Zeige es}", "must be 'en' or 'zh'"),
        (ADVICE, "", "missing; add it"),
        (ADVICE, 'advice: "{item:>9999999999}"', "stands alone in its braces"),
        (ADVICE, 'advice: "{item!r}"', "stands alone in its braces"),
        (ADVICE, 'advice: "{item.__class__}"', "no placeholder {item.__class__}"),
        (ADVICE, 'advice: "{0}"', "no placeholder {0}"),
        (ADVICE, 'advice: "{}"', "no placeholder {}"),
        (ADVICE, 'advice: "a\\e[2Jb"', "cannot be seen"),
        (ADVICE, 'advice: "a\\u202eb"', "cannot be seen"),
        ("name: lead", f"name: {'a' * 5_000}", "at most 60"),
        ("name: lead", "name: <b>lead</b>", "must match pattern"),
        ("p: product", "p: people", "must be 'product', 'price'"),
        ("    p: product\n", "", "missing; add it"),
        (WHEN, "when: []", "at least 1"),
        (WHEN, "", "missing; add it"),
        (WHEN, "when: [{need: shoe_size, at_least: 1.2}]", "no such measure"),
        (WHEN, "when: [{need: month_order_share, item: Smarch, at_least: 1.2}]", "january, february"),
        (WHEN, "when: [{need: category_spend_share, at_least: .inf}]", "finite number"),
        (WHEN, "when: [{need: category_spend_share, at_least: -1}]", "greater than or equal to 0"),
        (WHEN, f"when: [{{need: category_spend_share, item: {'x' * 5_000}, at_least: 1}}]", "at most 200"),
        (RULE, "", "keys with values"),
        (RULE, "rules: []\n", "at least 1"),
        (RULE, "rules: everything\n", "valid"),
        (RULE, "rule: []\n", "no such key"),
        (RULE, "- a\n- b\n", "keys with values"),
        (RULE, "rules:\n" + "".join(RULE[7:].replace("lead", f"r{i}") for i in range(501)), "at most 500"),
    ],
)
def test_what_is_not_allowed_is_refused_in_a_sentence(tmp_path, old, new, reason):
    assert old in RULE
    path = tmp_path / "marketing_mix.yaml"
    path.write_text(RULE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CrmwbError) as refused:
        needs.read_rules(path)
    message = str(refused.value)
    assert reason in message
    assert message.startswith(f"{path}: ")
    assert all(len(line) < 700 for line in message.splitlines())


def test_a_profile_that_customers_do_not_have_is_refused(tmp_path):
    path = tmp_path / "marketing_mix.yaml"
    path.write_text(RULE.replace("need: category_spend_share", "profile: shoe_size").replace("{item}", "it"))
    with pytest.raises(CrmwbError, match=r"rule lead: profile: customers have no number shoe_size; docs/"):
        needs.mix(MEASURED, CUSTOMERS, needs.read_rules(path), choices())


def test_markup_in_texts_and_in_the_data_stays_text(con, tmp_path):
    path = tmp_path / "marketing_mix.yaml"
    path.write_text(RULE.replace(ADVICE, f"advice: {{en: '{HOSTILE}'}}"), encoding="utf-8")
    hostile_item = "<img src=x onerror=alert(1)>{item}"
    frame = MEASURED.frame.assign(item=MEASURED.frame["item"].where(MEASURED.frame["item"] != "tea", hostile_item))
    renamed = CUSTOMERS.assign(cluster_name=CUSTOMERS["cluster_name"].replace({"a": "<b>a</b>{x}"}))
    frame["segment"] = frame["segment"].replace({"a": "<b>a</b>{x}"})
    mix = needs.mix(needs.Needs(frame, MEASURED.facts), renamed, needs.read_rules(path), choices())
    advice = say(loads(mix.loc[mix["rule"] == "lead", "advice"].iloc[0]))
    assert advice.startswith("<script>alert(1)</script> [x]")  # as it stands: whoever shows it escapes it
    assert advice.endswith("{x}$ =1+1 <img src=x onerror=alert(1)>{item}")

    measured = needs.measure(con, shop(con), CUSTOMERS, AS_OF, choices())
    storage.write(mix, MIX, tmp_path / MIX.path)
    storage.write(frame, NEEDS, tmp_path / NEEDS.path)
    storage.write_json(measured.facts, tmp_path / layout.NEEDS_FACTS)
    profiles = pd.DataFrame({"scheme": "cluster_name", "position": [1, 2], "segment": ["<b>a</b>{x}", "b"]})
    set_down(profiles, PROFILES, tmp_path)
    opened = Needs(tmp_path, "EUR")
    for code in language.LANGUAGES:
        with language.using(code):
            shown = opened._repr_html_() + opened.plot_lifts()._repr_html_()
            assert "&lt;script&gt;" in shown
            assert not any(tag in shown for tag in ("<script", "<img src=x", "<b>"))
    with pytest.raises(CrmwbError, match="cluster_name has no segment 'gold'; there are <b>a</b>"):
        opened.advices("gold")
