"""Data frames as HTML tables: headings in words, numbers written for people and right-aligned."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from crmwb.reporting import words

WORDS = {
    "clv": "lifetime value",
    "mean_clv": "lifetime value per customer",
    "mean_revenue": "revenue per customer",
    "mean_order": "per order",
    "bias_share": "total off by",
    "top_decile_share": "of purchases, found in the top tenth",
    "p_alive": "probability of still being a customer",
    "mae": "MAE",
    "rmse": "RMSE",
    "rfm_segment": "RFM segment",
    "cluster_name": "cluster",
    "normalised_gini": "normalised Gini",
}

NAMES = (
    "segment",
    "stage",
    "level",
    "other_level",
    "next_stage",
    "from_segment",
    "to_segment",
    "tier",
    "value_class",
    "value_tier",
    "rfm_segment",
    "cluster_name",
    "forecaster",
    "column",
)
SHARES = ("p_alive", "precision", "recall")  # their names do not say that they are shares
SHORT = 24  # letters that stay on one line


def html(frame: pd.DataFrame, *, caption: str = "", currency: str = "", labels: Mapping[str, str] | None = None) -> str:
    """Return `frame` as an HTML table, without its index.

    Parameters
    ----------
    frame : DataFrame
        One row per row of the table. A column's name says how it is written: `*_cents` as whole money, `*share` as a
        percentage, `n_*` and integers with thousands, other numbers with three digits.
    caption : str, optional
        What the table shows; written above it.
    currency : str, optional
        Stands in the headings of money columns.
    labels : mapping of str to str, optional
        Headings for columns whose name does not say enough.
    """
    columns = [_column(str(c), frame[c], (labels or {}).get(c) or heading(str(c), currency)) for c in frame.columns]
    head = "".join(f'<th scope="col"{style}>{escape(title)}</th>' for title, style, _, _ in columns)
    cells = [[f"<td{style}>{escape(text)}</td>" for text in texts] for _, _, style, texts in columns]
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True))
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    rows = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll"><table class="numbers">{title}{rows}</table></div>'


def heading(column: str, currency: str = "") -> str:
    """Return a column's name in words, with its unit: "revenue_cents" → "Revenue, USD"."""
    stem = column.removesuffix("_cents").removeprefix("n_")
    unit = f", {currency}" if column.endswith("_cents") and currency else ""
    return words.label(WORDS.get(stem, stem)) + unit


def writer(column: str, values: pd.Series) -> Callable[[Any], str]:
    """Return the function that writes the values of a column, chosen by its name, its type and its size."""
    if not _is_numeric(values):
        return lambda value: words.NOTHING if words.is_unknown(value) else _text(column, value)
    if column.endswith("_cents"):
        return lambda cents: words.count(None if words.is_unknown(cents) else cents / 100)
    known = values.dropna().astype(float)
    if column.endswith("share") or column in SHARES:
        return words.share
    if column.startswith("n_") or (known == known.round()).all():
        return words.count
    decimals = words.decimals_of(float(known.abs().max()))  # the same throughout a column
    return lambda value: words.number(value, decimals)


def _column(name: str, values: pd.Series, title: str) -> tuple[str, str, str, list[str]]:
    """Return a column's heading, its style, that of the cells (inline: JupyterLab has no style sheet), their texts."""
    write = writer(name, values)
    texts = [write(value) for value in values]
    unbroken = ";white-space:nowrap" if all(len(text) <= SHORT for text in texts) else ""
    side = "right" if _is_numeric(values) else "left"
    return title, f' style="text-align:{side}"', f' style="text-align:{side}{unbroken}"', texts


def _is_numeric(values: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values))


def _text(column: str, value: Any) -> str:
    """Write a known value that is no number."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return words.name(value) if column in NAMES else str(value)
