"""Reports in two languages from one run: the same figures, no English in Chinese, and text that people reviewed.

`make golden` writes the golden pages again; read their diff.
"""

import os
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from notebook_pages import latin_words, numbers, readable, same_numbers
from project import PROJECT

from crmwb import params
from crmwb.contract.canonical import TABLES
from crmwb.findings import catalogue, language

GOLDEN = Path(__file__).parents[1] / "golden"
REPORTS = (*params.load(PROJECT / "params.yaml").reports, "index")
# Names from the data: the source, its files, the types of columns, and parts of examples.
OF_THE_SOURCE = {"CDNOW", "sample", "cdnow_sample.txt", "USD"}
OF_COLUMNS = {"string", "bool", "int64", "double", "timestamp", "us", "date32", "day"}
OF_MODELS = {"alpha", "beta"}  # parameters
HASH = re.compile("[0-9a-f]{8,}")
TOO_SHORT = 2  # letters: single ones stand for statistics


def path(report: str, code: str) -> str:
    return f"reports/{report}.html" if code == "en" else f"reports/{code}/{report}.html"


@pytest.fixture
def pages(built_project):
    def read(report):
        return {code: built_project / path(report, code) for code in language.LANGUAGES}

    return read


def known_latin_words() -> set[str]:
    """Return what a Chinese page may say in Latin letters: what its catalogue says so, and names from the data."""
    messages = "\n".join(m for file in catalogue.files("zh") for m in catalogue.messages("zh", file).values())
    columns = {column.name for table in TABLES.values() for column in table.columns}
    qualified = {f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns}
    allowed = {value for table in TABLES.values() for column in table.columns for value in column.allowed or ()}
    return latin_words(messages) | allowed | {*TABLES} | columns | qualified | OF_THE_SOURCE | OF_COLUMNS | OF_MODELS


@pytest.mark.parametrize("report", REPORTS)
def test_every_page_says_its_language_and_leads_to_the_other(report, pages):
    for code, file in pages(report).items():
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        assert soup.html["lang"] == language.LANGUAGES[code].tag
        (other,) = {a["href"] for a in soup.find_all("a", hreflang=True)}
        assert (file.parent / other).resolve() == pages(report)["zh" if code == "en" else "en"].resolve()


@pytest.mark.parametrize("report", REPORTS)
def test_both_languages_show_the_same_numbers_line_by_line(report, pages):
    english, chinese = (readable(file).splitlines() for file in pages(report).values())
    assert len(english) == len(chinese)
    assert sum(numbers(line).total() for line in english) > 2  # a report whose data are not there has few
    different = [pair for pair in zip(english, chinese, strict=True) if not same_numbers(*pair)]
    assert not different


@pytest.mark.parametrize("report", REPORTS)
def test_both_languages_show_the_same_blocks(report, pages):
    shown = {}
    for code, file in pages(report).items():
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        shown[code] = (
            {tag: len(soup.find_all(tag)) for tag in ("h2", "h3", "table", "tr", "td", "figure", "summary")},
            {name: len(soup.find_all("p", class_=name)) for name in ("finding", "note")},
        )
    assert shown["en"] == shown["zh"]


@pytest.mark.parametrize("report", REPORTS)
def test_a_chinese_page_and_its_figures_hold_no_english(report, pages):
    words = latin_words(readable(pages(report)["zh"], with_figures=True))
    unknown = {word for word in words - known_latin_words() if len(word) > TOO_SHORT and not HASH.fullmatch(word)}
    assert not unknown


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("report", REPORTS)
def test_pages_read_as_they_were_reviewed(report, code, pages):
    golden = GOLDEN / code / f"{report}.txt"
    text = readable(pages(report)[code])
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    reviewed = golden.read_text(encoding="utf-8") if golden.exists() else ""
    assert text == reviewed, "the page reads otherwise than reviewed: look at it, then run `make golden`"


def test_every_golden_page_belongs_to_a_report():
    assert {file.stem for file in GOLDEN.rglob("*.txt")} == set(REPORTS)


def test_numbers_of_pages_are_read_in_both_languages():
    english = "−USD 1.23m on 2 January 2018, 9.18k, 3% to 7%, Feb 2018, 12-month value"
    chinese = "2018年1月2日−123万美元、9,179、3%–7%、2018-02、12个月价值"
    assert numbers(english) == numbers(chinese)
    assert numbers("12 customers") != numbers("13位客户")
    assert numbers("4.6% in August") == numbers("4.6%在8月")
    assert latin_words("以RFM划分的VIP客户，Gini为0.8") == {"RFM", "VIP", "Gini"}
