"""The same amount or price in a column for each currency: that of the row's currency is taken, never their sum."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections import Counter, defaultdict
from dataclasses import replace

import pyarrow as pa

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column, Profile, columns_of
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches

LEAST_SHARE = 0.9  # of the rows, in which one column only holds money


def groups(profile: Profile) -> list[dict[str, Column]]:
    """Return columns of money that are called alike but for their currency, by currency."""
    result: dict[str, dict[str, Column]] = defaultdict(dict)
    for column in profile.columns:
        named = words.currency_of_name(column.name)
        is_money = any(matches(column.words, TRANSACTIONS[name]) for name in ("revenue_cents", "unit_price"))
        if named and column.is_number and is_money and profile.holds(column):
            result[column.own_words].setdefault(named, column)
    return [group for group in result.values() if len(group) > 1]


def by_column(profile: Profile) -> dict[str, tuple[Profile, str]]:
    """Return the rows of each currency where each row has money in one column only, with the condition that tells them."""
    for group in groups(profile):
        numbers = {code: profile.numbers(column) for code, column in group.items()}
        filled = [sum(bool(n) for n in row) for row in zip(*numbers.values(), strict=True)]
        if sum(n == 1 for n in filled) < LEAST_SHARE * max(sum(n > 0 for n in filled), 1):
            continue
        if any(not any(own) for own in numbers.values()):
            continue
        return {code: _rows_of(profile, group, code, numbers[code]) for code in group}
    return {}


def _rows_of(profile: Profile, group: dict[str, Column], code: str, own: list[float | None]) -> tuple[Profile, str]:
    others = [column.name for other, column in group.items() if other != code]
    rows = profile.rows.filter(pa.array([bool(n) for n in own])).drop_columns(others)
    condition = f"coalesce({syntax.column(group[code].name)}, 0) <> 0"
    return replace(profile, rows=rows, n_rows=rows.num_rows, columns=columns_of(rows, profile.shape)), condition


def take(part: Part, currency: Column | None, amount: Column) -> bool:
    """Take the column of the row's currency, or ask which one counts; say whether an amount stands in several currencies.

    Parameters
    ----------
    part : Part
        Purchases.
    currency : Column or None
        What names the currency of a row.
    amount : Column
        The column of money that is read.
    """
    group = next((g for g in groups(part.looked_at) if amount.name in {c.name for c in g.values()}), {})
    if len(group) < 2:
        return False
    own = next(code for code, column in group.items() if column.name == amount.name)
    codes = modifiers.codes(currency) if currency is not None else Counter()
    if currency is not None and len(codes) > 1 and codes.keys() <= group.keys():
        _by_row(part, currency, amount, {code: group[code] for code in codes})
        return True
    part.currencies = Counter({own: amount.n_known})
    choices = tuple(sorted(group))

    def answer(given: str) -> None:
        _put(part, amount, syntax.column(group[given].name), group[given])
        part.currencies = Counter({given: group[given].n_known})

    names = " and ".join(column.name for column in group.values())
    text = (
        f"{names} tell the same money in several currencies, which are no one sum: which of them is read? Results can "
        f"be in another one only by rates (docs/mappings.md)."
    )
    part.questions.append(
        Question(syntax.slug(f"currency of {amount.own_words}"), text, answer, choices, columns=(amount.name,))
    )
    return True


def _by_row(part: Part, currency: Column, amount: Column, group: dict[str, Column]) -> None:
    cases = []
    for code, column in group.items():
        values = sorted(v for v in currency.counts if words.currency(v) == code)
        cases.append(f"when {syntax.is_in(currency.name, values)} then {syntax.column(column.name)}")
    _put(part, amount, f"(case {' '.join(cases)} end)", *(c for c in group.values() if c is not amount))
    part.currencies = modifiers.codes(currency)
    other = {v: named for v in currency.counts if (named := words.currency(v)) and named != v.upper()}
    part.options["currency"] = {"column": currency.name, "replace": other} if other else currency.name
    names = " and ".join(column.name for column in group.values())
    part.remarks.append(f"of {names}, the one in the currency that {currency.name} names is read")


def _put(part: Part, amount: Column, text: str, *columns: Column) -> None:
    revenue = part.guesses["revenue_cents"]
    part.guesses["revenue_cents"] = revenue.with_text(syntax.column(amount.name), text, revenue.why, *columns)
