"""How text becomes values, one fact each. Every list starts with what is written; None is what cannot be read."""

import ibis
import pyarrow as pa
import pytest
from pandas import Timestamp

from crmwb import engine
from crmwb.sources import casts
from crmwb.sources.mapping import ColumnMapping
from crmwb.tables import Column, Kind


@pytest.fixture
def cast(con):
    def cast_texts(kind, texts, others=None, **options):
        origin = {"product", "difference"} & options.keys()
        mapping = ColumnMapping.model_validate(options if origin else {"column": "x"} | options)
        columns = {
            "i": range(len(texts)),
            "x": pa.array(texts, pa.string()),
            "y": pa.array(others or texts, pa.string()),
        }
        table = engine.open_arrow(con, pa.table({k: pa.array(v) for k, v in columns.items()}), ibis.util.gen_name("t"))
        read = [casts.known(table.x, ()), casts.known(table.y, ())] if origin else [casts.known(table.x, ())]
        value = casts.cast(read, Column("c", kind, ""), mapping)
        rows = engine.batches(con, table.select("i", c=value)).read_all().sort_by("i")
        return rows["c"].to_pylist()

    return cast_texts


def test_amounts_are_exact_and_rounded_half_away_from_zero(cast):
    texts = ["2.675", "-2.675", "1.005", "0.005", "-0.004", "10", ".5", "5.", "+7.1", "1e3", "-0", " 3.50 "]
    assert cast(Kind.MONEY, texts) == [268, -268, 101, 1, 0, 1000, 50, 500, 710, 100000, 0, 350]


def test_what_is_no_amount_is_not_guessed(cast):
    texts = [
        "",
        "n/a",
        "1,234.50",
        "12.50 EUR",
        "1_000",
        "0x10",
        "1e308",
        "12345678901234567",
        "nan",
        "inf",
        "--1",
        "1 2",
    ]
    assert cast(Kind.MONEY, texts) == [None] * len(texts)


def test_decimal_comma_and_thousands(cast):
    assert cast(Kind.MONEY, ["1.234,50", "1234,5", "12,00", "-1.000.000,00"], decimal=",", thousands=".") == [
        123450, 123450, 1200, -100000000
    ]  # fmt: skip
    assert cast(Kind.MONEY, ["1,234.5", "12,34,567.00", "1 234"], thousands=",") == [123450, 123456700, None]


def test_thousands_must_stand_in_their_places(cast):
    assert cast(Kind.MONEY, ["12.50", "1.23", "1234.567,00"], decimal=",", thousands=".") == [None, None, None]
    assert cast(Kind.MONEY, ["12.50"], decimal=",") == [None]


def test_amounts_in_hundredths(cast):
    assert cast(Kind.MONEY, ["1250", "-3", "12.5"], unit="hundredths") == [1250, -3, 13]


def test_a_product_is_rounded_once(cast):
    assert cast(Kind.MONEY, ["3", "-12", "1000000", "2.5"], ["0.335", "0.83", "999999.999999", "1.01"],
                product=["x", "y"]) == [101, -996, 99999999999900, 253]  # fmt: skip
    assert (
        cast(Kind.MONEY, ["3", "x", "", "999999999999"], ["a", "1", "1", "999999999999"], product=["x", "y"])
        == [None] * 4
    )


def test_a_difference_leaves_the_second_amount_to_the_cent(cast):
    revenue, profit = "261.965", "41.9149"
    assert cast(Kind.MONEY, [revenue], [profit], difference=["x", "y"]) == [26197 - 4191]


def test_whole_numbers(cast):
    assert cast(Kind.INTEGER, ["3", "-4", "5.0", "5.5", "1e3", "x", "99999999999999999999"]) == [
        3, -4, 5, None, None, None, None
    ]  # fmt: skip


def test_numbers(cast):
    assert cast(Kind.NUMBER, ["0.1", "-2e-3", "1e999", "nan", "infinity", "1,5"]) == [
        0.1,
        -0.002,
        None,
        None,
        None,
        None,
    ]


