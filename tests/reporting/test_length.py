"""How long reports are: the summary reads in two minutes, the others in four, without tables and appendices."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from crmwb import params

WORDS = {"executive_summary": 450}
MOST = 900


def n_words(page: Path) -> int:
    """Count the words of a page's text: no tables, pictures, folded parts or navigation."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for part in soup.select("table, svg, details, nav, script, style, footer, .skip"):
        part.decompose()
    return len(soup.main.get_text(" ").split())


def test_words_are_counted_without_tables_pictures_and_folded_parts(tmp_path):
    page = tmp_path / "x.html"
    page.write_text(
        "<nav>one</nav><main><p>two words</p><table><tr><td>three</td></tr></table>"
        "<details><p>four</p></details><figure><svg><text>five</text></svg></figure></main><footer>six</footer>"
    )
    assert n_words(page) == 2


@pytest.mark.parametrize("report", params.load().reports)
def test_a_report_is_no_longer_than_its_readers_have_time_for(report, built_project):
    words = n_words(built_project / "reports" / f"{report}.html")
    assert words <= WORDS.get(report, MOST), f"{report}: {words} words"
