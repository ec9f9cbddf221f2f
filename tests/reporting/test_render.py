"""A report's page: opens without a network, shows no code, leads to its headings, says where its numbers come from."""

import re
from html.parser import HTMLParser

import pytest
from written_notebooks import LINEAGE, run_as, statement

from crmwb.errors import CrmwbError
from crmwb.params import ReportParams
from crmwb.reporting import card, render

SHOWN = ReportParams(title="Shops & sales", audience="leadership", parameters={})
PLAIN = (
    "# Its own title\n\nWhat this is.",
    "## Who earns it",
    statement("The best <fifth> earn 54%.", headline=True),
    "### Details",
    statement("A detail.", headline=False),
    "## Who earns it\n\nAgain.",
    {"text/plain": "1 < 2"},
)


def page_of(*cells, headlines=()):
    return render.report(run_as(*cells), "shops", SHOWN, headlines, LINEAGE)


class Attributes(HTMLParser):
    """Every attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.attributes.extend((tag, name, value or "") for name, value in attrs)


def test_nothing_on_the_page_needs_a_network():
    page = page_of(*PLAIN)
    links = [v for _, name, v in Attributes(page).attributes if name in {"src", "href", "srcset", "data", "action"}]
    assert links
    assert not [link for link in links if not link.startswith(("#", "data:", "index.html", "zh/"))]
    assert not re.search(r"https?://|mathjax|require\.js|@import|url\((?!data:)|<script", page, flags=re.IGNORECASE)


@pytest.mark.parametrize("html", ['<img src="https://example.org/x.png" alt="">', '<a href="//example.org">x</a>'])
def test_a_reference_to_a_network_is_refused(html):
    with pytest.raises(CrmwbError, match=r"Shops & sales: the page refers to .*example\.org"):
        page_of("## A", {"text/html": html})


def test_code_and_run_numbers_are_not_shown():
    page = page_of(*PLAIN)
    assert "secret_code" not in page
    assert "In [" not in page


def test_the_contents_lead_to_every_heading_once():
    page = page_of(*PLAIN)
    ids = [value for tag, name, value in Attributes(page).attributes if name == "id" and tag in {"h2", "h3"}]
    assert ids == ["who-earns-it", "details", "who-earns-it-2"]
    targets = [v for tag, name, v in Attributes(page).attributes if tag == "a" and name == "href" and v.startswith("#")]
    assert targets == ["#report", *[f"#{i}" for i in ids] * 2]  # beside the page, and folded above it on a phone


def test_the_title_comes_from_params_and_the_lead_stands_before_the_findings():
    page = page_of(*PLAIN, headlines=["The best <fifth> earn 54%."])
    assert "Its own title" not in page
    assert page.count("<h1>") == 1
    assert "<title>Shops &amp; sales</title>" in page
    assert page.index("</header>") > page.index("What this is.")
    assert '<meta name="description" content="The best &lt;fifth&gt; earn 54%.">' in page


def test_the_foot_says_where_the_numbers_come_from():
    foot = page_of(*PLAIN).split("<footer>")[1]
    for text in ("Corner shop", "Made up &lt;for&gt; tests.", "1 March 2024", "d" * 64, "e" * 64, "0.1.0", "f" * 64):
        assert text in foot


def test_the_same_outputs_give_the_same_bytes_whenever_they_were_run():
    first, second = run_as(*PLAIN), run_as(*PLAIN)
    for cell in second.cells:
        cell.id = f"other-{cell.id}"[:60]
        cell.metadata["papermill"] = {"duration": 0.12, "start_time": "2026-01-01T00:00:00"}
        if cell.cell_type == "code":
            cell.execution_count = 99
    second.metadata["papermill"] = {"end_time": "2026-01-01T00:00:09"}
    assert render.report(first, "shops", SHOWN, [], LINEAGE) == render.report(second, "shops", SHOWN, [], LINEAGE)


def test_only_findings_marked_so_are_headlines():
    assert card.headlines(run_as(*PLAIN)) == ["The best <fifth> earn 54%."]


def test_the_index_shows_the_reports_in_order_with_findings_and_caveat():
    cards = [
        card.make(name, SHOWN.model_copy(update={"title": title}), [f"Finding of {title}."], LINEAGE)
        for name, title in (("zebra", "Zebra"), ("ant", "Ant"))
    ]
    page = render.index(cards, LINEAGE)
    links = [v for tag, name, v in Attributes(page).attributes if tag == "a" and name == "href"]
    assert links == ["zh/index.html", "zebra.html", "ant.html"]
    assert page.index("Finding of Zebra.") < page.index("Finding of Ant.")
    assert "Made up &lt;for&gt; tests." in page
    assert "As of 1 March 2024" in page


def test_an_amount_stays_on_one_line_with_its_currency():
    page = page_of(
        "# T", "## Money", statement("They brought USD 4.6m in 2 years.", headline=True), headlines=["USD 4.6m"]
    )
    assert page.count("USD\u00a04.6m") == 2
    assert "USD 4.6m" not in page
