"""A file of purchases without a header: which column is what, by nothing but what stands in it."""

from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.guess import Guess, Sure, of_column
from crmwb.sources.drafting.reading.profile import Column, Profile

MOST_UNITS = 1_000  # whole numbers below, and few different ones, are units rather than ids
MOST_DIFFERENT = 100


def guesses(profile: Profile) -> dict[str, Guess]:
    """Guess the columns of purchases by what they hold; none where it is no file of purchases.

    Amounts are the numbers with decimals (of several, those that add up to most), the day is the only date, units are
    small whole numbers, customers stand there again and again, and orders are more than customers.
    """
    columns = [column for column in profile.columns if column.n_known]
    days = [column for column in columns if column.is_date]
    amounts = [column for column in columns if column.is_number and any(n != int(n) for n in column.numbers)]
    others = [column for column in columns if column not in [*days, *amounts]]
    units = [column for column in others if _are_units(column)]
    ids = [column for column in others if column not in units]
    people = [column for column in ids if len(column.counts) < column.n_known]
    if len(days) != 1 or not amounts or not people:
        return {}
    who = _who(people)
    orders = [column for column in ids if len(column.counts) > len(who.counts)]
    result = {
        "customer_id": (who, "the same stand there again and again"),
        "ordered_at": (days[0], "the only column of dates"),
        "revenue_cents": (max(amounts, key=_total), "numbers with decimals"),
    }
    if orders:
        result["order_id"] = (orders[0], "more different ones than customers")
    if units:
        result["quantity"] = (units[0], "small whole numbers")
    table = TABLES["transactions"]
    return {
        name: of_column(column, table.column(name).kind, Sure.GUESS, f"no header; {why}")
        for name, (column, why) in result.items()
    }


def _who(people: list[Column]) -> Column:
    """Return the customers among columns of ids: those with most different values that still come again."""
    again = [column for column in people if 2 * len(column.counts) <= column.n_known]
    return max(again or people, key=lambda column: len(column.counts))


def _are_units(column: Column) -> bool:
    return (
        column.is_number
        and not column.is_unique
        and len(column.counts) <= MOST_DIFFERENT
        and all(n == int(n) and abs(n) < MOST_UNITS for n in column.numbers)
    )


def _total(column: Column) -> float:
    return sum(abs(number) for number in column.numbers)
