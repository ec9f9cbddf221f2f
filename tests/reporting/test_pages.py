"""Every page of a built project: words for every picture, tiers in one order, nothing said twice."""

import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup

from crmwb import params
from crmwb.findings import Term, catalogue, language
from crmwb.findings.say import say

REPORTS = (*params.load().reports,)
CHARTS = {
    "en": re.compile(
        r"(Area|Bar|Line|Dot|Range|Step|Waterfall|Stacked bar|Scatter) chart of .+|"
        r"(Dot plot|Heat map|Histogram|Map|Table|Cross-table|Empty chart) of .+"
    ),
    "zh": re.compile(
        r"(面积图|条形图|柱状图|折线图|点图|区间图|瀑布图|堆叠条形图|分布图|直方图|热力图|表格|交叉表|空图|阶梯图)：.+"
    ),
}
WHERE = {"en": ", where: ", "zh": "，其中："}
TIERS = params.load().value.scorecard.levels
LEAST_WORDS = 8  # of a sentence that counts as said


PARTS = ("page.alt.full", "segmentation.alt.tier")  # what such words are put together from, and a part of them


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_the_catalogues_describe_a_picture_as_a_chart_of_data(code):
    texts = {
        key: text
        for file in catalogue.files(code)
        for key, text in catalogue.messages(code, file).items()
        if (".alt" in key or key.endswith("_alt")) and key not in PARTS
    }
    assert len(texts) > 60
    assert {key: text for key, text in texts.items() if not CHARTS[code].fullmatch(text)} == {}


@pytest.fixture(params=[(report, code) for report in REPORTS for code in language.LANGUAGES], ids="-".join)
def page(request, built_project):
    report, code = request.param
    file = built_project / "reports" / ("" if code == "en" else code) / f"{report}.html"
    return code, BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def test_the_words_for_a_picture_are_a_chart_of_data_where_a_reason(page):
    code, soup = page
    for image in soup.select("figure .image"):
        what, where, reason = image["aria-label"].partition(WHERE[code])
        assert CHARTS[code].fullmatch(what), what
        assert where, what
        assert len(reason) > 10, what


def test_tiers_stand_in_one_order_in_every_table(page):
    code, soup = page
    with language.using(code):
        order = [say(Term("tier", tier.name)) for tier in TIERS]
    for table in soup.select("table.numbers"):
        first = [row.td.get_text() for row in table.select("tbody tr")]
        if len(first) == len(set(first)) and len(set(first) & set(order)) > 1:
            shown = [name for name in first if name in order]
            assert shown == [name for name in order if name in shown]


def test_no_sentence_stands_twice_on_a_page(page):
    _, soup = page
    for part in soup.select("table, svg, nav, footer, .caveat"):
        part.decompose()
    sentences = Counter(" ".join(p.get_text().split()) for p in soup.main.find_all(["p", "li", "figcaption"]))
    assert [text for text, n in sentences.items() if n > 1 and len(text.split()) >= LEAST_WORDS] == []
