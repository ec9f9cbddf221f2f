"""A figure is drawn anew for a phone where that can be read, and kept as it is where it cannot."""

import re

import numpy as np
import pandas as pd
import pytest
import seaborn as sns

from crmwb.display import contrast, html, narrow, picture
from crmwb.display.blocks import Figure
from crmwb.plots import migration, scorecard, segments, style


def bars(n: int, label: str = "a group with a long name"):
    axes = style.new_axes(8, 3)
    axes.barh(range(n), range(1, n + 1), color="#08445c", label="customers")
    for place in range(n):
        axes.text((place + 1) / 2, place, f"{place}%", ha="center", va="center", fontsize=6)
    axes.set_yticks(range(n), [f"{label} {i}" for i in range(n)])
    axes.set_title("A title that takes more than one line where there is little room for it")
    return axes


def panels():
    figure = style.new_figure(8, 3)
    for axes in figure.subplots(1, 3):
        axes.plot([0, 1])
    return figure


def width(svg: str) -> float:
    return float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])


def height(svg: str) -> float:
    return float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)', svg)[1])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("words that are longer than a line", ["words that", "are longer", "than a line"]),
        ("客户生命周期价值分布", ["客户生命周", "期价值分布"]),
        ("unbreakablebutverylong", ["unbreakablebutverylong"]),
    ],
)
def test_lines_break_at_spaces_or_after_chinese_characters(text, lines):
    assert narrow.wrapped(text, 11).split("\n") == lines


def test_a_figure_is_drawn_for_a_phone_in_every_language_with_type_of_eleven_pixels():
    pictures = picture.images(picture.draw(bars, 4, alt="x"))
    assert pictures.narrow.keys() == pictures.wide.keys() == {"en", "zh"}
    slim, usual = pictures.narrow["en"], pictures.wide["en"]
    assert width(slim) < 0.6 * width(usual)
    for drawn in (slim, usual):
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", drawn)]
        full, least = (float(re.search(rf"{side}-width:(\d+)px", drawn)[1]) for side in ("max", "min"))
        assert min(sizes) * 4 / 3 * least / full >= 10.95  # as small as it is ever shown
    assert ">a group with a</text>" in slim
    assert ">a group with a long name 0</text>" in usual


def test_a_figure_whose_labels_would_overlap_is_drawn_taller_for_a_phone():
    few, many = (picture.images(picture.draw(bars, n, alt="x")).narrow["en"] for n in (4, 9))
    assert height(many) > 1.5 * height(few)


def test_what_cannot_be_narrow_stays_wide_and_is_moved_sideways():
    pictures = picture.images(picture.draw(panels, alt="x"))
    assert pictures.narrow == {}
    shown = html.html(Figure(pictures.wide, "Three panels."))
    assert '<div class="scroll mathjax_ignore" tabindex="0" role="group" aria-label="Three panels.">' in shown
    assert 'data-sideways="Move the figure sideways to see the rest' in shown


TIERS = pd.DataFrame(
    {
        "tier": ["vip", "important", "ordinary", "small"],
        "n_customers": [92, 376, 761, 1_240],
        "customer_share": [0.037, 0.15, 0.31, 0.5],
        "brought_share": [0.16, 0.36, 0.33, 0.15],
        "clv_share": [0.16, 0.35, 0.33, 0.16],
    }
)
SCORES = pd.DataFrame(
    {
        "recency_score": np.repeat([1, 2, 3, 4, 5], 200),
        "frequency_monetary_score": np.tile([1, 2, 3, 4, 5], 200),
        "revenue_cents": np.repeat([1, 2, 3, 400, 5_000], 200),
    }
)
TRANSITIONS = pd.DataFrame(
    {
        "n_customers": 1_240, "revenue_cents": 161_000_000,
        "from_segment": np.repeat(TIERS["tier"], 4).to_numpy(), "to_segment": [*TIERS["tier"]] * 4,
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("function", "content"),
    [
        (scorecard.pyramid, (TIERS, "revenue")),
        (segments.rfm_grid, (SCORES,)),
        (migration.flows, (TRANSITIONS, "tier", [*TIERS["tier"]], "USD")),
    ],
    ids=["pyramid", "rfm_grid", "flows"],
)
def test_the_pyramid_and_heat_maps_fit_on_a_phone(function, content):
    pictures = picture.images(picture.draw(function, *content, alt="x"))
    assert pictures.narrow.keys() == {"en", "zh"}


def test_text_on_a_bar_or_a_cell_gets_ink_that_can_be_read_there():
    on_bar = picture.image(bars(3))
    assert on_bar.count(f"fill: var(--on08445c, {contrast.WHITE})") == 3

    axes = style.new_axes(4, 3)
    sns.heatmap([[0.0, 1.0]], annot=True, cmap="Blues", cbar=False, ax=axes)
    grounds = re.findall(r"var\(--on([0-9a-f]{6}), (#[0-9a-f]{6})\)", picture.image(axes))
    assert len(grounds) == 2
    assert {ink for _, ink in grounds} == {contrast.INK, contrast.WHITE}
    for ground, ink in grounds:
        assert contrast.contrast(f"#{ground}", ink) >= contrast.AA
