"""Orders whose number, customer and day stand on their first line only: filled down, after asking."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.grouped import Filled
from crmwb.sources.drafting.reading.profile import Column, Profile, columns_of
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches
from crmwb.sources.drafting.rows import order_lines

LEAST_BLANK = 0.05  # of the rows
NEARLY_ALL = 0.9
CALLED = "customer id"


def filled(profile: Profile) -> Profile:
    """Return a file with the head of each order on all its lines, where the order's number stands on the first one only.

    Amounts of an order stay on its first line, where they count once.
    """
    if profile.filled is not None:
        return _with_customer(profile)
    lines = order_lines.find(profile)
    if lines is not None and lines.head:
        return profile
    columns = _heads(profile)
    if not columns:
        return profile
    rows = profile.rows
    for column in columns:
        texts = pc.if_else(
            pc.equal(pc.fill_null(rows[column.name], ""), ""), pa.scalar(None, pa.string()), rows[column.name]
        )
        rows = rows.set_column(rows.column_names.index(column.name), column.name, pc.fill_null_forward(texts))
    called = {c.name: c.called for c in profile.columns}
    every = [replace(c, called=called.get(c.name)) for c in columns_of(rows, profile.shape)]
    return replace(profile, rows=rows, columns=every, filled=Filled(tuple(c.name for c in columns)))


def _with_customer(profile: Profile) -> Profile:
    """Take the names above groups of rows as customers where nothing else names them."""
    if any(matches(c.words, TRANSACTIONS["customer_id"]) for c in profile.columns):
        return profile
    (name,) = profile.filled.columns if profile.filled is not None else ("",)
    return replace(profile, columns=[replace(c, called=CALLED) if c.name == name else c for c in profile.columns])


def _heads(profile: Profile) -> list[Column]:
    """Return the columns of the heads of orders: known and blank together, with every day and customer of the file."""
    for number in profile.own:
        n_blank = number.n_rows - number.n_known
        if not (LEAST_BLANK * number.n_rows < n_blank and number.n_known == len(number.counts) > 1):
            continue
        if matches(number.words, TRANSACTIONS["order_id"]) == 0 or number.is_date:
            continue
        is_head = [text is not None for text in profile.texts(number)]
        heads = [c for c in profile.own if [text is not None for text in profile.texts(c)] == is_head]
        others = [c for c in profile.own if c not in heads]
        if not is_head[0] or not any(c.is_date for c in heads) or any(_is_full_key(c) for c in others):
            continue
        if not any(matches(c.words, TRANSACTIONS["customer_id"]) for c in heads):
            continue
        if any(c.is_number and c.n_known >= NEARLY_ALL * c.n_rows for c in others):
            return [c for c in heads if c is number or not c.is_number or matches(c.words, TRANSACTIONS["customer_id"])]
    return []


def _is_full_key(column: Column) -> bool:
    """Say whether a column says of nearly every row when it was, or who bought: heads say nothing new then."""
    is_known = column.n_known >= NEARLY_ALL * column.n_rows
    return is_known and (column.is_date or matches(column.words, TRANSACTIONS["customer_id"]) > 0)


def write(parts: list[Part]) -> None:
    """Write into parts what fills their rows, and ask whether it is so."""
    asked: set[str] = set()
    for part in parts:
        if part.profile is None or part.profile.filled is None or "file" not in part.options:
            continue
        what = part.profile.filled
        part.options["fill_down"] = list(what.columns)
        if what.known:
            condition = f"{syntax.column(what.known)} is not null"
            part.keep_rows(condition, first=True)
        name = str(part.options["file"])
        if name not in asked:
            asked.add(name)
            part.questions.append(_of_names(part, what) if what.known else _of_heads(part, what))


def _of_names(part: Part, what: Filled) -> Question:
    (name,) = what.columns
    column = part.looked_at.column(name)
    part.remarks.append(
        f"{name} stands in rows of its own above the rows that it is of; these rows, and totals, are left out"
    )
    is_customer = column in part.guesses["customer_id"].sources if "customer_id" in part.guesses else False

    def answer(given: str) -> None:
        if given == "no":
            raise ValueError(
                "export a list that has them in each row, or name the column of customers (--answer customer=COLUMN)"
            )

    of = "the customer of" if is_customer else "a name for"
    nested = (
        f" ({what.within[0]!r} stands above {what.within[1]!r} too: rows take the nearest name)" if what.within else ""
    )
    nested += f" ({what.repeated!r} stands below several names, and would be one)" if what.repeated else ""
    text = (
        f"{name} holds {column.shown(2)}, in rows of their own above the rows that they are of{nested}, with totals left out: "
        f"is it {of} the rows below it?"
    )
    return Question("fill_down", text, answer, ("yes", "no"), columns=(name,))


def _of_heads(part: Part, what: Filled) -> Question:
    def answer(given: str) -> None:
        if given == "no":
            raise ValueError("export a list that names the order, its day and its customer in every row")

    names = ", ".join(what.columns)
    part.remarks.append(f"{names} stand on the first line of each order only, and hold for all its lines")
    text = f"{names} are blank in the same rows, as where an order's head stands on its first line only: do blanks hold the values above them?"
    return Question("fill_down", text, answer, ("yes", "no"), columns=what.columns)


def fill_down(part: Part, condition: str) -> None:
    """Fill down columns of a condition that stand on the first line of an order, or its other lines would escape it."""
    filled = part.options.get("fill_down")
    order = part.guesses["order_id"].sources if "order_id" in part.guesses else ()
    columns = [c.name for c in part.looked_at.columns if c.name in part.heads and syntax.column(c.name) in condition]
    if not columns or not order or isinstance(filled, str):
        return
    if isinstance(filled, list):
        part.options["fill_down"] = list(dict.fromkeys([*filled, *columns]))
        return
    own = filled or {"columns": [], "within": order[0].name}
    part.options["fill_down"] = {**own, "columns": list(dict.fromkeys([*own["columns"], *columns]))}
