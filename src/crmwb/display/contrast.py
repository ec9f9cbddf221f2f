"""Colours on a dark page, and ink that can be read on a colour (WCAG 2.2: relative luminance and contrast ratio).

A picture names its colours as CSS variables whose fallback is the light colour, `var(--c0b6e99, #0b6e99)`; a page
defines them for readers who prefer dark. A colour's dark counterpart has the contrast to the dark page that the colour
has to white, so whatever can be told apart on one page can be told apart on the other.
"""

import colorsys
import re
from functools import cache

WHITE, BLACK, INK = "#ffffff", "#000000", "#1f2933"
DARK_PAGE = "#1c2229"
AA = 4.5  # the least contrast of text
COLOUR = re.compile(r"(?<=fill: )#[0-9a-f]{6}|(?<=stroke: )#[0-9a-f]{6}|(?<=stop-color: )#[0-9a-f]{6}")
FALLBACK = re.compile(r"var\(--(?:on|c)[0-9a-f]{6}, (#[0-9a-f]{6})\)")
VARIABLE = re.compile(r"var\(--(on|c)([0-9a-f]{6})")


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    low, high = sorted((luminance(one), luminance(other)))
    return round((high + 0.05) / (low + 0.05), 6)


@cache
def ink_on(background: str) -> str:
    """Return the colour of text on a background: our ink or white where they suffice, else black, which then does."""
    return next((ink for ink in (WHITE, INK) if contrast(ink, background) >= AA), BLACK)


@cache
def dark(colour: str) -> str:
    """Return a colour of the same hue with the contrast to the dark page that `colour` has to white."""
    if colour == WHITE:
        return DARK_PAGE
    wanted = min((luminance(DARK_PAGE) + 0.05) * contrast(colour, WHITE) - 0.05, 1.0)
    hue, _, saturation = colorsys.rgb_to_hls(*_parts(colour))
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        if luminance(_hex(hue, middle, saturation)) < wanted:
            low = middle
        else:
            high = middle
    return _hex(hue, high, saturation)


def without_variables(page: str) -> str:
    """Return a page whose pictures name their light colours plainly, for programs that know no CSS variables in SVG.

    >>> without_variables("fill: var(--c0b6e99, #0b6e99)")
    'fill: #0b6e99'
    """
    return FALLBACK.sub(r"\1", page)


def with_variables(svg: str) -> str:
    """Return an `<svg>` whose colours are variables with the light colour as fallback."""
    return COLOUR.sub(lambda match: f"var(--c{match[0][1:]}, {match[0]})", svg)


def dark_variables(page: str) -> str:
    """Return the definitions, for a dark page, of the variables that the pictures of a page use."""
    used = sorted(set(VARIABLE.findall(page)))
    return "".join(
        f"--{kind}{colour}:{ink_on(dark('#' + colour)) if kind == 'on' else dark('#' + colour)};"
        for kind, colour in used
    )


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _hex(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))
