"""One colour for each tier, RFM segment and cluster, the same in every figure."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex

from crmwb.plots import style
from crmwb.plots.notation import pale

__all__ = [
    "FAILED",
    "FIXED",
    "GROWN",
    "NEVER_BOUGHT",
    "NOT_MADE",
    "PASSED",
    "SEQUENCE",
    "SHRUNK",
    "of_clusters",
    "of_scheme",
    "of_segments",
    "pale",
    "sequence",
]

NEVER_BOUGHT = "#cfd6dd"
# From little to much, green to blue: seaborn's "crest", whose lightness falls evenly.
SEQUENCE = LinearSegmentedColormap.from_list(
    "sequence",
    [
        "#a5cd90",
        "#89bf91",
        "#6db290",
        "#57a490",
        "#44948f",
        "#33858d",
        "#24768b",
        "#1c6689",
        "#215584",
        "#28437b",
        "#2c3172",
    ],
)
PASSED, FAILED, NOT_MADE = "#cfe8d5", "#f6cdb8", "#eef1f4"  # the ground of a test's result
GROWN, SHRUNK = "#9fd3b6", "#f0c3a5"
FIXED = {
    # tiers: the better, the darker; those who may become customers stand apart
    "vip": "#08445c",
    "important": "#0b7fb0",
    "ordinary": "#74b6d0",
    "small": "#bcd3dd",
    "potential": "#e08e0b",
    # RFM: green is active, blue is new, yellow to red needs someone, grey is gone
    "champions": "#1b6b3a",
    "loyal_customers": "#3a9d62",
    "potential_loyalists": "#8cc9a1",
    "new_customers": "#0b6e99",
    "promising": "#6bb3cf",
    "need_attention": "#e6c229",
    "about_to_sleep": "#eda63a",
    "at_risk": "#dd6b20",
    "cannot_lose_them": "#b3261e",
    "hibernating": "#94a0ac",
    "lost": "#5f6c7b",
    # stages of life: grey before buying, blue to green while it lasts, orange to dark grey as it ends, violet: back
    "account": "#e3e8ed",
    "target": "#cdb98f",
    "prospect": "#c99a2e",
    "introduction": "#6bb3cf",
    "growth": "#3a9d62",
    "maturity": "#0b6e99",
    "decline": "#e07b39",
    "lapsed": "#5f6c7b",
    "won_back": "#8c5fb3",
    "never_bought": NEVER_BOUGHT,
}


def of_segments(names: Sequence[str]) -> dict[str, str]:
    """Return the colour of each tier or RFM segment.

    The usual names have fixed colours; a name of one's own has one that follows from its letters alone, so it is the
    same whatever else is shown.
    """
    return {name: FIXED.get(name) or _from_letters(name) for name in names}


def of_clusters(names: Sequence[str]) -> dict[str, str]:
    """Return the colour of each cluster, by its number: cluster names, in the order of the numbers."""
    import seaborn as sns

    palette: tuple[str, ...] = style.CATEGORIES
    if len(names) > len(palette):
        palette = tuple(to_hex(c) for c in sns.husl_palette(len(names), l=0.55))
    return {name: FIXED.get(name, palette[i % len(palette)]) for i, name in enumerate(names)}


def of_scheme(scheme: str, names: Sequence[str]) -> dict[str, str]:
    """Return the colours of a scheme's segments (`rfm_segment`, `tier` or `cluster_name`), in the scheme's order."""
    return of_clusters(names) if scheme == "cluster_name" else of_segments(names)


def sequence(n: int) -> list[str]:
    """Return `n` colours from little to much."""
    return [to_hex(SEQUENCE(place)) for place in np.linspace(0, 1, n + 2)[1:-1]]


def _from_letters(name: str) -> str:
    import seaborn as sns

    hue = int.from_bytes(sha256(name.encode()).digest()[:2]) / 2**16
    return str(to_hex(sns.husl_palette(1, h=hue, l=0.55)[0]))
