"""Shares that are charged, whole numbers that may be cents, and returns whose amounts have both signs."""

import json
from pathlib import Path

import pytest
from mapping_exports import Mapped

SHARES = (100, 100, 100, 50, 100, 0, 100)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


def _amount(i: int) -> int:
    return 20 + i * 37 % 61


@pytest.mark.parametrize(("name", "sign"), [("Charge %", ""), ("Berechneter Anteil", "%"), ("Progress pct", "")])
def test_the_share_that_is_charged_is_asked_about(company: Mapped, name: str, sign: str) -> None:
    lines = [f"Case,Date,Customer,Amount,{name}"]
    lines += [f"{i},2024-04-{1 + i % 28:02},K{i % 9},{_amount(i)}.50,{SHARES[i % 7]}{sign}" for i in range(84)]
    (company.raw / "cases.csv").write_text("\n".join(lines))
    asked = [question for question in company.draft() if "still to be taken of it (share)" in question]
    assert len(asked) == 1
    key = asked[0].partition("--answer ")[2].partition("=")[0]
    whole = {"share": sum((_amount(i) * 100 + 50) * SHARES[i % 7] for i in range(84)) / 100}
    whole["leave"] = sum(_amount(i) * 100 + 50 for i in range(84))
    for answer, cents in whole.items():
        company.draft(**{key: answer})
        assert int(company.ingest().table("transactions").revenue_cents.sum()) == cents


def test_a_share_that_the_amount_has_in_it_is_not_asked_about(company: Mapped) -> None:
    lines = ["Case,Date,Customer,List,Billed %,Amount"]
    for i in range(84):
        listed, share = 2 * _amount(i), SHARES[i % 7]
        lines.append(f"{i},2024-04-{1 + i % 28:02},K{i % 9},{listed}.00,{share},{listed * share / 100:.2f}")
    (company.raw / "cases.csv").write_text("\n".join(lines))
    assert not any("(share)" in question for question in company.draft())


@pytest.mark.parametrize("answer", ["hundredths", "whole"])
def test_whole_numbers_of_an_interface_may_be_cents(company: Mapped, answer: str) -> None:
    rows = [
        {"id": f"c{i}", "created": f"2024-04-{1 + i % 28:02}", "customer": f"K{i % 9}", "amount": 100 * _amount(i) + 90}
        for i in range(60)
    ]
    (company.raw / "charges.json").write_text(json.dumps(rows))
    asked = company.draft()
    assert any("is whole throughout" in question for question in asked)
    company.draft(decimals_of_amount=answer)
    cents = sum(row["amount"] for row in rows)
    read = int(company.ingest().table("transactions").revenue_cents.sum())
    assert read == (cents if answer == "hundredths" else 100 * cents)


def test_small_whole_numbers_and_decimals_are_no_cents(company: Mapped) -> None:
    rows = [{"day": f"2024-04-{1 + i % 28:02}", "customer": f"K{i % 9}", "amount": _amount(i)} for i in range(60)]
    (company.raw / "sales.json").write_text(json.dumps(rows))
    assert not any("is whole throughout" in question for question in company.draft())
    rows = [row | {"amount": 1000 * row["amount"] + 0.5} for row in rows]
    (company.raw / "sales.json").write_text(json.dumps(rows))
    assert not any("is whole throughout" in question for question in company.draft())


@pytest.mark.parametrize("below", [0.2, 0.8])
def test_corrections_of_both_signs_keep_them_and_are_no_orders(company: Mapped, below: float) -> None:
    lines, total = ["Document,Type,Date,Customer,Amount"], 0
    for i in range(100):
        kind = "KX" if i % 10 == 3 else "RX"
        is_below = i // 10 < 10 * below
        amount = _amount(i) * (-1 if kind == "KX" and is_below else 1)
        total += amount * (-1 if kind == "KX" and below < 0.5 else 1)
        lines.append(f"D{i},{kind},2024-04-{1 + i % 28:02},K{i % 9},{amount}.00")
    (company.raw / "documents.csv").write_text("\n".join(lines))
    answers = {"currency": "EUR", "customer": "Customer", "kinds_of_type": "KX=return"}
    assert company.map("documents.csv", **answers), company.printed
    rows = company.ingest().table("transactions")
    assert int(rows.revenue_cents.sum()) == 100 * total
    n_orders = rows[~rows.is_return].order_id.nunique()
    assert f"from {n_orders} orders" in company.printed
    assert n_orders < 100
