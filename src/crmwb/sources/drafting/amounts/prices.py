"""What stands between a price and what a line brings: units that a price is for, shares taken off, tax within."""

import math
import re
from collections.abc import Sequence
from itertools import permutations

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.amounts import sums
from crmwb.sources.drafting.guess import Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

PRICE_IS_FOR = re.compile(
    r"pe|preis ?einheit|preis (je|pro)|price (unit|per|basis|quantity)|pricing (unit|quantity)|per (unit|quantity)"
    r"|peinh|unite de prix|unidad de precio|价格单位|单价单位"
)
PER = re.compile(r"per|price per|(price|pricing) (unit|uom|um|u m|basis|per)|puom")
LETTERS = {"e": 1, "ea": 1, "each": 1, "pc": 1, "c": 100, "m": 1000}
PERCENT = re.compile(r"\b(rate|percent|pct|satz)\b")
TAX_RATE = re.compile(
    r"(sales )?(tax|vat|gst|mwst|ust|iva|tva|btw|kdv)( (rate|percent|pct|satz|code))?"
    r"|(taux|tasa|aliquota|tipo|steuer) ?(satz|(de )?(tva|iva))?|税率"
)
MAY_INCLUDE = re.compile(
    r"(prices?|amounts?) (incl|includes?|including|with) (vat|tax(es)?|gst)|(vat|tax|gst) included"
    r"|preise? (inkl|mit) (mwst|ust|steuer)|bruttopreise?|prix (ttc|avec tva)|precios? (con iva|iva incluido)"
    r"|prezzi (con iva|iva inclusa)|prijzen incl btw"
)
IS_NET = re.compile(
    r"(is )?(net|netto|neto)( (price|amount)s?)?|(price|amount)s? (excl|excludes?|excluding|without) (vat|tax(es)?|gst)"
    r"|netto ?preise?|preise? (netto|exkl|ohne (mwst|ust|steuer))|(prix )?(ht|hors taxes?)|precios? (netos?|sin iva)"
    r"|prezz[io] (nett[oi]|senza iva)|prijzen excl btw"
)
SHARE_OFF = re.compile(
    r"(line |item )?(rab(att?)?|rbt|disc(ount)?|dto|dcto|desc(uento|onto)?|sc(onto)?|rem(ise)?|kort(ing)?|nachl(ass)?"
    r"|popust|slev[ay]|zlava|zniz\w*|upust|rabat|kedv\w*|ale(nnus)?|isk(onto)?|reducere|εκπτωση)"
    r"( pct| percent| proz(ent)?)?"
)
OF_A_HUNDRED = re.compile(r"\b(pct|percent|proz(ent)?)$")
LEAST_AMOUNT = 25  # smaller ones are a usual share of nearly anything
LEAST_ROWS = 3  # of different amounts
NEARLY_ALL, HALF = 0.9, 0.5
TOLD = 0.95
LEAST_TOLD = 5
MOST_BESIDE, MOST_MORE, MOST_ROWS = 8, 2, 200  # columns, those of a sum beside the two, rows
IN_STEPS = re.compile(r"\d+([.,]\d+)?%?( ?\+ ?\d+([.,]\d+)?%?)+")
STEP, MOST_RATE = 0.0025, 0.35  # rates of tax
CENT = 0.0101
WITH_TAX = re.compile(
    r".*\b(incl|inclusive|including|inc|inkl|ttc|ivat[oaie]|iva (inclusa|compresa|incluido))\b.*"
    r"|(?!.*(不含税|未税|税抜)).*(价税合计|含税|税込).*"
)


def per_units(part: Part) -> None:
    """Divide the quantity times the price by the units that a price is for."""
    revenue = part.guesses["revenue_cents"]
    if not revenue.is_product:
        return
    fitting = (c for c in part.looked_at.columns if PRICE_IS_FOR.fullmatch(c.words) and c.is_number)
    column = next((c for c in fitting if all(n > 0 for n in c.numbers) and any(n > 1 for n in c.numbers)), None)
    if column is None:
        _per_letters(part)
        return
    text = f"{revenue.value['expression']} / {syntax.column(column.name)}"
    why = f"{revenue.why}, which is for so many units as {column.name} says"
    part.guesses["revenue_cents"] = revenue.computed(text, why, (*revenue.sources, column), Sure.LIKELY)


