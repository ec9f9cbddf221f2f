"""Orders that stand in a file with all their revisions: asked, for only the last was delivered."""

import re
from collections.abc import Sequence

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds

LEAST_ORDERS = 3
MOST_REVISIONS = 30
REVISION = re.compile(
    r"(rev(ision|isione|isao|isio)?|versions?|versio|fassung|amendment)( (no|nr|number|nummer|id))?|版本号?|改訂|版数"
)


def ask(part: Part, orders: Sequence[Sequence[int]]) -> None:
    """Stop at a column that numbers revisions, of which several orders have more than one.

    Parameters
    ----------
    part : Part
        Purchases.
    orders : sequence of sequence of int
        The places of the rows of each order of several rows.
    """
    column = next((c for c in _versions(part) if len(c.counts) <= MOST_REVISIONS), None)
    texts = part.looked_at.texts(column) if column is not None else []
    n = sum(len({texts[i] for i in rows}) > 1 for rows in orders) if texts else 0
    if column is None or n < LEAST_ORDERS:
        return

    def answer(given: str) -> None:
        if given == "revisions":
            raise ValueError(
                "export the last revision of each order only; a draft cannot tell which lines it took over"
            )

    text = (
        f"{column.name} has several values in {n:,} orders: are these revisions of the whole order, of which the last "
        f"counts, or do all rows count (lines)?"
    )
    key = syntax.slug(f"revisions by {column.own_words}")
    part.questions.append(Question(key, text, answer, ("revisions", "lines"), columns=(column.name,)))


def ask_of_drafts(part: Part, orders: Sequence[Sequence[int]]) -> bool:
    """Ask of versions beside one that every order has once: drafts of it, or what it was before; say whether it did.

    Of numbers, the last is what counts, whatever most orders have. `orders` are as in `ask`.
    """
    for column in _versions(part):
        live, n_live = column.counts.most_common(1)[0]
        texts = part.looked_at.texts(column)
        is_in_each = n_live == len(part.guesses["order_id"].sources[0].counts)
        is_once = is_in_each and all([texts[i] for i in rows].count(live) == 1 for rows in orders)
        if column.is_number or not is_once or len(orders) < LEAST_ORDERS:
            continue
        text = (
            f"{column.name} is {live!r} in one row of every order, and another in {len(texts) - n_live:,} rows beside "
            f"these: are those drafts or earlier versions of the same orders (leave_out), or do all rows count (keep)?"
        )
        condition = syntax.is_in(column.name, [live])
        row_kinds.ask_to_keep(part, f"versions by {column.own_words}", text, condition, (column,))
        return True
    return False


def _versions(part: Part) -> list[Column]:
    return [c for c in part.looked_at.own if REVISION.fullmatch(c.words) and len(c.counts) > 1]
