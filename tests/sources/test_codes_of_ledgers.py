"""Ledgers in which a code tells charges from payments, taxes and transfers, beside amounts with signs."""

import pytest
from mapping_exports import Mapped, total, write


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


@pytest.mark.parametrize("name", ["Posting type", "Ledger code", "Art"])
def test_a_code_tells_what_is_sold_although_transfers_come_to_nothing(project, name):
    lines, sold = [f"Entry,Posted on,Account no,{name},Amount"], 0

    def post(i, code, amount):
        lines.append(f"{len(lines)},2024-{1 + i % 12:02}-{1 + i % 27:02},C{i % 23},{code},{amount:.2f}")

    for i in range(160):
        price = 40 + 3 * i
        sold += price - (5 if i % 9 == 0 else 0)
        post(i, 110, price)
        post(i, 115, -5) if i % 9 == 0 else None
        post(i, 400, round(0.2 * price, 2))
        post(i, 700, -30)
        post(i, 700, 30)  # moved from one folio to another
        post(i, 900, -round(1.2 * price, 2))
    write(project, "ledger.csv", lines)
    key = f"kinds_of_{name.lower().replace(' ', '_')}"
    assert any(key in text for text in project.draft())
    assert project.draft(**{key: "400=none,700=none,900=none"}) == []
    assert total(project) == sold