def _per_letters(part: Part) -> None:
    """Divide by what letters say that a price is for: each, C for a hundred, M for a thousand."""
    revenue = part.guesses["revenue_cents"]
    for column in part.looked_at.own:
        sizes = {value: LETTERS.get(value.strip().lower()) for value in column.counts}
        if not PER.fullmatch(column.words) or None in sizes.values() or not {"c", "m"} & {v.lower() for v in sizes}:
            continue
        cases = " ".join(f"when {syntax.is_in(column.name, [v])} then {size}" for v, size in sorted(sizes.items()))
        text = f"{revenue.value['expression']} / (case {cases} end)"
        why = f"{revenue.why}, which is for each, a hundred (C) or a thousand (M) as {column.name} says"
        part.guesses["revenue_cents"] = revenue.computed(text, why, (*revenue.sources, column), Sure.LIKELY)
        return


def without_tax(part: Part, roles: Modifiers) -> None:
    """Take tax off an amount that is called one with tax, where it stands beside it, or where a flag says so."""
    if _where_it_is_within(part):
        return
    revenue, tax = part.guesses["revenue_cents"], roles.get("tax")
    if tax is None or PERCENT.search(tax.words) or is_share(tax):
        _without_rate(part)
        return
    if tax is None or len(revenue.sources) != 1 or not isinstance(revenue.value, str) or tax in revenue.sources:
        return
    amount = revenue.sources[0]
    pairs = part.looked_at.number_rows(amount, tax)
    if not any(tax.numbers) or any(abs(t) > abs(a) for a, t in pairs):
        return
    if not WITH_TAX.fullmatch(amount.words) and not is_tax_within(part, amount, tax):
        return
    if sums.shows_shipping(part, amount, tax, roles):
        return  # and takes both off
    text = f"{syntax.column(amount.name)} - coalesce({syntax.column(tax.name)}, 0)"
    why = f"without {tax.name}, for tax is no revenue"
    part.guesses["revenue_cents"] = revenue.computed(text, why, (amount, tax), Sure.LIKELY)


def _where_it_is_within(part: Part) -> bool:
    """Take tax off in rows of which a flag says that prices include it, at the rate beside them; say whether it did."""
    revenue = part.guesses["revenue_cents"]
    flags = (c for c in part.looked_at.own if MAY_INCLUDE.fullmatch(c.words) and c.is_flag and len(c.counts) > 1)
    flag = next((c for c in flags if c.true_values), None)
    rates = (c for c in part.looked_at.own if TAX_RATE.fullmatch(c.words) and c.is_number and any(c.numbers))
    rate = next(rates, None)
    if rate is None or not part.looked_at.holds(*revenue.sources):
        return False
    if flag is None:
        return _ask_of_net(part, rate)
    take_rate_off(part, flag, sorted(flag.true_values), rate)
    return True


def _ask_of_net(part: Part, rate: Column) -> bool:
    """Ask whether prices hold tax where a flag says that they are not net; say whether there is such a flag."""
    flags = (c for c in part.looked_at.own if IS_NET.fullmatch(c.words) and c.is_flag and len(c.counts) > 1)
    flag = next((c for c in flags if c.true_values), None)
    if flag is None:
        return False
    gross = sorted(set(flag.counts) - set(flag.true_values))
    n = sum(flag.counts[value] for value in gross)

    def answer(given: str) -> None:
        if given == "take_off":
            take_rate_off(part, flag, gross, rate)

    text = (
        f"{flag.name} is {' or '.join(map(repr, gross))} in {n:,} rows, and {rate.name} stands beside: "
        f"do amounts of these rows hold tax at that rate, to be taken off, or not (leave)?"
    )
    key = syntax.slug(f"tax by {flag.words}")
    part.questions.append(Question(key, text, answer, ("take_off", "leave"), columns=(flag.name,)))
    return True


