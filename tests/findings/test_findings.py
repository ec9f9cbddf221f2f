"""Findings: stored without loss, said whole, withheld by their guards."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crmwb.findings import (
    Change,
    Count,
    Day,
    Days,
    Finding,
    Interval,
    Listing,
    Money,
    Month,
    Name,
    Number,
    Passage,
    Share,
    Span,
    Term,
    Times,
    Unavailable,
    Wording,
    by_weight,
    codec,
    dumps,
    from_json,
    guards,
    language,
    loads,
    to_json,
)
from crmwb.findings.say import fill, say

EVERY_KIND = [
    Money(123, "EUR"), Money(None, "EUR"), Share(0.1), Change(-0.2), Times(2.5), Number(1.5), Count(3, "customer"),
    Days(3.0), Span(400.0), Day(date(2024, 2, 29)), Month(date(2024, 2, 1)), Name("北京 “A”"), Term("tier", "vip"),
    Interval(Share(0.1), Share(0.2)), Listing((Name("a"), Listing((Count(1),)))),
    Finding("common.none", {"inner": Finding("common.yes")}, 12.5),
    Unavailable("common.no", (Term("table", "invoices"),)),
]  # fmt: skip


@pytest.mark.parametrize("value", EVERY_KIND, ids=lambda v: type(v).__name__)
def test_every_kind_comes_back_from_json_as_it_was(value):
    assert from_json(to_json(value)) == value
    assert loads(dumps(value)) == value


def test_numbers_of_numpy_and_pandas_become_plain_and_are_kept_to_six_digits():
    assert Share(np.float64(1 / 3)).value == 0.333333
    assert type(Count(np.int64(3)).value) is int
    assert Money(np.float64(12.6), "EUR").cents == 13
    assert Money(2**53 + 1, "EUR").cents == 2**53 + 1
    assert Share(float("nan")) == Share(None) == Share(pd.NA)
    assert Day(pd.Timestamp("2024-02-29 13:00")) == Day(date(2024, 2, 29))


def test_what_is_no_finding_is_refused():
    with pytest.raises(ValueError, match="no type of finding or value: 'nothing'"):
        from_json({"@type": "nothing"})


def test_the_weightiest_finding_comes_first_and_equals_stay_in_order():
    a, b, c = Finding("a", weight=1), Finding("b", weight=2), Finding("c", weight=1)
    assert [f.code for f in by_weight([a, b, c])] == ["b", "a", "c"]


def test_a_word_fits_its_number():
    text = "{n} {n:row was|rows were} left out"
    with language.using("en"):
        assert fill(text, {"n": Count(1)}) == "1 row was left out"
        assert fill(text, {"n": Count(0)}) == "0 rows were left out"
        assert fill("{a:is|are}", {"a": Listing((Name("x"),))}) == "is"


def test_a_finding_within_another_is_a_clause_and_a_sentence_begins_with_a_capital(monkeypatch):
    texts = {"common.outer": "{inner} and {name}", "common.inner": "more", "common.named": "{name} is small"}
    monkeypatch.setattr("crmwb.findings.say.message", lambda code, _: texts[code])
    assert say(Finding("common.outer", {"inner": Finding("common.inner"), "name": Name("x")})) == "More and x"
    assert say(Finding("common.named", {"name": Name("iPhone")})) == "iPhone is small"


def test_a_code_without_a_message_is_our_mistake():
    with pytest.raises(LookupError, match=r"locales/en/value\.toml: no message 'value\.nonsense'"):
        say(Finding("value.nonsense"))


def test_what_cannot_be_said_names_what_it_needs(monkeypatch):
    monkeypatch.setattr(
        "crmwb.findings.say.message", lambda code, _: {"x.y": "No forecast."}.get(code, "{what} It would need {needs}.")
    )
    assert say(Unavailable("x.y")) == "No forecast."
    assert say(Unavailable("x.y", (Term("table", "invoices"),))) == "No forecast. It would need invoices."


def test_a_guard_withholds_a_finding_and_says_why(monkeypatch):
    monkeypatch.setattr(guards, "_registry", [])

    @guards.guard("value.*")
    def too_few(finding, context):
        return Finding("guards.too_few") if context.facts["n"] < 30 else None

    findings = [Finding("value.a"), Finding("quality.b")]
    judged = guards.apply(findings, guards.Context({"n": 5}))
    assert judged.kept == (findings[1],)
    assert judged.withheld == ((findings[0], Finding("guards.too_few")),)
    assert guards.apply(findings, guards.Context({"n": 50})).kept == tuple(findings)


def test_only_dataclasses_that_are_registered_are_written():
    with pytest.raises(TypeError):
        codec.to_json("prose")


def test_sentences_follow_each_other_as_the_language_has_it():
    passage = Passage((Finding("common.interval", {"low": Share(0.1), "high": Share(0.2)}), Name("done")))
    assert say(passage) == "10% to 20% done"
    with language.using("zh"):
        assert say(passage) == "10%–20%done"
    assert loads(dumps(passage)) == passage


def test_a_text_of_a_person_is_marked_where_it_lacks_the_language_of_its_reader():
    both = Wording({"en": "Show {item} first.", "zh": "优先展示{item}。"}, {"item": Name("tea")})
    assert say(both) == "Show tea first."
    with language.using("zh"):
        assert say(both) == "优先展示tea。"
        assert say(Wording({"en": "Show {item} first."}, both.values)) == "Show tea first.（仅有英文）"
    assert say(Wording({"zh": "优先展示{item}。"}, both.values)) == "优先展示tea。 (Chinese only)"
    assert loads(dumps(both)) == both


def test_words_that_fit_a_number_may_hold_it():
    text = "{n:{n} forecast was|{n} forecasts were} made by {whom}."
    assert fill(text, {"n": Count(1), "whom": Name("{n}")}) == "1 forecast was made by {n}."
    assert fill(text, {"n": Count(3), "whom": Name("us")}) == "3 forecasts were made by us."
