"""Totals by which a person sees in seconds whether purchases are read right: what counts, is left out, is not read."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.contract.canonical import TABLES
from crmwb.engine import Backend
from crmwb.params import SourceParams
from crmwb.sources import books, expressions, rows
from crmwb.sources.books import CENTS, MOMENT, Compared, Evidence
from crmwb.sources.drafting.reading import notation
from crmwb.sources.formats import ROW, open_file, sheets
from crmwb.sources.mapped_tables import Tried
from crmwb.sources.rows import SourceRows
from crmwb.sources.staging import FILE

PURCHASES = "transactions"
MOST_KINDS = 8
MOST_COLUMNS = 6
LEAST_REPEATS = 3  # rows for each value
AS_LARGE = 0.2  # of the revenue: a smaller sum is no rival of it


@dataclass(frozen=True)
class Group:
    """Rows in which a source column holds a value.

    Attributes
    ----------
    value : str
        The value; empty where the column is blank.
    n_rows, cents : int
        How many there are, and their revenue.
    """

    value: str
    n_rows: int
    cents: int


@dataclass(frozen=True)
class ControlTotals:
    """What the rows that were tried come to.

    Attributes
    ----------
    currency : str
        Of all amounts.
    cents, n_orders, n_customers : int
        Net revenue, of how many orders it is, those of returns alone not counted, and whose it is.
    by_year : dict of int to int
        Its cents by year.
    largest_cents : int
        The largest amount of one row.
    largest_at : str
        Where that row stands: file and row.
    n_returns, returned_cents : int
        What came back.
    n_without_customer, without_customer_cents : int
        Rows that name no customer, which the filter leaves out for that alone, and what they bring.
    n_left_out, left_out_cents : int
        What the filter leaves out and could be read.
    left_out : dict of str to list of Group
        The same by the values of the columns that the filter names.
    unread_sums : dict of str to float
        Columns of money that the mapping does not read, as large as the revenue, and their sums over rows that count.
    unread_kinds : dict of str to list of Group
        Columns of few values that it does not read, and the revenue of each value.
    is_of_all : bool
        Whether all rows of the files were read.
    is_stated : bool
        Whether the company's books say the revenue of some period (`source.control_totals`).
    compared : list of Compared
        The same beside the books; empty where not all rows were read.
    """

    currency: str
    cents: int
    n_orders: int
    n_customers: int
    by_year: dict[int, int]
    largest_cents: int
    largest_at: str
    n_returns: int
    returned_cents: int
    n_without_customer: int
    without_customer_cents: int
    n_left_out: int
    left_out_cents: int
    left_out: dict[str, list[Group]]
    unread_sums: dict[str, float]
    unread_kinds: dict[str, list[Group]]
    is_of_all: bool
    is_stated: bool
    compared: list[Compared]

    @property
    def largest_year(self) -> int:
        """The year of most revenue."""
        return max(self.by_year, key=lambda year: self.by_year[year])


@dataclass(frozen=True)
class Unread:
    """A source column that a mapping does not read, in the rows that count.

    Attributes
    ----------
    texts : pd.Series
        What stands in it; empty where it is blank.
    counts : Counter of str
        How often each value stands there.
    numbers : dict of str to float
        Its values as numbers, where most of them are.
    """

    texts: pd.Series
    counts: Counter[str]
    numbers: dict[str, float]

    @property
    def is_money(self) -> bool:
        """Whether it holds numbers with decimals."""
        return any(n != int(n) for n in self.numbers.values())

    @property
    def sum(self) -> float:
        """What its numbers come to."""
        return sum(self.numbers.get(text, 0.0) * n for text, n in self.counts.items())


def impossible(of: ControlTotals) -> str:
    """Return why no company's purchases come to such totals, and what to do; empty where they may."""
    if not of.is_of_all or of.cents > 0:
        return ""
    if not of.returned_cents:
        return (
            f"what was sold comes to {of.currency} {of.cents / 100:,.2f}: look at revenue_cents (which columns are the "
            f"amount, and which are taken off it), and at which rows the filter keeps"
        )
    return (
        f"what came back ({of.currency} {-of.returned_cents / 100:,.2f}) is at least as much as what was sold: look at "
        f"is_return, and at which rows the filter keeps"
    )


