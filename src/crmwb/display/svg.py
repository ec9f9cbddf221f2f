"""Figures as SVG with real text: searchable, in the reader's own fonts, the same bytes on every machine.

Text is laid out by the metrics of the font that comes with matplotlib; a Chinese character counts as one em, which is
what it takes in every font. So no Chinese font is needed to draw a figure, only to look at it.
"""

import io
import re
from dataclasses import dataclass
from typing import IO, Any, ClassVar

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.collections import Collection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from crmwb.display import contrast, narrow
from crmwb.findings import numbers
from crmwb.plots import style

LIMIT_BYTES = 300_000
LEAST_PIXELS = 11  # of type, wherever it is shown
PIXELS = 4 / 3  # of a point
OVERFLOW = 1.06  # times as wide as planned
FONTS = (
    "'DejaVu Sans', Verdana, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', "
    "'Source Han Sans SC', 'crmwb Chinese', sans-serif"
)
WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")
NO_DATES = {"Date": None, "Creator": None}
EM = "\u2014"  # as wide as one em in the font that measures


@dataclass(frozen=True)
class Drawing:
    """An `<svg>` element, how much in it is hard to read (0 is best), and whether texts made it wider than planned."""

    svg: str
    crowding: int
    is_too_wide: bool


def svg(figure: Figure) -> str:
    """Return a figure as an `<svg>` element to stand within a page; where it would be heavy, its points as an image."""
    return drawing(figure).svg


def drawing(figure: Figure) -> Drawing:
    """Draw a figure as `svg` does, and say how crowded it is.

    Raises
    ------
    ValueError
        Its bars do not begin at zero.
    """
    cut = misleading(figure)
    if cut:
        raise ValueError(f"bars begin at zero, or their lengths mislead: {', '.join(cut)}")
    drawn = _drawn(figure)
    if len(drawn.svg) > LIMIT_BYTES:
        for artist in figure.findobj(Collection):
            artist.set_rasterized(True)
        drawn = _drawn(figure)
    return drawn


def misleading(figure: Figure) -> list[str]:
    """Return what flatters or belittles: the axes whose bars do not begin at zero, by their titles."""
    cut = []
    for ax in figure.axes:
        for bars in ax.containers:
            if isinstance(bars, BarContainer) and bars.patches:
                low, high = sorted(ax.get_xlim() if bars.orientation == "horizontal" else ax.get_ylim())
                if not low <= 0 <= high:
                    title = ax.get_title() or ax.get_title(loc="left")
                    cut.append(f"{title} ({numbers.number(low)} to {numbers.number(high)})")
                    break
    return cut


def _drawn(figure: Figure) -> Drawing:
    """Draw a figure; its element ids are hashes of what they draw."""
    with mpl.rc_context():
        style.use()
        mpl.rcParams["svg.fonttype"] = "none"
        buffer = io.BytesIO()
        for text in figure.findobj(Text):
            text.set_fontsize(max(text.get_fontsize(), style.LEAST_POINTS))
        canvas = Canvas(figure)  # becomes the figure's
        designed = figure.get_size_inches()[0]
        # matplotlib would draw once more, only to measure
        figure.savefig(buffer, format="svg", transparent=True, metadata=NO_DATES, bbox_inches=canvas.laid_out())
    drawn = buffer.getvalue().decode()
    width = float(re.search(r'width="([\d.]+)pt"', drawn)[1]) / 72  # type: ignore[index]  # matplotlib writes it
    return Drawing(_within_a_page(drawn), canvas.crowding, width > OVERFLOW * designed)


class Renderer(RendererSVG):
    """Measures Chinese characters, which the font that measures lacks, as one em each; and each text once."""

    measured: ClassVar[dict[tuple[str, int, Any], tuple[float, float, float]]] = {}

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """Return width, height and descent of a text."""
        key = (WIDE.sub(EM, s), hash(prop), ismath)
        if key not in self.measured:
            size = super().get_text_width_height_descent(key[0], prop, ismath)  # type: ignore[no-untyped-call]
            self.measured[key] = size
        return self.measured[key]


