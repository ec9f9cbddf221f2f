"""Rates of exchange that stand beside amounts in several currencies: asked, whether they multiply or divide."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import heads

RATE = re.compile(
    r"(exchange|fx|conversion|currency|exch|forex|x)( ?rate| factor)|fx|(umrechnungs|wechsel|devisen|wahrungs)?kurs|taux( de)? (change|conversion)|(tipo|tasa) de cambio|(tasso di )?cambio|wisselkoers"
    r"|kurs (waluty|wymiany)|taxa de cambio|arfolyam|vaxelkurs|valutakurs|tecaj|curs valutar|doviz kuru|汇率|兑换率|折算率|為替(レート)?|換算レート"
)
ONE = 1e-9
CHOICES = ("multiply", "divide", "neither")
CENT, DIGITS = 0.015, 1e-4  # how exactly an amount times its rate is another: rates are written with few digits
LEAST_TELLING, NEARLY_ALL = 5, 0.95
SWING = 1.5  # how far a rate moves within the time of a file


def column_of(part: Part, currency: Column) -> Column | None:
    """Return the column of exchange rates of a file, by its name or by its numbers; None where there is none.

    Parameters
    ----------
    part : Part
        Purchases in several currencies.
    currency : Column
        What names the currency of a row.
    """
    if not part.looked_at.holds(currency):
        return _named(_joined(part))
    named = _named(part.looked_at.own) or _named(_joined(part))
    return named or next((c for c in part.looked_at.own if _is_rate(part, currency, c)), None)


def ask_without_code(part: Part) -> None:
    """Ask of a rate that is 1 in some rows and another number in others, where no column names currencies.

    Parameters
    ----------
    part : Part
        Purchases whose amounts are in one currency as far as columns say.
    """
    rate = _named(part.looked_at.own) or _named(_joined(part))
    revenue = part.guesses["revenue_cents"]
    if rate is None or not revenue.sources or not any(abs(n - 1) < ONE for n in rate.numbers):
        return
    others = sorted(value for value in rate.counts if re.search(r"[1-9].*[1-9]", value))[:1]
    text = (
        f"{rate.name} is 1 in some rows and another number in others{f', such as {others[0]}' if others else ''}, as where amounts are in several "
        f"currencies: do they become one by multiplying with it (multiply), by dividing by it (divide), or are they in one already (neither)?"
    )
    part.questions.append(
        Question(syntax.slug(f"by {rate.words}"), text, _answer(part, rate), CHOICES, columns=(rate.name,))
    )


def _joined(part: Part) -> list[Column]:
    """Return columns that stand in files that are joined, such as that of the orders."""
    return [c for c in part.looked_at.columns if not part.looked_at.holds(c)]


def _answer(part: Part, rate: Column) -> Callable[[str], None]:
    """Return what an answer of `CHOICES` does."""

    def answer(given: str) -> None:
        if given != "neither":
            heads.fill_down(part, syntax.column(rate.name))
            for each in (part, *part.refunds):
                own = replace(rate, name=each.through.get(rate.name, rate.name))
                _convert(each, own, "*" if given == "multiply" else "/")

    return answer


def _convert(part: Part, rate: Column, sign: str) -> None:
    """Convert every amount of a part by the rate of its row."""
    kinds = {c.name: c.kind for c in TABLES[part.table].columns}
    name = syntax.column(rate.name)
    for to, guess in part.guesses.items():
        if kinds[to] is Kind.MONEY and guess.sources:
            own = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
            by = (
                f"case when coalesce({name}, 0) = 0 then 1 else {name} end"
                if 0 in rate.numbers
                else f"coalesce({name}, 1)"
            )
            text = f"({own.get('expression') or syntax.column(str(own['column']))}) {sign} {by}"
            part.guesses[to] = guess.computed(text, f"{guess.why}, by {rate.name}", (*guess.sources, rate))


def _is_rate(part: Part, currency: Column, column: Column) -> bool:
    """Say whether a number is 1 in all rows of one currency, and in others another one, much the same in all their rows."""
    if not column.is_number or column.n_known < column.n_rows or all(n == int(n) for n in column.numbers):
        return False
    rates: dict[str, set[float]] = defaultdict(set)
    for text, n in zip(part.looked_at.texts(currency), part.looked_at.numbers(column), strict=True):
        if text and n is not None and (code := words.currency(text)):
            rates[code].add(n)
    ones = [code for code, every in rates.items() if all(abs(n - 1) < ONE for n in every)]
    others = [every for code, every in rates.items() if code not in ones]
    is_steady = all(min(every) > 0 and max(every) < SWING * min(every) for every in others)
    return len(ones) == 1 and bool(others) and is_steady and all(abs(n - 1) > ONE for every in others for n in every)


def _is_called_rate(name: str) -> bool:
    of_code = re.fullmatch(r"([a-z]{3}) rate|rate ([a-z]{3})", name)  # "EUR rate"
    code = (of_code[1] or of_code[2]).upper() if of_code else ""
    return code in words.CODES or RATE.fullmatch(re.sub(r" to \w+$", "", name)) is not None


def _named(columns: Sequence[Column]) -> Column | None:
    fitting = (c for c in columns if c.is_number and _is_called_rate(c.words))
    return next(
        (c for c in fitting if min(c.numbers) >= 0 and any(n > 0 and abs(n - 1) > ONE for n in c.numbers)),  # 0 of none
        None,
    )


def ask(part: Part, currency: Column, rate: Column, amount: Column) -> None:
    """Ask how amounts become one currency by the rate of their row, and take them as that currency.

    Parameters
    ----------
    part : Part
        Purchases or invoices in several currencies.
    currency, rate, amount : Column
        What names the currency of a row, holds its rate, and its amount.
    """
    base = _base(part, currency, rate) or words.currency_of_name(rate.name)
    part.options.pop("currency", None)
    part.currencies = Counter({base: currency.n_known} if base else {})
    converted = _converted(part, rate) if "revenue_cents" in part.guesses else None
    if converted is not None:
        why = f"{amount.name} in {base or 'the currency of the results'}, for it is that times {rate.name}"
        part.guesses["revenue_cents"] = Guess(converted.name, Sure.LIKELY, why, (converted,))
        return
    into = base or "the currency of the results (say which: --answer currency=…)"
    text = (
        f"{rate.name} stands beside amounts in {' and '.join(sorted(c for v in currency.counts if (c := words.currency(v))))}: {_example(part, currency, rate, amount, base)}"
        f"does an amount become {into} by multiplying it with {rate.name}, or by dividing by it?"
        f"{f' Or are all amounts in {base} already (neither)?' if base else ''}"
    )
    choices = CHOICES if base else CHOICES[:2]
    part.questions.append(
        Question(
            syntax.slug(f"by {rate.words}"), text, _answer(part, rate), choices, columns=(rate.name, currency.name)
        )
    )


def _converted(part: Part, rate: Column) -> Column | None:
    """Return a column that holds the amount of each row times its rate; None where there is none."""
    read = {c for name, guess in part.guesses.items() if name != "revenue_cents" for c in guess.sources}
    for column in part.looked_at.own if part.looked_at.holds(rate) else ():
        if column in read or column is rate or not column.is_number:
            continue
        columns = (money.of_rows(part), part.looked_at.numbers(rate), part.looked_at.numbers(column))
        known = [row for row in zip(*columns, strict=True) if None not in row]
        telling = [(a, n, c) for a, n, c in known if a and n and c is not None and abs(n - 1) > ONE]
        fitting = sum(abs(a * n - c) < max(CENT, DIGITS * abs(c)) for a, n, c in telling)
        if len(telling) >= LEAST_TELLING and fitting >= NEARLY_ALL * len(telling) and column.n_known == column.n_rows:
            return column
    return None


def _base(part: Part, currency: Column, rate: Column) -> str | None:
    """Return the currency whose rows all have the rate 1 or none: that which amounts are converted to."""
    if not part.looked_at.holds(currency, rate):
        return None
    rates: dict[str, set[float]] = defaultdict(set)
    for text, n in zip(part.looked_at.texts(currency), part.looked_at.numbers(rate), strict=True):
        if text and n is not None and (code := words.currency(text)):
            rates[code].add(n or 1.0)
    ones = [code for code, every in rates.items() if all(abs(n - 1) < ONE for n in every)]
    return ones[0] if len(ones) == 1 else None


def _example(part: Part, currency: Column, rate: Column, amount: Column, base: str | None) -> str:
    if not part.looked_at.holds(currency, rate, amount):
        return ""
    columns = (part.looked_at.texts(currency), part.looked_at.numbers(rate), part.looked_at.numbers(amount))
    for text, n, own in zip(*columns, strict=True):
        if text and n and own and words.currency(text) != base and abs(n - 1) > ONE:
            return f"{own:,.2f} {text} at {n:g} is {own * n:,.2f} or {own / n:,.2f}; "
    return ""
