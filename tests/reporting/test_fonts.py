"""The font in Chinese pages: it holds what the page says, may be passed on, and is the same each time."""

import base64
import io
import os
import re

import pytest
from fontTools.ttLib import TTFont
from written_notebooks import LINEAGE, run_as, statement

from crmwb.display import fonts
from crmwb.findings import language
from crmwb.params import ReportParams
from crmwb.reporting import render

FACE = re.compile(r"@font-face \{[^}]*base64,([A-Za-z0-9+/=]+)\)")


@pytest.fixture(autouse=True)
def _a_font():
    if fonts.font_file() is None:
        assert not os.environ.get("CI"), "CI installs a Chinese font; see .ci/run"
        pytest.skip("no open Chinese font is on this machine")


def font_of(page: str) -> TTFont:
    return TTFont(io.BytesIO(base64.b64decode(FACE.search(page)[1])))


def test_a_chinese_page_holds_every_chinese_character_that_it_shows():
    shown = ReportParams(title="客户价值", audience="leadership", parameters={})
    with language.using("zh"):
        page = render.report(
            run_as("## 谁在流失？", statement("衰退期客户，共12位。", True)), "value", shown, [], LINEAGE
        )
    letters = {letter for letter in page if fonts.is_chinese(letter)}
    assert {"客", "衰", "，", "？"} <= letters
    assert {chr(code) for code in font_of(page).getBestCmap()} == letters
    assert "crmwb Chinese" in FACE.sub("", page)
    assert len(FACE.search(page)[1]) < 60_000


def test_the_font_names_its_licence_and_is_the_same_each_time():
    first = fonts.face("价值 12% value")
    fonts.subset.cache_clear()
    assert fonts.face("值价") == first
    notes = " ".join(str(record) for record in font_of(first)["name"].names)
    assert re.search("Apache|Open Font License|OFL", notes)


def test_text_without_chinese_needs_no_font_and_without_a_font_the_page_is_made_all_the_same(monkeypatch):
    assert not fonts.face("Value: 12 €")
    monkeypatch.setattr(fonts, "font_file", lambda: None)
    assert not fonts.face("价值")
