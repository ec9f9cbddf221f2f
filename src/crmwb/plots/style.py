"""One look for every figure: colours, type, and how money and shares are written on an axis."""

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import num2date
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from crmwb.findings import numbers

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
            "text.parse_math": False,  # a dollar sign in a name is a dollar sign
            "svg.hashsalt": "crmwb",
        },
    )


def new_axes(width: float = WIDTH_INCHES, height: float = HEIGHT_INCHES) -> Axes:
    """Return the Axes of a new figure that no window and no pyplot state holds on to; sizes in inches."""
    return Figure(figsize=(width, height), layout="constrained").subplots()


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
