"""Notations of numbers and dates as a draft finds them: by the same readers that the pipeline reads with."""

from collections import Counter
from datetime import datetime

import pytest

from crmwb.sources import values
from crmwb.sources.drafting.amounts import mixed_currencies
from crmwb.sources.drafting.reading import notation, words


def read(name, *texts):
    """Return how the numbers and dates of one column are read."""
    return notation.readings({"column": (name, Counter(texts))})["column"]


@pytest.mark.parametrize(
    ("texts", "sign", "numbers"),
    [
        (["$25.00 USD", "$1,225.50 USD", "-$3.00 USD"], "$ USD", [25.0, 1225.5, -3.0]),
        (["USD $25.00", "USD $3.10"], "$ USD", [25.0, 3.1]),
        (["CA$25.00 CAD", "CA$3.10 CAD"], "CA$ CAD", [25.0, 3.1]),
        (["€ 25,00", "€ 3,10"], "€", [25.0, 3.1]),
    ],
)
def test_a_sign_and_a_code_of_one_amount(texts, sign, numbers):
    amounts, _ = read("amount", *texts)
    assert amounts.style.currency_sign == sign
    assert [amounts.values[text] for text in texts] == numbers


def test_codes_tell_currencies_whose_sign_is_the_same():
    assert mixed_currencies.sign_of("$25.00 USD") == "$ USD"
    assert mixed_currencies.sign_of("$25.00 CAD") == "$ CAD"
    assert mixed_currencies.sign_of("25.00") is None
    assert words.currency("$ USD") == "USD"
    assert words.currency("0 EUR") is None


@pytest.mark.parametrize(
    ("name", "texts", "formats", "days"),
    [
        ("order date", ["15/03/2567", "29/02/2567"], ("Buddhist era %d/%m/%Y",), [(2024, 3, 15), (2024, 2, 29)]),
        ("order date", ["2566-12-01", "2567-02-29"], ("Buddhist era %Y-%m-%d",), [(2023, 12, 1), (2024, 2, 29)]),
        ("受注日", ["令和6年3月5日", "平成31年4月30日"], ("Japanese era",), [(2024, 3, 5), (2019, 4, 30)]),
        ("日付", ["R6.3.5", "H31.04.30"], ("Japanese era",), [(2024, 3, 5), (2019, 4, 30)]),
        ("fecha", ["13 de enero de 2025", "1 de marzo de 2024"], ("month in words",), [(2025, 1, 13), (2024, 3, 1)]),
        ("date", ["15 août 2024 à 9h05", "1er mai 2024"], ("month in words",), [(2024, 8, 15, 9, 5), (2024, 5, 1)]),
        ("data", ["3 gennaio 2025, 14:05", "29 feb 2024"], ("month in words",), [(2025, 1, 3, 14, 5), (2024, 2, 29)]),
        ("data", ["5 de fevereiro de 2025 às 14h32"], ("month in words",), [(2025, 2, 5, 14, 32)]),
        ("datum", ["mrt 5, 2024", "31 mei 2024 om 8:00"], ("month in words",), [(2024, 3, 5), (2024, 5, 31, 8)]),
        ("Datum", ["15. März 2025", "1. Mai 2024"], ("month in words",), [(2025, 3, 15), (2024, 5, 1)]),
        ("data", ["3 maja 2025", "5 lut 2024"], ("month in words",), [(2025, 5, 3), (2024, 2, 5)]),
        (
            "fecha",
            ["sáb., 15 mar. 2025 3:20 p. m.", "15-dic-24"],
            ("month in words",),
            [(2025, 3, 15, 15, 20), (2024, 12, 15)],
        ),
        ("date", ["Mar 15, 2025", "May 1, 2024"], ("%b %d, %Y",), [(2025, 3, 15), (2024, 5, 1)]),
        ("ship date", ["124060", "123365", "099365"], ("CYYDDD",), [(2024, 2, 29), (2023, 12, 31), (1999, 12, 31)]),
    ],
)
def test_years_of_other_eras_and_days_of_a_year(name, texts, formats, days):
    _, dates = read(name, *texts)
    assert dates.formats == formats
    assert [dates.values[text] for text in texts] == [datetime(*day) for day in days]  # noqa: DTZ001 - naive


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("model", ["R6.3.5", "S1.2.3"]),  # numbers of versions
        ("date", ["130205", "131231"]),  # may be year, month and day
        ("time", ["101530", "121545"]),
        ("fecha", ["30 de febrero de 2024"]),  # there is no such day
        ("date", ["15 martini 2024", "16 maison 2024"]),
    ],
)
def test_what_may_be_something_else_is_no_date(name, texts):
    assert read(name, *texts)[1] is None


def test_an_era_goes_before_a_format_only():
    assert not list(values.format_mistakes("Buddhist era %d/%m/%Y"))
    assert list(values.format_mistakes("Buddhist era"))
