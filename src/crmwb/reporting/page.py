"""What a notebook puts on its page: findings, tiles, figures, tables and what is not available.

Each function shows something and returns nothing, so that a cell ends with it. A notebook reads

    from crmwb.reporting import page, words

    page.finding(f"The best fifth of customers earn {words.share(top)} of revenue.", headline=True)
    page.figure(wb.value.plot_whale())
    page.table(wb.segments.profile("tier"), currency=wb.currency)
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmwb.reporting import tables, words
from crmwb.reporting.picture import Picture

FINDING = "application/vnd.crmwb.finding+json"


def finding(text: str, *, headline: bool = False) -> None:
    """Show a finding: one sentence, made from the data, that the figure and the table below bear out.

    Parameters
    ----------
    text : str
        The sentence.
    headline : bool, default False
        Also put it at the top of the report and on its card on the index page.
    """
    _show(f'<p class="finding">{escape(text)}</p>', text, {FINDING: {"text": text, "headline": headline}})


def note(text: str) -> None:
    """Show a remark in small type: how something was computed, or how far it can be trusted."""
    _show(f'<p class="note">{escape(text)}</p>', text)


def missing(what: str, needs: str) -> None:
    """Say in one line that the source cannot tell something, and which table would bring it."""
    note(f"Not available in this source: {what} would need {needs}.")


def missing_sections(titles: Sequence[str], table: str) -> None:
    """Say in one line which sections the source cannot fill for want of a table."""
    missing(words.listing([f"“{title}”" for title in titles]), f"the table {words.name(table)}")


def tiles(items: Sequence[tuple[str, str, str]]) -> None:
    """Show a row of big numbers.

    Parameters
    ----------
    items : sequence of (label, value, remark)
        Each already written for people (`words`); the remark may be empty.
    """
    cells = "".join(
        f'<div class="tile"><span class="label">{escape(name)}</span><span class="value">{escape(value)}</span>'
        f'<span class="remark">{escape(remark)}</span></div>'
        for name, value, remark in items
    )
    _show(f'<div class="tiles">{cells}</div>', "\n".join(": ".join(item[:2]) for item in items))


def figure(drawn: Picture | Axes | Figure, *, alt: str | None = None, caption: str = "") -> None:
    """Show a figure.

    Parameters
    ----------
    drawn : Picture, Axes or Figure
        A picture of the workbench, or what a function of `crmwb.plots` returned.
    alt : str, optional
        What it shows, for readers who do not see it; a picture brings its own.
    caption : str, optional
        A line below it.
    """
    if isinstance(drawn, Picture):
        picture = drawn if alt is None else Picture(drawn.drawn, alt)
    elif alt:
        picture = Picture(drawn, alt)
    else:
        raise ValueError("a figure needs alt: one sentence for readers who do not see it")
    _show(picture.html(caption), picture.alt)


def table(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    currency: str = "",
    labels: Mapping[str, str] | None = None,
    folded: bool = False,
) -> None:
    """Show a data frame as a table with numbers written for people; see `tables.html`.

    `folded` shows only the caption until a reader asks for more; on paper, everything.
    """
    shown = tables.html(frame, caption="" if folded else caption, currency=currency, labels=labels)
    html = f"<details><summary>{escape(caption)}</summary>{shown}</details>" if folded else shown
    _show(html, frame.to_string(index=False))


def _show(html: str, text: str, more: Mapping[str, Any] | None = None) -> None:
    """Display HTML, with plain text for places that show none."""
    display({"text/html": html, "text/plain": text, **(more or {})}, raw=True)  # type: ignore[no-untyped-call]  # IPython
