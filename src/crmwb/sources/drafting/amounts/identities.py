"""What columns of numbers are to each other, whatever they are called."""

from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

from crmwb.contract import Kind
from crmwb.sources.drafting.amounts import fees, prices
from crmwb.sources.drafting.guess import Guess, Sure, of_column
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.reading import vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile

CENT = 0.0101
NEARLY_ALL, MOSTLY = 0.95, 0.8
LEAST_ROWS = 20  # in which an identity tells anything
LEAST_DIFFERENT = 5  # amounts
TRIED = 5  # rows that a pair must fit before all are looked at
MOST_COLUMNS, MOST_ROWS = 14, 300


@dataclass(frozen=True)
class Line:
    """A quantity times a price, less a share of a hundred where there is one, is an amount in nearly all rows."""

    quantity: Column
    price: Column
    amount: Column
    share: Column | None = None


@dataclass(frozen=True)
class Taxed:
    """A net amount and a tax on it are an amount with tax in nearly all rows."""

    net: Column
    tax: Column
    gross: Column


def line(profile: Profile) -> Line | None:
    """Return the quantity, the price and the amount of a line by their numbers; None where no columns are."""
    numbers = _numbers(profile)
    for share in [None, *(c for c in numbers if _is_share(numbers[c]))]:
        left = np.ones(1) if share is None else 1 - numbers[share] / 100
        others = [c for c in numbers if c is not share]
        for pair in combinations(others, 2):
            one, two = (numbers[c] for c in pair)
            product = one * two * left
            tells = np.isfinite(product) & (product != 0) & (np.abs(one) != 1) & (np.abs(two) != 1)
            for amount in others:
                if amount not in pair and _holds(tells & (numbers[amount] != 0), product, numbers[amount]):
                    quantity, price = sorted(pair, key=_counts_last)
                    if _counts(quantity):
                        return Line(quantity, price, amount, share)
    return None


def taxed(profile: Profile) -> Taxed | None:
    """Return net amount, tax and amount with tax by their numbers; None where no columns are."""
    numbers = _numbers(profile)
    for net, tax, gross in permutations(numbers, 3):
        if fees.FEE.search(tax.words):  # what a marketplace keeps may be as large a share as a tax
            continue
        own, on_top = numbers[net], numbers[tax]
        tells = np.isfinite(own + on_top) & (on_top != 0)
        if not _holds(tells, own + on_top, numbers[gross]):
            continue
        rows = list(zip(np.abs(on_top[tells]), np.abs(own[tells]), strict=True))
        hundredths = 100 if all(n == int(n) for n in (*tax.numbers, *net.numbers)) else 1
        if sum(prices.is_usual(t / hundredths, a / hundredths) for t, a in rows) >= NEARLY_ALL * len(rows):
            return Taxed(net, tax, gross)
    return None


def is_with_shipping(profile: Profile, amount: Guess | None, product: tuple[Column, Column], roles: Modifiers) -> bool:
    """Whether an amount is the quantity times the price of a unit with shipping or tax on top, which are no revenue."""
    beside = [c for role in ("shipping", "tax") if (c := roles.get(role)) is not None and any(c.numbers)]
    if amount is None or len(amount.sources) != 1 or not beside:
        return False
    every = profile.number_rows(*product, amount.sources[0], *beside)
    rows = [row for row in every if row[0] and row[1] and any(row[3:])]
    fitting = sum(abs(n * price + sum(rest) - whole) < CENT for n, price, whole, *rest in rows)
    return fitting > MOSTLY * len(rows) if rows else False


def guesses(profile: Profile, columns: list[Column], result: dict[str, Guess]) -> dict[str, Guess]:
    """Return quantity and amount by what the numbers are to each other, where names do not say them plainly."""
    of_line, of_tax = line(profile), taxed(profile)
    named = {
        c.name for name, guess in result.items() if name not in ("quantity", "revenue_cents") for c in guess.sources
    }
    by_numbers: dict[str, Guess] = {}
    quantity, amount = result.get("quantity"), result.get("revenue_cents")
    if of_line is not None and of_line.quantity in columns and of_line.quantity.name not in named:
        why = f"times {of_line.price.name} it is {of_line.amount.name}"
        if quantity is None or (quantity.sure is not Sure.SURE and quantity.sources[0] is not of_line.quantity):
            by_numbers["quantity"] = of_column(of_line.quantity, Kind.NUMBER, Sure.LIKELY, why)
    if amount is None and of_tax is not None and of_tax.net in columns:
        why = f"with {of_tax.tax.name}, a usual tax on it, it is {of_tax.gross.name}"
        by_numbers["revenue_cents"] = of_column(of_tax.net, Kind.MONEY, Sure.SURE, why)
    elif amount is None and of_line is not None and of_line.amount in columns:
        less = f", less {of_line.share.name}" if of_line.share else ""
        why = f"{of_line.quantity.name} times {of_line.price.name}{less}"
        by_numbers["revenue_cents"] = of_column(of_line.amount, Kind.MONEY, Sure.SURE, why)
    return {name: guess for name, guess in by_numbers.items() if guess.sources[0].name not in named}


def _numbers(profile: Profile) -> dict[Column, np.ndarray]:
    columns = [c for c in profile.own if c.is_number and not c.is_flag and len(c.counts) > 1][:MOST_COLUMNS]
    return {c: np.array(profile.numbers(c)[:MOST_ROWS], dtype=np.float64) for c in columns}


def _is_share(numbers: np.ndarray) -> bool:
    known = numbers[np.isfinite(numbers)]
    return bool(len(known) and known.min() >= 0 and 0 < known.max() < 100)


def _counts(column: Column) -> bool:
    """Say whether a column counts something: a rate of exchange times an amount is no line."""
    is_named = vocabulary.matches(column.words, vocabulary.TRANSACTIONS["quantity"]) > 0
    return is_named or all(n == int(n) for n in column.numbers)


def _counts_last(column: Column) -> tuple[bool, float]:
    """Sort quantities, which are whole numbers and small, before prices."""
    return any(n != int(n) for n in column.numbers), max(column.numbers)


def _holds(tells: np.ndarray, product: np.ndarray, amount: np.ndarray) -> bool:
    """Say whether two numbers are the same in nearly all rows that tell, with amounts that differ."""
    tells = tells & np.isfinite(amount)
    first = np.flatnonzero(tells)[:TRIED]
    if not (np.abs(product[first] - amount[first]) < CENT).any():
        return False
    n = int(tells.sum())
    if n < LEAST_ROWS or len(np.unique(amount[tells])) < LEAST_DIFFERENT:
        return False
    return int((np.abs(product - amount)[tells] < CENT).sum()) >= NEARLY_ALL * n
