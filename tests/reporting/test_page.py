"""What a notebook puts on its page: numbers written for people, figures with words, the same bytes each time."""

import io

import pandas as pd
import pytest

from crmwb.display import html, page, picture, svg, tables
from crmwb.findings import numbers
from crmwb.plots import style


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (numbers.share(0.543), "54%"),
        (numbers.share(0.0042), "0.4%"),
        (numbers.share(0.0001), "<0.1%"),
        (numbers.share(0.05), "5%"),
        (numbers.share(0.994), "99.4%"),
        (numbers.share(1.0), "100%"),
        (numbers.share(-0.031), "−3.1%"),
        (numbers.share(None), "–"),
        (numbers.share(float("nan")), "–"),
        (numbers.money(459_603_958, "USD"), "USD\u00a04.6m"),
        (numbers.money(99_999_999, "USD"), "USD\u00a01m"),
        (numbers.money(1_850, "EUR"), "EUR\u00a018.50"),
        (numbers.money(-1_040_000, "GBP"), "−GBP\u00a010.4k"),
        (numbers.money(None, "EUR"), "–"),
        (numbers.count(1_469_307), "1,469,307"),
        (numbers.days(84.6), "85 days"),
        (numbers.span(45), "45 days"),
        (numbers.span(365), "12 months"),
        (numbers.span(4 * 365.25), "4 years"),
        (numbers.span(900), "2.5 years"),
        (numbers.number(3.0), "3"),
        (numbers.number(0.12345), "0.123"),
        (numbers.number(1234.5), "1,234"),
        (numbers.listing(["a"]), "a"),
        (numbers.listing(["a", "b", "c"]), "a, b and c"),
        (numbers.listing([]), "none"),
        (numbers.counted(1, "row"), "1 row"),
        (numbers.counted(1200, "row"), "1,200 rows"),
    ],
)
def test_numbers_are_written_for_people(written, expected):
    assert written == expected


def test_a_table_writes_each_column_by_its_name_and_type():
    frame = pd.DataFrame(
        {
            "tier": ["vip", "not_yet"],
            "n_customers": [10, 2000],
            "revenue_cents": [1_234_567, None],
            "revenue_share": [0.543, 0.0042],
            "mae": [1.23456, 0.5],
            "passed": [True, False],
            "note": ["a < b", None],
        }
    )
    html = tables.html(frame, caption="Tiers & more", currency="USD", labels={"note": "Remark"})
    rows = [
        pd.Series(pd.Series(row).str.extract(r">([^<]*)</t[dh]>", expand=False)).tolist()
        for row in (part.replace("</td>", "</td>\n").replace("</th>", "</th>\n").split("\n")[:-1]
                    for part in html.split("<tr>")[1:])
    ]  # fmt: skip
    assert [c for c in rows[0] if isinstance(c, str)] == [
        "Tier", "Customers", "Revenue, USD", "Share of revenue", "MAE", "Holds", "Remark",
    ]  # fmt: skip
    assert [c for c in rows[1] if isinstance(c, str)] == ["VIP", "10", "12,346", "54%", "1.23", "yes", "a &lt; b"]
    assert [c for c in rows[2] if isinstance(c, str)] == ["not yet", "2,000", "–", "0.4%", "0.50", "no", "–"]
    assert "<caption>Tiers &amp; more</caption>" in html
    assert html.count("text-align:right") == 3 * 4


def test_a_cell_holds_what_it_is_sorted_by_and_saved_as():
    frame = pd.DataFrame(
        {
            "revenue_cents": [1_234_567, None],
            "revenue_share": [0.543, 0.0042],
            "day": pd.to_datetime(["2020-05-01", None]),
        }
    )
    html = tables.html(frame)
    for raw, shown in (("12345.67", "12,346"), ("0.543", "54%"), ("2020-05-01", "1 May 20"), ("", "–")):
        assert f'data-v="{raw}">{shown}' in html


def test_a_table_without_rows_has_its_headings():
    html = tables.html(pd.DataFrame({"tier": [], "n_customers": []}))
    assert html.count("<th ") == 2
    assert "<td" not in html


def draw_line():
    axes = style.new_axes(3, 2)
    axes.plot([0, 1], [0, 1])
    axes.set_title("A line")
    return axes


def test_the_same_figure_gives_the_same_bytes_without_a_date_and_its_text_is_text():
    first, second = picture.image(draw_line()), picture.image(draw_line())
    assert first == second
    assert first.startswith("<svg viewBox=")
    assert ">A line</text>" in first
    assert "<style" not in first
    assert "xmlns" not in first


def test_a_figure_too_heavy_has_its_points_as_an_image(monkeypatch):
    def scatter():
        axes = style.new_axes(3, 2)
        axes.scatter(range(500), range(500))
        axes.set_title("Points")
        return axes

    plain = picture.image(scatter())
    monkeypatch.setattr(svg, "LIMIT_BYTES", 10_000)
    light = picture.image(scatter())
    assert len(light) < len(plain)
    assert "data:image/png" in light
    assert ">Points</text>" in light
    assert picture.image(scatter()) == light


def test_a_chinese_character_takes_one_em_and_needs_no_font():
    def width(text):
        axes = style.new_axes(6, 2)
        axes.set_title(text, fontsize=10)
        canvas = svg.Canvas(axes.get_figure())
        drawn = svg.Renderer(432, 144, io.StringIO())
        return drawn.get_text_width_height_descent(text, axes.title.get_fontproperties(), False)[0], canvas

    assert width("客户价值")[0] == pytest.approx(4 * width("客")[0], rel=0.01)
    assert width("客户价值")[0] == pytest.approx(40, rel=0.05)


def test_a_figure_has_words_for_those_who_do_not_see_it(monkeypatch):
    shown = []
    monkeypatch.setattr(page, "display", lambda data, raw: shown.append(data))
    monkeypatch.setattr(page, "_above", "")  # what another page ended with
    page.figure(draw_line(), alt='Up "and" up', caption="Seen")
    assert 'aria-label="Up &quot;and&quot; up"' in shown[0]["text/html"]
    assert shown[0]["text/plain"] == '[Up "and" up]\nSeen'
    with pytest.raises(ValueError, match="needs alt"):
        page.figure(draw_line())


def test_a_style_of_the_notebooks_own_does_not_reach_our_figures(monkeypatch):
    import matplotlib as mpl

    plain = picture.draw(draw_line, alt="x")._repr_html_()
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}):
        assert picture.draw(draw_line, alt="x")._repr_html_() == plain
        assert mpl.rcParams["font.size"] == 30


def test_what_is_missing_is_said_in_one_line(monkeypatch):
    shown = []
    monkeypatch.setattr(page, "display", lambda data, raw: shown.append(data["text/plain"]))
    page.missing("who pays late", "the table invoices")
    assert shown == ["Not available in this source: who pays late would need the table invoices."]


def test_no_p_value_is_written_as_0_and_all_have_the_same_decimals():
    shown = tables.column("p_value", pd.Series([1e-20, 0.159, 0.0004]))
    assert shown.kind == "p_value"
    assert [html.WRITERS[shown.kind](shown, value) for value in (1e-20, 0.159)] == ["<0.001", "0.159"]
