"""How much one of an amount is: hundredths, ones, thousands or millions, by names and by a payment service's layout."""

# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.amounts import identities
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.scales import scale_of
from crmwb.sources.formats import json_lines

OF_PROGRAMS = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")  # moments as interfaces write them
HUNDRED = 100
DECIMALS = "decimals_of"  # what keys of questions about them begin with
LEAST_WIDTH = 6  # digits
FEW = 0.01  # of the rows
ROUNDED, LEAST_ROUNDED = 0.05, 10  # how far a tax is from its rate, and in how many rows
UNITS = {1_000: "thousands", 1_000_000: "millions"}
SERVICE, MODE = "object", "livemode"  # columns of a payment service's interface, whose amounts are in the smallest unit
WITHOUT_CENTS = {"JPY", "KRW", "VND", "CLP", "XAF", "XOF"}


def in_cents(part: Part, roles: Modifiers) -> None:
    """Read amounts as hundredths where their name or a payment service's own layout says so."""
    names = {c.name for c in part.looked_at.columns}
    code = roles.get("currency")
    whole = code is not None and {v.upper() for v in code.counts} <= WITHOUT_CENTS
    is_lower = code is not None and all(value.islower() for value in code.counts)
    is_service = SERVICE in names and (MODE in names or is_lower) and not whole
    counted = part.guesses["quantity"].sources if "quantity" in part.guesses else ()
    for to in ("revenue_cents", "gross_cents", "discount_cents", "cost_cents"):
        guess = part.guesses.get(to)
        if guess is None or (isinstance(guess.value, dict) and "unit" in guess.value):
            continue
        amounts = [c for c in guess.sources if c not in counted]
        if not amounts or any(n != int(n) for c in amounts for n in c.numbers):
            continue
        if is_service or all(c.is_in_cents for c in amounts):
            value = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
            why = "hundredths, as the payment service writes them" if is_service else "hundredths, as its name says"
            part.guesses[to] = replace(guess, value={**value, "unit": "hundredths"}, why=f"{guess.why}; {why}")


def is_remainder(column: Column) -> bool:
    """Whether a column holds the hundredths beside whole amounts, and is no amount by itself."""
    return column.called is None and column.is_in_cents and all(0 <= n < HUNDRED for n in column.numbers)


def with_hundredths(part: Part) -> None:
    """Add hundredths that stand in a column of their own beside whole amounts."""
    revenue = part.guesses["revenue_cents"]
    if len(revenue.sources) != 1 or not isinstance(revenue.value, str) or part.profile is None:
        return
    amount, used = revenue.sources[0], {c.name for guess in part.guesses.values() for c in guess.sources}
    rest = [c for c in part.looked_at.own if c.name not in used and c.is_number and c.is_in_cents]
    if len(rest) != 1 or any(n != int(n) for n in amount.numbers) or amount.is_in_cents:
        return
    if not is_remainder(rest[0]) or any(n != int(n) for n in rest[0].numbers):
        return
    expression = f"{syntax.column(amount.name)} + coalesce({syntax.column(rest[0].name)}, 0) / {HUNDRED}"
    why = f"{revenue.why}, and {rest[0].name} in hundredths"
    part.guesses["revenue_cents"] = Guess({"expression": expression}, Sure.LIKELY, why, (amount, rest[0]))


def in_thousands(part: Part) -> None:
    """Read amounts in thousands, ten thousands or millions where their names say so."""
    for to in ("revenue_cents", "gross_cents", "discount_cents", "cost_cents"):
        guess = part.guesses.get(to)
        scales = {c.scale for c in guess.sources} - {1} if guess is not None else set()
        if guess is None or len(scales) != 1 or (len(guess.sources) > 1 and to != "revenue_cents"):
            continue
        scale = scales.pop()
        value = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
        why = f"{guess.why}; in units of {scale:,}, as its name says"
        if scale in UNITS:
            value = {**value, "unit": UNITS[scale]}
        else:
            value = {k: v for k, v in value.items() if k != "column"} | {"expression": f"{scale} * ({guess.text})"}
        part.guesses[to] = replace(guess, value=value, why=why)


