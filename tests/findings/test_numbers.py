"""Numbers, money, times and lists are written one way in each language, wherever they stand."""

from datetime import date

import pandas as pd
import pytest

from crmwb.display import html, tables
from crmwb.errors import CrmwbError
from crmwb.findings import (
    Change,
    Count,
    Day,
    Days,
    Interval,
    Listing,
    Money,
    Month,
    Name,
    Number,
    Share,
    Span,
    Term,
    Times,
    language,
    numbers,
)
from crmwb.findings.say import say
from crmwb.plots import style

NEGATIVE = -123_456_789  # cents of −1,234,567.89

UNKNOWN = (Money(None, "USD"), Share(float("nan")), Count(None, "customer"), Number(pd.NA), Day(pd.NaT))
WRITTEN = [
    (Money(NEGATIVE, "USD"), "−USD\u00a01.23m", "−123万美元"),
    (Money(NEGATIVE, "USD", exact=True), "−USD\u00a01,234,567.89", "−1,234,567.89美元"),
    (Money(99_999_999_999, "CNY"), "CNY\u00a01bn", "10亿元"),
    (Money(99_960, "EUR"), "EUR\u00a01k", "1,000欧元"),
    (Money(1_235, "EUR"), "EUR\u00a012.35", "12.35欧元"),
    (Money(0, ""), "0", "0"),
    (Money(100, "points"), "points\u00a01", "1\u00a0points"),
    (Number(-1_234_567.89), "−1,234,568", "−1,234,568"),
    (Number(0.0004), "0.0004", "0.0004"),
    (Number(0.995), "0.995", "0.995"),
    (Number(12.0), "12", "12"),
    (Share(0.0004), "<0.1%", "<0.1%"),
    (Share(0.995), "99.5%", "99.5%"),
    (Share(0.9999), ">99.9%", ">99.9%"),
    (Share(0.543), "54%", "54%"),
    (Share(-0.031), "−3.1%", "−3.1%"),
    (Change(0.031), "up 3.1%", "增长3.1%"),
    (Change(-0.2), "down 20%", "下降20%"),
    (Change.between(100, 100), "unchanged", "持平"),
    (Change.between(0, 5), "–", "–"),
    (Times(1.84), "1.8×", "1.8倍"),
    (Times(0.62), "0.62×", "0.62倍"),
    (Count(1, "campaign"), "1 campaign", "1个营销活动"),
    (Count(0, "customer"), "0 customers", "0位客户"),
    (Count(1_469_307), "1,469,307", "1,469,307"),
    (Days(84.6), "85 days", "85天"),
    (Span(45), "45 days", "45天"),
    (Span(365), "12 months", "12个月"),
    (Span(900), "2.5 years", "2.5年"),
    (Day(date(2018, 1, 2)), "2 January 2018", "2018年1月2日"),
    (Month(date(2018, 1, 2)), "January 2018", "2018年1月"),
    (Interval(Share(0.03), Share(0.07)), "3% to 7%", "3%–7%"),
    (Listing(()), "none", "无"),
    (Listing((Name("a"), Name("b"), Name("c"))), "a, b and c", "a、b和c"),
    (Term("tier", "vip"), "VIP", "VIP客户"),
    (Term("tier", "gold_club"), "gold club", "gold club"),
    *((value, "–", "–") for value in UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("value", "english", "chinese"), WRITTEN, ids=lambda v: str(v)[:50])
def test_a_value_is_written_one_way_in_each_language(value, english, chinese):
    with language.using("en"):
        assert say(value) == english
    with language.using("zh"):
        assert say(value) == chinese


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_tables_axes_and_sentences_write_the_same(code):
    frame = pd.DataFrame({"n_customers": [0], "revenue_share": [0.995], "brier": [0.0004], "revenue_cents": [NEGATIVE]})
    shown = tables.table(frame, currency="USD")
    with language.using(code):
        cells = [html.cell(column, value) for column, value in zip(shown.columns, shown.rows[0], strict=True)]
        assert cells == [
            say(Count(0)),
            say(Share(0.995)),
            say(Number(0.0004)).ljust(8, "0"),
            numbers.count(-1_234_567.89),
        ]
        axes = style.new_axes()
        style.money_axis(axes.xaxis, "USD")
        style.share_axis(axes.yaxis)
        assert axes.xaxis.get_major_formatter()(NEGATIVE) == say(Money(NEGATIVE, "USD"))
        assert axes.yaxis.get_major_formatter()(0.995) == say(Share(0.995))


def test_an_unknown_language_is_refused(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "fr")
    with pytest.raises(CrmwbError, match="CRMWB_LANG: no language 'fr'; set it to one of en, zh"):
        say(Share(0.5))


def test_the_environment_chooses_the_language(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "zh")
    assert say(Count(1, "customer")) == "1位客户"
    with language.using("en"):
        assert say(Count(1, "customer")) == "1 customer"
