"""Figures as SVG with real text: searchable, in the reader's own fonts, the same bytes on every machine.

Text is laid out by the metrics of the font that comes with matplotlib; a Chinese character counts as one em, which is
what it takes in every font. So no Chinese font is needed to draw a figure, only to look at it.
"""

import io
import re
from typing import IO, Any

import matplotlib as mpl
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.collections import Collection
from matplotlib.figure import Figure

from crmwb.plots import style

LIMIT_BYTES = 300_000
FONTS = (
    "'DejaVu Sans', Verdana, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', "
    "'Source Han Sans SC', 'Droid Sans Fallback', sans-serif"
)
WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")
EM = "\u2014"  # as wide as one em in the font that measures


def svg(figure: Figure) -> str:
    """Return a figure as an `<svg>` element to stand within a page; where it would be heavy, its points as an image."""
    drawn = _drawn(figure)
    if len(drawn) > LIMIT_BYTES:
        for artist in figure.findobj(Collection):
            artist.set_rasterized(True)
        drawn = _drawn(figure)
    return drawn


def _drawn(figure: Figure) -> str:
    """Draw a figure; its element ids are hashes of what they draw."""
    with mpl.rc_context():
        style.use()
        mpl.rcParams["svg.fonttype"] = "none"
        buffer = io.BytesIO()
        Canvas(figure)  # becomes the figure's
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _within_a_page(buffer.getvalue().decode())


class Renderer(RendererSVG):
    """Measures Chinese characters, which the font that measures lacks, as one em each."""

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """Return width, height and descent of a text."""
        size: tuple[float, float, float] = super().get_text_width_height_descent(  # type: ignore[no-untyped-call]
            WIDE.sub(EM, s), prop, ismath
        )
        return size


class Canvas(FigureCanvasSVG):
    """Draws with `Renderer`."""

    def print_svg(
        self, filename: IO[bytes], *, bbox_inches_restore: Any = None, metadata: Any = None, **_: Any
    ) -> None:
        """Write the figure to a stream."""
        text = io.StringIO()
        dpi = self.figure.dpi
        self.figure.dpi = 72
        width, height = self.figure.get_size_inches()
        vector = Renderer(width * 72, height * 72, text, image_dpi=dpi, metadata=metadata)  # type: ignore[no-untyped-call]
        renderer = MixedModeRenderer(  # type: ignore[no-untyped-call]  # matplotlib
            self.figure, width, height, dpi, vector, bbox_inches_restore=bbox_inches_restore
        )
        self.figure.draw(renderer)  # type: ignore[arg-type]  # a renderer by what it does
        renderer.finalize()
        filename.write(text.getvalue().encode())


def _within_a_page(drawn: str) -> str:
    """Make a file of SVG an element of a page: no prolog, no style that reaches the page, no ids that nothing uses."""
    body = drawn[drawn.index("<svg") :]
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', body))
    body = re.sub(r' id="([^"]+)"', lambda match: match[0] if match[1] in used else "", body)
    body = body.replace("'DejaVu Sans', sans-serif", FONTS).replace("'DejaVu Sans'", FONTS)
    width = round(float(re.search(r'width="([\d.]+)pt"', body)[1]) * 4 / 3)  # type: ignore[index]  # matplotlib writes it
    box = re.search(r'viewBox="[^"]*"', body)[0]  # type: ignore[index]  # matplotlib writes it
    head = f'<svg {box} style="width:100%;max-width:{width}px;height:auto;stroke-linejoin:round;stroke-linecap:butt">'
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"<svg[^>]*>", head, body, count=1)).strip()
