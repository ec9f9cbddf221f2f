"""Revenue by a company's own books beside what a mapping reads, and which rows or columns come to the difference."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import ibis.expr.types as ir
import pandas as pd

from crmwb import calendar
from crmwb.errors import CrmwbError

CENTS, MOMENT, IS_RETURN = "revenue_cents", "ordered_at", "is_return"
LEAST_CENTS = 100  # books often state whole units of money
ALIKE = 0.0005  # of a difference or a sum: rounding by row
MOST_KINDS = 12  # values of a column, for one or two of them to explain a difference
USUAL_TAXES = range(5, 28)  # percent
ALIKE_RATE = 0.0002  # rounding by row is far less, and there are many rates


@dataclass(frozen=True)
class Reason:
    """What comes to the difference between books and what was read.

    Attributes
    ----------
    code : str
        left_out (rows that the filter leaves out), counted (rows that count), reversed (rows that count and would
        have to be taken off), returns (those that the books do not take off), column (another
        column has the sum of the books), rate (a tax) or scale (hundredths).
    column, value : str
        The source column, and its values; empty where the code needs none.
    cents : int
        What they come to.
    """

    code: str
    column: str = ""
    value: str = ""
    cents: int = 0


@dataclass(frozen=True)
class Compared:
    """Revenue of one period: as the books state it, and as it was read.

    Attributes
    ----------
    period : str
        Such as 2024, 2024-03 or 2024-04/2025-03.
    stated, cents : int
        By the books, and as read, in hundredths.
    agrees : bool
        Whether they differ by no more than is allowed.
    reasons : list of Reason
        What comes to the difference; empty where they agree, or where nothing does.
    """

    period: str
    stated: int
    cents: int
    agrees: bool
    reasons: list[Reason]


@dataclass(frozen=True)
class Evidence:
    """The rows of purchases, each with revenue_cents and ordered_at.

    Attributes
    ----------
    counted : pd.DataFrame
        Those that count, with is_return.
    left_out : list of pd.DataFrame
        Those that filters leave out, with the source columns as text.
    kinds : pd.DataFrame
        Those that count, with source columns of few values that are not read.
    money : pd.DataFrame
        Those that count, with source columns of money that are not read, in units of money.
    """

    counted: pd.DataFrame
    left_out: list[pd.DataFrame]
    kinds: pd.DataFrame
    money: pd.DataFrame

    def within(self, period: str) -> "Evidence":
        """Return the rows of a period."""
        first, end = (pd.Timestamp(day) for day in calendar.period(period))

        def of(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[(frame[MOMENT] >= first) & (frame[MOMENT] < end)] if len(frame) else frame

        return Evidence(of(self.counted), [of(each) for each in self.left_out], of(self.kinds), of(self.money))


def parse(texts: Sequence[str]) -> dict[str, float]:
    """Return revenue by period from texts such as 2024=1234567.89.

    Raises
    ------
    CrmwbError
        A period or an amount is none.

    Examples
    --------
    >>> parse(["2024=1234567.89", "2025-03=500"])
    {'2024': 1234567.89, '2025-03': 500.0}
    """
    result = {}
    for text in texts:
        period, _, amount = (part.strip() for part in text.partition("="))
        try:
            calendar.period(period)
        except ValueError as error:
            raise CrmwbError(f"--control-total {text}: {error}.") from None
        try:
            result[period] = float(amount)
        except ValueError:
            raise CrmwbError(f"--control-total {text}: {amount!r} is no amount; write 2024=1234567.89.") from None
    return result


def agree(stated: int, cents: int, tolerance: float) -> bool:
    """Whether revenue by the books and as read (hundredths) differ by at most this share of what the books state.

    >>> agree(100_000, 100_050, 0.001), agree(100_000, 100_200, 0.001)
    (True, False)
    """
    return abs(cents - stated) <= tolerance * abs(stated)


def compare(stated: Mapping[str, float], evidence: Evidence, tolerance: float) -> list[Compared]:
    """Compare revenue by the books with what was read, and look for what comes to the difference.

    Parameters
    ----------
    stated : mapping of str to float
        Revenue by period, in units of money (`source.control_totals`).
    evidence : Evidence
        All rows of purchases.
    tolerance : float
        Share of what is stated that the two may differ by (`source.control_tolerance`).
    """
    result = []
    for period, amount in stated.items():
        own = evidence.within(period)
        cents, wanted = int(own.counted[CENTS].sum()), round(100 * amount)
        agrees = agree(wanted, cents, tolerance)
        reasons = [] if agrees else list(dict.fromkeys(_reasons(own, wanted, cents)))
        result.append(Compared(period, wanted, cents, agrees, reasons))
    return result


def differs(period: str, stated: int, cents: int, currency: str) -> str:
    """Return what is wrong where revenue by the books and as read (hundredths of `currency`) do not agree.

    >>> print(differs("2024", 100_000, 120_000, "EUR"))
    source.control_totals: 2024: the books say EUR 1,000.00, the rows come to EUR 1,200.00, 200.00 more
    """
    more = "more" if cents > stated else "less"
    return (
        f"source.control_totals: {period}: the books say {currency} {stated / 100:,.2f}, the rows come to "
        f"{currency} {cents / 100:,.2f}, {abs(cents - stated) / 100:,.2f} {more}"
    )


def read_cents(purchases: ir.Table, period: str) -> int:
    """Return the revenue of purchases on the engine in a period, in hundredths."""
    first, end = calendar.period(period)
    day: ir.DateValue = purchases[MOMENT].cast("date")
    within = purchases.filter(day >= first, day < end)
    cents = within[CENTS].sum().to_pyarrow().as_py()
    return int(cents or 0)


def _reasons(own: Evidence, wanted: int, cents: int) -> Iterator[Reason]:
    """Yield what comes to the difference, what is left out first."""
    missing = wanted - cents
    for frame in own.left_out:
        for column in frame.columns.drop([CENTS, MOMENT]):
            yield from _groups("left_out", column, frame, missing)
    for column in own.kinds.columns.drop([CENTS, MOMENT]):
        yield from _groups("counted", column, own.kinds, -missing)
        yield from _groups("reversed", column, own.kinds, -missing / 2)
    back = int(own.counted.loc[own.counted[IS_RETURN], CENTS].sum())
    if back and _alike(back, -missing):
        yield Reason("returns", cents=back)
    for column in own.money.columns.drop([CENTS, MOMENT]):
        total = round(100 * float(own.money[column].sum()))
        if _alike(total, wanted):
            yield Reason("column", column, cents=total)
    yield from _proportions(wanted, cents)


def _groups(code: str, column: str, frame: pd.DataFrame, wanted: float) -> Iterator[Reason]:
    """Yield one value of a column, or else two, whose rows come to the revenue wanted."""
    sums = frame.groupby(frame[column].fillna(""))[CENTS].sum()
    if len(sums) > MOST_KINDS:
        return
    ones = [Reason(code, column, str(value), int(total)) for value, total in sums.items() if _alike(total, wanted)]
    yield from ones
    if not ones:
        for a, b in combinations(sums.index, 2):
            if sums[a] and sums[b] and _alike(sums[a] + sums[b], wanted):
                yield Reason(code, column, f"{a}, {b}", int(sums[a] + sums[b]))


def _proportions(wanted: int, cents: int) -> Iterator[Reason]:
    """Yield a usual tax or a power of ten by which the two differ."""
    if wanted * cents <= 0:
        return
    ratio = max(cents / wanted, wanted / cents)
    for percent in USUAL_TAXES:
        if abs(ratio / (1 + percent / 100) - 1) <= ALIKE_RATE:
            yield Reason("rate", value=f"{percent}%")
    for times in (10, 100, 1_000):
        if abs(ratio / times - 1) <= ALIKE:
            yield Reason("scale", value=f"{times:,}")


def _alike(a: float, b: float) -> bool:
    return a != 0 and abs(a - b) <= max(LEAST_CENTS, ALIKE * abs(b)) and abs(b) > LEAST_CENTS
