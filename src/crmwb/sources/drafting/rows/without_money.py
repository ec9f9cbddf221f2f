"""Kinds of rows in which money that elsewhere agrees with a total is nothing: what was never paid, by the numbers. Asked about."""
# ruff: noqa: E501 - sentences are easier to read in one line

from collections import defaultdict
from collections.abc import Collection

from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches
from crmwb.sources.drafting.reading.words import Outcome
from crmwb.sources.drafting.rows import below_zero, row_kinds

CENT = 0.015
LEAST_ROWS = 3
HALF = 0.5
NEARLY_ALL = 0.95
MOSTLY = 0.9
MOST_KINDS = 20


def ask(part: Part, columns: Collection[Column]) -> Column | None:
    """Ask of a column some of whose values stand nearly only where money is nothing that is a whole total elsewhere; return it.

    Parameters
    ----------
    part : Part
        Purchases.
    columns : collection of Column
        Columns of which nothing is read, and that may tell kinds of rows.
    """
    fitting = [c for c in columns if 1 < len(c.counts) <= MOST_KINDS and not c.is_unique and not _is_known(c)]
    if not fitting:
        return None
    out, amount = below_zero.left_out(part), part.guesses["revenue_cents"].sources
    if amount and all(c in part.looked_at.own for c in amount):
        brings = money.of_rows(part)
        out = [is_out or not amount for is_out, amount in zip(out, brings, strict=True)]
    sums = [c for c in part.looked_at.own if c.is_number and any(n != int(n) for n in c.numbers)]
    numbers = {
        c.name: [n or 0.0 for n, is_out in zip(part.looked_at.numbers(c), out, strict=True) if not is_out] for c in sums
    }
    n_rows = len(out) - sum(out)
    known = {c.name: sum(map(bool, numbers[c.name])) for c in sums}
    wholes = [c for c in sums if known[c.name] >= NEARLY_ALL * n_rows]
    for paid in (c for c in sums if not matches(c.words, TRANSACTIONS["unit_price"])):
        n_without = n_rows - known[paid.name]
        if not LEAST_ROWS <= n_without <= HALF * n_rows or not any(
            _agree(numbers[paid.name], numbers[c.name]) for c in wholes
        ):
            continue
        if _is_paid_otherwise(
            numbers[paid.name], [numbers[c.name] for c in sums if c not in (*wholes, paid)], wholes, numbers
        ):
            continue
        for column in fitting:
            texts = [text for text, is_out in zip(part.looked_at.texts(column), out, strict=True) if not is_out]
            if values := _without(texts, numbers[paid.name], n_without):
                why = (
                    f"{paid.name} is nothing in nearly all of these rows, and in the others the amount of the row: what was never "
                    f"paid, or was paid back, may be no sale"
                )
                row_kinds.ask_of_kinds(part, column, values, why)
                return column
    return None


def _is_known(column: Column) -> bool:
    """Say whether words tell what every value means."""
    return all(words.outcome(value) is not Outcome.UNKNOWN for value in column.counts)


def _agree(some: list[float], whole: list[float]) -> bool:
    """Say whether money that some rows have is the whole in nearly all of them."""
    pairs = [(a, b) for a, b in zip(some, whole, strict=True) if a]
    return sum(abs(a - b) < CENT for a, b in pairs) >= MOSTLY * len(pairs)


def _is_paid_otherwise(
    paid: list[float], others: list[list[float]], wholes: list[Column], numbers: dict[str, list[float]]
) -> bool:
    """Say whether a total stands in another column where it does not in this one, as of cash beside cards."""
    places = [i for i, n in enumerate(paid) if not n]
    return any(
        sum(abs(other[i] - numbers[whole.name][i]) < CENT for i in places) >= NEARLY_ALL * len(places)
        for other in others
        for whole in wholes
    )


def _without(texts: list[str | None], numbers: list[float], n_without: int) -> list[str]:
    """Return the values nearly all of whose rows have no money, where nearly all rows without money have them; else none."""
    of_value: dict[str, list[float]] = defaultdict(list)
    for text, number in zip(texts, numbers, strict=True):
        of_value[text or ""].append(number)
    values = sorted(v for v, every in of_value.items() if v and sum(not n for n in every) >= NEARLY_ALL * len(every))
    n_told = sum(not n for v in values for n in of_value[v])
    return values if n_told >= NEARLY_ALL * n_without else []
