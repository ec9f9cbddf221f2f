"""Numbers that somebody typed as text into a workbook, among real ones: by which sign they have decimals."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmwb.sources.drafting.reading import number_notation
from crmwb.sources.drafting.reading.trial import plain
from crmwb.sources.formats.excel import Cell

WITH_COMMA = re.compile(r"(\d{1,3}(\.\d{3})+|0|\d{4,}),\d+|\d+,(\d{1,2}|\d{4,})")
WITH_POINT = re.compile(r"(\d{1,3}(,\d{3})+|0|\d{4,})\.\d+|\d+\.(\d{1,2}|\d{4,})")
GROUPED = re.compile(r"\d{1,3}((\.\d{3})+|(,\d{3})+)")


@dataclass(frozen=True)
class Typed:
    """Numbers typed as text in columns that hold real ones too.

    Attributes
    ----------
    decimal : str
        Their decimal sign: "." or ",".
    unclear : str
        One of them where none tells whether it is thousands or decimals: "€ 1.250"; else empty.
    """

    decimal: str = "."
    unclear: str = ""


def of_rows(rows: Iterable[Sequence[Cell]]) -> Typed:
    """Return how numbers are typed as text in rows of a sheet, below its header.

    Examples
    --------
    >>> of_rows([[1, 12.5], [2, "€ 1.250,00"], [3, 7.25]])
    Typed(decimal=',', unclear='')
    >>> of_rows([[12.5], ["€ 1.250"]])
    Typed(decimal=',', unclear='€ 1.250')
    >>> of_rows([["12,50"], ["1.250,00"]])  # no real number beside them: the texts tell their notation by themselves
    Typed(decimal='.', unclear='')
    """
    real: set[int] = set()
    texts: dict[int, set[str]] = {}
    for row in rows:
        for i, cell in enumerate(row):
            if isinstance(cell, float | int) and not isinstance(cell, bool):
                real.add(i)
            elif isinstance(cell, str) and re.search(r"\d[.,]\d", cell):
                texts.setdefault(i, set()).add(cell)
    typed = sorted(text for i in real for text in texts.get(i, ()) if _is_number(text))
    bare = [re.sub(r"[^\d.,]", "", plain(text)) for text in typed]
    n_comma, n_point = (sum(sign.fullmatch(text) is not None for text in bare) for sign in (WITH_COMMA, WITH_POINT))
    if n_comma or n_point:
        return Typed("," if n_comma >= n_point else ".")
    grouped = [(text, own) for text, own in zip(bare, typed, strict=True) if GROUPED.fullmatch(text)]
    return Typed("," if "." in grouped[0][0] else ".", grouped[0][1]) if grouped else Typed()


def _is_number(text: str) -> bool:
    return number_notation.is_number_like(text, number_notation.sign_of([text]))
