"""Figures for a narrow screen: fewer ticks, titles and labels in several lines, legends below."""

import unicodedata
from collections.abc import Iterator

import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, MaxNLocator
from matplotlib.transforms import Bbox

TITLE_LETTERS, AXIS_LETTERS, LABEL_LETTERS = 24, 26, 16  # in a line; a Chinese character counts as two
TICKS = 3
SHORT_TICK = 5  # letters
MANY_TICKS = 8  # in a row, say months: only some are named
TITLE_POINTS = 10.5
LEAST_WIDTH = 0.42  # of the figure, for its axes
COLOUR_BAR = "<colorbar>"


def fit(figure: Figure) -> None:
    """Change a figure, in place, so that it can be read at the width of a phone."""
    for ax in figure.axes:
        for title in (ax.title, ax._left_title):  # type: ignore[attr-defined]  # noqa: SLF001  # no public way to it
            title.set_text(wrapped(title.get_text(), TITLE_LETTERS))
            title.set_fontsize(TITLE_POINTS)
        ax.set_xlabel(wrapped(ax.get_xlabel(), AXIS_LETTERS))
        ax.set_ylabel(wrapped(ax.get_ylabel(), 2 * LABEL_LETTERS))
        _ticks(ax)
        _legend_below(ax, figure)


def wrapped(text: str, letters: int) -> str:
    r"""Break a text into lines of about so many letters, at spaces or after Chinese characters.

    >>> wrapped("most of what they bought", 12)
    'most of what\nthey bought'
    """
    lines: list[str] = []
    for line in text.split("\n"):
        kept = ""
        for part in _breakable(line):
            if kept and _width((kept + part).rstrip()) > letters:
                lines.append(kept.rstrip())
                kept = part.lstrip()
            else:
                kept += part
        lines.append(kept.rstrip())
    return "\n".join(lines)


def crowding(figure: Figure, boxes: list[Bbox]) -> int:
    """Count what makes a drawn figure hard to read: texts that overlap, and axes with little room."""
    overlaps = sum(
        min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2
        for i, a in enumerate(boxes)
        for b in boxes[:i]
    )
    squeezed = sum(ax.get_position().width < LEAST_WIDTH for ax in figure.axes if ax.get_label() != COLOUR_BAR)
    return int(overlaps + squeezed)


def shown_texts(figure: Figure) -> list[Text]:
    """Return the texts of a figure that have something to say and are drawn."""
    return [t for t in figure.findobj(Text) if isinstance(t, Text) and t.get_visible() and t.get_text().strip()]


def _ticks(ax: Axes) -> None:
    """Break long labels beside the figure; below it, name few of many ticks."""
    labels = [label.get_text() for label in ax.get_yticklabels()]
    if isinstance(ax.yaxis.get_major_locator(), FixedLocator) and any(labels):
        ax.set_yticks(ax.get_yticks(), [wrapped(label, LABEL_LETTERS) for label in labels])
    locator = ax.xaxis.get_major_locator()
    labels = [label.get_text() for label in ax.get_xticklabels()]
    if isinstance(locator, mdates.AutoDateLocator):
        few = mdates.AutoDateLocator(minticks=2, maxticks=TICKS + 1)  # type: ignore[no-untyped-call]  # matplotlib
        ax.xaxis.set_major_locator(few)
    elif isinstance(locator, MaxNLocator):
        locator.set_params(nbins=TICKS if max(map(len, labels), default=0) <= SHORT_TICK else TICKS - 1)
    elif isinstance(locator, FixedLocator) and len(labels) > MANY_TICKS and not ax.collections:
        step = -(-len(labels) // (TICKS + 1))
        ax.set_xticks(ax.get_xticks(), [name if i % step == 0 else "" for i, name in enumerate(labels)])


def _legend_below(ax: Axes, figure: Figure) -> None:
    legend = ax.get_legend()
    if legend is None:
        return
    anchor = legend.get_bbox_to_anchor().transformed(ax.transAxes.inverted())
    if anchor.x0 < 0.98 and anchor.y0 < 0.98:
        return
    handles, labels = (
        [h for h in legend.legend_handles if h is not None],
        [text.get_text() for text in legend.get_texts()],
    )
    title = legend.get_title().get_text()
    legend.remove()
    figure.legend(handles, labels, title=title or None, loc="outside lower left", ncols=2, frameon=False)


def _breakable(line: str) -> Iterator[str]:
    part = ""
    for letter in line:
        part += letter
        if letter == " " or _width(letter) == 2:
            yield part
            part = ""
    yield part


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
