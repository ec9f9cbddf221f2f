"""What was shipped beside what was ordered: asked which counts, for what is still open stands on a later row again."""

import re

from crmwb.sources.drafting.amounts import identities
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

CENT = 0.0101
LEAST_ROWS = 3  # in which less was shipped than ordered
NEARLY_ALL = 0.98
SHIPPED = re.compile(
    r".*\b(ship\w*|shp\w*|deliver\w*|dlv\w*|fulfil\w*|invoiced|billed|geliefert\w*|liefer\w*|fakturiert\w*|livre\w*|expedi\w*|factur\w*"
    r"|entregad\w*|enviad\w*|spedit\w*|consegnat\w*|evas[aoie]|dodan\w*|wydan\w*|teslim\w*|geleverd\w*|levererad\w*|leveret)\b.*|.*(实发|实出|已发|出荷).*"
)


def ask(part: Part) -> None:
    """Ask which of two quantities counts where a row says how much was ordered and how much of it was shipped.

    Parameters
    ----------
    part : Part
        Purchases, whose amount is that of the quantity that was guessed.
    """
    units = part.guesses["quantity"].sources
    if len(units) != 1 or not part.looked_at.holds(*units) or not part.guesses["revenue_cents"].sources:
        return
    ordered = units[0]
    shipped = next((c for c in part.looked_at.own if c is not ordered and _is_part_of(part, c, ordered)), None)
    if shipped is None:
        return
    amount = _amount_of(part, shipped)
    if amount is not None and any(amount.name in question.text for question in part.questions):
        return  # which of the two amounts counts is asked already

    def answer(given: str) -> None:
        if given == "ordered":
            return
        revenue = part.guesses["revenue_cents"]
        if amount is not None:
            why = f"of {shipped.name}, as you said"
            part.guesses["revenue_cents"] = Guess(amount.name, Sure.SURE, why, (amount,))
            part.guesses["quantity"] = Guess(shipped.name, Sure.SURE, "what was shipped, as you said", (shipped,))
            return
        whole, sent = syntax.column(ordered.name), syntax.column(shipped.name)
        text = f"case when {whole} = 0 then 0 else ({revenue.text}) * {sent} / {whole} end"
        sources = (*revenue.sources, *(c for c in (ordered, shipped) if c not in revenue.sources))
        part.guesses["revenue_cents"] = revenue.computed(text, f"{revenue.why}; what was shipped, as you said", sources)
        quantity = part.guesses["quantity"]
        if isinstance(quantity.value, str):
            part.guesses["quantity"] = quantity.computed(sent, "what was shipped, as you said", (shipped,))

    n = sum(_is_less(row) for row in part.looked_at.number_rows(shipped, ordered))
    text = (
        f"{shipped.name} is less than {ordered.name} in {n:,} rows: does revenue count what was shipped (shipped), for "
        f"what is open stands on later rows again or was never sold, or what was ordered (ordered)?"
    )
    names = (ordered.name, shipped.name)
    part.questions.append(Question("shipped_or_ordered", text, answer, ("shipped", "ordered"), columns=names))


def _is_part_of(part: Part, shipped: Column, ordered: Column) -> bool:
    """Say whether a column is a quantity shipped by its name, and never more than what was ordered."""
    if not shipped.is_number or SHIPPED.fullmatch(shipped.words) is None or SHIPPED.fullmatch(ordered.words):
        return False
    rows = part.looked_at.number_rows(shipped, ordered)
    within = sum(0 <= sent <= whole for sent, whole in rows if whole >= 0)
    same = sum(sent == whole for sent, whole in rows)
    is_less = sum(map(_is_less, rows))
    return bool(rows) and within >= NEARLY_ALL * len(rows) and is_less >= LEAST_ROWS and 2 * same > len(rows)


def _amount_of(part: Part, shipped: Column) -> Column | None:
    """Return the column that holds the amount of what was shipped; None where there is none."""
    line = identities.line(part.looked_at)
    if line is None:
        return None
    others = [c for c in part.looked_at.own if c.is_number and c not in (shipped, line.quantity, line.price)]
    rows = part.looked_at.number_rows(shipped, line.price, *others)
    sent = [(units * price, money) for units, price, *money in rows if units and price]
    fitting = (
        column
        for place, column in enumerate(others)
        if column is not line.amount
        and sum(abs(whole - money[place]) < CENT for whole, money in sent) >= NEARLY_ALL * len(sent) > 0
    )
    return next(fitting, None)


def _is_less(row: tuple[float, ...]) -> bool:
    return 0 <= row[0] < row[1]
