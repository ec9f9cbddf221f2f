"""Orders by numbers that no name tells, places of the company among its customers, corrections, and codes in names."""

from pathlib import Path

import pytest
from mapping_exports import Mapped


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def _amount(i: int) -> int:
    return 20 + i * 37 % 61


@pytest.mark.parametrize(("name", "is_known"), [("Fatura No", True), ("Slip no", True), ("Till no", False)])
def test_a_number_of_one_customer_and_day_is_the_order(company: Mapped, name: str, is_known: bool) -> None:
    lines = [f"{name};Date;Customer;Amount"]
    for i in range(60):
        number = 500 + i if is_known else 1 + i % 3
        lines += [f"{number};2024-05-{1 + i % 4:02};K{i % 5};{_amount(i + j)},50" for j in range(1 + i % 2)]
    (company.raw / "lines.csv").write_text("\n".join(lines))
    company.draft()
    assert company.ingest().table("transactions").order_id.nunique() == (60 if is_known else 20)


@pytest.mark.parametrize("title", ["Brook Pumps Ltd", "Sales register"])
def test_places_of_the_company_itself_are_asked_about(company: Mapped, title: str) -> None:
    lines, own = [title, "", "Voucher No,Date,Customer,Amount"], 0
    for i in range(80):
        who = (
            f"Brook Pumps Ltd - {'North' if i % 20 else 'South'} Depot"
            if i % 10 == 0
            else f"Firm {'ABCDEFGHIJKLMNOPQRS'[i % 19]}"
        )
        own += _amount(i) * (i % 10 == 0)
        lines.append(f"V{i},2024-05-{1 + i % 28:02},{who},{_amount(i)}.00")
    (company.raw / "register.csv").write_text("\n".join(lines))
    asked = [question for question in company.draft() if "your own company, its places" in question]
    assert len(asked) == 1
    company.draft(own_places_by_customer="leave_out")
    rows = company.ingest().table("transactions")
    assert rows.customer_id.nunique() == 19
    assert int(rows.revenue_cents.sum()) == 100 * (sum(map(_amount, range(80))) - own)


@pytest.mark.parametrize("own", ["Brook Pumps (own use)", "Pompes Ruisseau - usage interne", "水泵商行（自用）"])
def test_what_the_company_took_itself_is_asked_about(company: Mapped, own: str) -> None:
    lines, taken = ["Voucher No,Date,Customer No,Customer Name,Amount"], 0
    for i in range(80):
        taken += _amount(i) * (i % 10 == 0)
        who = f"1,{own}" if i % 10 == 0 else f"{100 + i % 31},Firm {i % 31} Ltd"
        lines.append(f"V{i},2024-05-{1 + i % 28:02},{who},{_amount(i)}.00")
    (company.raw / "register.csv").write_text("\n".join(lines), encoding="utf-8")
    asked = company.draft()
    assert any("which sound like your own company, its places or its own use" in question for question in asked), asked
    assert company.draft(own_places_by_customer_name="leave_out") == []
    assert int(company.ingest().table("transactions").revenue_cents.sum()) == 100 * (
        sum(map(_amount, range(80))) - taken
    )


def test_what_the_company_took_itself_by_the_file_of_customers_of_lines_and_heads(company: Mapped) -> None:
    heads, lines, taken = ["Invoice No,Invoice Date,Customer No"], ["Invoice No,Line,Item,Amount"], 0
    for i in range(80):
        taken += (2 * _amount(i) + 3) * (i % 10 == 0)
        heads.append(f"V{i},2024-05-{1 + i % 28:02},{1 if i % 10 == 0 else 100 + i % 31}")
        lines += [f"V{i},{k},P{(i + k) % 7},{_amount(i) + k}.00" for k in (1, 2)]
    names = [f"{100 + i},Firm {i} Ltd" for i in range(31)]
    (company.raw / "heads.csv").write_text("\n".join(heads))
    (company.raw / "lines.csv").write_text("\n".join(lines))
    (company.raw / "customers.csv").write_text("\n".join(["Customer No,Name", "1,Brook Pumps Ltd (own use)", *names]))
    assert any("name_own" in question for question in company.draft())
    assert company.draft(name_own="leave_out") == []
    assert (
        int(company.ingest().table("transactions").revenue_cents.sum())
        == 100 * sum(2 * _amount(i) + 3 for i in range(80)) - 100 * taken
    )


def test_a_patient_for_training_is_asked_about(company: Mapped) -> None:
    lines, made_up = ["Visit,Date,File no,Patient,Amount"], 0
    for i in range(80):
        is_one = i % 27 == 3
        made_up += _amount(i) * is_one
        who = "9999,TEST TEST do not delete" if is_one else f"{100 + i % 31},Sommer {i % 31}"
        lines.append(f"V{i},2024-05-{1 + i % 28:02},{who},{_amount(i)}.00")
    (company.raw / "visits.csv").write_text("\n".join(lines))
    answers = {"customer": "File no"}
    assert any("sounds like a test" in question for question in company.draft(**answers)), company.printed
    assert company.draft(patient_tests="leave_out", **answers) == []
    assert int(company.ingest().table("transactions").revenue_cents.sum()) == 100 * (
        sum(map(_amount, range(80))) - made_up
    )


