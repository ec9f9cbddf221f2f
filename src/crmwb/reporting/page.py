"""What a notebook puts on its page: findings, tiles, figures, tables and what is not available.

Each function shows something and returns nothing, so that a cell ends with it. A notebook reads

    from crmwb.reporting import page, words

    page.finding(f"The best fifth of customers earn {words.share(top)} of revenue.", headline=True)
    page.figure(plots.whale(curve), alt="…")
    page.table(curve, caption="…")
"""

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmwb.reporting import tables

FINDING = "application/vnd.crmwb.finding+json"
SVG_LIMIT_BYTES = 300_000


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
    _show(
        f'<div class="tiles">{cells}</div>', "\n".join(f"{name}: {value} ({remark})" for name, value, remark in items)
    )


def figure(drawn: Axes | Figure, *, alt: str, caption: str = "") -> None:
    """Show a figure as a vector image with its text as outlines, so that it looks the same everywhere.

    Parameters
    ----------
    drawn : Axes or Figure
        What a function of `crmwb.plots` returned.
    alt : str
        What the figure shows, for readers who do not see it.
    caption : str, optional
        A line below it.
    """
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    _show(f'<figure><img src="{data_uri(drawn)}" alt="{escape(alt)}">{below}</figure>', alt)


def table(
    frame: pd.DataFrame, *, caption: str = "", currency: str = "", labels: Mapping[str, str] | None = None
) -> None:
    """Show a data frame as a table with numbers written for people; see `tables.html`."""
    _show(tables.html(frame, caption=caption, currency=currency, labels=labels), frame.to_string(index=False))


def data_uri(drawn: Axes | Figure) -> str:
    """Return a figure as a data URI: SVG, or PNG where the SVG would be heavy; the same figure gives the same bytes."""
    canvas = drawn if isinstance(drawn, Figure) else drawn.get_figure(root=True)
    if canvas is None:
        raise ValueError("these Axes belong to no figure")
    svg = _image(canvas, "svg", {"Date": None, "Creator": None})
    if len(svg) <= SVG_LIMIT_BYTES:
        return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    return f"data:image/png;base64,{base64.b64encode(_image(canvas, 'png', {'Software': None})).decode()}"


def _image(canvas: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    """Return a figure as bytes of one kind, without date and maker; its element ids are hashes of what they draw."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": "crmwb", "svg.fonttype": "path"}):
        buffer = io.BytesIO()
        canvas.savefig(buffer, format=kind, metadata=metadata)
        return buffer.getvalue()


def _show(html: str, text: str, more: Mapping[str, Any] | None = None) -> None:
    """Display HTML, with plain text for places that show none."""
    display({"text/html": html, "text/plain": text, **(more or {})}, raw=True)  # type: ignore[no-untyped-call]  # IPython
