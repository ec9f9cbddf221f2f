"""What a notebook puts on its page: headings, findings, tiles, figures, tables and what is not available.

Each function shows something and returns nothing, so that a cell ends with it. What it shows is a block in no language;
JupyterLab shows it in the language of the session, and a report is rendered from it in every language.

    from crmwb.display import page
    from crmwb.findings import Finding, Share

    page.heading("executive_summary.who_earns")
    page.finding(Finding("value.top_fifth", {"share": Share(top)}), headline=True)
    page.figure(wb.value.plot_whale())
    page.table(wb.segments.profile("tier"), caption="segmentation.caption.tiers", currency=wb.currency)

Wherever words are expected, a code of the catalogues stands for its message, and other text for itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MplFigure

from crmwb.display import html, tables
from crmwb.display.blocks import (
    LINKED,
    MIME,
    Block,
    Decision,
    Figure,
    Heading,
    Missing,
    Note,
    Statement,
    Text,
    Tile,
    Tiles,
)
from crmwb.display.picture import Picture, described, images
from crmwb.findings import Finding, Listing, Name, Term, Unavailable, Value, codec, language
from crmwb.findings.catalogue import find
from crmwb.findings.say import Said

_above: Said = ""  # the finding that the next figure bears out


def heading(title: Said, level: int = 2) -> None:
    """Show a heading: level 2 begins a section, 3 a part of one."""
    _show(Heading(coded(title), level))


def text(content: Said) -> None:
    """Show a paragraph of prose."""
    _show(Text(coded(content)))


def finding(content: Said, *, headline: bool = False) -> None:
    """Show a finding, which the figure and the table below bear out.

    Parameters
    ----------
    content : Said
        The finding.
    headline : bool, default False
        Also put it at the top of the report and on its card on the index page.
    """
    global _above  # noqa: PLW0603  # a notebook writes one page, from its top to its end
    _above = coded(content)
    _show(Statement(_above, headline))


def answer(content: Said | Unavailable, *, headline: bool = False) -> None:
    """Show a finding; where there is none, why, in small type.

    Parameters
    ----------
    content : Said or Unavailable
        The finding, or why there is none.
    headline : bool, default False
        As of `finding`.
    """
    if isinstance(content, Unavailable):
        missing(content)
    else:
        finding(content, headline=headline)


def decisions(items: Sequence[Decision]) -> None:
    """Show what somebody has to decide, one after the other."""
    for item in items:
        _show(item)


def note(content: Said) -> None:
    """Show a remark in small type: how something was computed, or how far it can be trusted."""
    _show(Note(coded(content)))


def missing(what: Said | Unavailable, needs: Said = "") -> None:
    """Say in one line that something cannot be told here, and what would bring it."""
    _show(Note(what) if isinstance(what, Unavailable) else Missing(coded(what), coded(needs)))


def missing_sections(titles: Sequence[Said], table: str) -> None:
    """Say in one line which sections the source cannot fill for want of a table, or of `LINKED`."""
    quoted = tuple(Finding("common.quoted", {"what": _value(coded(title))}) for title in titles)
    the_table = Finding("common.the_table", {"table": Term("table", table)})
    missing(Listing(quoted), "common.linked_customers" if table == LINKED else the_table)


def tiles(items: Sequence[tuple[Said, Said, Said]]) -> None:
    """Show a row of large numbers: (label, value, remark); the remark may be empty."""
    _show(Tiles(tuple(Tile(coded(label), value, coded(remark)) for label, value, remark in items)))


def figure(drawn: Picture | Axes | MplFigure, *, alt: Said | None = None, caption: Said = "") -> None:
    """Show a figure.

    Parameters
    ----------
    drawn : Picture, Axes or Figure
        A picture of the workbench, drawn for every language, or a figure that looks alike in all.
    alt : Said, optional
        What kind of chart shows what, for readers who do not see it; a picture brings its own. What is to be seen in it
        is the picture's reason, else the finding above.
    caption : Said, optional
        A line below it.
    """
    words = alt if alt is not None else drawn.alt if isinstance(drawn, Picture) else None
    if not words:
        raise ValueError("a figure needs alt: one sentence for readers who do not see it")
    pictures = images(drawn)
    reason = (drawn.reason if isinstance(drawn, Picture) else "") or _above
    _show(Figure(pictures.wide, described(coded(words), reason), coded(caption), pictures.narrow))


def table(
    frame: pd.DataFrame,
    *,
    caption: Said = "",
    currency: str = "",
    labels: Mapping[str, Said] | None = None,
    vocabulary: Mapping[str, str | None] | None = None,
    folded: bool = False,
) -> None:
    """Show a data frame as a table with numbers written for people; see `tables.table`."""
    named = {name: coded(label) for name, label in (labels or {}).items()}
    _show(
        tables.table(
            frame, caption=coded(caption), currency=currency, labels=named, vocabulary=vocabulary, folded=folded
        )
    )


def coded(content: Said | Mapping[str, Any]) -> Said:
    """Return the finding that a code of the catalogues, or JSON of an artefact, stands for; anything else as it is."""
    if isinstance(content, Mapping):
        decoded: Said = codec.from_json(content)
        return decoded
    if (
        isinstance(content, str)
        and " " not in content
        and "." in content
        and find(content, language.current().code) is not None
    ):
        return Finding(content)
    return content


def _value(content: Said) -> Value:
    return Name(content) if isinstance(content, str) else content


def _show(block: Block) -> None:
    """Display a block: as JSON for reports, as HTML and text for places that show those."""
    shown = {MIME: codec.to_json(block), "text/html": html.notebook(block), "text/plain": html.plain(block)}
    display(shown, raw=True)  # type: ignore[no-untyped-call]  # IPython