def take_rate_off(part: Part, flag: Column, values: list[str], rate: Column) -> None:
    """Divide by one plus the rate of tax where a flag is one of some values."""
    revenue = part.guesses["revenue_cents"]
    own = revenue.text
    whole = 1 if max(rate.numbers) <= 1 else 100
    text = (
        f"case when {syntax.is_in(flag.name, values)} "
        f"then ({own}) / (1 + coalesce({syntax.column(rate.name)}, 0) / {whole}) else {own} end"
    )
    why = f"{revenue.why}; without tax, at {rate.name}, where {flag.name} is {' or '.join(values)}"
    part.guesses["revenue_cents"] = revenue.computed(text, why, (*revenue.sources, flag, rate), Sure.LIKELY)


def is_tax_within(part: Part, amount: Column, tax: Column) -> bool | None:
    """Say whether an amount holds the tax beside it: of what is left without it, tax is a share such as 19% or 8.25%.

    Returns
    -------
    bool or None
        False where it is such a share of the amount itself; None where the rows do not tell.
    """
    if is_on_top(part, amount, tax):
        return False
    pairs = part.looked_at.number_rows(amount, tax)
    is_within = _tells_within(pairs)
    if is_within is None and all(a == int(a) and t == int(t) for a, t in pairs):  # hundredths, tax rounded to one
        is_within = _tells_within([(a / 100, t / 100) for a, t in pairs])
    return is_within


def _tells_within(pairs: Sequence[tuple[float, ...]]) -> bool | None:
    """Say whether amounts hold the tax beside them, by usual rates; None where these do not tell."""
    rows = {(abs(a), abs(t)) for a, t in pairs if abs(a) >= LEAST_AMOUNT and t}
    within = sum(is_usual(t, a - t) for a, t in rows)
    on_top = sum(is_usual(t, a) for a, t in rows)
    if len(rows) < LEAST_ROWS or max(within, on_top) < NEARLY_ALL * len(rows) or min(within, on_top) > HALF * len(rows):
        return None
    return within > on_top


def is_on_top(part: Part, amount: Column, beside: Column) -> bool:
    """Say whether a third column is an amount with another on top, and perhaps one or two more: then it is not within.

    Parameters
    ----------
    part : Part
        Purchases.
    amount, beside : Column
        Of its file.
    """
    others = [
        c for c in part.looked_at.own
        if c not in (amount, beside) and c.is_number and any(n != int(n) for n in c.numbers)
    ][:MOST_BESIDE]  # fmt: skip
    rows = [row for row in part.looked_at.number_rows(amount, beside, *others) if row[0] and row[1]][:MOST_ROWS]
    if len(rows) < LEAST_TOLD:
        return False
    places = range(2, 2 + len(others))
    return any(
        sum(abs(row[0] + row[1] + sum(row[i] for i in more) - row[whole]) < CENT for row in rows) > TOLD * len(rows)
        for n in range(MOST_MORE + 1)
        for whole, *more in permutations(places, n + 1)
        if list(more) == sorted(more)
    )


def is_usual(tax: float, net: float) -> bool:
    """Say whether tax is a usual share of an amount, up to a cent."""
    if net <= 0:
        return False
    rate = round(tax / net / STEP) * STEP
    return 0 < rate <= MOST_RATE and abs(rate * net - tax) < CENT


def is_rate(column: Column) -> bool:
    """Say whether a column holds rates of tax, of which an invoice has a row for each."""
    is_named = TAX_RATE.fullmatch(column.words) is not None or column.words == "rate"
    return is_named and column.is_number and max(column.numbers, default=0) <= 100 * MOST_RATE


def is_share(tax: Column) -> bool:
    """Say whether a column of tax holds its rates rather than amounts."""
    return any("%" in value for value in tax.counts) or (max(tax.numbers, default=0) < 1 and any(tax.numbers))