def test_iso_dates_need_no_format(cast):
    texts = ["2024-02-29", "2024-02-29T23:30:15", "2024-02-29 23:30:15.25"]
    wrong = ["2023-02-29", "20240229", "epoch", "infinity", "29.02.2024", "2024-02-29 25:00"]
    assert cast(Kind.TIMESTAMP, texts) == [
        Timestamp(2024, 2, 29), Timestamp(2024, 2, 29, 23, 30, 15), Timestamp(2024, 2, 29, 23, 30, 15, 250_000)
    ]  # fmt: skip
    assert cast(Kind.TIMESTAMP, wrong) == [None] * len(wrong)


def test_an_offset_is_taken_to_utc(cast):
    texts = ["2024-02-29T23:30:00Z", "2024-02-29T23:30:00+02:00", "2024-02-29 23:30-0130", "2024-02-29 23:30:00 UTC"]
    assert cast(Kind.TIMESTAMP, texts) == [
        Timestamp(2024, 2, 29, 23, 30), Timestamp(2024, 2, 29, 21, 30), Timestamp(2024, 3, 1, 1),
        Timestamp(2024, 2, 29, 23, 30),
    ]  # fmt: skip


def test_dates_by_several_formats_in_turn(cast):
    texts = ["05.03.2024", "3/5/24", "2024-03-05", "31.02.2024", "05.03.24"]
    assert cast(Kind.TIMESTAMP, texts, format=["%d.%m.%Y", "%m/%d/%y"]) == [
        Timestamp(2024, 3, 5), Timestamp(2024, 3, 5), None, None, None
    ]  # fmt: skip


def test_a_two_digit_year_is_not_the_first_century(cast):
    assert cast(Kind.TIMESTAMP, ["08-11-16"], format="%d-%m-%Y") == [None]
    assert cast(Kind.TIMESTAMP, ["08-11-16"], format=["%d-%m-%Y", "%d-%m-%y"]) == [Timestamp(2016, 11, 8)]


def test_a_date_column_drops_the_time(cast):
    assert cast(Kind.DATE, ["2024-02-29 23:59:59"]) == [Timestamp(2024, 2, 29).date()]


def test_true_and_false(cast):
    assert cast(Kind.BOOLEAN, ["Yes", "no", "TRUE", "0", "maybe", ""]) == [True, False, True, False, None, None]
    assert cast(Kind.BOOLEAN, ["J", "n", "yes"], true_values=["j"], false_values=["N"]) == [True, False, None]
    assert cast(Kind.BOOLEAN, ["C536", "536", "c1"], starts_with="C") == [True, False, False]
    assert cast(Kind.BOOLEAN, ["-1", "0", "x"], below=0) == [True, False, None]


def test_ids_are_text_without_blanks_around(cast):
    assert cast(Kind.ID, [" 00123 ", "17850.0", "a b"]) == ["00123", "17850.0", "a b"]
    assert cast(Kind.ID, ["17850.0", "17850", "17850.5", "A1.0", "0042.00"], whole_number=True) == [
        "17850", "17850", "17850.5", "A1.0", "0042"
    ]  # fmt: skip


def test_values_are_replaced_and_others_stay(cast):
    assert cast(Kind.CATEGORY, ["M", "F", "x"], replace={"M": "male", "F": "female"}) == ["male", "female", "x"]


@pytest.mark.parametrize(
    ("kind", "constant", "value"),
    [(Kind.MONEY, 1.005, 101), (Kind.NUMBER, 1, 1.0), (Kind.BOOLEAN, False, False), (Kind.CATEGORY, "person", "person"),
     (Kind.DATE, "2024-02-29", Timestamp(2024, 2, 29).date())],
)  # fmt: skip
def test_constants(cast, kind, constant, value):
    assert cast(kind, ["x"], column=None, constant=constant) == [value]
