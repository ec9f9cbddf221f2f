"""Reports in two languages from one run: the same figures in both, nothing untranslated, and text that people reviewed.

`UPDATE_GOLDEN=1 pytest tests/notebooks/test_languages.py` writes the golden pages again; read their diff.
"""

import os
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from notebook_pages import readable

from crmwb.findings import language

GOLDEN = Path(__file__).parents[1] / "golden"
REPORTS = ("executive_summary", "value", "segments", "lifecycle_and_retention", "model_card", "data_quality")
REVIEWED = ("data_quality",)  # made of counts alone, so the same whatever the models are
NUMBER = re.compile(r"^[−<>]?[\d,.]+%?$")
SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}")  # four words in a row


def path(report: str, code: str) -> str:
    return f"reports/{report}.html" if code == "en" else f"reports/{code}/{report}.html"


@pytest.fixture
def pages(built_project):
    def read(report):
        return {code: built_project / path(report, code) for code in language.LANGUAGES}

    return read


@pytest.mark.parametrize("report", [*REPORTS, "index"])
def test_every_page_says_its_language_and_leads_to_the_other(report, pages):
    for code, file in pages(report).items():
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        assert soup.html["lang"] == language.LANGUAGES[code].tag
        (other,) = {a["href"] for a in soup.find_all("a", hreflang=True)}
        assert (file.parent / other).resolve() == pages(report)["zh" if code == "en" else "en"].resolve()


@pytest.mark.parametrize("report", REPORTS)
def test_both_languages_show_the_same_numbers_and_blocks(report, pages):
    shown = {}
    for code, file in pages(report).items():
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        cells = [cell.get_text() for cell in soup.find_all("td")]
        shown[code] = (
            [text for text in cells if NUMBER.match(text)],
            {tag: len(soup.find_all(tag)) for tag in ("h2", "h3", "table", "tr", "figure", "summary")},
            {name: len(soup.find_all("p", class_=name)) for name in ("finding", "note")},
        )
    assert shown["en"] == shown["zh"]


@pytest.mark.parametrize("report", REVIEWED)
def test_no_english_sentence_on_a_chinese_page(report, pages):
    assert not SENTENCE.search(readable(pages(report)["zh"]))


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("report", REVIEWED)
def test_pages_read_as_they_were_reviewed(report, code, pages):
    golden = GOLDEN / code / f"{report}.txt"
    text = readable(pages(report)[code])
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
