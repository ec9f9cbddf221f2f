"""Bookings whose customer stands on the other side: a payment is booked from the bank's account to the customer's."""

from collections import Counter

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds

LEAST_ROWS = 3
MOST_ACCOUNTS = 3
SHARE = 0.1
MOST_SHOWN = 3


def ask(part: Part) -> None:
    """Ask of rows whose other side is a customer of other rows, where few accounts stand in the customer's place.

    Parameters
    ----------
    part : Part
        Purchases whose customer stands in one plain column.
    """
    who = part.guesses["customer_id"].sources
    if len(who) != 1 or who[0] not in part.looked_at.own:
        return
    own, texts = who[0], part.looked_at.texts(who[0])
    used = {c.name for guess in part.guesses.values() for c in guess.sources}
    for column in part.looked_at.own:
        if column.name in used or column.is_date or not column.counts.keys() & own.counts.keys():
            continue
        accounts = _accounts(texts, part.looked_at.texts(column), own)
        if accounts:
            _ask(part, own, column, accounts)
            return


def _accounts(here: list[str | None], there: list[str | None], own: Column) -> Counter[str]:
    """Return the few values that stand in the customer's place where a customer stands on the other side."""
    crossed = Counter(a for a, b in zip(here, there, strict=True) if a and b and a != b and b in own.counts)
    n_same = sum(a == b for a, b in zip(here, there, strict=True) if a and b)
    if crossed.total() < LEAST_ROWS or n_same or len(crossed) > max(MOST_ACCOUNTS, SHARE * len(own.counts)):
        return Counter()
    always = all(crossed[value] >= (1 - SHARE) * own.counts[value] for value in crossed)
    return crossed if always and crossed.total() > 2 * len(crossed) else Counter()


def _ask(part: Part, own: Column, column: Column, accounts: Counter[str]) -> None:
    values = sorted(accounts)

    shown = " or ".join(map(repr, values[:MOST_SHOWN]))
    text = (
        f"In {row_kinds.rows(own, values)} {own.name} is {shown}, and {column.name} holds what is the customer of "
        f"other rows, as where payments of what was sold are booked too: leave these rows out, or keep them as "
        f"sales to {shown}?"
    )
    row_kinds.ask_to_keep(part, f"contra {column.words}", text, row_kinds.not_in(own, values), (own, column))