def test_a_depot_of_another_company_is_a_customer(company: Mapped) -> None:
    lines = ["Voucher No,Date,Customer,Amount"]
    lines += [
        f"V{i},2024-05-{1 + i % 28:02},{'Tea - Depot' if i % 9 == 0 else 'Firm ' + 'ABCDEFG'[i % 7]},{_amount(i)}.00"
        for i in range(80)
    ]
    (company.raw / "register.csv").write_text("\n".join(lines))
    assert company.draft() == []


def test_rows_before_and_after_a_correction_count_with_what_they_correct(company: Mapped) -> None:
    lines, total = ["Document;Number;Date;Customer;Line;Amount;Before;Corrects"], 0
    for i in range(60):
        start = f"X{7 * i:05};F{i};2024-05-{1 + i % 28:02};K{i % 9}"
        if i % 6 == 5:
            lines += [f"{start};1;{_amount(i)},00;1;F{i - 1}", f"{start};2;{_amount(i) - 9},00;;F{i - 1}"]
            total -= 9
        else:
            lines += [f"{start};1;{_amount(i)},00;;", f"{start};2;{_amount(i + 1)},50;;"]
            total += _amount(i) + _amount(i + 1) + 0.5
    (company.raw / "rows.csv").write_text("\n".join(lines))
    asked = company.draft()
    assert any("Before is '1'" in question for question in asked)
    company.draft(kinds_of_before="1=return")
    rows = company.ingest().table("transactions")
    assert int(rows.revenue_cents.sum()) == 100 * total
    assert rows.order_id.nunique() == 50


def test_a_number_that_a_name_says_to_stand_for_nothing_is_none(company: Mapped) -> None:
    lines = ["order_id,order_date,customer_id,amount (-99999=not yet known)"]
    lines += [f"{i},2024-05-{1 + i % 28:02},K{i % 9},{-99999 if i % 8 == 7 else _amount(i)}" for i in range(80)]
    (company.raw / "orders.csv").write_text("\n".join(lines))
    company.draft()
    rows = company.ingest().table("transactions")
    assert int(rows.revenue_cents.sum()) == 100 * sum(_amount(i) for i in range(80) if i % 8 != 7)


@pytest.mark.parametrize("answer", ["take_off", "take_off_of_order"])
def test_the_same_money_on_every_line_may_be_of_the_whole_order(company: Mapped, answer: str) -> None:
    lines, total, off = ["order_id,order_date,customer_id,qty,unit price,クーポン利用額"], 0, 0
    for i in range(90):
        coupon, n_lines = 5 * (i % 4 == 0), 1 + i % 3
        rows = [f"{i},2024-05-{1 + i % 28:02},K{i % 9},2,{_amount(i + j)}.00,{coupon}" for j in range(n_lines)]
        total += sum(2 * _amount(i + j) for j in range(n_lines))
        off += coupon * (1 if answer == "take_off_of_order" else n_lines)
        lines += rows
    (company.raw / "lines.csv").write_text("\n".join(lines))
    asked = [question for question in company.draft() if "the same on every line of an order" in question]
    assert len(asked) == 1
    key = asked[0].partition("--answer ")[2].partition("=")[0]
    company.draft(**{key: answer})
    assert int(company.ingest().table("transactions").revenue_cents.sum()) == 100 * (total - off)


@pytest.mark.parametrize(("who", "is_asked"), [("PASSAGE", True), ("Cash sales", True), ("Passat GmbH", False)])
def test_an_account_for_everybody_who_comes_in_is_asked_about(company: Mapped, who: str, is_asked: bool) -> None:
    lines = ["order_id,order_date,customer_id,amount"]
    lines += [f"{i},2024-05-{1 + i % 28:02},{who if i % 5 == 0 else f'K{i % 9}'},{_amount(i)}.00" for i in range(80)]
    (company.raw / "orders.csv").write_text("\n".join(lines))
    assert any("stand for guests" in question for question in company.draft()) == is_asked
    if is_asked:
        company.draft(customer_0="guest")
        rows = company.ingest().table("transactions")
        assert int(rows.revenue_cents.sum()) == 100 * sum(_amount(i) for i in range(80) if i % 5)


def test_who_may_buy_is_proposed_before_other_columns(company: Mapped) -> None:
    lines = ["Case #,Invoice Date,Gross Total,Tooth,Acct #,Ext Price"]
    lines += [
        f"C{i},2024-05-{1 + i % 28:02},{100 + i % 70},T{i % 30},{1100 + i % 9},{_amount(i)}.50" for i in range(80)
    ]
    (company.raw / "cases.csv").write_text("\n".join(lines))
    assert not company.map("cases.csv", currency="USD")
    assert "no customer (could be Acct #" in company.printed
