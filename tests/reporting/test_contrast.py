"""Colours on a dark page and text on coloured ground can be read as well as on white paper."""

import pytest

from crmwb.display import contrast
from crmwb.plots import colours, style

SHOWN = sorted({*colours.FIXED.values(), *style.CATEGORIES, style.INK, style.MUTED, style.GOOD, style.BAD})


@pytest.mark.parametrize(("one", "other", "ratio"), [("#767676", "#ffffff", 4.54), ("#0000ff", "#ffffff", 8.59)])
def test_contrast_is_that_of_the_guidelines(one, other, ratio):
    assert contrast.contrast(one, other) == contrast.contrast(other, one) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("colour", SHOWN)
def test_a_colour_stands_out_on_a_dark_page_as_on_a_white_one(colour):
    light = contrast.contrast(colour, contrast.WHITE)
    dark = contrast.contrast(contrast.dark(colour), contrast.DARK_PAGE)
    assert dark == pytest.approx(min(light, contrast.contrast(contrast.WHITE, contrast.DARK_PAGE)), rel=0.05)


@pytest.mark.parametrize("grey", range(0, 256, 5))
def test_text_on_any_ground_is_readable_on_both_pages(grey):
    ground = f"#{grey:02x}{grey:02x}{grey:02x}"
    for shown in (ground, contrast.dark(ground)):
        assert contrast.contrast(contrast.ink_on(shown), shown) >= contrast.AA


def test_a_page_defines_the_dark_colours_that_its_pictures_use_and_no_others():
    picture = contrast.with_variables(
        '<path style="fill: #0b6e99; stroke: #ffffff"/><text style="fill: var(--on0b6e99, #fff)">'
    )
    assert "fill: var(--c0b6e99, #0b6e99); stroke: var(--cffffff, #ffffff)" in picture
    dark = contrast.dark("#0b6e99")
    ink = contrast.ink_on(dark)
    assert contrast.dark_variables(picture) == f"--c0b6e99:{dark};--cffffff:{contrast.DARK_PAGE};--on0b6e99:{ink};"


@pytest.mark.parametrize("ink", [style.INK, style.MUTED])
def test_the_inks_of_pictures_can_be_read_on_both_pages(ink):
    assert contrast.contrast(ink, contrast.WHITE) >= contrast.AA
    assert contrast.contrast(contrast.dark(ink), contrast.DARK_PAGE) >= contrast.AA