def totals(con: Backend, tried: list[Tried], source: SourceParams, n_rows: int) -> ControlTotals | None:
    """Return the totals of purchases that a mapping was tried on; None where none could be read.

    Parameters
    ----------
    con : Backend
        The engine on which they lie.
    tried : list of Tried
        Their parts.
    source : SourceParams
        The currency of all amounts, and what the company's books say.
    n_rows : int
        How many rows were read of each file.
    """
    good = _fetched(con, rows.good([each.read for each in tried], TABLES[PURCHASES])).sort_values([FILE, ROW])
    if good.empty or not {"customer_id", "order_id", MOMENT, CENTS} <= set(good.columns):
        return None
    largest = good.iloc[int(good[CENTS].abs().to_numpy().argmax())]
    back = good[good["is_return"].fillna(value=False).astype(bool)] if "is_return" in good else good[:0]
    left_out = [(each, _left_out(con, each.unfiltered, good)) for each in tried if each.unfiltered is not None]
    unread = [_unread(each, n_rows) for each in tried]
    beside = pd.concat(unread).merge(good[[FILE, ROW, CENTS, MOMENT]], on=[FILE, ROW]) if unread else good[:0]
    columns = _columns(beside)
    is_of_all = all(each.is_whole for each in tried)
    evidence = _evidence(good.assign(is_return=good.index.isin(back.index)), left_out, beside, columns)
    by_year = good.groupby(good[MOMENT].dt.year)[CENTS].sum().to_dict()
    return ControlTotals(
        source.currency,
        int(good[CENTS].sum()),
        _n_orders(good, back),
        int(good["customer_id"].nunique()),
        {int(str(year)): int(cents) for year, cents in by_year.items()},
        int(largest[CENTS]),
        f"{largest[FILE]} row {largest[ROW]:,}",
        len(back),
        int(back[CENTS].sum()),
        sum(each.nobodys.n_without_customer for each in tried),
        sum(each.nobodys.cents_without_customer for each in tried),
        sum(len(each) for _, each in left_out),
        sum(int(each[CENTS].sum()) for _, each in left_out),
        {name: groups for part, each in left_out for name, groups in _by_filter(part.read, each)},
        _sums(columns, abs(int(good[CENTS].sum()))),
        dict(_kinds(columns, beside[CENTS])),
        is_of_all,
        bool(source.control_totals),
        books.compare(source.control_totals, evidence, source.control_tolerance) if is_of_all else [],
    )


def _fetched(con: Backend, expression: object) -> pd.DataFrame:
    frame: pd.DataFrame = engine.batches(con, expression).read_all().to_pandas()
    return frame


def _n_orders(good: pd.DataFrame, back: pd.DataFrame) -> int:
    """Return how many orders there are: documents of nothing but returns are none, where others are."""
    sold = good[~good.index.isin(back.index)]
    return int((sold if len(sold) else good)["order_id"].nunique())


