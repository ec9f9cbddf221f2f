"""How numbers and dates of a file are written: candidates are tried with what the pipeline reads by.

Nothing here reads a number or a date by itself: what fits is what `values` reads.
"""

from collections import Counter
from collections.abc import Mapping

from crmwb import engine
from crmwb.params import EngineParams
from crmwb.sources.drafting.reading import date_notation, number_notation
from crmwb.sources.drafting.reading.date_notation import Dates
from crmwb.sources.drafting.reading.number_notation import Numbers
from crmwb.sources.drafting.reading.trial import plain


def readings(
    columns: Mapping[str, tuple[str, Counter[str]]],
) -> dict[str, tuple[Numbers | None, Dates | None]]:
    """Return how the numbers and dates of columns are written.

    Parameters
    ----------
    columns : mapping of str to (str, Counter)
        By name: its words, and its known values with how often each stands there.
    """
    with engine.connect(EngineParams(threads=1, memory_limit_gb=1)) as con:
        held = {name: counts for name, (_, counts) in columns.items() if counts}
        dates = date_notation.dates(
            con, {name: counts for name, counts in held.items() if date_notation.may_be_dates(columns[name][0], counts)}
        )
        others = {name: counts for name, counts in held.items() if name not in dates}
        numbers = number_notation.numbers(con, others)
        counted = {
            name: held[name] for name in numbers if date_notation.may_be_a_moment(columns[name][0], numbers[name])
        }
        dates |= date_notation.counted(con, counted, numbers)
    return {name: (numbers.get(name), dates.get(name)) for name in columns}


def is_value(text: str) -> bool:
    """Say whether a text by itself looks like a number or a date, as headers do not."""
    is_number = number_notation.is_number_like(text, number_notation.sign_of([text]))
    return is_number or bool(date_notation.candidates_of(plain(text)))
