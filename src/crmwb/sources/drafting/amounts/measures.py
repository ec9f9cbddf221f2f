"""Quantities of one column in several units of measure, such as g and kg: asked, for a price is for one of them."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column

SCALES = (  # how much one of it is of the first
    {"g": 1.0, "gr": 1.0, "gramm": 1.0, "mg": 0.001, "kg": 1000.0, "kilo": 1000.0, "t": 1e6, "克": 1.0, "公斤": 1000.0, "千克": 1000.0, "吨": 1e6},
    {"ml": 1.0, "cl": 10.0, "dl": 100.0, "l": 1000.0, "ltr": 1000.0, "liter": 1000.0, "hl": 1e5, "m3": 1e6, "毫升": 1.0, "升": 1000.0},
    {"mm": 1.0, "cm": 10.0, "m": 1000.0, "km": 1e6},
    {"oz": 1.0, "lb": 16.0, "lbs": 16.0},
    {"stk": 1.0, "st": 1.0, "stuck": 1.0, "pc": 1.0, "pcs": 1.0, "ea": 1.0, "each": 1.0, "dz": 12.0, "doz": 12.0, "dozen": 12.0, "dutzend": 12.0, "个": 1.0, "打": 12.0},
    {"wh": 1.0, "kwh": 1000.0, "mwh": 1e6},
    {"min": 1.0, "h": 60.0, "hr": 60.0, "std": 60.0, "hour": 60.0, "hours": 60.0, "day": 1440.0},
)  # fmt: skip

MOST_UNITS = 100  # of one measure, however they are written


def scale_of(column: Column) -> dict[str, float]:
    """Return how much each value of a column is of the smallest, where they are units of one measure and differ."""
    if not 1 < len(column.counts) <= MOST_UNITS:
        return {}
    values = {value: words.simple(value) for value in column.counts}
    for scale in SCALES:
        if all(simple in scale for simple in values.values()):
            sizes = {value: scale[simple] for value, simple in values.items()}
            return sizes if len(set(sizes.values())) > 1 else {}
    return {}


def ask(part: Part) -> None:
    """Ask which unit a price is for, where quantities are in several."""
    revenue = part.guesses["revenue_cents"]
    column = next((c for c in part.looked_at.own if not c.is_number and scale_of(c)), None)
    if not revenue.is_product:
        return
    if column is None:
        _convert_by_names(part)
        return
    scale, product = scale_of(column), revenue.value["expression"]
    price = revenue.sources[1]

    def answer(given: str) -> None:
        if given == "each":
            return
        cases = " ".join(
            f"when {syntax.is_in(column.name, [v])} then {size / scale[given]:.12g}"
            for v, size in sorted(scale.items())
        )
        now = part.guesses["revenue_cents"]
        expression = f"{product} * (case {cases} end)"
        why = f"{now.why}; {price.name} is that of 1 {given}, as you said"
        part.guesses["revenue_cents"] = now.with_text(product, expression, why, column)

    units = sorted(scale, key=lambda value: scale[value])
    text = (
        f"Quantities are in {' and '.join(units)}, as {column.name} says: is {price.name} that of 1 {' or of 1 '.join(units)} in all rows, or "
        f"of one of the row's own unit (each)?"
    )
    part.questions.append(
        Question(syntax.slug(f"price by {column.words}"), text, answer, (*units, "each"), columns=(column.name,))
    )


def _convert_by_names(part: Part) -> None:
    """Convert quantities where their name and the price's end in different units of one measure: grams at a price per kg."""
    revenue = part.guesses["revenue_cents"]
    units, price = revenue.sources[:2]
    here, there = (c.own_words.split()[-1:] for c in (units, price))
    for scale in (each for each in SCALES if "stk" not in each):  # how many pieces a pack holds is asked
        own, other = (scale.get(token[0]) if token else None for token in (here, there))
        if own and other and own != other:
            factor = f"{own / other:.12g}"
            why = f"{revenue.why}; {units.name} is in {here[0]}, and {price.name} is for 1 {there[0]}"
            product = revenue.value["expression"]
            part.guesses["revenue_cents"] = revenue.computed(f"{product} * {factor}", why, revenue.sources)
            part.remarks.append(f"{units.name} is in {here[0]}, and {price.name} is for 1 {there[0]}: times {factor}")
            return
