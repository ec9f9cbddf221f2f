"""Registers of clubs and charities: gifts, tax reclaimed, dues, and what was refunded by its status only."""

import pytest
from mapping_exports import Mapped, total, write

from crmwb.sources.drafting.amounts import order_totals
from crmwb.sources.drafting.reading import vocabulary, words
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import no_business


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def kind(i):
    return {3: "Membership Fee", 7: "Camp Fee", 11: "Gift in Kind", 13: "Gift Aid reclaim"}.get(i % 20, "Donation")


def register(state=lambda _: "Completed", more=()):
    lines = ["Contribution ID,Supporter ID,Date Gift Received,Income type,State,Amount"]
    lines += [
        f"{900 + i},S{i % 37},2024-{1 + i % 12:02}-{1 + i % 27:02},{kind(i)},{state(i)},{10 + i}.00" for i in range(240)
    ]
    return [*lines, *more]


def test_what_brings_no_money_is_asked_and_dues_and_gifts_count(project):
    write(project, "gifts.csv", register())
    asked = {text.partition("--answer ")[2].partition("=")[0] for text in project.draft()}
    assert asked == {"income_type_gifts_in_kind", "income_type_tax_reclaimed_on_gifts"}
    assert project.draft(**dict.fromkeys(asked, "leave_out")) == []
    assert total(project) == sum(10 + i for i in range(240) if i % 20 not in {11, 13})
    assert project.ingest().table("transactions").order_id.nunique() == 216


def test_orders_refunded_by_their_status_only_are_asked_beside_rows_that_take_others_back(project):
    def state(i):
        return "Refunded" if i % 24 == 5 else "Completed"

    given = {"income_type_gifts_in_kind": "keep", "income_type_tax_reclaimed_on_gifts": "keep"}
    part = [f"{2000 + i},S{i % 37},2024-11-03,Donation,Completed,-4.00" for i in range(6)]
    write(project, "gifts.csv", register(state, part))
    assert project.draft(**given, refunded_by_state="leave_out") == []
    assert total(project) == sum(10 + i for i in range(240) if state(i) == "Completed") - 24


def test_orders_that_a_row_takes_back_are_not_asked_about(project):
    def state(i):
        return "Refunded" if i % 24 == 5 else "Completed"

    taken = [f"{2000 + i},S{i % 37},2024-11-03,{kind(i)},Completed,-{10 + i}.00" for i in range(240) if i % 24 == 5]
    write(project, "gifts.csv", register(state, taken))
    assert not any("refunded_by" in text for text in project.draft())


def test_fees_for_what_customers_come_to_are_no_fees_of_a_payment_service():
    assert not any(map(words.brings_no_money, ["Event Fee", "course fees", "Annual fee", "Kursgebühr"]))
    assert all(map(words.brings_no_money, ["Fee", "Processing fee", "Stripe fees", "refund fee"]))


def test_donations_are_asked_about_where_they_are_few_only():
    of = no_business.kinds("income type", ["Donation", "Ticket"])
    (what,) = of
    assert no_business.is_most(what, of[what], {"Donation": 60, "Ticket": 40})
    assert not no_business.is_most(what, of[what], {"Donation": 4, "Ticket": 40})


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        ("Date Gift Received", 1),
        ("Date of donation", 2),
        ("Date received", 1),
        ("Date of last gift", 0),
        ("Date Payment Due", 0),
    ],
)
def test_days_of_gifts(name, may_be):
    found = vocabulary.matches(plain_words(name), vocabulary.TRANSACTIONS["ordered_at"])
    assert bool(found) == bool(may_be)


def test_a_number_that_few_orders_have_is_no_total_of_them():
    columns = [Column(name, 100, {}, ()) for name in ("net", "fee", "number")]
    rows = [(20.0 + i, 19.5 + i, 0.5, 8000.0 + i if i % 25 == 0 else 0.0) for i in range(100)]
    assert [total.name for total, _ in order_totals.sums_of(rows, columns)] == ["net"]
