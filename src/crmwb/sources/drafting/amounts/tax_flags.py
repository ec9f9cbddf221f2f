"""Tax within the amounts of some rows only, as a column says of each (tax included, 内税): asked about."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re

from crmwb.sources.drafting.amounts import prices
from crmwb.sources.drafting.guess import Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column

OF_TAX = re.compile(
    r".*\b(tax|tax(es|ed|ation)?|vat|gst|hst|iva|mwst|ust|umsatzsteuer|steuer|tva|btw|kdv|moms|dph|pdv|ddv|afa|alv|ppn|fpa)\b.*|.*(税).*"
)
WITHIN = re.compile(
    r"((tax|vat|gst|iva|tva|btw|mwst|ust|kdv|moms|dph) ?)?(incl?|included?s?|including|inclusive|inkl(usive)?|inbegrepen|inclus[aeo]s?|incluid[ao]s?|comprese?|compris[ea]?s?|compres[aeio]|enthalten|gross|brutto|bruto|lord[aeio]|ttc|dahil|vcetne|zahrnut\w*|wliczon\w*)( ?(tax|vat|gst|iva|tva|btw|mwst|ust|kdv|moms|dph))?"
    r"|内税?|(内消費)税|税?込み?|内税.*|含税|价税合计"
)
LEAST_ROWS = 3
MOST_VALUES = 6
NEARLY_ALL = 0.9


def ask(part: Part, roles: Modifiers) -> None:
    """Ask whether amounts hold tax in rows of which a column says so, and in the others not.

    Parameters
    ----------
    part : Part
        Purchases.
    roles : Modifiers
        What other columns of the file are.
    """
    revenue = part.guesses["revenue_cents"]
    asked = {name for question in part.questions for name in question.columns}
    if not revenue.sources or not part.looked_at.holds(*revenue.sources):
        return
    for column in part.looked_at.own:
        if len(column.counts) > MOST_VALUES or column.name in asked or column in revenue.sources:
            continue
        values = sorted(value for value in column.counts if WITHIN.fullmatch(words.simple(value)))
        n = sum(column.counts[value] for value in values)
        is_some = LEAST_ROWS <= n <= column.n_rows - LEAST_ROWS
        if not is_some:
            continue
        if OF_TAX.fullmatch(column.words) or any(OF_TAX.fullmatch(words.simple(value)) for value in values):
            _ask(part, column, values, n, roles.get("tax"))
            return


def _ask(part: Part, flag: Column, values: list[str], n: int, tax: Column | None) -> None:
    """Ask of rows of some values: tax is a column beside them, a rate beside them, or one that a person knows."""
    revenue = part.guesses["revenue_cents"]
    own = part.looked_at.own
    rate = next((c for c in own if prices.TAX_RATE.fullmatch(c.words) and c.is_number and any(c.numbers)), None)
    is_money = tax is not None and tax in own and any(tax.numbers) and not prices.is_share(tax)
    if tax is not None and is_money and _is_without_tax(part, flag, values, tax):
        return
    is_off = is_money and tax in revenue.sources  # it was taken off each amount

    def answer(given: str) -> None:
        now = part.guesses["revenue_cents"]
        condition = syntax.is_in(flag.name, values)
        if given in {"leave", "all"}:
            return
        if is_money and tax is not None:
            amount = f"coalesce({syntax.column(tax.name)}, 0)"
            only = f"case when {condition} then {amount} else 0 end"
            why = f"{now.why}; without {tax.name} where {flag.name} is {' or '.join(values)}"
            if is_off:
                part.guesses["revenue_cents"] = now.with_text(amount, only, why, flag)
            else:
                part.guesses["revenue_cents"] = now.computed(f"{now.text} - {only}", why, (*now.sources, flag, tax))
        elif rate is not None:
            prices.take_rate_off(part, flag, values, rate)
        else:
            written = given.replace(",", ".").removesuffix("%").strip()
            percent = float(written) if re.fullmatch(r"\d+(\.\d+)?", written) else 0.0
            if not 0 < percent < 100:
                raise ValueError("write the rate of tax in per cent, such as 22, or leave where no amount holds tax")
            text = f"case when {condition} then ({now.text}) / {1 + percent / 100:.6g} else {now.text} end"
            why = f"{now.why}; without {percent:g}% tax where {flag.name} is {' or '.join(values)}"
            part.guesses["revenue_cents"] = now.computed(text, why, (*now.sources, flag), Sure.LIKELY)

    beside = tax if is_money else rate
    what = f"{flag.name} is {' or '.join(map(repr, values))} in {n:,} rows, and not in the others"
    key = syntax.slug(f"tax by {flag.words}")
    if is_off and tax is not None:
        text = f"{what}: is {tax.name} within amounts of these rows only (these), or of all of them (all)?"
        choices: tuple[str, ...] = ("these", "all")
    elif beside is not None:
        text = f"{what}: do amounts of these rows hold tax, as {beside.name} tells it, to be taken off, or not (leave)?"
        choices = ("take_off", "leave")
    else:
        text = (
            f"{what}: do amounts of these rows hold tax, which is no revenue? Write its rate in per cent, such as 22, "
            f"or leave where no amount holds it, or none tells another."
        )
        choices = ()
    part.questions.append(Question(key, text, answer, choices, default="leave", columns=(flag.name,)))


def _is_without_tax(part: Part, flag: Column, values: list[str], tax: Column) -> bool:
    """Say whether amounts are shown to be without tax in these rows too: tax is a usual share of them as they stand."""
    revenue = part.guesses["revenue_cents"]
    amount = revenue.sources[0]
    if len(revenue.sources) != 1 or not isinstance(revenue.value, str):
        return False
    texts = part.looked_at.texts(flag)
    numbers = zip(texts, part.looked_at.numbers(amount), part.looked_at.numbers(tax), strict=True)
    rows = {(abs(a), abs(t)) for text, a, t in numbers if text in values and a and t}
    on_top = sum(prices.is_usual(t, a) for a, t in rows)
    within = sum(prices.is_usual(t, a - t) for a, t in rows)
    return bool(rows) and on_top >= NEARLY_ALL * len(rows) > within
