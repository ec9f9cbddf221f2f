"""One look for every figure: colours, type, and how money and shares are written on an axis."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from unicodedata import east_asian_width

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import num2date
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from crmwb.findings import numbers

INK = "#1f2933"
MUTED = "#66727f"  # 4.9 to 1 on white: text too
GRID = "#e4e7eb"
ACCENT = "#0b6e99"
GOOD = "#2f855a"
BAD = "#c2410c"
CATEGORIES = ("#0b6e99", "#e08e0b", "#2f855a", "#9f3a8e", "#c2410c", "#5a67d8", "#7b8794", "#b7791f")

WIDTH_INCHES = 8.0
HEIGHT_INCHES = 4.0
MONEY_TICKS = 4  # along an axis below names: amounts with a currency are wide
PARTS = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+")  # Chinese letters, words
MOST_INCHES = 8.4  # as wide as a page; a wider figure would shrink its type
NARROW_INCHES = 3.5
LEAST_POINTS = 8.8  # of type: 11 pixels, also where a figure is a little smaller than drawn

LOOK: dict[Any, Any] = {
    "figure.figsize": (WIDTH_INCHES, HEIGHT_INCHES),
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "savefig.dpi": 160,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.04,
    "axes.axisbelow": True,
    "axes.edgecolor": GRID,
    "axes.facecolor": "white",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.linewidth": 1.25,
    "axes.prop_cycle": cycler(color=CATEGORIES),
    "axes.spines.left": True,
    "axes.spines.bottom": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "hatch.linewidth": 0.7,
    "grid.color": GRID,
    "grid.linestyle": "-",
    "grid.linewidth": 1,
    "lines.linewidth": 1.5,
    "lines.markersize": 6,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "patch.linewidth": 1,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "legend.fontsize": 11,
    "legend.frameon": False,
    "legend.title_fontsize": 12,
    "font.size": 10.5,
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: widths are the same on every machine
    "svg.hashsalt": "crmwb",
} | {
    f"{tick}.{name}": value
    for tick, side in (("xtick", "bottom"), ("ytick", "left"))
    for name, value in (
        ("color", INK),
        ("direction", "out"),
        ("labelsize", 11),
        (side, False),
        ("major.size", 6),
        ("major.width", 1.25),
        ("minor.size", 4),
        ("minor.width", 1),
    )
}

_is_narrow: ContextVar[bool] = ContextVar("is_narrow", default=False)


def use() -> None:
    """Set matplotlib's defaults for every figure drawn from here on, whatever they were before."""
    mpl.rcParams.update(LOOK)


@contextmanager
def narrow() -> Iterator[None]:
    """Draw figures for a phone within this context."""
    token = _is_narrow.set(True)
    try:
        yield
    finally:
        _is_narrow.reset(token)


def new_axes(width: float = WIDTH_INCHES, height: float = HEIGHT_INCHES) -> Axes:
    """Return the Axes of a new figure; see `new_figure`."""
    return new_figure(width, height).subplots()


def new_figure(width: float = WIDTH_INCHES, height: float = HEIGHT_INCHES) -> Figure:
    """Return a new figure that no window and no pyplot state holds on to; sizes in inches, for a usual screen."""
    width = min(width, NARROW_INCHES if _is_narrow.get() else MOST_INCHES)
    return Figure(figsize=(width, height), layout="constrained")


def n_columns(most: int) -> int:
    """Return how many panels stand side by side: `most`, or one on a phone."""
    return 1 if _is_narrow.get() else most


def colour_bar(label: str, **options: Any) -> dict[str, Any]:
    """Return what seaborn's heat map takes for its colour bar: beside the cells, or below them on a phone."""
    return {"label": label, **options, **({"location": "bottom", "aspect": 30} if _is_narrow.get() else {})}


def is_narrow() -> bool:
    """Tell whether figures are drawn for a phone."""
    return _is_narrow.get()


def wrapped(text: str, width: int) -> str:
    """Break a text into lines of at most `width` letters: between words, or anywhere in Chinese, whose letters are two.

    Examples
    --------
    >>> wrapped("周末购买占比", 8).splitlines()
    ['周末购买', '占比']
    """
    lines, used = [""], 0
    for part in PARTS.findall(text):
        size = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in part)
        if used and used + len(part.rstrip()) - len(part) + size > width:
            lines, used = [*lines, ""], 0
        lines[-1] += part
        used += size
    return "\n".join(line.rstrip() for line in lines)


def short(text: str, longest: int = 40) -> str:
    """Return a label that leaves room for the figure: what is longer ends with "…"."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


money = numbers.money


def money_axis(axis: Axis, currency: str) -> None:
    """Write the ticks of an axis in cents as money."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: numbers.money(value, currency)))


def share_axis(axis: Axis) -> None:
    """Write the ticks of an axis of shares (0–1) as percentages, with a decimal only where a tick needs one."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{numbers.decimal(100 * value, 1, trim=True)}%"))


def count_axis(axis: Axis) -> None:
    """Write the ticks of an axis as whole numbers with thousands."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: numbers.count(value)))


def _month(value: float) -> str:
    return numbers.month(num2date(value).date(), short=True)  # type: ignore[no-untyped-call]  # matplotlib's dates


def month_axis(axis: Axis) -> None:
    """Write the ticks of an axis of dates as months."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: _month(value)))
