"""Counts of distinct histories are exact, mergeable, and refuse what cannot be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmwb.value.models import PurchaseSummary

CUSTOMERS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, 3)), max_size=30)


def arrays(customers):
    """Turn (x, gap, wait) into possible histories: t_x = gap where there is a repeat, T = t_x + wait."""
    x, gap, wait = (np.array([c[i] for c in customers], dtype=float) for i in range(3))
    t_x = np.where(x > 0, gap, 0.0)
    return x, t_x, t_x + wait


def as_rows(summary):
    return list(zip(summary.frequency, summary.recency_days, summary.age_days, summary.n_customers, strict=True))


def test_customers_with_the_same_history_are_counted_together():
    summary, row_of = PurchaseSummary.compress([1, 0, 1], [5, 0, 5], [9, 3, 9])
    assert as_rows(summary) == [(0, 0, 3, 1), (1, 5, 9, 2)]
    assert row_of.tolist() == [1, 0, 1]
    assert (summary.total_customers, summary.total_repeaters, len(summary)) == (3, 2, 2)


@given(CUSTOMERS, CUSTOMERS)
def test_merged_partitions_are_the_whole(some, others):
    merged = PurchaseSummary.of(*arrays(some)).merge(PurchaseSummary.of(*arrays(others)))
    assert as_rows(merged) == as_rows(PurchaseSummary.of(*arrays(some + others)))


@given(st.lists(CUSTOMERS, max_size=5))
def test_any_number_of_partitions_in_any_order_are_the_whole(partitions):
    parts = [PurchaseSummary.of(*arrays(some)) for some in partitions]
    whole = as_rows(PurchaseSummary.of(*arrays([customer for some in partitions for customer in some])))
    assert as_rows(PurchaseSummary.merged(iter(parts))) == whole
    assert as_rows(PurchaseSummary.merged(reversed(parts))) == whole


@given(CUSTOMERS)
def test_whole_days_and_fractions_of_them_are_counted_in_the_same_order(customers):
    x, t_x, age = arrays(customers)
    days, sevenths = PurchaseSummary.compress(x, t_x, age), PurchaseSummary.compress(x, t_x / 7, age / 7)
    assert days[1].tolist() == sevenths[1].tolist()
    assert days[0].n_customers.tolist() == sevenths[0].n_customers.tolist()


@given(CUSTOMERS)
def test_pairs_of_count_and_age(customers):
    summary = PurchaseSummary.of(*arrays(customers))
    x, age, pair_of = summary.at_age
    assert np.array_equal(x[pair_of], summary.frequency)
    assert np.array_equal(age[pair_of], summary.age_days)
    assert len(x) == len(set(zip(x.tolist(), age.tolist(), strict=True)))


@given(CUSTOMERS)
def test_every_customer_finds_their_history(customers):
    x, t_x, age = arrays(customers)
    summary, row_of = PurchaseSummary.compress(x, t_x, age)
    assert np.array_equal(summary.frequency[row_of], x)
    assert np.array_equal(summary.recency_days[row_of], t_x)
    assert np.array_equal(summary.age_days[row_of], age)


@pytest.mark.parametrize(
    "history",
    [(-1, 0, 5), (0.5, 3, 5), (1, 6, 5), (1, 0, 5), (0, 2, 5), (np.nan, 0, 5), (0, 0, np.nan), (0, 0, np.inf)],
)
def test_an_impossible_history_is_refused_with_its_customer(history):
    with pytest.raises(ValueError, match="customer 1"):
        PurchaseSummary.of(*np.array([(0, 0, 1), history]).T)


def test_unlike_columns_are_refused():
    with pytest.raises(ValueError, match="alike"):
        PurchaseSummary.of([1, 2], [1], [1])
