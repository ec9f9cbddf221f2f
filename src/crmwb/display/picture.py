"""A figure with the words that stand for it, drawn for the language of its readers."""

import base64
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmwb.findings import language
from crmwb.findings.say import Said, say
from crmwb.plots import style

SVG_LIMIT_BYTES = 300_000


@dataclass(frozen=True)
class Picture:
    """A function of `crmwb.plots` with what it draws, and what the figure shows, for readers who do not see it.

    Attributes
    ----------
    function : callable
        Draws and returns Axes or a Figure, in the language in use.
    content, options
        What it is called with.
    alt : Said
        One sentence.
    """

    function: Callable[..., Axes | Figure]
    content: tuple[Any, ...]
    alt: Said
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def drawn(self) -> Axes | Figure:
        """The figure, drawn anew in the language in use, to go on drawing on or to save."""
        with mpl.rc_context():
            style.use()  # our style, whatever style a notebook has set for its own figures
            return self.function(*self.content, **self.options)

    def _repr_html_(self) -> str:
        return f'<figure><img src="{data_uri(self.drawn)}" alt="{escape(say(self.alt))}"></figure>'


def draw(function: Callable[..., Axes | Figure], *content: Any, alt: Said, **options: Any) -> Picture:
    """Return the picture that a function of `crmwb.plots` draws."""
    return Picture(function, content, alt, options)


def uris(drawn: Picture | Axes | Figure) -> dict[str, str]:
    """Return a figure as data URIs by language; a figure already drawn is the same in all."""
    if not isinstance(drawn, Picture):
        return dict.fromkeys(language.LANGUAGES, data_uri(drawn))
    images = {}
    for code in language.LANGUAGES:
        with language.using(code):
            images[code] = data_uri(drawn.drawn)
    return images


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
