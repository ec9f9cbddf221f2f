"""RFM scores and segments, against what a person works out on paper."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from segment_frames import CHOICES, cdnow, people, rfm_params

from crmwb.params import RfmSegment
from crmwb.segmentation import rfm


def scored(customers, **changes):
    return rfm.score(customers, rfm.fit(customers, rfm_params(**changes)))


def scores_of(column: str, values: list[int], n_bins: int = 5) -> list[int]:
    """The scores that customers with these values get in the score read from `column`."""
    customers = people("days_since_last\n" + "\n".join(["1"] * len(values)))
    customers[column] = values
    name = next(score for score, read in rfm.READ_FROM.items() if read == column)
    return scored(customers, n_bins=n_bins)[name].tolist()


def test_ten_different_customers_fill_five_scores_two_by_two():
    assert scores_of("revenue_cents", [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_who_bought_last_scores_best():
    assert scores_of("days_since_last", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_after_a_heavy_tie_the_rest_are_split_evenly():
    # 12 of 20 bought once: they all score 1, and the other eight share the four scores above
    days = [1] * 12 + [2, 3, 4, 5, 6, 7, 8, 9]
    assert scores_of("n_purchase_days", days) == [1] * 12 + [2, 2, 3, 3, 4, 4, 5, 5]


def test_a_tie_in_the_middle_stays_together_on_the_nearer_side():
    # a fifth of ten is 2: with the tie of four it would be 5, without it is 1, which is nearer. The five after the tie
    # are shared by three scores: 2 is nearer to 5/3 than 1 is; of the three left, 1 and 2 are as near to 3/2
    assert scores_of("revenue_cents", [1, 2, 2, 2, 2, 3, 4, 5, 6, 7]) == [1, 2, 2, 2, 2, 3, 3, 4, 5, 5]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([7, 7, 7], [3, 3, 3]), ([1, 1, 9], [1, 1, 5]), ([1, 5, 9], [1, 3, 5]), ([1, 2, 3, 4], [1, 2, 4, 5]), ([3], [3])],
)
def test_fewer_values_than_scores_are_spread_over_them(values, expected):
    assert scores_of("revenue_cents", values) == expected


def test_frequency_and_money_are_averaged_with_halves_rounded_up():
    customers = people("""
        n_purchase_days  revenue_cents
        1                20
        2                10
        3                30
        4                50
        5                40
    """)
    out = scored(customers)
    assert out["frequency_score"].tolist() == [1, 2, 3, 4, 5]
    assert out["monetary_score"].tolist() == [2, 1, 3, 5, 4]
    assert out["frequency_monetary_score"].tolist() == [2, 2, 3, 5, 5]


def test_the_25_cells_are_named_by_the_rules_of_params():
    # rows: recency 5 down to 1; columns: frequency and money 1 to 5
    grid = """
        new_customers   potential_loyalists potential_loyalists champions       champions
        promising       potential_loyalists potential_loyalists loyal_customers loyal_customers
        about_to_sleep  about_to_sleep      need_attention      loyal_customers loyal_customers
        hibernating     hibernating         at_risk             at_risk         at_risk
        lost            lost                at_risk             at_risk         cannot_lose_them
    """
    expected = {
        (5 - row, column + 1): name
        for row, line in enumerate(grid.strip().splitlines())
        for column, name in enumerate(line.split())
    }
    cells = [(r, fm) for r in range(1, 6) for fm in range(1, 6)]
    customers = people("days_since_last\n" + "\n".join(str(6 - r) for r, _ in cells))
    customers["n_purchase_days"] = customers["revenue_cents"] = [fm for _, fm in cells]
    out = scored(customers)
    found = dict(zip(zip(out.recency_score, out.frequency_monetary_score, strict=True), out.rfm_segment, strict=True))
    assert found == expected
    assert set(found.values()) == {rule.name for rule in CHOICES.segmentation.rfm.segments}


def test_the_first_rule_that_fits_names_the_customer():
    rules = (
        RfmSegment(name="all_but_the_best", recency=(1, 5), frequency_monetary=(1, 4)),
        RfmSegment(name="rest", recency=(1, 5), frequency_monetary=(1, 5)),
    )
    customers = people("revenue_cents n_purchase_days\n1 1\n2 2\n3 3\n4 4\n5 5")
    assert scored(customers, segments=rules)["rfm_segment"].tolist() == ["all_but_the_best"] * 4 + ["rest"]


def test_new_customers_score_like_the_nearest_worse_value_that_was_seen():
    model = rfm.fit(people("days_since_last revenue_cents\n10 100\n20 200\n30 300\n40 400\n50 500"), rfm_params())
    new = people("days_since_last revenue_cents\n9 99\n15 250\n99 9999")
    out = rfm.score(new, model)
    assert out["recency_score"].tolist() == [5, 4, 1]
    assert out["monetary_score"].tolist() == [1, 2, 5]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(3, 5))
def test_scores_follow_the_values(values, n_bins):
    given_scores = scores_of("revenue_cents", values, n_bins)
    by_value = dict(zip(values, given_scores, strict=True))
    assert [by_value[v] for v in values] == given_scores, "equal values, equal scores"
    rising = [by_value[v] for v in sorted(by_value)]
    assert rising == sorted(rising), "more is never worse"
    assert len(set(rising)) == min(n_bins, len(by_value)), "as many scores as there are values for"
    if len(by_value) > 1:
        assert (rising[0], rising[-1]) == (1, n_bins)


def by_counting(values: pd.Series, best_is_low: bool) -> pd.Series:
    """The same scores computed another way: value by value, each joining the score that it leaves nearer its share."""
    counts = values.value_counts().sort_index(ascending=not best_is_low)
    score, held, n_left, scores_left = 1, 0, len(values), 5
    out = {}
    for place, (value, n) in enumerate(counts.items()):
        share, values_left = n_left / scores_left, len(counts) - place
        full = held and (abs(held - share) <= abs(held + n - share) or values_left < scores_left)
        if full and scores_left > 1:
            score, n_left, scores_left, held = score + 1, n_left - held, scores_left - 1, 0
        out[value], held = score, held + n
    return values.map(out)


def test_cdnow_agrees_with_an_independent_computation():
    customers = cdnow()
    buyers = customers[customers.n_purchase_days > 0].reset_index(drop=True)
    out = scored(buyers)
    r = by_counting(buyers.days_since_last, best_is_low=True)
    f = by_counting(buyers.n_purchase_days, best_is_low=False)
    m = by_counting(buyers.revenue_cents, best_is_low=False)
    assert (out.recency_score == r).all()
    assert (out.frequency_score == f).all()
    assert (out.monetary_score == m).all()
    fm = np.floor((f + m) / 2 + 0.5)
    champions = int(((r == 5) & (fm >= 4)).sum())
    lost = int(((r == 1) & (fm <= 2)).sum())
    assert (out.rfm_segment == "champions").sum() == champions
    assert (out.rfm_segment == "lost").sum() == lost
    assert (champions, lost) == (390, 412)


def test_cdnow_money_hardly_tied_scores_as_quintiles():
    buyers = cdnow().query("n_purchase_days > 0")
    quintiles = pd.qcut(buyers.revenue_cents, 5, labels=False) + 1
    assert (scored(buyers).monetary_score == quintiles).mean() > 0.98


def test_cdnow_more_than_half_bought_once_and_score_1():
    buyers = cdnow().query("n_purchase_days > 0")
    out = scored(buyers)
    assert (buyers.n_purchase_days == 1).mean() > 0.5
    assert (out.frequency_score[buyers.n_purchase_days == 1] == 1).all()
    assert set(out.frequency_score) == {1, 2, 3, 4, 5}
