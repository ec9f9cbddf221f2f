"""Tax, tips, shipping and fees of buyers within an amount: what is left without them is round, or taxed at a usual rate.

No other column holds what is left, so no sum shows it. An amount that is paid is a price with odd cents on top: where the
amount less some of the columns beside it is a round number in nearly all rows, and the amount itself is not, it holds them.
"""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

from crmwb.sources.drafting.amounts import prices, sums
from crmwb.sources.drafting.guess import Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

FEES_OF_BUYERS = re.compile(
    r"\b(fees?|commissions?|\w*(gebuhr(en)?|entgelt|pauschale)|provision|comision(es)?|commissioni|taxa|tarifa|frais|spese|kosten|surcharge|service charge|cargo)\b|手续费|佣金|服务费|手数料"
)
TIPS = re.compile(
    r"\b(tips?|gratuity|trinkgeld|pourboire|propina|mancia|gorjeta|fooi)\b|小费|チップ"
)  # of what is theirs to say
STEPS = (100.0, 10.0, 1.0, 0.5, 0.1, 0.05)  # what prices are multiples of
NEARLY_ALL = 0.95
SELDOM = 0.6
LEAST_ROWS = 5
MOST_COLUMNS = 6
MOST_ROWS = 1000
MOST_RATES = 6
BY_CHANCE = math.log(1e-6)
CENT = 0.0051
TAXED = 0.9


@dataclass(frozen=True)
class Held:
    """Columns that an amount holds.

    Attributes
    ----------
    columns : tuple of Column
        What is on top of the price; none where the amount is the price.
    why : str
        What shows it.
    sign : str
        "-" where they are in the amount, "+" where they were taken off it.
    """

    columns: tuple[Column, ...]
    why: str
    sign: str = "-"


def take_off(part: Part, roles: Modifiers) -> None:
    """Take off an amount what it is shown to hold beside the price.

    Parameters
    ----------
    part : Part
        Purchases, whose amount is one column of the file.
    roles : Modifiers
        What other columns of the file are.
    """
    revenue = part.guesses["revenue_cents"]
    if len(revenue.sources) != 1 or part.profile is None or not isinstance(revenue.value, str):
        return
    amount = revenue.sources[0]
    if amount not in part.looked_at.own or any(amount.name in q.columns for q in part.questions):
        return
    beside = [
        c
        for c in _beside(part, amount, roles)
        if FEES_OF_BUYERS.search(c.words) or not prices.is_on_top(part, amount, c)
    ]
    held = shown(part, amount, beside) if beside else None
    if held is None or not held.columns:
        return
    name = syntax.column(amount.name)
    beside_it = (f"coalesce({syntax.column(c.name)}, 0)" for c in held.columns)
    if held.sign == "+":
        beside_it = (f"abs({text})" for text in beside_it)
    expression = f" {held.sign} ".join([name, *beside_it])
    part.guesses["revenue_cents"] = revenue.computed(expression, held.why, (amount, *held.columns), Sure.LIKELY)


def shown(part: Part, amount: Column, beside: Sequence[Column]) -> Held | None:
    """Return what an amount is shown to hold; None where the rows do not tell.

    Parameters
    ----------
    part : Part
        Purchases.
    amount : Column
        Their amount.
    beside : sequence of Column
        Money beside it that is no revenue by its name.
    """
    every = part.looked_at.number_rows(amount, *beside)[:MOST_ROWS]
    rows = sorted({tuple(map(abs, row)) for row in every if row[0] and any(row[1:])})
    if len(rows) < LEAST_ROWS or any(sum(row[1:]) and max(row[1:]) > row[0] + CENT for row in rows):
        return None
    sets = [few for n in range(len(beside) + 1) for few in combinations(range(1, len(beside) + 1), n)]
    return _by_rate(rows, sets, beside) or _by_round_prices(rows, sets, amount, beside) or _after_fees(rows, beside)


def _beside(part: Part, amount: Column, roles: Modifiers) -> list[Column]:
    """Return money beside an amount that is tax, tip, shipping or fee by its name, and is read as nothing else."""
    used = {c.name for name, guess in part.guesses.items() for c in guess.sources}
    named = {c.name for role in ("tax", "shipping", "fee") if (c := roles.get(role)) is not None}
    result = []
    for column in part.looked_at.own:
        plain = column.is_number and column.name not in used and any(column.numbers) and column.scale == amount.scale
        is_named = (
            column.name in named
            or sums.NO_REVENUE.fullmatch(sums.WITHOUT.sub("", column.words))
            or FEES_OF_BUYERS.search(column.words)
        )
        is_share = (
            (prices.is_rate(column) and len(column.counts) <= MOST_RATES)
            or prices.PERCENT.search(column.words)
            or "%" in column.name
        )
        if plain and is_named and not is_share:
            result.append(column)
    return result[:MOST_COLUMNS]


