"""Whether respondents are like the customers, what satisfaction may be stated, and the chain to profit."""

import numpy as np
import pandas as pd
import pytest
from crm_inputs import inputs, mart, tables

from crmwb.effectiveness import chain, survey
from crmwb.findings import Finding, Unavailable


def company(n, answering, rating=lambda _: 0.8):
    """Return a mart of n customers, a quarter of them VIP, and ratings of those whose number `answering` accepts."""
    people = mart(
        tier=["vip" if i % 4 == 0 else "small" for i in range(n)],
        region=["north" if i // 4 % 2 else "south" for i in range(n)],
        first_purchase_on=["2023-06-01" if i % 3 else "2021-01-01" for i in range(n)],
    )
    rows = [f"i{i} c{i:03d} 2023-09-01 {rating(i)}" for i in range(n) if answering(i)]
    return people, "interaction_id customer_id occurred_at satisfaction\n" + "\n".join(rows)


def asked(con, *arguments, **options):
    people, rated = company(*arguments, **options)
    return survey.survey(inputs(con, people, tables(con, {"interactions": rated})))


def test_respondents_drawn_evenly_are_like_the_customers(con):
    answers = asked(con, 480, lambda i: i % 5 < 3)
    assert answers.finding.code == "effectiveness.survey.like"
    assert not answers.tests["is_unlike"].any()


def test_respondents_of_one_tier_are_unlike_the_customers_and_the_mean_is_weighted(con):
    answers = asked(
        con, 400, lambda i: i % 4 == 0 or i % 7 == 0, rating=lambda i: (0.9 if i % 4 == 0 else 0.5) + i % 3 / 100
    )
    assert answers.finding.code == "effectiveness.survey.unlike"
    assert answers.tests.set_index("dimension").loc["tier", "is_unlike"]
    values = answers.satisfaction.values
    assert values["mean"].value == pytest.approx(0.25 * 0.91 + 0.75 * 0.51, abs=0.005)
    assert values["plain"].value > 0.7
    assert answers.satisfaction.code == "effectiveness.survey.satisfaction_differs"


def test_shares_of_groups_are_counted(con):
    groups = asked(con, 400, lambda i: i % 4 == 0 or i % 7 == 0).groups.set_index(["dimension", "group"])
    row = groups.loc[("tier", "vip")]
    assert (row["n_customers"], row["n_respondents"], row["response_share"]) == (100, 100, 1.0)
    assert row["customer_share"] == 0.25


def test_too_few_answers_state_nothing(con):
    answers = asked(con, 400, lambda i: i < 29)
    assert isinstance(answers.finding, Unavailable)
    assert answers.finding.code == "effectiveness.survey.few_answers"
    assert answers.groups.empty


def test_a_tier_without_answers_withholds_the_satisfaction_of_all(con):
    answers = asked(con, 400, lambda i: i % 4 == 0)
    assert answers.satisfaction.code == "effectiveness.survey.tiers_not_covered"


def test_answers_before_the_window_do_not_count(con):
    people, rated = company(400, lambda i: True)
    old = rated.replace("2023-09-01", "2022-09-01")
    answers = survey.survey(inputs(con, people, tables(con, {"interactions": old})))
    assert answers.finding.code == "effectiveness.survey.few_answers"


def test_without_contacts_it_says_what_is_needed(con):
    assert survey.survey(inputs(con, mart(tier=["vip"]))).finding.code == "effectiveness.survey.no_answers"


def test_a_dimension_is_seldom_called_unlike_by_chance():
    from crmwb import params

    p, called = params.load().effectiveness, 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        known = pd.DataFrame({name: rng.integers(0, 4, 600).astype(str) for name in survey.DIMENSIONS})
        known["rating"] = np.where(rng.random(600) < 0.3, 0.5, np.nan)
        groups = pd.concat([survey.compare(known, name) for name in survey.DIMENSIONS], ignore_index=True)
        called += survey.unlike(groups, p)["is_unlike"].any()
    assert called <= 8  # 3 expected; 8 or fewer in 99 of 100 tries


def purchases(n, n_days, cents):
    rows = [f"c{i:03d} 2023-0{2 + d % 4}-{1 + d:02d} 1.00 0" for i in range(n) for d in range(n_days(i))] + [
        f"c{i:03d} 2023-10-01 {cents(i):.2f} 100" for i in range(n)
    ]
    return "customer_id ordered_at revenue cost_cents\n" + "\n".join(rows)


def rated(n, rating):
    return "interaction_id customer_id occurred_at satisfaction\n" + "\n".join(
        f"i{i} c{i:03d} 2022-06-01 {rating(i)}" for i in range(n)
    )


def chained(con, rating, n_days, cents, n=60, known=1.0):  # noqa: PLR0917  # what each customer did, in time order
    given = tables(con, {"interactions": rated(n, rating), "transactions": purchases(n, n_days, cents)})
    quality = {"completeness": {"revenue_known": {"transactions": {"cost_cents": known}}, "departments": []}}
    return chain.chain(inputs(con, mart(tier=["vip"] * n), given, quality=quality | {"tables": {}}))


def test_links_are_ranked_correlations_in_time_order(con):
    finding, links = chained(con, lambda i: i % 10 / 10, lambda i: i % 10, lambda i: 100 + i % 10)
    assert finding.code == "effectiveness.chain.shown"
    assert links["correlation"].tolist() == pytest.approx([1, 1, 1])
    assert links["result"].tolist() == ["loyalty", "profit", "profit"]


def test_revenue_stands_in_where_costs_are_not_known(con):
    _, links = chained(con, lambda i: i % 10 / 10, lambda i: i % 10, lambda i: 100 + i, known=0.5)
    assert links["result"].tolist() == ["loyalty", "revenue", "revenue"]


def test_what_is_not_related_is_not_shown(con):
    finding, links = chained(con, lambda i: i % 10 / 10, lambda i: (i * 7) % 6, lambda i: 100 + (i * 31) % 17)
    assert not links["is_shown"].any()
    assert finding == Finding("effectiveness.chain.none", finding.values)


def test_what_never_changes_has_no_correlation():
    n, rho, low, high = chain.correlation(pd.Series([1.0] * 40), pd.Series(range(40)), 0.95)
    assert n == 40
    assert np.isnan([rho, low, high]).all()
