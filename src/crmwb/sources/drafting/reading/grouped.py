"""Reports in which a name stands in a row of its own above the rows that it is of, with their total below."""
# ruff: noqa: E501 - patterns are easier to read in one line

import re
from dataclasses import dataclass, field
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from crmwb.sources.drafting.reading.headers import TOTAL

LEAST_GROUPS = 2
LEAST_CELLS = 3  # of a row of the table itself
WORD_OF_TOTAL = re.compile(
    r"((grand|sub)[ -]?)?totals?( general[eo]?)?|sous[ -]total|s/?total|subtotaa?le?|totaa?le?|totalt|delsumma|(zwischen|gesamt|end)?summen?|"
    r"gesamt|insgesamt|somme|suma( czesciowa)?|soma|summa|sum|i alt|razem|celkem|soucet|mezisoucet|yhteensa|osszesen|(genel |ara )?toplam|"
    r"ukupno|skupaj|всего|итого|((总|總|小|合|共|总合|總合|総合)[计計])|总[额數数]|汇总|彙總|(총 ?)?(합계|소계|총계)|(ยอด)?รวม(ทั้งหมด)?"
)
LINK = re.compile(r"for|of|by|für|von|de|del|di|da|do|dla|pour|voor|van|pro|za|för|по|для|的|の")
PLAIN = str.maketrans("áčěéíóřšťúůýžłńąęśźćäöőå", "aceeiorstuuyzlnaeszcaooa")  # letters of the words above
APART = " \t:：-–—,;()（）[]【】'\"«»„“”"  # stands between a total's word and the name
MOST_WORDS_LEFT = 4  # of a total beside its name: "Total for … with sub-customers"


@dataclass(frozen=True)
class Filled:
    """What a mapping must say so that each row holds what stands above it.

    Attributes
    ----------
    columns : tuple of str
        Blank cells of these hold the value above them.
    known : str
        A column that is known in the rows of the table, and in none of the rows of names and totals; empty where there
        are no such rows.
    within : tuple of str
        A name that stands above other names, and one of those; empty where names stand above rows only.
    repeated : str
        A name that stands below several others; empty where none does.
    """

    columns: tuple[str, ...]
    known: str = ""
    within: tuple[str, ...] = ()
    repeated: str = ""


@dataclass
class _Group:
    """A name in a row of its own, and the groups that stand below it."""

    name: str
    n_rows: int = 0
    inner: list["_Group"] = field(default_factory=list)


def by_name(rows: pa.Table, *, is_cut: bool = False) -> tuple[pa.Table, Filled] | None:
    """Return the rows of a table with the name nearest above them in each; None of what is no such report.

    Names may stand above other names where each total says which of them it is of. Rows below a total are of no name
    that stands above them, so a table that has such rows is no such report.

    Parameters
    ----------
    rows : pyarrow.Table
        All rows as text without blanks around it.
    is_cut : bool
        More rows come below them.

    Examples
    --------
    >>> names = ["Acme", None, "Acme total", "Bolt", None, "Bolt total"]
    >>> day, amount = [None, "1 May", None, None, "2 May", None], [None, "7", "7", None, "8", "8"]
    >>> rows, filled = by_name(pa.table({"Name": names, "Day": day, "No": day, "Amount": amount}))
    >>> rows.to_pydict()["Name"], filled.known
    (['Acme', 'Bolt'], 'Day')
    """
    n_filled = _n_filled(rows)
    if rows.num_columns < LEAST_CELLS or n_filled.count(1) < LEAST_GROUPS:
        return None
    texts = {name: [text or None for text in rows[name].to_pylist()] for name in rows.column_names}
    for name, names in texts.items():
        first = next((i for i, text in enumerate(names) if text is not None), None)
        if first is None or n_filled[first] > 1:
            continue
        kinds = _kinds(names, n_filled)
        below = _groups(names, kinds, is_cut=is_cut)
        if below is None:
            continue
        own = [i for i, kind in enumerate(kinds) if kind == "row"]
        beside = [i for i, kind in enumerate(kinds) if kind in {"name", "total"}]
        others = ((other, cells) for other, cells in texts.items() if other != name)
        known = next((o for o, cells in others if all(cells[i] for i in own) and not any(cells[i] for i in beside)), "")
        if not known:
            continue
        above: list[str | None] = []
        for i, text in enumerate(names):
            above.append(text if kinds[i] == "name" else above[-1] if above else None)
        position = rows.column_names.index(name)
        filled = rows.set_column(position, name, pa.array(above, pa.string()))
        within = next(((parents[0], inner) for inner, parents in below.items() if parents), ())
        repeated = next((inner for inner, parents in below.items() if len(set(parents)) > 1), "")
        return filled.take(pa.array(own, pa.int64())), Filled((name,), known, within, repeated)
    return None


