"""What figures look like: scenarios by notation, colours from one place, bars from zero."""

import re
from datetime import date

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from project import PROJECT

from crmwb.display import contrast, picture, svg
from crmwb.plots import actions, colours, customers, notation, predict, response, style
from crmwb.plots.notation import Scenario

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
OF_COLOURS = {"style.py", "colours.py", "notation.py"}  # the only files of plots that name colours
MONTHS = pd.DataFrame(
    {"month": pd.date_range("2022-01-01", periods=14, freq="MS"), "revenue_cents": range(100, 1500, 100)}
)


def bars(bottom: float, top: float = 3.0):
    axes = style.new_axes()
    axes.bar(["a", "b"], [1, 2])
    axes.set_ylim(bottom, top)
    axes.set_title("Revenue", loc="left")
    return axes


def test_scenarios_differ_by_more_than_colour():
    looks = {scenario: notation.bar(scenario, style.ACCENT) for scenario in Scenario}
    assert looks[Scenario.ACTUAL] == {"color": style.ACCENT}
    lighter = contrast.contrast(looks[Scenario.PREVIOUS]["color"], contrast.WHITE)
    assert lighter < contrast.contrast(style.ACCENT, contrast.WHITE)
    assert looks[Scenario.PLAN]["facecolor"] == contrast.WHITE
    assert looks[Scenario.PLAN]["edgecolor"] == style.ACCENT
    assert [scenario for scenario, look in looks.items() if "hatch" in look] == [Scenario.FORECAST]
    lines = [notation.line(scenario, style.ACCENT)["linestyle"] for scenario in Scenario]
    assert lines == ["-", "-", ":", "--"]


def test_what_is_expected_is_hatched_on_a_light_and_on_a_dark_page():
    plan = pd.DataFrame(
        {
            "action": ["call"], "basis": ["assumed"], "gain_cents": [500], "gain_low_cents": [100],
            "gain_high_cents": [900],
        }
    )  # fmt: skip
    drawn = picture.image(actions.gains(plan, "EUR"))
    assert "<pattern" in drawn
    assert not re.search(r'(fill|stroke)="#', drawn)  # every colour is one that a dark page can change
    assert f"stroke: var(--c{style.ACCENT[1:]}, {style.ACCENT})" in drawn


@pytest.mark.parametrize("n_campaigns", [1, 2, 12])
def test_no_words_overlap_in_the_figure_of_campaigns(n_campaigns):
    effects = pd.DataFrame(
        {
            "name": [f"c{i}" for i in range(n_campaigns)], "difference": 441_100.0, "low": -558_100.0,
            "high": 1_440_300.0, "is_experiment": [i % 2 == 0 for i in range(n_campaigns)],
        }
    )  # fmt: skip
    assert svg.drawing(picture.draw(response.effects, effects, "CNY", alt="").drawn.figure).crowding == 0


def test_no_amounts_overlap_below_the_gains_of_actions_with_long_names():
    plan = pd.DataFrame(
        {
            "action": ["win_back", "collect_overdue"], "basis": ["learned", "assumed"],
            "gain_cents": [442_000, 8_777_800], "gain_low_cents": [237_200, 0],
            "gain_high_cents": [646_900, 17_555_500],
        }
    )  # fmt: skip
    assert svg.drawing(picture.draw(actions.gains, plan, "CNY", alt="").drawn.figure).crowding == 0


def test_the_same_month_a_year_before_is_lighter():
    axes = customers.revenue_by_month(MONTHS, "EUR")
    before, now = ([bar for bar in group if bar.get_height() > 0] for group in axes.containers)
    assert [bar.get_height() for bar in before] == [100, 200]
    assert {to_hex(bar.get_facecolor()) for bar in before} == {notation.pale(style.ACCENT)}
    assert {to_hex(bar.get_facecolor()) for bar in now} == {style.ACCENT}
    assert len(now) == 14


@pytest.mark.parametrize("file", sorted((PROJECT / "src/crmwb/plots").glob("*.py")), ids=lambda file: file.name)
def test_colours_are_named_in_one_place(file):
    assert file.name in OF_COLOURS or not COLOUR.findall(file.read_text(encoding="utf-8"))


def test_a_tier_keeps_its_colour_whatever_stands_beside_it():
    all_tiers = colours.of_segments(["vip", "important", "ordinary", "small"])
    assert colours.of_segments(["small", "vip"]) == {name: all_tiers[name] for name in ("small", "vip")}
    assert colours.of_scheme("tier", ["important"])["important"] == all_tiers["important"]
    assert len(set(all_tiers.values())) == 4


@pytest.mark.parametrize("bottom", [0.0, -1.0])
def test_bars_that_begin_at_zero_are_drawn(bottom):
    assert "<svg" in picture.image(bars(bottom))


def test_bars_cut_off_are_refused():
    with pytest.raises(ValueError, match=r"bars begin at zero, or their lengths mislead: Revenue \(0\.5 to 3\)"):
        picture.image(bars(0.5))


def test_the_plan_of_a_quarter_is_outlined_what_was_won_solid_and_what_is_forecast_hatched():
    days = [date(2025, 10, 1), date(2026, 1, 1)]
    rows = pd.DataFrame({"starts_on": days, "forecast_cents": [9e6, 8e6], "low_cents": 7e6, "high_cents": 1e7})
    rows["actual_cents"] = [9.5e6, None]
    ax = predict.quarters(rows, rows.iloc[:0], "EUR", {days[1]: 8.5e6})
    plan, won, ahead = ([bar for bar in bars.patches if bar.get_width()] for bars in ax.containers[:3])
    assert [(bar.get_width(), to_hex(bar.get_facecolor())) for bar in plan] == [(8.5e6, "#ffffff")]
    assert [(bar.get_width(), bar.get_hatch()) for bar in won] == [(9.5e6, None)]
    assert [(bar.get_width(), bar.get_hatch()) for bar in ahead] == [(8e6, "////")]
    assert "plan" in [text.get_text() for text in ax.get_legend().get_texts()]
