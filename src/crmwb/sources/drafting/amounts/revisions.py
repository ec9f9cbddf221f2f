"""Orders that stand in a file with all their revisions: asked, for only the last was delivered."""

import re
from collections.abc import Iterable, Sequence

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax

LEAST_ORDERS = 3
MOST_REVISIONS = 30
REVISION = re.compile(
    r"(rev(ision|isione|isao|isio)?|versions?|versio|fassung|amendment)( (no|nr|number|nummer|id))?|版本号?|改訂|版数"
)


def ask(part: Part, orders: Iterable[Sequence[int]]) -> bool:
    """Stop at a column that numbers revisions, of which several orders have more than one; say whether it did.

    Parameters
    ----------
    part : Part
        Purchases.
    orders : iterable of sequence of int
        The places of the rows of each order of several rows.
    """
    named = (c for c in part.looked_at.own if REVISION.fullmatch(c.words) and 1 < len(c.counts) <= MOST_REVISIONS)
    column = next(named, None)
    texts = part.looked_at.texts(column) if column is not None else []
    n = sum(len({texts[i] for i in rows}) > 1 for rows in orders) if texts else 0
    if column is None or n < LEAST_ORDERS:
        return False

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
    return True
