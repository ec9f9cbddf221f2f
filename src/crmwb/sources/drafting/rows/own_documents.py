"""Documents of a kind that one customer or two have, who have no other: own use, deliveries between branches. Asked about."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import defaultdict

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.rows import row_kinds

BEGINS = re.compile(r"([^\W\d_]{1,6})(?=[-/. ]?\d)")  # letters before a number
LEAST_DOCUMENTS = 5
LEAST_CUSTOMERS = 10  # of the other documents
MOST_CUSTOMERS = 2
MOST_KINDS = 6


def ask(part: Part) -> None:
    """Ask of documents whose numbers begin otherwise than all others, and that only one or two customers have.

    Parameters
    ----------
    part : Part
        Purchases.
    """
    order, who = part.guesses["order_id"], part.guesses["customer_id"]
    if len(order.sources) != 1 or len(who.sources) != 1 or not isinstance(order.value, str):
        return
    column = order.sources[0]
    if not part.looked_at.holds(column, *who.sources):
        return
    texts = part.looked_at.texts(column)
    begun = [BEGINS.match(text or "") for text in texts]
    labels = [match[0] if match else None for match in begun]
    if None in labels or not 1 < len(set(labels)) <= MOST_KINDS:
        return
    customers: dict[str, set[str]] = defaultdict(set)
    documents: dict[str, set[str]] = defaultdict(set)
    for label, text, customer in zip(labels, texts, part.looked_at.texts(who.sources[0]), strict=True):
        if label and text and customer:
            customers[label].add(customer)
            documents[label].add(text)
    for label, few in sorted(customers.items()):
        others = set().union(*(each for other, each in customers.items() if other != label))
        is_own = 0 < len(few) <= MOST_CUSTOMERS and not few & others and len(others) >= LEAST_CUSTOMERS
        is_asked = row_kinds.is_asked(part, [str(one == label) for one in labels])
        if is_own and len(documents[label]) >= LEAST_DOCUMENTS and not is_asked:
            _ask(part, label, sorted(few), len(documents[label]))


def _ask(part: Part, label: str, few: list[str], n: int) -> None:
    column, who = part.guesses["order_id"].sources[0], part.guesses["customer_id"].sources[0]

    text = (
        f"{n:,} {column.name} begin with {label!r}, and all of them are of {' and '.join(map(repr, few))} ({who.name}), who "
        f"{'has' if len(few) == 1 else 'have'} no others: are these sales (keep), or own use, deliveries between your own places "
        f"and the like, to which nothing is sold (leave_out)?"
    )
    condition = f"not starts_with({syntax.column(column.name)}, {syntax.value(label)})"
    row_kinds.ask_to_keep(part, f"own documents {label}", text, condition, (column,))