class Canvas(FigureCanvasSVG):
    """Draws with `Renderer`; texts on coloured ground get an ink that can be read there."""

    crowding = 0

    def laid_out(self) -> Bbox:
        """Lay the figure out, once and for all, and return what has to be drawn, in inches."""
        dpi, self.figure.dpi = self.figure.dpi, 72
        layout = self.figure.get_layout_engine()
        if layout is not None:
            layout.execute(self.figure)
            self.figure.set_layout_engine("none")
        width, height = self.figure.get_size_inches()
        vector = Renderer(width * 72, height * 72, io.StringIO(), image_dpi=dpi)  # type: ignore[no-untyped-call]
        box = self.figure.get_tightbbox(vector).padded(mpl.rcParams["savefig.pad_inches"])
        self.figure.dpi = dpi
        return box

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
        is_laid_out = bbox_inches_restore is not None  # before that, matplotlib only measures
        if is_laid_out:
            _ink(self.figure, vector)
        self.figure.draw(renderer)  # type: ignore[arg-type]  # a renderer by what it does
        if is_laid_out:
            texts = [text.get_window_extent(vector) for text in narrow.shown_texts(self.figure)]
            self.crowding = narrow.crowding(self.figure, texts)
        renderer.finalize()
        filename.write(text.getvalue().encode())


def _ink(figure: Figure, renderer: Any) -> None:
    """Give each text that stands on a bar or a cell of a heat map the ink that suits its ground.

    The text's gid names the ground, so that a dark page, where the ground has another colour, can change the ink too.
    """
    for ax in figure.axes:
        meshes = [c for c in ax.collections if isinstance(c, QuadMesh)]
        bars = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_visible() and (p.get_alpha() or 1) == 1]
        for text in ax.texts:
            if not text.get_text().strip():
                continue
            box = text.get_window_extent(renderer)
            middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
            ground = next((c for mesh in meshes if (c := _cell(mesh, ax.transData.inverted().transform(middle)))), None)
            ground = ground or next((to_hex(b.get_facecolor()) for b in bars[::-1] if _holds(b, box)), None)
            if ground:
                text.set_color(contrast.ink_on(ground))
                text.set_gid(f"on{ground[1:]}")


def _cell(mesh: QuadMesh, at: Any) -> str | None:
    """Return the colour of the cell of a heat map at a point, None where there is none."""
    corners, colours = np.asarray(mesh.get_coordinates()), np.asarray(mesh.get_facecolor())
    columns, rows = corners[0, :, 0], corners[:, 0, 1]
    column, row = int((columns[1:] <= at[0]).sum()), int((rows[1:] <= at[1]).sum())
    place = row * (len(columns) - 1) + column
    inside = columns[0] <= at[0] < columns[-1] and rows[0] <= at[1] < rows[-1]
    return to_hex(tuple(colours[place])) if inside and len(colours) > place and colours[place][3] == 1 else None


def _holds(bar: Rectangle, box: Any) -> bool:
    """Return whether the middle of a box and half of its width lie on a bar."""
    ground = bar.get_window_extent()
    middle = (box.y0 + box.y1) / 2
    shared = min(ground.x1, box.x1) - max(ground.x0, box.x0)
    return bool(ground.y0 <= middle <= ground.y1 and shared > 0.5 * box.width)


def _within_a_page(drawn: str) -> str:
    """Make a file of SVG an element of a page: no prolog, no style that reaches the page, no ids that nothing uses."""
    body = drawn[drawn.index("<svg") :]
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', body))
    used |= set(re.findall(r'id="(on[0-9a-f]{6})"', body))
    body = re.sub(r' id="([^"]+)"', lambda match: match[0] if match[1] in used else "", body)
    body = re.sub(r"font-family: [^;\"]*;? ?", "", body)
    body = re.sub(r'fill="(#[0-9a-f]{6})"', r'style="fill: \1"', body)  # a hatching's ground
    body = re.sub(r'<g id="on([0-9a-f]{6})">(.*?)</g>', _on_ground, body, flags=re.DOTALL)
    body = contrast.with_variables(body)
    width = round(float(re.search(r'width="([\d.]+)pt"', body)[1]) * PIXELS)  # type: ignore[index]  # matplotlib writes it
    sizes = [float(size) * PIXELS for size in re.findall(r"font-size: ([\d.]+)px", body)]
    least = min(width, round(width * LEAST_PIXELS / min(sizes, default=LEAST_PIXELS)))
    box = re.search(r'viewBox="[^"]*"', body)[0]  # type: ignore[index]  # matplotlib writes it
    head = (
        f'<svg {box} style="width:100%;max-width:{width}px;min-width:{least}px;height:auto;font-family:{FONTS};'
        'background:var(--cffffff, #ffffff);fill:var(--c000000, #000000);stroke-linejoin:round;stroke-linecap:butt">'
    )
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"<svg[^>]*>", head, body, count=1)).strip()


def _on_ground(match: re.Match[str]) -> str:
    ink = contrast.ink_on(f"#{match[1]}")
    return "<g>" + re.sub(r"fill: #[0-9a-f]{6}", f"fill: var(--on{match[1]}, {ink})", match[2]) + "</g>"
