"""HTML, scripts, formulas and Markdown in the data are texts in JupyterLab: escaped, and nothing typesets or runs."""

from pathlib import Path

import pandas as pd
import pytest

from crmwb import Workbench
from crmwb.display import page, picture, tables
from crmwb.findings import Finding, Name, Term
from crmwb.plots import cards as card_plots
from crmwb.plots import needs as needs_plots
from crmwb.plots import views as view_plots

PROJECT = Path(__file__).parents[2]
HOSTILE = (
    r"<script>alert(1)</script><img src=x onerror=alert(1)> $\href{javascript:alert(1)}{x}$ "
    "[y](javascript:alert(1)) **z** =1+1"
)
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"


def is_harmless(html: str) -> bool:
    return "<script" not in html and "<img src=x" not in html and "mathjax_ignore" in html


def test_tables_of_the_workbench_show_texts_as_they_stand():
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "segment": [HOSTILE], "said": [Name(HOSTILE)], "tier": [HOSTILE]})
    html = tables.html(frame, caption=Name(HOSTILE), labels={"said": Term("column", HOSTILE)}, currency=HOSTILE)
    assert is_harmless(html)
    assert html.count(ESCAPED) >= 6


def test_blocks_of_a_notebook_show_texts_as_they_stand(monkeypatch):
    shown = []
    monkeypatch.setattr(page, "display", lambda data, raw: shown.append(data["text/html"]))
    page.heading(HOSTILE)
    page.text(HOSTILE)
    page.finding(Finding("needs.stands_out", {"segment": Term("cluster_name", HOSTILE)}))
    page.note(Name(HOSTILE))
    page.tiles([(HOSTILE, HOSTILE, HOSTILE)])
    page.table(pd.DataFrame({"a": [HOSTILE]}), caption=HOSTILE, folded=True)
    assert len(shown) == 6
    for html in shown:
        assert is_harmless(html)
        assert html.startswith('<div class="mathjax_ignore">')
        assert ESCAPED in html


CATEGORIES = pd.DataFrame({"category": [HOSTILE], "customer_share": [0.5], "revenue_share": [0.2]})
INTERVAL = {"lower": [1.5], "upper": [3.0]}
TRAITS = pd.DataFrame({"label": [Name(HOSTILE)], "index": [2.0]} | INTERVAL)
NEEDS = pd.DataFrame({"measure": ["channel_order_share"], "item": [HOSTILE], "lift": [2.0]} | INTERVAL)


@pytest.mark.parametrize(
    ("function", "content"),
    [
        (view_plots.interests, [CATEGORIES]),
        (view_plots.correlations, [pd.DataFrame([[1.0, 0.2], [0.2, 1.0]]), [Name(HOSTILE), Name("b")]]),
        (card_plots.card, [TRAITS, Term("cluster_name", HOSTILE)]),
        (needs_plots.segment_lifts, [NEEDS, HOSTILE]),
    ],
)
def test_figures_show_texts_as_they_stand(function, content):
    assert is_harmless(picture.draw(function, *content, alt=HOSTILE)._repr_html_())


def test_frames_of_pandas_show_texts_as_they_stand():
    Workbench(PROJECT)
    html = pd.DataFrame({HOSTILE: [HOSTILE]}).to_html()
    shown = pd.DataFrame({HOSTILE: [HOSTILE]})._repr_html_()
    assert "<script" not in html
    assert is_harmless(shown)
