"""The bridge between two customer equities holds to the cent."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crmwb.value.equity.bridge import COMPONENTS, bridge
from crmwb.value.equity.worth import Worth

DAYS = (date(2024, 1, 1), date(2024, 2, 1))
CHANGES = ("new", "won_back", "grown", "shrunk", "lost")


def at(*customers):
    """Each customer: (worth or None before the first purchase, is active)."""
    cents = np.array([worth or 0 for worth, _ in customers], dtype=np.int64)
    known = np.array([worth is not None for worth, _ in customers], dtype=bool)
    return Worth(known, known & np.array([active for _, active in customers], dtype=bool), cents, 0.0)


def components(opening, closing):
    rows = bridge("month", *DAYS, opening, closing)
    assert rows["component"].tolist() == list(COMPONENTS)
    return {name: (n, cents) for name, n, cents in rows[["component", "n_customers", "equity_cents"]].to_numpy()}


def test_by_hand():
    opening = at((None, False), (100, True), (100, True), (100, True), (5, False), (5, False), (70, True))
    closing = at((80, True), (130, True), (60, True), (10, False), (90, True), (4, False), (70, True))
    assert components(opening, closing) == {
        "opening": (4, 380),
        "new": (1, 80),
        "won_back": (1, 85),  # 5 → 90
        "grown": (1, 30),  # 100 → 130
        "shrunk": (1 + 1, -40 - 1),  # 100 → 60, and who was lost already: 5 → 4
        "lost": (1, -90),  # 100 → 10
        "closing": (5, 444),
        "kept": (3, 100 + 60 + 10 + 5 + 4 + 70),
    }


def test_a_newcomer_who_is_lost_at_once_counts_in_money_only():
    parts = components(at((None, False)), at((3, False)))
    assert parts["new"] == (0, 3)
    assert parts["closing"] == (0, 3)


CUSTOMERS = st.lists(
    st.tuples(st.none() | st.integers(-50, 10**9), st.integers(-50, 10**9), st.booleans(), st.booleans()), max_size=30
)


@given(CUSTOMERS)
def test_it_adds_up(customers):
    opening = at(*((before, then) for before, _, then, _ in customers))
    closing = at(*((after, now) for _, after, _, now in customers))
    parts = components(opening, closing)
    counts, cents = ({name: pair[i] for name, pair in parts.items()} for i in (0, 1))
    assert cents["opening"] + sum(cents[name] for name in CHANGES) == cents["closing"]
    assert counts["opening"] + counts["new"] + counts["won_back"] - counts["lost"] == counts["closing"]
    assert cents["kept"] <= min(cents["opening"], cents["closing"] - cents["new"])
    assert cents["grown"] >= 0 >= cents["shrunk"]