def further(rows: pa.Table, filled: Filled, above: pa.Table) -> pa.Table:
    """Return those of some further rows that are rows of such a report, with the last name above in each.

    Parameters
    ----------
    rows : pyarrow.Table
        Rows from below, not all of them.
    filled : Filled
        What the rows above them say.
    above : pyarrow.Table
        These, as `by_name` returns them.
    """
    (name,) = filled.columns
    own = rows.filter(pc.not_equal(pc.fill_null(rows[filled.known], ""), ""))
    last = above[name][-1].as_py()
    return own.set_column(own.column_names.index(name), name, pa.array([last] * own.num_rows, pa.string()))


def _n_filled(rows: pa.Table) -> list[int]:
    """Return how many cells of each row hold something."""
    counts = pa.array([0] * rows.num_rows, pa.int64())
    for column in rows.columns:
        counts = pc.add(counts, pc.fill_null(pc.not_equal(column, ""), False).cast(pa.int64()))
    return [int(n) for n in counts.to_pylist()]


def _kinds(names: list[str | None], n_filled: list[int]) -> list[str]:
    """Return what each row is, by its name and how many cells it fills: a row of the table, a name, a total, or nothing."""
    kinds = [
        ("row" if n >= LEAST_CELLS else "") if text is None else "name" if n == 1 else "total"
        for text, n in zip(names, n_filled, strict=True)
    ]
    following = ""
    for i in reversed(range(len(kinds))):
        if kinds[i] == "name" and following != "row" and _is_total(names[i] or ""):
            kinds[i] = "total"  # without amounts; a customer called Total Clean has rows
        following = kinds[i] or following
    return kinds


def _is_total(text: str) -> bool:
    """Say whether a text is one of totals, whatever of."""
    return TOTAL.fullmatch(text) is not None or _is_word(text)


def _is_word(text: str) -> bool:
    """Say whether a text is nothing but a word of totals."""
    return WORD_OF_TOTAL.fullmatch(text.strip(APART).lower().translate(PLAIN)) is not None


def _is_of(text: str, name: str) -> bool:
    """Say whether a text is the total of a name: what is left of it without the name is a word of totals."""
    if name not in text:
        return False
    before, _, after = text.partition(name)
    left = f"{before.strip(APART)} {after.strip(APART)}".split()
    while len(left) > 1 and LINK.fullmatch(left[-1].strip(APART)):
        left.pop()
    words = " ".join(left)
    return _is_word(words) or (len(left) <= MOST_WORDS_LEFT and TOTAL.fullmatch(words) is not None)


def _groups(names: list[str | None], kinds: list[str], *, is_cut: bool) -> dict[str, list[str]] | None:
    """Return the names that have rows, and for each those that it stands below; None where rows have no sure name."""
    shown = [(i, kind) for i, kind in enumerate(kinds) if kind]
    last = max((i for i, kind in shown if kind != "name"), default=-1)  # names below it are a footer
    is_nested = any((above, kind) == ("name", "name") for (_, above), (i, kind) in pairwise(shown) if i < last)
    is_open_below = False  # a total without a name leaves it open which names are of rows
    stack: list[_Group] = []
    below: dict[str, list[str]] = {}
    above = ""
    for i, kind in shown:
        text = names[i] or ""
        if kind == "name" and i < last:
            stack.append(_Group(text))
        elif kind == "row":
            if above not in {"name", "row"}:
                return None
            stack[-1].n_rows += 1
            below.setdefault(stack[-1].name, [])
        elif kind == "total":
            place = max(
                (k for k, group in enumerate(stack) if _is_of(text, group.name)),
                key=lambda k: len(stack[k].name),
                default=None,
            )
            if place is None and (
                not _is_total(text) or above == "name" or (is_nested and stack and not _is_word(text))
            ):
                return None
            if place is None and stack:
                place, is_open_below = len(stack) - 1, is_nested
            if place is not None and not _close(stack, place, below):
                return None
        above = kind
    n_open = sum(group.n_rows > 0 or is_open_below for group in stack)
    if (is_nested and n_open and not is_cut) or len(below) < LEAST_GROUPS:
        return None
    return below


def _close(stack: list[_Group], place: int, below: dict[str, list[str]]) -> bool:
    """Close the group at a place of those that are open; say whether none that has rows was open below it."""
    if any(group.n_rows for group in stack[place + 1 :]):
        return False
    group = stack[place]
    del stack[place:]
    for inner in group.inner:
        below.get(inner.name, []).append(group.name)
    if stack:
        stack[-1].inner.append(group)
    return True
