"""Pages in a real browser, opened from files without a network: what a reader can do, on any screen, in any theme."""

import csv
import io
import re

import pandas as pd
import pytest
from browser import launched, opened, violations
from project import PROJECT
from written_notebooks import LINEAGE, run_as

from crmwb import params
from crmwb.display import picture, tables
from crmwb.display.blocks import MIME, Figure, Heading
from crmwb.findings import codec, language
from crmwb.params import ReportParams
from crmwb.plots import style
from crmwb.reporting import render

SCREENSHOTS = PROJECT / "screenshots"
REPORTS = [*params.load().reports, "index"]
# The smallest type of the pictures that are shown, in pixels of the screen.
SMALLEST = """() => Math.min(99, ...[...document.querySelectorAll('figure svg text')]
  .filter(t => t.getClientRects().length)
  .map(t => parseFloat(getComputedStyle(t).fontSize) * Math.hypot(t.getScreenCTM().a, t.getScreenCTM().b)))"""
UNNAMED = "() => [...document.querySelectorAll('figure .image')].filter(i => !i.getAttribute('aria-label')).length"
# A character without a glyph is drawn like any other such: as the box of a code point that no font has.
TOFU = """() => {
  const canvas = document.createElement('canvas'); canvas.width = canvas.height = 24;
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const drawn = (c) => { pen.clearRect(0, 0, 24, 24); pen.font = '20px ' + getComputedStyle(document.body).fontFamily;
    pen.fillText(c, 1, 20); return pen.getImageData(0, 0, 24, 24).data.toString(); };
  const box = drawn('\\u{10FFFD}'), seen = new Map();
  const wide = new Set(document.body.textContent.match(/[\\u4e00-\\u9fff]/g));
  return [wide.size, [...wide].filter(c => drawn(c) === box)];
}"""


@pytest.fixture(scope="module")
def browser():
    with launched() as running:
        yield running


def bars():
    axes = style.new_axes()
    axes.bar(["a", "b"], [1, 2])
    return axes


@pytest.fixture(scope="module")
def page_of_tables(tmp_path_factory):
    """Return the page of a report with a picture and a table of twelve rows, one of them a formula."""
    frame = pd.DataFrame(
        {
            "segment": ["=1+1", "b, c", 'd "e"', *"fghijklmn"],
            "n_customers": [5, 1200, 30, *range(100, 109)],
            "revenue_cents": [None, 123_456, -5_000, *range(10_000, 19_000, 1_000)],
        }
    )
    table = tables.table(frame, caption="Segments", currency="EUR")
    drawn = picture.images(picture.draw(bars, alt="x"))
    blocks = (Heading("Segments"), Figure(drawn.wide, "Bar chart of two.", "", drawn.narrow), table)
    notebook = run_as(*({MIME: codec.to_json(block)} for block in blocks))
    shown = ReportParams(title="Segments", audience="leadership", parameters={})
    file = tmp_path_factory.mktemp("page") / "segments.html"
    file.write_text(render.report(notebook, "segments", shown, [], LINEAGE), encoding="utf-8")
    return file


def keep(page, name):
    """Keep a picture of a page for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.jpeg", full_page=True, type="jpeg", quality=60)


def column(page, n):
    return page.eval_on_selector_all(
        f"table.numbers tbody tr:not([hidden]) td:nth-child({n})", "c => c.map(d => d.textContent)"
    )


def test_a_table_is_sorted_by_keyboard_as_numbers_with_the_unknown_last(browser, page_of_tables):
    with opened(browser, page_of_tables) as page:
        head = page.locator("th", has_text="Revenue")
        head.locator("button").focus()
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == "ascending"
        assert column(page, 3)[:2] == ["−50", "100"]
        assert column(page, 3)[-2:] == ["1,235", "–"]
        assert page.get_by_role("status").text_content() == "Sorted by Revenue, EUR, ascending"
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == "descending"
        assert column(page, 3)[0] == "1,235"
        assert column(page, 3)[-1] == "–"
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") is None
        assert column(page, 1)[0] == "=1+1"


def test_a_table_is_filtered_and_saved_as_it_stands_with_formulas_as_text(browser, page_of_tables):
    with opened(browser, page_of_tables) as page:
        page.get_by_role("searchbox").fill("1,2")
        assert column(page, 1) == ["b, c"]
        assert page.get_by_role("status").text_content() == "1 of 12 rows shown"
        page.get_by_role("searchbox").fill("")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download CSV: Segments").click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
        assert download.value.suggested_filename == "Segments Segments.csv"
        assert rows[0] == ["Segment", "Customers", "Revenue, EUR"]
        assert rows[1:4] == [["'=1+1", "5", ""], ["b, c", "1200", "1234.56"], ['d "e"', "30", "-50.00"]]
        assert len(rows) == 13


def test_a_page_without_script_shows_everything(browser, page_of_tables):
    with opened(browser, page_of_tables, java_script_enabled=False) as page:
        assert page.locator("tbody tr").count() == 12
        assert page.get_by_role("button").count() == 0


def test_a_dark_page_changes_the_colours_of_its_pictures(browser, page_of_tables):
    fills = {}
    for theme in ("light", "dark"):
        with opened(browser, page_of_tables, color_scheme=theme) as page:
            fills[theme] = page.eval_on_selector_all("figure svg text", "t => t.map(d => getComputedStyle(d).fill)")
    assert set(fills["light"]) == {"rgb(31, 41, 51)"}
    assert set(fills["dark"]).isdisjoint(fills["light"])


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("code", language.LANGUAGES)
def test_every_page_can_be_read_by_everybody(code, report, browser, built_project):
    file = built_project / "reports" / ("" if code == "en" else code) / f"{report}.html"
    with opened(browser, file) as page:
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert page.evaluate(UNNAMED) == 0
        if code == "en":
            assert violations(page) == []
            page.emulate_media(color_scheme="dark")
            assert violations(page) == []
        else:
            n, without_glyph = page.evaluate(TOFU)
            assert n > 50
            assert without_glyph == []
        assert page.evaluate(SMALLEST) >= 10.9
        keep(page, f"{report}.{code}.desktop")
        page.set_viewport_size({"width": 390, "height": 844})
        keep(page, f"{report}.{code}.phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate(SMALLEST) >= 10.9
        assert violations(page) == []


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_the_executive_summary_is_one_page_of_paper_and_two_screens(code, browser, built_project):
    file = built_project / "reports" / ("" if code == "en" else code) / "executive_summary.html"
    with opened(browser, file) as page:
        assert page.evaluate("document.documentElement.scrollHeight") <= 2 * 900
        paper = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
