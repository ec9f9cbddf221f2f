"""Markov chains of customers: the example of Pfeifer & Carraway (2000), then what must hold of any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmwb.errors import CrmwbError
from crmwb.value.models import MarkovChain

PUBLISHED = MarkovChain.of_recency(np.array([0.3, 0.2, 0.15, 0.05]), margin=40, cost=4, rate=0.2)
ANY_RECENCY = st.builds(
    MarkovChain.of_recency,
    st.lists(st.floats(0, 1), min_size=1, max_size=6).map(np.array),
    margin=st.floats(0, 100),
    cost=st.floats(0, 20),
    rate=st.floats(0.01, 1),
)


def test_the_chain_of_recency():
    assert PUBLISHED.states == ("recency 1", "recency 2", "recency 3", "recency 4", "lapsed")
    assert PUBLISHED.rewards.tolist() == [36, -4, -4, -4, 0]
    assert PUBLISHED.transitions[1].tolist() == [0.2, 0, 0.8, 0, 0]
    assert PUBLISHED.transitions[4].tolist() == [0, 0, 0, 0, 1]


def test_value_over_four_periods_and_for_ever():
    assert PUBLISHED.value(4) == pytest.approx([50.115, 4.220, 0.592, -1.980, 0], abs=0.001)
    assert PUBLISHED.value() == pytest.approx([52.320, 5.554, 1.251, -1.820, 0], abs=0.001)


def test_marketing_stops_at_recency_four():
    assert PUBLISHED.states_to_let_go() == ("recency 4",)
    assert PUBLISHED.states_to_let_go(4) == ("recency 4",)
    assert PUBLISHED.without(["recency 4"]).value() == pytest.approx([53.149, 6.621, 2.644, 0, 0], abs=0.001)


def test_value_by_hand():
    # at a rate of 100%, 36 now, and with 0.3 another 36 next period, else it costs 4: 36 + (0.3·36 - 0.7·4) / 2
    chain = MarkovChain.of_recency(np.array([0.3, 0.2]), margin=40, cost=4, rate=1.0)
    assert chain.value(0).tolist() == [36, -4, 0]
    assert chain.value(1)[0] == pytest.approx(40)


@given(ANY_RECENCY)
def test_value_over_a_long_time_is_value_for_ever(chain):
    assert chain.value(3000) == pytest.approx(chain.value(), rel=1e-6, abs=1e-6)


@given(ANY_RECENCY)
def test_letting_go_is_never_worse_and_nothing_else_is_better(chain):
    best = chain.without(chain.states_to_let_go()).value()
    assert (best >= chain.value() - 1e-6).all()
    assert (best >= -1e-6).all()
    for state in chain.states:
        assert (best >= chain.without([state]).value() - 1e-6).all()


@given(ANY_RECENCY)
def test_without_costs_value_falls_with_the_rate(chain):
    free = MarkovChain(chain.states, chain.transitions, np.maximum(chain.rewards, 0), chain.rate)
    dearer = MarkovChain(chain.states, chain.transitions, free.rewards, chain.rate + 0.1)
    assert (dearer.value() <= free.value() + 1e-12).all()
    assert free.states_to_let_go() == ()


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_a_tie_between_going_on_and_letting_go_ends(size):
    # what marketing brings it costs, to the last bit or nearly
    for p in ([0.5], [1e-9, 0.8, 0.999999999999, 1e-9, 1e-300, 0.0], [0.0, 0.0], [1.0, 1.0]):
        chain = MarkovChain.of_recency(np.array(p), margin=size, cost=size, rate=0.01)
        assert (chain.without(chain.states_to_let_go()).value() >= -1e-7 * size).all()


def test_at_rate_zero_only_a_limited_time_has_a_value():
    chain = MarkovChain.of_recency(np.array([0.3, 0.2]), margin=40, cost=4, rate=0.0)
    assert chain.value(1)[0] == pytest.approx(36 + 0.3 * 36 - 0.7 * 4)
    assert chain.states_to_let_go(3) == ()
    with pytest.raises(CrmwbError, match="no bound"):
        chain.value()


@pytest.mark.parametrize(
    ("states", "transitions", "rewards", "rate", "says"),
    [
        (("a", "b"), np.array([[0.5, 0.4], [0, 1]]), np.zeros(2), 0.1, "those from 'a' add up to 0.9"),
        (("a", "b"), np.array([[1.5, -0.5], [0, 1]]), np.zeros(2), 0.1, "probabilities"),
        (("a", "b"), np.array([[np.nan, 0.5], [0, 1]]), np.zeros(2), 0.1, "probabilities"),
        (("a", "a"), np.eye(2), np.zeros(2), 0.1, "2 names that differ"),
        (("a", "b"), np.eye(3), np.zeros(2), 0.1, "shape"),
        (("a", "b"), np.eye(2), np.array([1, np.inf]), 0.1, "finite"),
        (("a", "b"), np.eye(2), np.zeros(2), -0.1, "at least 0, not -0.1"),
    ],
)
def test_what_is_no_chain_is_refused(states, transitions, rewards, rate, says):
    with pytest.raises(CrmwbError, match=says):
        MarkovChain(states, transitions, rewards, rate)


def test_an_unknown_state_is_refused():
    with pytest.raises(CrmwbError, match="no state is called 'recency 9'"):
        PUBLISHED.without(["recency 9"])