def _by_round_prices(
    rows: Sequence[tuple[float, ...]], sets: Sequence[tuple[int, ...]], amount: Column, beside: Sequence[Column]
) -> Held | None:
    """Return the columns without which an amount is round, where it is not with them; the fewest of those that do best."""
    base = 1.0 if all(n == int(n) for row in rows for n in row) else 0.01
    for step in STEPS:
        if step <= base:
            break
        shares = {few: _share_of_round(_left(rows, few), step) for few in sets}
        best = max(shares.values())
        fitting = [few for few in sets if shares[few] >= NEARLY_ALL]
        n_different = len({round(left, 2) for left in _left(rows, fitting[0])}) if fitting else 0
        is_chance = n_different * math.log(base / step) > BY_CHANCE
        if best < NEARLY_ALL or is_chance or n_different < 3:
            continue
        first = fitting[0]  # the fewest
        others = [few for few in fitting if _differ(rows, few, first)]
        if others or (first and shares[()] > SELDOM):
            return None
        if not first:
            return Held((), f"{amount.name} is round as it stands")
        return _held(first, beside, f"for only so are amounts round (multiples of {step:g})")
    return None


def _by_rate(
    rows: Sequence[tuple[float, ...]], sets: Sequence[tuple[int, ...]], beside: Sequence[Column]
) -> Held | None:
    """Return the columns without which an amount is taxed at a usual rate, where it is not with them."""
    places = [i for i, column in enumerate(beside, start=1) if not TIPS.search(column.words)]
    for place in sorted(places, key=lambda i: FEES_OF_BUYERS.search(beside[i - 1].words) is not None):  # tax first
        tax = beside[place - 1]
        taxed = [row for row in rows if row[place] and row[0] >= prices.LEAST_AMOUNT]
        if len(taxed) < LEAST_ROWS:
            continue
        fits = {few: _share_of_taxed(taxed, few, place) for few in sets}
        best = max(fits.values())
        fitting = [few for few in sets if fits[few] >= TAXED and fits[few] > best - 0.05]
        if not fitting:
            continue
        first = fitting[0]
        if any(_differ(taxed, few, first) for few in fitting) or (first and fits[()] > SELDOM):
            return None
        return _held(first, beside, f"for {tax.name} is a usual share of what is left")
    return None


def _after_fees(rows: Sequence[tuple[float, ...]], beside: Sequence[Column]) -> Held | None:
    """Return the fees with which an amount is round, and without which it is not: what is left of it after them."""
    fees = [i for i, column in enumerate(beside, start=1) if FEES_OF_BUYERS.search(column.words)]
    sets = [few for n in range(1, len(fees) + 1) for few in combinations(fees, n)]
    as_they_stand = _left(rows, ())
    for few, step in product(sets, STEPS[2:]):
        whole = [row[0] + sum(row[i] for i in few) for row in rows]
        is_chance = len({round(number, 2) for number in whole}) * math.log(0.01 / step) > BY_CHANCE
        is_round = _share_of_round(whole, step) >= NEARLY_ALL and _share_of_round(as_they_stand, step) < SELDOM
        if is_round and not is_chance:
            why = f"for only so are amounts round (multiples of {step:g}): it is what is left after them"
            return _held(few, beside, why, "+")
    return None


def _held(few: tuple[int, ...], beside: Sequence[Column], why: str, sign: str = "-") -> Held:
    """Return columns by their places in rows, where the amount stands first."""
    columns = tuple(beside[i - 1] for i in few)
    names = " and ".join(column.name for column in columns)
    return Held(columns, f"{'without' if sign == '-' else 'with'} {names}, {why}", sign)


def _left(rows: Sequence[tuple[float, ...]], few: tuple[int, ...]) -> list[float]:
    return [row[0] - sum(row[i] for i in few) for row in rows]


def _differ(rows: Sequence[tuple[float, ...]], one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Say whether it makes a difference which of two sets of columns an amount holds."""
    return any(abs(a - b) > CENT for a, b in zip(_left(rows, one), _left(rows, other), strict=True))


def _share_of_round(numbers: Sequence[float], step: float) -> float:
    return sum(abs(n / step - round(n / step)) * step < CENT / 2 for n in numbers) / len(numbers)


def _share_of_taxed(rows: Sequence[tuple[float, ...]], few: tuple[int, ...], place: int) -> float:
    """Return in what share of the rows tax is a usual share of what is left."""
    return sum(prices.is_usual(row[place], left) for row, left in zip(rows, _left(rows, few), strict=True)) / len(rows)
