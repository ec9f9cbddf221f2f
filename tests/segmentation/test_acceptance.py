"""Each of the eight tests passes and fails where a person would say so, and says why."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from segment_frames import CHOICES

from crmwb import layout, storage
from crmwb.contract.segments import ACCEPTANCE
from crmwb.errors import CrmwbError
from crmwb.findings import Name, Term, dumps, language, loads
from crmwb.findings.say import say
from crmwb.segmentation import acceptance
from crmwb.segmentation.acceptance import Later
from crmwb.workbench.acceptance import Acceptance

PARAMS = CHOICES.segmentation
TESTS = [
    *("substantial", "identifiable", "reachable", "profitable"),
    *("stable", "differentiable", "actionable", "goal_relevant"),
]


def limits(**changes):
    return PARAMS.model_copy(update={"acceptance": PARAMS.acceptance.model_copy(update=changes)})


def company(**columns) -> tuple[pd.DataFrame, pd.DataFrame]:
    """300 customers: 100 good ones in cluster 1, 200 others in cluster 2."""
    first = np.arange(300) < 100
    ids = [f"c{i:03d}" for i in range(300)]
    noise = np.random.default_rng(1).integers(-50, 51, 300)
    customers = {
        "customer_id": ids,
        "n_purchase_days": 2,
        "revenue_cents": np.where(first, 5_000, 1_000) + noise,
        "profit_cents": np.where(first, 900.0, 100.0) + noise,
        "clv_cents": np.where(first, 3_000, 750),
        "contactable": np.where(first, True, None),
    }
    segments = {"customer_id": ids, "cluster": np.where(first, 1, 2), "cluster_name": np.where(first, "good", "rest")}
    return pd.DataFrame(customers | columns), pd.DataFrame(segments)


MODEL = {
    "k": 2,
    "columns": [{"feature": "n_orders", "column": "n_orders"}],
    "clusters": [
        {"cluster": 1, "name": "good", "jaccard": 0.9, "slsw": 0.8},
        {"cluster": 2, "name": "rest", "jaccard": 0.4, "slsw": 0.9},
    ],
}
RULES = pd.DataFrame(
    {
        "cluster": [1, 2],
        "rule": [dumps(Name("orders ≥ 12")), dumps(Name("orders < 12"))],
        "n_picked": [50, 80],
        "precision": [0.8, 0.65],
        "precision_lower": [0.67, 0.54],
        "recall": [0.7, 0.9],
        "base_share": [1 / 3, 2 / 3],
    }
)


def later(own: float, others: float) -> Later:
    noise = np.random.default_rng(4).normal(0, 10, 300)
    spent = np.where(np.arange(300) < 100, own, others) + noise
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in range(300)],
            "cluster": np.where(np.arange(300) < 100, 1, 2),
            "later_revenue_cents": spent,
            "is_kept": True,
        }
    )
    return Later(frame, date(2024, 1, 1), date(2024, 4, 1))


def outcome(params=PARAMS, customers=None, after=None, actions=None, rules=RULES) -> pd.DataFrame:
    own, segments = company()
    table = acceptance.test(
        own if customers is None else customers, segments, MODEL, rules, params,
        later=after, actions=actions, currency="USD",
    )  # fmt: skip
    return table.set_index(["cluster", "test"])


def test_every_cluster_is_put_to_the_eight_tests_of_the_design():
    table = outcome(after=later(500, 200), actions=pd.Series({"good": 2}))
    assert table.loc[1].index.tolist() == TESTS == table.loc[2].index.tolist()
    assert table.loc[1, "is_passed"].tolist() == [True] * 8
    failed = table.loc[2].index[~table.loc[2, "is_passed"].fillna(value=True).astype(bool)].tolist()
    assert failed == ["identifiable", "stable", "actionable"]  # right no surer than chance, Jaccard 0.4, no rule


def test_numbers_are_those_that_can_be_counted():
    table = outcome(after=later(500, 200), actions=pd.Series({"good": 2}))
    customers, _ = company()
    numbers = table.loc[1, "number"]
    profit = customers["profit_cents"]
    assert numbers["substantial"] == pytest.approx(profit[:100].sum() / profit.sum(), abs=1e-6)
    assert numbers["reachable"] == 1.0
    assert numbers["profitable"] == pytest.approx(profit[:100].mean(), abs=1e-6)
    assert numbers["differentiable"] == pytest.approx(0.6, abs=0.02)  # 500 against 200
    assert numbers["goal_relevant"] == pytest.approx(300_000 / 450_000 * 3 - 1, abs=1e-6)
    sentence = say(loads(table.loc[(1, "goal_relevant"), "meaning"]))
    assert sentence == "33% of customers account for 67% of 12-month customer value: 2.0× their share."


def test_what_cannot_be_tested_says_what_would_bring_it():
    customers, _ = company()
    bare = customers.drop(columns=["contactable", "clv_cents", "profit_cents"])
    table = outcome(customers=bare, rules=RULES.iloc[:0])
    missing = table.loc[1][table.loc[1, "is_passed"].isna()]
    assert missing.index.tolist() == ["identifiable", *TESTS[2:4], *TESTS[5:]]
    sentence = say(loads(table.loc[(1, "reachable"), "meaning"]))
    assert sentence.endswith("It is not known who may be contacted (column contactable). Required data: customers.")
    assert missing["number"].isna().all()
    assert table.loc[(2, "reachable"), "is_passed"] is pd.NA


@pytest.mark.parametrize(
    ("test", "changes"),
    [
        ("substantial", {"min_customers": 101}),
        ("identifiable", {"min_precision": 0.81}),
        ("profitable", {"min_profit_cents": 900}),
        ("stable", {"min_slsw": 0.81}),
        ("differentiable", {"min_difference": 0.7}),
        ("actionable", {"min_actions": 3}),
        ("goal_relevant", {"min_goal_difference": 1.01}),
    ],
)
def test_each_threshold_decides_its_own_test(test, changes):
    table = outcome(limits(**changes), after=later(500, 200), actions=pd.Series({"good": 2}))
    assert table.loc[1].index[~table.loc[1, "is_passed"].astype(bool)].tolist() == [test]


def test_a_loss_that_may_be_chance_is_no_profit():
    customers, _ = company()
    customers["profit_cents"] = np.where(np.arange(300) % 2, 1_000.0, -990.0)  # 5 each, give or take 200
    assert not outcome(customers=customers).loc[(1, "profitable"), "is_passed"]


def test_the_same_spend_afterwards_is_no_difference():
    table = outcome(after=later(300, 300))
    assert table.loc[[(1, "differentiable"), (2, "differentiable")], "is_passed"].tolist() == [False, False]


def test_clusters_are_given_by_what_was_known_then():
    days = [date(2024, m, 1) for m in (1, 2, 3, 4, 5)]
    rows = [
        {"customer_id": c, "as_of": d, "n_purchase_days": int(n > 0), "n_orders": n, "revenue_cents": 100 * n}
        for c, orders in {"a": [1, 1, 2, 3, 9], "b": [0, 5, 5, 6, 6], "z": [0, 0, 0, 0, 4]}.items()
        for d, n in zip(days, orders, strict=True)
    ]
    snapshots = pd.DataFrame(rows)
    segments = pd.DataFrame({"customer_id": ["a", "b", "z"], "cluster": [2, 2, 1]})

    def score(customers: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"cluster": np.where(customers["n_orders"] >= 4, 2, 1)}, index=customers.index)

    ends = acceptance.month_ends(list(snapshots["as_of"]), PARAMS.acceptance)
    then, now = (snapshots[snapshots["as_of"] == end] for end in ends)
    later = acceptance.later((then, now), ends, segments, MODEL, score, params=PARAMS.acceptance)
    assert (later.cut, later.end) == (date(2024, 2, 1), date(2024, 5, 1))  # three months apart
    assert later.frame["customer_id"].tolist() == ["a", "b"]  # z had not bought yet
    assert later.frame["cluster"].tolist() == [1, 2]
    assert later.frame["later_revenue_cents"].tolist() == [800.0, 100.0]
    assert later.frame["is_kept"].tolist() == [False, True]
    late = snapshots[snapshots["as_of"] > date(2024, 2, 1)]
    too_few = acceptance.month_ends(list(late["as_of"]), PARAMS.acceptance)
    few = acceptance.later((late, late), too_few, segments, MODEL, score, params=PARAMS.acceptance)
    assert few.frame is None
    assert say(few.reason) == "This needs more than 3 months of transactions."
    other = MODEL | {"columns": [{"feature": "clv_cents", "column": "clv_cents"}]}
    unknown = acceptance.later((then, now), ends, segments, other, score, params=PARAMS.acceptance)
    assert unknown.reason.values["columns"].items == (Term("column", "clv_cents"),)


def test_a_segment_is_accepted_that_fails_nothing_that_could_be_made():
    table = outcome(after=later(500, 200), actions=pd.Series({"good": 2})).reset_index()
    table.loc[table["test"] == "reachable", "is_passed"] = pd.NA
    summary = acceptance.verdicts(table)
    assert summary["is_accepted"].tolist() == [True, False]
    assert summary["n_tested"].tolist() == [7, 7]
    assert summary["failed"].tolist() == ["", "identifiable, stable, actionable"]
    assert acceptance.metrics(table) == {
        "k": 2,
        "accepted": 1,
        "failed": {t: int(t in {"identifiable", "stable", "actionable"}) for t in sorted(TESTS) if t != "reachable"},
    }
    assert say(acceptance.finding(table)) == (
        "1 of 2 groups is usable: it passes every test that the data allow. "
        "“rest” fails: identifiable, stable and actionable."
    )
    with language.using("zh"):
        assert "2个群体中有1个可用" in say(acceptance.finding(table))


def test_the_pipeline_stops_only_where_params_say_so():
    table = outcome().reset_index()
    acceptance.stop_if_wanted(table, limits(on_failure="report").acceptance)
    with pytest.raises(CrmwbError, match=r"usability: rest: .*on_failure: report"):
        acceptance.stop_if_wanted(table, limits(on_failure="stop").acceptance)
    fine = table[table["cluster"] == 1]
    acceptance.stop_if_wanted(fine, limits(on_failure="stop").acceptance)


def test_no_clusters_are_no_failure():
    none = acceptance.test(*company(), {"clusters": []}, RULES, PARAMS, later=None, actions=None, currency="")
    assert none.empty
    assert acceptance.metrics(none) == {"k": 0, "accepted": 0, "failed": {}}
    acceptance.stop_if_wanted(none, limits(on_failure="stop").acceptance)


def test_the_cheap_version_refuses_what_the_full_one_would():
    customers, segments = company()
    clusters = pd.Series(segments["cluster"].to_numpy(), index=customers.index)
    assert acceptance.passes(customers, clusters, PARAMS)
    assert not acceptance.passes(customers, clusters, limits(min_customers=101))
    assert not acceptance.passes(customers, clusters, limits(min_profit_cents=200))
    by_chance = pd.Series(np.arange(300) % 2 + 1, index=customers.index)  # the same spend in both
    assert not acceptance.passes(customers, by_chance, PARAMS)


def test_the_door_says_and_draws_what_the_tests_found(tmp_path):
    table = outcome(after=later(500, 200)).reset_index()
    path = tmp_path / layout.SEGMENT_ACCEPTANCE
    storage.write(table, ACCEPTANCE, path)
    opened = Acceptance(tmp_path, "USD")
    assert say(opened.finding).startswith("1 of 2 groups is usable")
    assert [say(gap) for gap in opened.not_available] == ["Actionable (not tested): No marketing mix was given."]
    assert opened.of("rest").set_index("test").loc["stable", "is_passed"] is False
    ax = opened.plot_table().drawn
    ticks = [t.get_text().replace("\n", " ") for t in ax.get_xticklabels()]
    assert ticks == [say(Term("acceptance_test", test)) for test in TESTS]
    cells = np.array([t.get_text() for t in ax.texts]).reshape(2, len(TESTS))
    assert cells[:, TESTS.index("stable")].tolist() == ["✓ 0.90", "✗ 0.40"]
    assert cells[:, TESTS.index("actionable")].tolist() == ["–", "–"]