def _left_out(con: Backend, part: SourceRows, good: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose amount could be read and that the filter leaves out, also those that name no customer."""
    columns = [FILE, ROW, CENTS, MOMENT, *part.columns.values()]
    every = _fetched(con, part.table.select(*(c for c in columns if c in part.table.columns)))
    counted = pd.MultiIndex.from_frame(good[[FILE, ROW]])
    result = every[~pd.MultiIndex.from_frame(every[[FILE, ROW]]).isin(counted)]
    return result[result[CENTS].notna()]


def _evidence(
    good: pd.DataFrame, left_out: list[tuple[Tried, pd.DataFrame]], beside: pd.DataFrame, columns: dict[str, Unread]
) -> Evidence:
    """Return what may explain why purchases come to another sum than the company's books."""
    own = [CENTS, MOMENT]
    money = {name: column.texts.map(column.numbers) for name, column in columns.items() if column.is_money}
    filtered = [
        rows.drop(columns=[FILE, ROW]).rename(columns={own_name: name for name, own_name in part.read.columns.items()})
        for part, rows in left_out
    ]
    return Evidence(good, filtered, beside[own].assign(**_of_few_values(columns)), beside[own].assign(**money))


def _by_filter(part: SourceRows, left_out: pd.DataFrame) -> Iterator[tuple[str, list[Group]]]:
    """Yield the columns of few values that a filter names, with what is left out by each value."""
    for name in expressions.columns(str(part.mapping.filter)):
        if name in part.columns and part.columns[name] in left_out:
            texts = left_out[part.columns[name]].fillna("")
            if 0 < texts.nunique() <= MOST_KINDS:
                yield name, _groups(texts, left_out[CENTS])


def _groups(texts: pd.Series, cents: pd.Series) -> list[Group]:
    summed = cents.groupby(texts.astype(str)).agg(["size", "sum"]).sort_values("sum", ascending=False)
    return [Group(str(value), int(row["size"]), int(row["sum"])) for value, row in summed.iterrows()]


def _unread(tried: Tried, n_rows: int) -> pd.DataFrame:
    """Return the first rows of files, of the columns that a mapping does not read."""
    mapping, columns = tried.read.mapping, tried.read.columns
    frames = []
    for file in (sheet for each in tried.files for sheet in sheets(each, mapping)):
        opened = open_file(file, mapping)
        names = opened.columns
        elsewhere, lines = _lists(getattr(opened, "lists", {}), columns)
        left = {*columns, *elsewhere}
        kept = [i for i, name in enumerate(names) if name and names.count(name) == 1 and name not in left]
        batch = next(iter(opened.batches([*kept, *map(names.index, lines)])), None)
        if batch is not None and kept:
            some = batch.slice(0, n_rows)
            shown = [*some.columns[: len(kept)], some.columns[-1]]
            texts = pa.table(shown, names=[*(names[i] for i in kept), ROW]).to_pandas()
            frames.append(texts.assign(**{FILE: file.name}))
    return pd.concat(frames) if frames else pd.DataFrame({FILE: pd.Series(dtype=str), ROW: pd.Series(dtype=int)})


def _lists(within: Mapping[str, list[str]], read: Collection[str]) -> tuple[list[str], list[str]]:
    """Return columns that hold lists or stand in one whose lines are not the rows; and one of those that are."""
    lines = [own for own in within.values() if set(own) & set(read)]
    others = [name for own in within.values() if own not in lines for name in own]
    return [*within, *others], [next(name for name in own if name in read) for own in lines]


def _columns(beside: pd.DataFrame) -> dict[str, Unread]:
    names = [name for name in beside.columns if name not in {FILE, ROW, CENTS, MOMENT}]
    texts = {name: beside[name].fillna("").str.strip() for name in names}
    counts = {name: Counter(each[each != ""]) for name, each in texts.items()}
    read = notation.readings({name: (name.lower(), each) for name, each in counts.items()})
    return {
        name: Unread(texts[name], counts[name], numbers.values if numbers and not dates else {})
        for name, (numbers, dates) in read.items()
    }


def _sums(columns: dict[str, Unread], whole: int) -> dict[str, float]:
    """Return columns that hold money, as large as the revenue, with their sums; the largest first."""
    sums = {name: column.sum for name, column in columns.items() if column.is_money}
    large = {name: total for name, total in sums.items() if 100 * abs(total) >= AS_LARGE * whole}
    return dict(sorted(large.items(), key=lambda pair: -abs(pair[1]))[:MOST_COLUMNS])


def _of_few_values(columns: dict[str, Unread]) -> dict[str, pd.Series]:
    texts = {name: column.texts for name, column in columns.items() if not column.is_money}
    return {name: each for name, each in texts.items() if 1 < each.nunique() <= MOST_KINDS}


def _kinds(columns: dict[str, Unread], cents: pd.Series) -> Iterator[tuple[str, list[Group]]]:
    """Yield columns of few values, those of fewest first, with the revenue of each value."""
    few = _of_few_values(columns)
    few = {name: each for name, each in few.items() if len(each) >= LEAST_REPEATS * each.nunique()}
    for name in sorted(few, key=lambda name: few[name].nunique())[:MOST_COLUMNS]:
        yield name, _groups(few[name], cents)
