"""One look for every figure: colours, type, and how money and shares are written on an axis."""

import re

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

INK = "#1f2933"
MUTED = "#7b8794"
GRID = "#e4e7eb"
ACCENT = "#0b6e99"
GOOD = "#2f855a"
BAD = "#c2410c"
SEQUENCE = "crest"
CATEGORIES = ("#0b6e99", "#e08e0b", "#2f855a", "#9f3a8e", "#c2410c", "#5a67d8", "#7b8794", "#b7791f")

WIDTH_INCHES = 8.0
HEIGHT_INCHES = 4.0


def use() -> None:
    """Set seaborn's theme and matplotlib's defaults for every figure drawn from here on."""
    sns.set_theme(
        style="whitegrid",
        palette=list(CATEGORIES),
        rc={
            "figure.figsize": (WIDTH_INCHES, HEIGHT_INCHES),
            "figure.dpi": 110,
            "savefig.dpi": 160,
            "savefig.bbox": "tight",
            "axes.edgecolor": GRID,
            "axes.labelcolor": INK,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "grid.color": GRID,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "legend.frameon": False,
            "font.size": 10.5,
            "svg.hashsalt": "crmwb",
        },
    )


def new_axes(width: float = WIDTH_INCHES, height: float = HEIGHT_INCHES) -> Axes:
    """Return the Axes of a new figure that no window and no pyplot state holds on to; sizes in inches."""
    return Figure(figsize=(width, height), layout="constrained").subplots()


def money(cents: float, currency: str = "") -> str:
    """Write an amount in hundredths the short way: 1234567 → "12.3k"; the currency goes in front."""
    amount = cents / 100
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(amount) >= size * 0.99995:  # what would round to 1,000.0 of the smaller unit
            return f"{currency} {amount / size:,.1f}{letter}".strip()
    return f"{currency} {amount:,.0f}".strip()


def money_axis(axis: Axis, currency: str) -> None:
    """Write the ticks of an axis in cents as money."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: re.sub(r"\.0(?=[a-z]|$)", "", money(value, currency))))


def share_axis(axis: Axis) -> None:
    """Write the ticks of an axis of shares (0–1) as percentages, with a decimal only where a tick needs one."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{round(100 * value, 1):g}%"))
