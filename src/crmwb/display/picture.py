"""A figure with the words that stand for it, drawn for the language of its readers."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmwb.display import svg
from crmwb.display.html import figure_html
from crmwb.display.narrow import fit
from crmwb.findings import Finding, Name, language
from crmwb.findings.say import Said, say
from crmwb.plots import style

FEW_OVERLAPS = 12  # of texts; a taller figure can part so many
TALLER = 1.8
NO_GLYPH = r"Glyph \d+ .*missing from font"


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
        What kind of chart shows what: "bar chart of revenue by tier".
    reason : Said
        What is to be seen in it; a page takes the finding above where it is not given.
    """

    function: Callable[..., Axes | Figure]
    content: tuple[Any, ...]
    alt: Said
    reason: Said = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def drawn(self) -> Axes | Figure:
        """The figure, drawn anew in the language in use, to go on drawing on or to save."""
        with mpl.rc_context(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=NO_GLYPH)  # text stays text: the page's fonts write it
            style.use()  # our style, whatever style a notebook has set for its own figures
            return self.function(*self.content, **self.options)

    def _repr_html_(self) -> str:
        return figure_html(image(self.drawn), say(described(self.alt, self.reason)))


def draw(
    function: Callable[..., Axes | Figure], *content: Any, alt: Said, reason: Said = "", **options: Any
) -> Picture:
    """Return the picture that a function of `crmwb.plots` draws."""
    return Picture(function, content, alt, reason, options)


def described(what: Said, reason: Said) -> Said:
    """Return the words that stand for a picture: "[chart] of [data], where: [reason]"."""
    if not reason:
        return what
    values = {"what": Name(what) if isinstance(what, str) else what}
    return Finding("page.alt.full", values | {"reason": Name(reason) if isinstance(reason, str) else reason})


@dataclass(frozen=True)
class Images:
    """A figure as SVG by language, for usual screens and paper, and for phones; empty where it cannot be narrow."""

    wide: Mapping[str, str]
    narrow: Mapping[str, str]


def images(drawn: Picture | Axes | Figure) -> Images:
    """Draw a figure in every language, wide and narrow; a figure already drawn is the same in all, and not narrow."""
    if not isinstance(drawn, Picture):
        return Images(dict.fromkeys(language.LANGUAGES, image(drawn)), {})
    wide, narrow = {}, {}
    for code in language.LANGUAGES:
        with language.using(code):
            usual = svg.drawing(canvas(drawn.drawn))
            wide[code] = usual.svg
            slim = _narrow(drawn)
            if usual.crowding < slim.crowding <= FEW_OVERLAPS and not slim.is_too_wide:
                slim = _narrow(drawn, TALLER)
            if slim.crowding <= usual.crowding and not slim.is_too_wide:
                narrow[code] = slim.svg
    return Images(wide, narrow)


def _narrow(drawn: Picture, taller: float = 1.0) -> svg.Drawing:
    """Draw a picture for a phone, so many times as tall as usual."""
    with style.narrow():
        figure = canvas(drawn.drawn)
        figure.set_figheight(taller * figure.get_figheight())
        fit(figure)
        return svg.drawing(figure)


def image(drawn: Axes | Figure) -> str:
    """Return a figure as an `<svg>` element."""
    return svg.svg(canvas(drawn))


def canvas(drawn: Axes | Figure) -> Figure:
    """Return the figure that is drawn, or that Axes belong to."""
    figure = drawn if isinstance(drawn, Figure) else drawn.get_figure(root=True)
    if figure is None:
        raise ValueError("these Axes belong to no figure")
    return figure
