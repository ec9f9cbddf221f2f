"""E-mail addresses and phone numbers within text, in every way they are written; and what only looks like one."""

import re

import pyarrow as pa
import pytest

from crmwb import engine
from crmwb.sources.privacy import identifiers

EMAILS = [
    "ann@x.org", "Ann <ann@x.org>", "mailto:ann@x.org", "ann＠x.org", "ann@例え.テスト", "ann@xn--r8jz45g.xn--zckzah",
    "ann%40x.org", '"ann b"@x.org', "ann (at) x.org", "ann [at] x [dot] org", "ann{AT}x.org", "ann&#64;x.org",
    "a\u200bnn@x.org", "ann@[192.168.0.1]", "ann@x。org",
]  # fmt: skip
PHONES = [
    "+49 170 9481726", "Tel. +49 170 9481726", "tel:+49-170-9481726", "+49\u00a0170\u00a09481726",
    "+49\u2011170\u20119481726", "+49 170\u20139481726", "+49 170 9481726 ext. 12", "＋49 170 9481726",
    "＋４９ １７０ ９４８１７２６",
    "0049 170 9481726", "call 00491709481726 now", "T00491709481726", "a/00491709481726",
    "(0049) 170 9481726", "+44 (0)20 7946 0958", "ask for Ann, +1 650-253-0000, mornings", "+86 138 0013 8000",
    "+49 170 948172600004",
]  # fmt: skip
OTHERS = [
    "17850", "00491709481726", "2011-12-01 08:26:00", "WHITE HANGING HEART", "+10% off", "+5", "25+", "C++ 11",
    "0012345678", "o0033321093", "INV_0049301234", "size 0012-3456", "@home", "ann@localhost", "3 @ 5.00",
    "meet (at) noon", "100.000.000", "AT&T #40",
    "price 1000000000", "1.00 001 234 567", "0170 9481726", "ann at x dot org",
    "o0001234567", "SO/0000012345678", "INV-00049170948", "0004917094817",
    "9a00463227180ea40006100b36d8bd7c", "F0B53947E39C36ECD0075157754B4E21", "a0049170-9481-4726-8f00-491709481726",
]  # fmt: skip


def test_the_engine_tells_them_in_text(con):
    texts = pa.table({"text": pa.array([*EMAILS, *PHONES, *OTHERS, None], pa.string())})
    table = engine.open_arrow(con, texts, "texts")
    shown = engine.batches(con, table.select(table.text, shown=identifiers.hidden(table.text))).read_all()
    shown = dict(zip(shown["text"].to_pylist(), shown["shown"].to_pylist(), strict=True))
    assert [t for t in EMAILS if shown[t] != identifiers.HIDDEN_EMAIL] == []
    assert [t for t in PHONES if shown[t] != identifiers.HIDDEN_PHONE] == []
    assert [t for t in OTHERS if shown[t] != t] == []
    assert shown[None] is None


def test_what_the_engine_takes_for_a_number_filled_up_with_zeros_holds_nothing():
    filled = [f"{'0' * n}{number}" for n in range(6) for number in ("", 1, 33321093, 49170948172)]
    ids = [word + digits for word in ("", "o", "A-", "x/y.", "_") for digits in filled]
    filled_up = [text for text in ids if re.search(identifiers.FILLED_UP, text)]
    assert len(filled_up) > len(ids) / 2
    assert [text for text in filled_up if identifiers.kind_of(text)] == []
    assert [text for text in EMAILS + PHONES if re.search(identifiers.FILLED_UP, text)] == []


@pytest.mark.parametrize("text", [*EMAILS, *PHONES])
def test_messages_do_not_repeat_them(text):
    assert text not in identifiers.shown(text)


def test_a_remark_with_a_number_is_set_aside_and_not_shown(exports):
    exports.write(
        "customer,order,day,units,amount,note\na,1,2024-01-01,1,5.00,web\nb,2,2024-01-02,1,5.00,Tel. 0049 170 9481726\n"
    )
    exports.map({"channel": "note"})
    ingested = exports.ingest()
    assert ingested.table("transactions")["channel"].to_list() == ["web"]
    assert "9481726" not in ingested.unreadable("transactions").to_json()
