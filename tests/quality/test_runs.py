"""One run beside the accepted one: what is kept, what differs, and what is said."""

import json
import math

import pytest
from builders import canonical, customers_of
from hypothesis import given
from hypothesis import strategies as st

from crmwb.contract.canonical import TRANSACTIONS
from crmwb.errors import CrmwbError
from crmwb.findings import from_json
from crmwb.findings.say import say
from crmwb.quality.runs import accepted, profile
from crmwb.quality.runs.profile import distributions
from crmwb.quality.runs.stability import stability_index


def log(n, channel="web", month=1, revenue="10.00"):
    rows = [f"c{i} 2024-{month:02d}-{1 + i % 28:02d} {revenue} {channel}" for i in range(n)]
    return canonical("transactions", "\n".join(["customer_id ordered_at revenue channel", *rows]))


def source(sales):
    return {"customers": customers_of(sales), "transactions": sales}


@pytest.fixture
def usual(validated):
    """Return the profile of a run of forty lines."""
    return json.loads(json.dumps(validated(source(log(40))).summary["profile"]))


@pytest.fixture
def later(con, tmp_path, usual):
    """Return a function that validates a later run beside the accepted one, and tells which checks fail."""
    from validating import run

    def validate(tables):
        outcome = run(con, tmp_path / "later", tables, accepted=usual)
        failed = [e for e in outcome.summary["expectations"] if not e["passed"]]
        return {(e["table"], e["rule"]): e for e in failed}

    return validate


def test_the_same_again_is_no_drift(later):
    assert later(source(log(40))) == {}


def test_half_the_rows_are_told_and_a_few_less_are_not(later):
    expectation = later(source(log(19)))[("transactions", "has_as_many_rows_as_accepted")]
    assert expectation["severity"] == "warning"
    assert say(from_json(expectation["meaning"])) == "The number of rows is within 50% of the accepted run (40 rows)."
    assert expectation["examples"] == [{"rows": 19, "row_change": 0.525}]


def test_an_older_export_is_told(con, tmp_path, validated):
    from validating import run

    before = validated(source(log(40, month=3))).summary["profile"]
    outcome = run(con, tmp_path / "later", source(log(40, month=2)), accepted=before)
    expectation = outcome.expectation("transactions", "ends_no_earlier_than_accepted")
    assert (expectation["passed"], expectation["examples"]) == (False, [{"days_lost": 29}])


def test_other_labels_and_other_amounts_are_told(later):
    failed = later(source(log(40, channel="shop", revenue="99.00")))
    assert set(failed) == {
        ("transactions", "channel_is_distributed_as_accepted"),
        ("transactions", "revenue_cents_is_distributed_as_accepted"),
    }
    expectation = failed["transactions", "channel_is_distributed_as_accepted"]
    assert (expectation["checked"], expectation["failed"], expectation["column"]) == (1, 1, "channel")


def test_another_source_is_not_held_against_the_accepted_run(con, tmp_path, usual):
    from validating import run

    other = usual | {"source": {"kind": "files", "name": "another"}}
    outcome = run(con, tmp_path / "other", source(log(3)), accepted=other)
    assert not [e for e in outcome.summary["expectations"] if "accepted" in e["rule"]]


def test_a_table_that_ends_long_before_the_newest_is_told(validated):
    sales = log(10, month=1)
    calls = canonical("interactions", "interaction_id customer_id occurred_at\ni1 c1 2024-06-01")
    outcome = validated(source(sales) | {"interactions": calls})
    expectation = outcome.expectation("transactions", "is_up_to_date")
    assert (expectation["passed"], expectation["examples"]) == (False, [{"last": "2024-01-10", "days_behind": 143}])
    assert outcome.expectation("interactions", "is_up_to_date")["passed"]


def test_a_distribution_counts_bins_that_do_not_depend_on_the_data(sales):
    shares = distributions(
        sales("""
        customer_id  ordered_at  revenue  channel  discount_cents
        a            2024-01-01  0.00     web      -
        a            2024-01-02  0.08     web      -
        a            2024-01-03  0.15     shop     -
        a            2024-01-04  -0.16    -        -
        """),
        TRANSACTIONS,
    )
    assert shares["revenue_cents"] == {"0": 0.25, "2^3": 0.5, "-2^4": 0.25}
    assert shares["channel"] == {"web": 0.5, "shop": 0.25, "unknown": 0.25}
    assert "discount_cents" not in shares  # nothing is known of it
    assert not {"customer_id", "order_id", "ordered_at"} & shares.keys()


def test_the_values_of_a_column_of_which_nothing_is_known_are_not_counted(sales, monkeypatch):
    counted = []
    shares_of = profile._shares
    monkeypatch.setattr(
        profile, "_shares", lambda rows, column, n: counted.append(column.name) or shares_of(rows, column, n)
    )
    distributions(sales("customer_id ordered_at revenue channel discount_cents\na 2024-01-01 1.00 web -"), TRANSACTIONS)
    assert "channel" in counted
    assert "discount_cents" not in counted


def test_rare_labels_may_tell_of_a_person_and_are_not_kept(sales):
    rows = [f"a 2024-01-01 1.00 {'rare' if i == 0 else 'web'}" for i in range(300)]
    shares = distributions(sales("\n".join(["customer_id ordered_at revenue channel", *rows])), TRANSACTIONS)
    assert shares["channel"] == {"web": 299 / 300, "others": 1 / 300}


def test_the_stability_index_is_siddiqis():
    now, before = {"a": 0.6, "b": 0.4}, {"a": 0.5, "b": 0.5}
    assert stability_index(now, before) == pytest.approx(0.1 * math.log(1.2) - 0.1 * math.log(0.8))
    assert stability_index(before, before) == 0


def test_a_label_that_the_other_run_does_not_tell_apart_is_one_of_its_others():
    before = {"a": 0.9, "others": 0.1}
    assert stability_index({"a": 0.9, "b": 0.1}, before) == pytest.approx(0)
    assert stability_index({"a": 0.5, "b": 0.5}, before) > 0.25


SHARES = st.dictionaries(st.sampled_from("abcd"), st.floats(0.01, 1), min_size=1).map(
    lambda d: {name: weight / sum(d.values()) for name, weight in d.items()}
)


@given(SHARES, SHARES)
def test_the_stability_index_is_symmetric_and_never_negative(one, other):
    assert stability_index(one, other) == pytest.approx(stability_index(other, one))
    assert stability_index(one, other) >= 0


def test_accepting_keeps_the_profile_of_the_last_run(tmp_path, usual):
    (tmp_path / "data/quality").mkdir(parents=True)
    (tmp_path / "data/quality/summary.json").write_text(json.dumps({"profile": usual}))
    assert accepted.accepted(tmp_path / "data/accepted.json") is None
    assert "80 rows in 2 tables" in say(accepted.accept(tmp_path))
    assert accepted.accepted(tmp_path / "data/accepted.json") == usual


def test_nothing_to_accept_and_a_broken_profile_say_what_to_do(tmp_path):
    with pytest.raises(CrmwbError, match="dvc repro"):
        accepted.accept(tmp_path)
    for text in ("{", "[]", "{}"):
        (tmp_path / "accepted.json").write_text(text)
        with pytest.raises(CrmwbError, match="crmwb accept"):
            accepted.accepted(tmp_path / "accepted.json")