def _without_rate(part: Part) -> None:
    """Take tax off by its rate, where only that stands beside an amount that is called one with tax; else say so."""
    revenue = part.guesses["revenue_cents"]
    own = revenue.text
    amount = revenue.sources[0]
    if revenue.is_product or not WITH_TAX.fullmatch(amount.words):
        return
    rate = next((c for c in part.looked_at.own if TAX_RATE.fullmatch(c.words) and c.is_number and any(c.numbers)), None)
    if rate is None:
        part.remarks.append(
            f"{amount.name} holds tax by its name, and no column says how much: revenue is too high by it"
        )
        return
    whole = 1 if max(rate.numbers) <= 1 else 100
    plain = own if isinstance(revenue.value, str) else f"({own})"
    text = f"{plain} / (1 + coalesce({syntax.column(rate.name)}, 0) / {whole})"
    why = f"without tax, at the rate in {rate.name}"
    part.guesses["revenue_cents"] = revenue.computed(text, why, (*revenue.sources, rate), Sure.LIKELY)


def share_taken_off(part: Part) -> Column | None:
    """Return a column that is called a discount in per cent, in full or in short: Rab.%, Dto. %, Sc.%."""
    own = (c for c in part.looked_at.own if "%" in c.name or OF_A_HUNDRED.search(c.words))
    fitting = (c for c in own if SHARE_OFF.fullmatch(c.words) and c.is_number)
    return next((c for c in fitting if any(c.numbers) and all(0 <= n <= 100 for n in c.numbers)), None)


def ask_of_share(part: Part, share: Column) -> None:
    """Ask whether a share is still to be taken off quantity times price."""
    revenue = part.guesses["revenue_cents"]
    if not revenue.is_product or not any(share.numbers):
        return
    is_plain = share.style is not None and share.style.currency_sign is None
    whole = 1 if max(share.numbers) <= 1 else 100
    if _is_beside_as_amount(part, share, whole):
        return  # and that is taken off

    def answer(given: str) -> None:
        if given == "take_off":
            now = part.guesses["revenue_cents"]
            text = f"({now.value['expression']}) * (1 - coalesce({syntax.column(share.name)}, 0) / {whole})"
            part.guesses["revenue_cents"] = now.computed(text, f"{now.why}, less {share.name}", (*now.sources, share))

    product = re.sub(r'"([^"]+)"', r"\1", revenue.text).replace(" * ", " times ").replace(" / ", " divided by ")
    text = f"{share.name} is a share: is it still to be taken off {product}?"
    choices = ("take_off", "leave") if is_plain else ("leave",)
    part.questions.append(Question("discount_share", text, answer, choices))


def _is_beside_as_amount(part: Part, share: Column, whole: int) -> bool:
    """Say whether a discount of an amount stands beside its share, and is that share of quantity times price."""
    roles = modifiers.find(part.looked_at)
    own = part.guesses["discount_cents"].sources if "discount_cents" in part.guesses else ()
    for off in (*own, roles.get("order_discount"), roles.get("line_discount")):
        if off is None or off is share:
            continue
        rows = part.looked_at.number_rows(share, off, *part.guesses["revenue_cents"].sources)
        known = [(off, rate / whole * math.prod(product)) for rate, off, *product in rows if rate]
        if known and sum(abs(abs(a) - abs(b)) < CENT for a, b in known) >= NEARLY_ALL * len(known):
            return True
    return False


def ask_of_steps(part: Part) -> None:
    """Stop at discounts that are taken off one after another (50+10+5), where amounts may be before them."""
    column = next((c for c in part.looked_at.own if any(map(IN_STEPS.fullmatch, c.counts)) and not c.is_date), None)
    if column is None or not part.guesses["revenue_cents"].sources:
        return

    def answer(given: str) -> None:
        if given == "before":
            raise ValueError("export what is left of each line after all of its discounts, and map that")

    amount = " times ".join(c.name for c in part.guesses["revenue_cents"].sources)
    steps = next(value for value in column.counts if IN_STEPS.fullmatch(value))
    text = (
        f"{column.name} holds discounts taken off one after another ({steps}), which a draft cannot take off: is "
        f"{amount} before them, or after them?"
    )
    key = syntax.slug(f"discounts of {column.own_words or column.name}")
    part.questions.append(Question(key, text, answer, ("before", "after"), columns=(column.name,)))
