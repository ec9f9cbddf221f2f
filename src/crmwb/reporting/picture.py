"""A figure with the words that stand for it, shown the same way in a report and in JupyterLab."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmwb.plots import style

SVG_LIMIT_BYTES = 300_000


@dataclass(frozen=True)
class Picture:
    """A drawn figure and what it shows, for readers who do not see it.

    Attributes
    ----------
    drawn : Axes or Figure
        To go on drawing on, or to save.
    alt : str
        One sentence.
    """

    drawn: Axes | Figure
    alt: str

    def html(self, caption: str = "") -> str:
        """Return the figure as HTML that needs nothing else, with a line below it where one is given."""
        below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
        return f'<figure><img src="{data_uri(self.drawn)}" alt="{escape(self.alt)}">{below}</figure>'

    def _repr_html_(self) -> str:
        return self.html()


def draw(function: Callable[..., Axes | Figure], *content: Any, alt: str, **options: Any) -> Picture:
    """Call a function of `crmwb.plots` in our style, whatever style the notebook has set for its own figures."""
    with mpl.rc_context():
        style.use()
        return Picture(function(*content, **options), alt)


def data_uri(drawn: Axes | Figure) -> str:
    """Return a figure as a data URI: SVG, or PNG where the SVG would be heavy; the same figure gives the same bytes.

    Text becomes outlines, so that it looks the same on every machine.
    """
    canvas = drawn if isinstance(drawn, Figure) else drawn.get_figure(root=True)
    if canvas is None:
        raise ValueError("these Axes belong to no figure")
    svg = _image(canvas, "svg", {"Date": None, "Creator": None})
    if len(svg) <= SVG_LIMIT_BYTES:
        return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    return f"data:image/png;base64,{base64.b64encode(_image(canvas, 'png', {'Software': None})).decode()}"


def _image(canvas: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    """Return a figure as bytes of one kind, without date and maker; its element ids are hashes of what they draw."""
    with mpl.rc_context():
        style.use()
        mpl.rcParams["svg.fonttype"] = "path"
        buffer = io.BytesIO()
        canvas.savefig(buffer, format=kind, metadata=metadata)
        return buffer.getvalue()
