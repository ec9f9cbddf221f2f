"""Goods counted in pieces and paid by weight: asked whether a price is that of the weight beside the pieces."""

import re

from crmwb.sources.drafting.amounts.measures import SCALES
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column

WEIGHT = re.compile(
    r"(net |netto ?|actual |catch |gross |brutto ?)?"
    r"(weight|wt|gewicht|poids|peso|waga|vaha|hmotnost|vikt|vekt|vaegt|paino|suly|greutate|agirlik)"
    r"( (kg|lb|lbs|net|netto|neto|total))?|(净|实际)?重量|正味重量"
)
LEAST_ROWS = 3
MOST_UNITS = 20
SMALLEST = {"g", "gr", "gramm", "mg", "克"}  # no price is for one of them


def ask(part: Part) -> None:
    """Ask whether a price is that of the weight, in rows in which its unit is one of weight and a weight is known.

    Parameters
    ----------
    part : Part
        Purchases, whose amount is a quantity times a price.
    """
    revenue, units = part.guesses["revenue_cents"], part.guesses["quantity"].sources
    if not revenue.is_product or len(units) != 1 or not part.looked_at.holds(*units):
        return
    own = part.looked_at.own
    weights = (c for c in own if c is not units[0] and c.is_number and WEIGHT.fullmatch(c.words) and any(c.numbers))
    weight = next(weights, None)
    if weight is None:
        return
    rows = list(zip(part.looked_at.numbers(units[0]), part.looked_at.numbers(weight), strict=True))
    for column in own:
        by_weight = _units_of_weight(column)
        if not by_weight or len(by_weight) == len(column.counts):
            continue
        weighed = [row for text, row in zip(part.looked_at.texts(column), rows, strict=True) if text in by_weight]
        n = sum(pieces is not None and bool(kilos) and pieces != kilos for pieces, kilos in weighed)
        if n >= LEAST_ROWS:
            _ask(part, (units[0], weight, column), by_weight, n)
            return


def _units_of_weight(column: Column) -> list[str]:
    """Return the values of a column of a few units of measure that are units of weight."""
    if column.is_number or column.is_date or not 1 < len(column.counts) <= MOST_UNITS:
        return []
    return sorted(v for v in column.counts if words.simple(v) in SCALES[0].keys() - SMALLEST)


def _ask(part: Part, columns: tuple[Column, Column, Column], values: list[str], n: int) -> None:
    units, weight, column = columns

    def answer(given: str) -> None:
        if given == "pieces":
            return
        name = syntax.column(units.name)
        text = f"(case when {syntax.is_in(column.name, values)} then {syntax.column(weight.name)} else {name} end)"
        revenue = part.guesses["revenue_cents"]
        why = f"{revenue.why}; {weight.name} where {column.name} is {' or '.join(values)}, as you said"
        part.guesses["revenue_cents"] = revenue.with_text(name, text, why, weight, column)

    text = (
        f"{column.name} is {' or '.join(values)} in {n:,} rows with a {weight.name} beside {units.name}: is the price "
        f"that of the weight there (weight), or of what {units.name} counts (pieces)?"
    )
    key = syntax.slug(f"price by {weight.words}")
    part.questions.append(Question(key, text, answer, ("weight", "pieces"), columns=(column.name, weight.name)))
