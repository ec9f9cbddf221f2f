"""Orders refunded by their status of which no other row takes anything back, beside rows that do. Asked about."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds

LEAST_ROWS = 3
HALF = 0.5


def ask(part: Part, status: Column, refunded: list[str]) -> None:
    """Ask of orders with a status such as refunded, where rows of returns are those of others.

    Parameters
    ----------
    part : Part
        Purchases some of whose rows take something back.
    status : Column
        What tells how orders ended.
    refunded : list of str
        Its values of orders that were refunded in full.
    """
    who, order = part.guesses["customer_id"].sources, part.guesses["order_id"].sources
    if len(who) != 1 or not part.looked_at.holds(status, *who, *order):
        return
    kinds = [c for c in part.guesses["is_return"].sources if not c.is_number and c is not status]
    texts = [part.looked_at.texts(c) for c in kinds]
    keys = part.looked_at.texts(order[0]) if len(order) == 1 else [None] * part.looked_at.n_rows
    rows = list(zip(part.looked_at.texts(status), part.looked_at.texts(who[0]), keys, money.of_rows(part), strict=True))
    is_back = [
        (n or 0.0) < 0 or any(text is not None and words.came_back(text) for text in kind)
        for (*_, n), kind in zip(rows, zip(*texts, strict=True) if texts else [()] * len(rows), strict=True)
    ]
    back = {(person, abs(n)) for (_, person, _, n), taken in zip(rows, is_back, strict=True) if taken and n}
    orders = {key for (_, _, key, _), taken in zip(rows, is_back, strict=True) if taken and key}
    own = [row for row, taken in zip(rows, is_back, strict=True) if row[0] in refunded and row[3] and not taken]
    alone = [n for _, person, key, n in own if key not in orders and (person, abs(n or 0.0)) not in back]
    if len(alone) < LEAST_ROWS or len(alone) <= HALF * len(own):
        return
    condition = row_kinds.not_in(status, refunded)
    text = (
        f"{status.name} is {' or '.join(refunded)} in {len(own):,} rows that bring an amount, of {len(alone):,} of which no other row takes it back: "
        f"does nothing remain of them (leave_out), or do they count as they stand (keep)?"
    )
    row_kinds.ask_to_keep(part, f"refunded by {status.words}", text, condition, (status,))
