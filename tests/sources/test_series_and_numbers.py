"""Orders that a file tells by a series and a number together."""

from pathlib import Path

import pytest
from mapping_exports import Mapped


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


@pytest.mark.parametrize(
    ("header", "n_series", "n_orders"),
    [
        ("Serie;Folio;Fecha;Cliente;Importe", 2, 80),  # 40 numbers in each of two series
        ("Serie;Numar;Data facturii;Client;Valoare", 1, 80),
        ("Series;Invoice No;Date;Customer;Amount", 4, 80),
    ],
)
def test_a_number_within_a_series_is_the_order(company: Mapped, header: str, n_series: int, n_orders: int) -> None:
    lines = [header]
    for i in range(80):
        start = f"{'ABCD'[i % n_series]};{100 + i // n_series};2024-03-{1 + i % 7:02};K{i % 5}"
        lines += [f"{start};{20 + i * 37 % 61},50", f"{start};{11 + i * 31 % 47},00"][
            : 1 + (i % 3 == 0 and n_series > 1)
        ]
    (company.raw / "documents.csv").write_text("\n".join(lines))
    assert company.map("documents.csv", currency="EUR"), company.printed
    assert company.ingest().table("transactions").order_id.nunique() == n_orders


def test_a_series_that_tells_nothing_apart_is_left_alone(company: Mapped) -> None:
    lines = ["Series;Invoice No;Date;Customer;Amount"]
    lines += [f"{'AB'[i % 2]};{100 + i};2024-03-{1 + i % 7:02};K{i % 5};{20 + i * 37 % 61},50" for i in range(80)]
    (company.raw / "documents.csv").write_text("\n".join(lines))
    assert company.map("documents.csv", currency="EUR"), company.printed
    assert "order_id: Invoice No" in company.mapping