def ask_of_leading_zeros(part: Part) -> None:
    """Ask of amounts written with leading zeros in one width, as systems write them that leave the decimal sign out."""
    revenue = part.guesses["revenue_cents"]
    if len(revenue.sources) != 1 or "unit" in _dict(revenue.value):
        return
    amount = revenue.sources[0]
    texts = [text.lstrip("+-") for text in amount.counts]
    is_padded = len({len(text) for text in texts}) == 1 and any(text.startswith("0") for text in texts)
    if not is_padded or not all(text.isdigit() for text in texts) or len(texts[0]) < LEAST_WIDTH:
        return
    _ask_of_hundredths(part, f"{amount.name} is written with leading zeros and no decimal sign", (amount,))


def ask_of_rounded_tax(part: Part, roles: Modifiers) -> None:
    """Ask of amounts without decimals whose tax is rounded to whole numbers: where money has hundredths, they are these."""
    revenue, code = part.guesses["revenue_cents"], roles.get("currency")
    taxed = identities.taxed(part.looked_at) if "unit" not in _dict(revenue.value) else None
    if taxed is None or (code is not None and {v.upper() for v in code.counts} <= WITHOUT_CENTS):
        return
    own = (taxed.net, taxed.tax, taxed.gross)
    has_sign = any(re.search(r"[.,]\d\d$", text) for c in own for text in c.counts)
    if not set(revenue.sources) & set(own) or has_sign or any(n != int(n) for c in own for n in c.numbers):
        return
    rows = [(net, tax) for net, tax in part.looked_at.number_rows(taxed.net, taxed.tax) if net and tax]
    rate = median(tax / net for net, tax in rows)
    if sum(abs(round(rate, 3) * net - tax) > ROUNDED for net, tax in rows) < LEAST_ROUNDED:
        return
    _ask_of_hundredths(part, f"{taxed.tax.name} is rounded to whole numbers, and no amount has a decimal sign", own)


def ask_of_whole_numbers(part: Part, roles: Modifiers) -> None:
    """Ask of amounts that a program writes as whole numbers, as interfaces do that count in the smallest unit."""
    revenue, code = part.guesses["revenue_cents"], roles.get("currency")
    counted = part.guesses["quantity"].sources if "quantity" in part.guesses else ()
    amounts = [c for c in revenue.sources if c not in counted]
    if not amounts or "unit" in _dict(revenue.value) or any(c.scale > 1 or c.is_in_cents for c in amounts):
        return
    if code is not None and {v.upper() for v in code.counts} <= WITHOUT_CENTS:
        return
    is_lower = code is not None and all(value.islower() for value in code.counts)
    is_json = Path(part.looked_at.file.name.removesuffix(".gz")).suffix in json_lines.SUFFIXES
    when = part.guesses["ordered_at"].sources if "ordered_at" in part.guesses else ()
    is_machine = any(all(OF_PROGRAMS.fullmatch(text) for text in c.values) for c in when)
    if not (is_lower or is_json or is_machine):
        return
    is_whole = all(re.fullmatch(r"[+-]?\d+", text) for c in amounts for text in c.counts)
    usual = median(abs(n) for c in amounts for n in c.numbers if n) if any(any(c.numbers) for c in amounts) else 0
    if is_whole and usual >= HUNDRED and not any(q.key.startswith(DECIMALS) for q in part.questions):
        names = " and ".join(c.name for c in amounts)
        why = f"{names} {'is' if len(amounts) == 1 else 'are'} whole throughout, as where money is counted in cents"
        _ask_of_hundredths(part, why, amounts)


