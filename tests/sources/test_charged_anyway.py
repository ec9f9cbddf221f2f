"""Bookings that were cancelled and charged all the same, as a fee of whoever brought them shows: asked about."""

import pytest
from mapping_exports import Mapped, total, write


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def lines(state, fee, header="Tour code,Guest ID,Departure date,State,Total,Agency fee"):
    day = [f"2024-{1 + i % 12:02}-{1 + i % 27:02}" for i in range(150)]
    return [header, *(f"T{i:04},G{i % 31},{day[i]},{state(i)},{60 + i}.00,{fee(i)}" for i in range(150))]


def state(i):
    return "Cancelled" if i % 10 == 3 else "Not shown up" if i % 25 == 6 else "Completed"


def is_charged(i):
    return state(i) == "Completed" or i % 4 == 3


def test_only_those_with_a_fee_count_where_a_person_says_so(project):
    write(project, "tours.csv", lines(state, lambda i: f"{6 + i / 10:.2f}" if is_charged(i) else "0.00"))
    left = project.draft()
    asked = [text.partition("--answer ")[2].partition("=")[0] for text in left]
    assert sorted(asked) == ["charged_by_agency_fee", "no_sales_by_state"]
    assert project.draft(charged_by_agency_fee="keep", no_sales_by_state="none") == []
    assert total(project) == sum(60 + i for i in range(150) if is_charged(i))


def test_none_that_was_cancelled_counts_where_a_person_says_so(project):
    write(project, "tours.csv", lines(state, lambda i: f"{6 + i / 10:.2f}" if is_charged(i) else ""))
    assert project.draft(charged_by_agency_fee="leave_out", no_sales_by_state="Not shown up") == []
    assert total(project) == sum(60 + i for i in range(150) if state(i) == "Completed")


def test_a_day_of_cancelling_leaves_out_no_row_that_was_charged(project):
    header = "Tour code,Guest ID,Departure date,Cancelled on,Total,Commission"
    write(
        project,
        "tours.csv",
        lines(
            lambda i: "2024-01-02" if state(i) == "Cancelled" else "",
            lambda i: 7 if is_charged(i) or state(i) != "Cancelled" else 0,
            header,
        ),
    )
    assert project.draft(charged_by_commission="keep") == []
    assert total(project) == sum(60 + i for i in range(150) if is_charged(i) or state(i) != "Cancelled")


@pytest.mark.parametrize(
    "fee",
    [
        lambda i: "0.00" if state(i) != "Completed" else "5.00",  # nothing that was cancelled bears one
        lambda i: "5.00",  # all bear it, charged or not
        lambda i: "5.00" if i % 3 else "0.00",  # so do only some of those that count
    ],
)
def test_a_fee_that_tells_nothing_is_not_asked_about(project, fee):
    write(project, "tours.csv", lines(state, fee))
    assert not any("charged_by" in text for text in project.draft(no_sales_by_state="none"))
