"""actions.yaml: a rule that is wrong is named with its line."""

import re

import pytest
from planning import CHOICES, PLAN
from project import PROJECT

from crmwb.actions import plan
from crmwb.errors import CrmwbError

TEXT = PLAN.format(**CHOICES)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("name: remind", "name: call", "call stands there already"),
        ("cost: 5.0 per customer", "cost: 5.0", "the cost has no unit"),
        ("cost: 5.0 per customer", "cost: 5.0 per week", "write what it is for"),
        ("cool_down: 28", "cool_down: remind", r"in a circle \(remind → remind\)"),
        ("cool_down: 28", "cool_down: nobody", "no action is called nobody"),
        ("hours: 1.0", "hours: -1.0", "greater than or equal to 0"),
        ("most: null", "mots: null", "did you mean most"),
    ],
)
def test_a_bad_rule_is_named_with_its_line(tmp_path, before, after, message):
    path = tmp_path / "actions.yaml"
    changed = TEXT.replace(before, after, 1)
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(CrmwbError, match=message) as raised:
        plan.load(path)
    first_line = str(raised.value).splitlines()[0] if after != "mots: null" else str(raised.value)
    expected = changed.rindex(after) if after == "name: call" else changed.index(after)
    assert re.search(rf"actions\.yaml:{changed[:expected].count(chr(10)) + 1}: actions\.\d", first_line)


def test_a_circle_of_two_is_named_and_a_chain_is_followed(tmp_path):
    path = tmp_path / "actions.yaml"
    circle = TEXT.replace("cool_down: 90", "cool_down: remind").replace("cool_down: 28", "cool_down: call")
    path.write_text(circle, encoding="utf-8")
    with pytest.raises(CrmwbError, match="call → remind → call"):
        plan.load(path)
    path.write_text(TEXT.replace("cool_down: 28", "cool_down: call"), encoding="utf-8")
    clocks = plan.clocks(plan.load(path)[0])
    assert clocks == {"call": (("call", "remind"), 90), "remind": (("call", "remind"), 90)}


def test_a_cost_per_hour_counts_the_hours(tmp_path):
    path = tmp_path / "actions.yaml"
    path.write_text(TEXT.replace("cost: 5.0 per customer", "cost: 40 per hour").replace("hours: 1.0", "hours: 0.25"))
    assert plan.load(path)[0].actions[0].cost_per_use == 10.0


def test_the_shipped_plan_is_in_order():
    shipped, place = plan.load(PROJECT / "actions.yaml")
    assert place(("actions", 0, "cost")).endswith(": actions.1.cost")
    assert {"salesforce_campaign_members", "hubspot_list"} <= shipped.exports.keys()
