"""Registers with a row for each document and rows without a day below it that are its items: the documents are read."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column, Profile, columns_of
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches

CENT = 0.015
LEAST_SHARE = 0.05  # of the rows, of either kind
LEAST_DOCUMENTS = 5
NEARLY_ALL = 0.9


def dated(profile: Profile) -> tuple[Profile, Column, Column] | None:
    """Return the rows of a file that have a day, with the columns of the day and of the amount; None of other files.

    In nearly all of them, the amount is the sum of the rows without a day below: read too, these would count twice.
    """
    for day in (c for c in profile.own if c.is_date):
        if not LEAST_SHARE * profile.n_rows < day.n_known < (1 - LEAST_SHARE) * profile.n_rows:
            continue
        texts = profile.texts(day)
        for amount in profile.own:
            is_number = amount.is_number and not amount.is_flag and not matches(amount.words, TRANSACTIONS["quantity"])
            if is_number and _is_sum_of_rows_below(texts, profile.numbers(amount)):
                rows = profile.rows.filter(pa.array([text is not None for text in texts]))
                called = {c.name: c.called for c in profile.columns}
                columns = [replace(c, called=called.get(c.name)) for c in columns_of(rows, profile.shape)]
                return replace(profile, rows=rows, n_rows=rows.num_rows, columns=columns), day, amount
    return None


def limited(parts: list[Part], day: Column, amount: Column) -> list[Part]:
    """Keep parts to the rows that have a day, and say so."""
    condition = f"{syntax.column(day.name)} is not null"
    for part in parts:
        part.keep_rows(condition, first=True)
        part.remarks.append(
            f"in rows with {day.name}, {amount.name} is the sum of the rows without one below them: these are items of a document, and are left out"
        )
    return parts


def _is_sum_of_rows_below(days: Sequence[str | None], numbers: Sequence[float | None]) -> bool:
    """Say whether in nearly all rows with a day that have others below, a number is the sum of theirs.

    One row below that has the same number tells nothing: a total that stands on each row of an order has it too.
    """
    starts = [i for i, day in enumerate(days) if day is not None]
    groups = [numbers[i:end] for i, end in zip(starts, [*starts[1:], len(days)], strict=True) if end > i + 1]
    known = [[n for n in group if n is not None] for group in groups if group[0] and None not in group]
    fitting = [group for group in known if abs(group[0] - sum(group[1:])) < CENT]
    telling = sum(len(group) > 2 for group in fitting)
    return telling >= LEAST_DOCUMENTS and len(fitting) >= NEARLY_ALL * len(known)
