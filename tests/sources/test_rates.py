"""Money in several currencies, by a rates table worked out by hand."""

import pytest
from exporting import HEADER

from crmwb.errors import CrmwbError

RATES = [
    {"currency": "EUR", "starts_on": "2024-01-01", "rate": 1.1},
    {"currency": "EUR", "starts_on": "2024-07-01", "rate": 1.05},
    {"currency": "JPY", "rate": 0.0065},
]
ROWS = HEADER.replace("\n", ",money\n") + (
    "a,o1,2024-06-30,1,10.00,EUR\n"
    "a,o2,2024-07-01,1,10.01,EUR\n"
    "a,o3,2024-07-01,1,10.00,USD\n"
    "a,o4,2024-07-01,1,1000,JPY\n"
    "a,o5,2023-12-31,1,10.00,EUR\n"
    "a,o6,2024-07-01,1,10.00,GBP\n"
    "a,o7,2024-07-01,1,10.00,\n"
    "a,o8,2024-07-01,1,x,GBP\n"
)


def test_amounts_are_converted_at_the_rate_of_their_day(exports):
    exports.write(ROWS)
    exports.map(currency="money", rates={"rows": RATES})
    ingested = exports.ingest()
    rows = ingested.table("transactions")
    assert rows.revenue_cents.tolist() == [1100, 1051, 1000, 650]  # 10.01 × 1.05 = 10.5105
    lost = ingested.unreadable("transactions")
    no_rate = "no rate for its currency on its day"
    assert lost.source_row.tolist() == [6, 7, 8, 9]
    assert lost.reason.tolist() == [no_rate, no_rate, no_rate, 'no number with decimal ".", or one too large']


def test_rates_from_a_file_of_their_own(exports):
    exports.write(ROWS)
    exports.write("Datum;Währung;Kurs\n01.01.2024;EUR;1,1\n01.07.2024;EUR;1,05\n;JPY;0,0065\n", "rates.csv")
    columns = {"currency": "Währung", "starts_on": {"column": "Datum", "format": "%d.%m.%Y"}, "rate": "Kurs"}
    exports.map(currency="money", rates={"file": "rates.csv", "delimiter": ";", "decimal": ",", "columns": columns})
    ingested = exports.ingest()
    assert ingested.table("transactions").revenue_cents.tolist() == [1100, 1051, 1000, 650]
    assert [f["path"] for f in ingested.manifest["source"]["files"]] == ["rates.csv", "sales.csv"]


def test_a_whole_file_in_one_currency(exports):
    exports.write(HEADER + "a,o1,2024-06-30,1,10.00\n")
    exports.map(currency={"constant": "EUR"}, rates={"rows": RATES})
    assert exports.ingest().table("transactions").revenue_cents.tolist() == [1100]


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        (None, ["transactions.currency: needs rates"]),
        ([{"currency": "EUR", "rate": 0}], ["rates: EUR: the rate 0 is not above 0"]),
        ([{"currency": "EUR"}], ["rates.columns.rate: missing"]),
        ([{"currency": "EUR", "rate": "dear"}], ["rates: row 1: rate: no number"]),
        ([{"currency": "USD", "rate": 1.2}], ["rates: USD", "source.currency", "worth 1, not 1.2"]),
        ([RATES[0], RATES[0]], ["rates: EUR from 2024-01-01: stands there twice"]),
    ],
)
def test_rates_that_cannot_be_are_refused(exports, rates, words):
    exports.write(ROWS)
    exports.map(currency="money", rates=rates and {"rows": rates})
    with pytest.raises(CrmwbError) as caught:
        exports.ingest()
    for word in words:
        assert word in str(caught.value)
