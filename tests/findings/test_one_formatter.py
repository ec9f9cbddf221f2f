"""Numbers, counts, lists and unknown values are written by one formatter, wherever people read them."""

import ast
from collections.abc import Iterator

import pandas as pd
import pytest
from imports import SRC

from crmwb.display import html, tables
from crmwb.display.blocks import Column, Figure, Heading, Missing, Note, Statement, Text, Tile, Tiles
from crmwb.display.picture import Picture, image
from crmwb.findings import Count, Finding, Interval, Listing, Money, Name, Number, Share, Unavailable, language
from crmwb.findings.say import say
from crmwb.plots import style
from crmwb.quality import review

VALUES = {
    "amount": (Money(-123_456_789, "USD", exact=True), "−USD\u00a01,234,567.89", "−1,234,567.89美元"),
    "small number": (Number(0.0004), "0.0004", "0.0004"),
    "share near one": (Share(0.995), "99.5%", "99.5%"),
    "one": (Count(1, "campaign"), "1 campaign", "1个营销活动"),
    "none": (Count(0, "customer"), "0 customers", "0位客户"),
    "empty list": (Listing(()), "none", "无"),
    "unknown": (Money(None, "USD"), "–", "–"),
}
CASES = [
    (code, name, value, words[list(language.LANGUAGES).index(code)])
    for code in language.LANGUAGES
    for name, (value, *words) in VALUES.items()
]
# Texts of errors and of the log stay in English and are put together where they arise.
FOR_DEVELOPERS = {"CrmwbError", "ValueError", "step", "track", "float"}
OF_ERRORS = {"quality/limits.py", "quality/account.py", "quality/checks.py", "quality/runs/drift.py"}
# What a browser sorts and saves by.
RAW = {"{value / 100:.2f}", "{value.cents / 100:.2f}"}
SHOWN = ("actions", "display", "lifecycle", "migration", "plots", "quality", "reporting", "response", "workbench")


@pytest.mark.parametrize(("code", "name", "value", "written"), CASES, ids=lambda v: str(v)[:12])
def test_sentences_tables_tiles_figures_and_notes_write_the_same(code, name, value, written):
    sentence = Finding("common.quoted", {"what": value})
    gap = Unavailable("workbench.not_in_source", (), {"what": value})
    frame = pd.DataFrame({"value": pd.Series([value], dtype=object)})
    blocks = [Heading(sentence), Text(sentence), Statement(sentence), Note(gap), Missing(sentence, value),
              Tiles((Tile("", value),)), tables.table(frame), Figure({}, sentence, sentence)]  # fmt: skip
    with language.using(code):
        assert say(value) == written
        assert say(Interval(value, value)).count(written) >= 2
        assert html.cell(Column("value", "", "said"), value) == written
        assert all(written in html.plain(block) for block in blocks)
        assert all(written in html.html(block) for block in blocks if not isinstance(block, Figure))
        assert written in tables.html(frame)  # as the workbench shows a frame
        assert written.replace("\u00a0", " ") in _drawn(sentence).replace("\u00a0", " ")


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_the_command_line_writes_the_same(code):
    group = review.Group("transactions", "line_has_units", "no units", 1_234_567, [])
    with language.using(code):
        written = review.in_words([group])
        assert f"  {say(Count(1_234_567))} × line_has_units" in written
        assert say(Count(1_234_567, "row")) in written


def test_axes_write_the_same():
    for code in language.LANGUAGES:
        with language.using(code):
            axes = style.new_axes()
            style.money_axis(axes.xaxis, "USD")
            style.count_axis(axes.yaxis)
            assert axes.xaxis.get_major_formatter()(-123_456_789) == say(Money(-123_456_789, "USD"))
            assert axes.yaxis.get_major_formatter()(1_234_567) == say(Count(1_234_567))


FILES = [*sorted(f for package in SHOWN for f in (SRC / "crmwb" / package).rglob("*.py")), SRC / "crmwb" / "cli.py"]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SRC / "crmwb")))
def test_no_other_formatter_of_numbers(file):
    if str(file.relative_to(SRC / "crmwb")) not in OF_ERRORS:
        by_hand = {ast.unparse(value) for value in formatted(ast.parse(file.read_text(encoding="utf-8")))}
        assert not by_hand - RAW


def formatted(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the numbers that f-strings write with a format of their own, errors and log aside."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise | ast.Assert):
            continue
        if isinstance(child, ast.Call) and getattr(child.func, "attr", getattr(child.func, "id", "")) in FOR_DEVELOPERS:
            continue
        if isinstance(child, ast.FormattedValue) and child.format_spec is not None:
            spec = "".join(part.value for part in child.format_spec.values if isinstance(part, ast.Constant))
            if "," in spec or spec.endswith(("f", "%", "g", "e")):
                yield child
        yield from formatted(child)


def _drawn(sentence: Finding) -> str:
    """Return the text of a figure whose title is a sentence."""

    def draw(content):
        axes = style.new_axes()
        axes.set_title(say(content))
        return axes

    return image(Picture(draw, (sentence,), Name("")).drawn)
