"""Data frames as tables of raw values with kinds: a column's name, type and size say how it is written."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from crmwb.display import html as rendering
from crmwb.display.blocks import Column, Table
from crmwb.findings import Term, Value
from crmwb.findings.say import Said

# Columns of words from a fixed vocabulary, and which; "" where it may be any of the segments.
VOCABULARY = {
    "tier": "tier",
    "rfm_segment": "rfm_segment",
    "rfm_class": "rfm_class",
    "stage": "stage",
    "next_stage": "stage",
    "previous_stage": "stage",
    "stage_reason": "stage_reason",
    "direction": "direction",
    "cause": "cause",
    "value_class": "value_class",
    "column": "column",
    "view": "view",
    "transform": "transform",
    "table": "table",
    "forecast": "model",
    "forecaster": "model",
    "forecaster_kind": "forecaster_kind",
    "severity": "severity",
    "segment": "",
    "level": "",
    "other_level": "",
    "from_segment": "",
    "to_segment": "",
    "cluster_name": "cluster_name",
}
SMALL_CENTS = 10_000  # a column without larger amounts is written to the hundredth
P_VALUES = ("p_value", "p_of_all")
SHARES = ("p_alive", "precision", "recall")  # their names do not say that they are shares


def html(
    frame: pd.DataFrame, *, caption: Said = "", currency: str = "", labels: Mapping[str, Said] | None = None
) -> str:
    """Return `frame` as an HTML table in the language in use; see `table`.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.display import tables
    >>> page = tables.html(pd.DataFrame({"n_customers": [1_200]}))
    >>> "1,200" in page, page.count("<tr")
    (True, 2)
    """
    return rendering.table(table(frame, caption=caption, currency=currency, labels=labels))


def table(
    frame: pd.DataFrame,
    *,
    caption: Said = "",
    currency: str = "",
    labels: Mapping[str, Said] | None = None,
    vocabulary: Mapping[str, str | None] | None = None,
    folded: bool = False,
) -> Table:
    """Return `frame` as a table, without its index.

    Parameters
    ----------
    frame : DataFrame
        One row per row of the table. A column's name says how it is written: `*_cents` as whole money (small amounts to
        the hundredth), `*share` as a percentage, `n_*` and integers with thousands, other numbers with three digits,
        values of findings as they are said.
    caption : Said, optional
        What the table shows; written above it.
    currency : str, optional
        Stands in the headings of money columns.
    labels : mapping of str to Said, optional
        Headings for columns whose name does not say enough; the others come from `columns.toml`.
    vocabulary : mapping of str to str, optional
        The kind of `Term` that a column holds, where `VOCABULARY` does not know it.
    folded : bool, default False
        Show only the caption until a reader asks for more; on paper, only the caption.

    Examples
    --------
    Names of columns say how their values are written: as a word of the vocabulary, a count, a percentage.

    >>> import pandas as pd
    >>> from crmwb.display import html, tables
    >>> frame = pd.DataFrame({"tier": ["high", "low"], "n_customers": [1_200, 8_800], "revenue_share": [0.62, 0.38]})
    >>> block = tables.table(frame)
    >>> [column.kind for column in block.columns]
    ['term', 'count', 'share']
    >>> print(html.plain(block))
    Tier | Customers | Share of revenue
    high | 1,200 | 62%
    low | 8,800 | 38%
    """
    columns = tuple(
        column(str(name), frame[name], currency, (labels or {}).get(str(name)), vocabulary) for name in frame.columns
    )
    cells = [[_raw(value) for value in frame[name]] for name in frame.columns]
    return Table(columns, tuple(zip(*cells, strict=True)), caption, folded)


def column(
    name: str,
    values: pd.Series,
    currency: str = "",
    label: Said | None = None,
    vocabulary: Mapping[str, str | None] | None = None,
) -> Column:
    """Return the column of a table, its kind chosen by name, type and size.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.display import tables
    >>> tables.column("revenue_cents", pd.Series([123_450, 99_900]), currency="EUR").kind
    'money'
    >>> tables.column("mean_orders", pd.Series([1.25, 2.5])).decimals
    2
    """
    title: Said = Term("column", name) if label is None else label
    words = (vocabulary or {}).get(name, VOCABULARY.get(name))
    if not _is_numeric(values):
        kind = _kind_of_words(values)
        return Column(name, title, "term", words) if kind == "text" and words is not None else Column(name, title, kind)
    known = values.dropna().astype(float)
    if name.endswith("_cents"):
        is_small = bool(len(known)) and 0 < float(known.abs().max()) < SMALL_CENTS
        return Column(name, title, "money", currency, decimals=2 if is_small else None)
    if name.endswith("share") or name.startswith("share_") or name in SHARES:
        return Column(name, title, "share")
    if name.endswith("change"):
        return Column(name, title, "change")
    if name.startswith("n_") or (known == known.round()).all():
        return Column(name, title, "count")
    kind = "p_value" if name.startswith(P_VALUES) else "number"
    return Column(name, title, kind, decimals=_decimals(float(known.abs().max())))


def _kind_of_words(values: pd.Series) -> str:
    """Return the kind of a column that holds no numbers."""
    known = values.dropna()
    first = known.iloc[0] if len(known) else None
    if isinstance(first, bool | np.bool_):
        return "flag"
    if isinstance(first, Value):
        return "said"
    return "day" if hasattr(first, "isoformat") else "text"


def _raw(value: Any) -> Any:
    """Return a value as JSON holds it: floats to six digits, days as ISO text, unknown as None."""
    if isinstance(value, Value):
        return value
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.number):  # money and counts beside unknown ones are floats too
        return int(value) if float(value).is_integer() else float(f"{value:.6g}")
    return value.isoformat()[:10] if hasattr(value, "isoformat") else str(value)


def _is_numeric(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values))


def _decimals(largest: float) -> int:
    """Return how many decimals give the largest value of a column three digits."""
    return 0 if largest == 0 else int(min(max(2 - np.floor(np.log10(largest)), 0), 6))