def _ask_of_hundredths(part: Part, why: str, columns: Sequence[Column]) -> None:
    def answer(given: str) -> None:
        for each in (part, *part.twins, *part.refunds) if given == "hundredths" else ():
            for to in ("revenue_cents", "gross_cents", "discount_cents", "cost_cents"):
                now = each.guesses.get(to)
                is_whole = now is not None and all(n == int(n) for c in now.sources for n in c.numbers)
                if now is not None and now.sources and is_whole and "unit" not in _dict(now.value):
                    value = {**_dict(_whole_of(each, now).value), "unit": "hundredths"}
                    each.guesses[to] = replace(now, value=value, why=f"{now.why}; hundredths, as you said")

    counted = part.guesses["quantity"].sources if "quantity" in part.guesses else ()
    amount = next(c for c in part.guesses["revenue_cents"].sources if c not in counted)
    text = (
        f"{why} ({amount.values[0]}): are the last two digits of {amount.name} hundredths, or is it in whole units? (Of "
        f"currencies without hundredths, such as JPY, it is in whole units in any case.)"
    )
    names = tuple(column.name for column in columns)
    part.questions.append(
        Question(syntax.slug(f"{DECIMALS} {amount.own_words}"), text, answer, ("hundredths", "whole"), columns=names)
    )


def _whole_of(part: Part, amount: Guess) -> Guess:
    """Return an amount in hundredths whose currency has none in some rows: a hundred times as much there."""
    code = modifiers.find(part.looked_at).get("currency")
    without = sorted(v for v in code.counts if v.upper() in WITHOUT_CENTS) if code is not None else []
    if code is None or not without:
        return amount
    text = f"case when {syntax.is_in(code.name, without)} then {HUNDRED} * ({amount.text}) else {amount.text} end"
    return amount.computed(text, amount.why, amount.sources)


def ask_of_title(part: Part) -> None:
    """Ask whether amounts are in thousands or millions where a title or a footer says so, and no name of an amount does."""
    revenue = part.guesses["revenue_cents"]
    titles = part.looked_at.shape.titles
    named = next(((title, n) for title in titles if (n := scale_of(title)[1]) > 1), None)
    is_stated = any(c.scale > 1 or c.is_in_cents for c in revenue.sources) or "unit" in _dict(revenue.value)
    if named is None or is_stated or not revenue.sources:
        return
    title, scale = named

    def answer(given: str) -> None:
        if given == "ones":
            return
        for to in ("revenue_cents", "gross_cents", "discount_cents", "cost_cents"):
            if (guess := part.guesses.get(to)) is not None and guess.sources:
                value = _dict(guess.value)
                if scale in UNITS:
                    value = {**value, "unit": UNITS[scale]}
                else:
                    rest = {k: v for k, v in value.items() if k != "column"}
                    value = rest | {"expression": f"{scale} * ({guess.text})"}
                part.guesses[to] = replace(guess, value=value, why=f"{guess.why}; in units of {scale:,}, as you said")

    amounts = " and ".join(c.name for c in revenue.sources)
    text = f"A line beside the table says {title!r}: is {amounts} in units of {scale:,} (scaled), or in ones?"
    part.questions.append(
        Question("scale", text, answer, ("scaled", "ones"), columns=tuple(c.name for c in revenue.sources))
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"column": value}


def without_quantity(part: Part) -> None:
    """Count rows that bring an amount and no quantity, such as fees and rebates, as one unit: without one they are set aside."""
    units, amount = part.guesses["quantity"], part.guesses["revenue_cents"].sources
    if not isinstance(units.value, str) or not amount or units.sources[0] in amount:
        return
    if not part.looked_at.holds(units.sources[0], amount[0]):
        return
    counted, brought = part.looked_at.texts(units.sources[0]), part.looked_at.numbers(amount[0])
    blank = {None, *units.sources[0].null_values}
    n = sum(bool(number) and text in blank for text, number in zip(counted, brought, strict=True))
    if n <= FEW * part.looked_at.n_rows:
        return
    name, money = syntax.column(units.sources[0].name), syntax.column(amount[0].name)
    value = {"expression": f"coalesce({name}, case when {money} < 0 then -1 else 1 end)"}
    part.guesses["quantity"] = replace(
        units, value=value, why=f"{units.why}; one unit where it is blank", sure=Sure.LIKELY
    )
    came_back = part.guesses["is_return"]
    if isinstance(came_back.value, dict) and "expression" in came_back.value:
        text = str(came_back.value["expression"]).replace(f"{name} < 0", f"coalesce({name}, 0) < 0")
        part.guesses["is_return"] = replace(came_back, value={**came_back.value, "expression": text})
    part.remarks.append(f"{units.sources[0].name} is blank in {n:,} rows that bring an amount: counted as one unit")
