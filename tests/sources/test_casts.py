"""How text becomes values, one fact each. Every list starts with what is written; None is what cannot be read."""

from decimal import ROUND_HALF_UP, Decimal

import ibis
import numpy as np
import pyarrow as pa
import pytest
from pandas import Timestamp

from crmwb import engine
from crmwb.contract import Column, Kind
from crmwb.sources import casts, steps
from crmwb.sources.mapping import ColumnMapping, TableMapping


@pytest.fixture
def cast(con):
    def cast_texts(kind, texts, others=None, **options):
        return values(con, kind, {"x": texts, "y": others or texts}, **options)[0]

    return cast_texts


def values(con, kind, texts, **options):
    """What a column of `kind` holds, and where the text of it is wrong. The source columns are `texts`."""
    mapping = ColumnMapping.model_validate(
        options if {"expression", "constant"} & options.keys() else {"column": "x"} | options
    )
    columns = {"i": pa.array(range(len(texts["x"])))} | {name: pa.array(t, pa.string()) for name, t in texts.items()}
    table = engine.open_arrow(con, pa.table(columns), ibis.util.gen_name("t"))
    style = TableMapping(file="x.csv", columns={"c": mapping}).style_of(mapping)
    value, known = casts.cast(Column("c", kind, ""), mapping, lambda name: casts.known(table[name], ()), style)
    read = steps.mutate(table, {"c": value, "known": known})  # as the pipeline does
    query = read.select("i", "c", wrong=read.known & read.c.isnull())
    rows = engine.batches(con, query, in_steps=True).read_all().sort_by("i")
    return rows["c"].to_pylist(), rows["wrong"].to_pylist()


def test_amounts_are_exact_and_rounded_half_away_from_zero(cast):
    texts = ["2.675", "-2.675", "1.005", "0.005", "-0.004", "10", ".5", "5.", "+7.1", "1e3", "-0", " 3.50 "]
    assert cast(Kind.MONEY, texts) == [268, -268, 101, 1, 0, 1000, 50, 500, 710, 100000, 0, 350]


def test_products_are_those_of_exact_decimals(cast):
    random = np.random.default_rng(8)
    drawn = zip(
        random.integers(0, 10**7, 2000),
        random.integers(0, 4, 2000),
        random.integers(-(10**6), 10**6, 2000),
        strict=True,
    )
    pairs = [(Decimal(int(a)).scaleb(-int(k)), Decimal(int(b)).scaleb(-3)) for a, k, b in drawn]
    pairs += [(Decimal("0.1"), Decimal("0.25")), (Decimal(3), Decimal("0.335")), (Decimal(-1), Decimal("2.675"))]
    exact = [int((100 * a * b).quantize(Decimal(1), ROUND_HALF_UP)) for a, b in pairs]
    first, second = ([f"{number:f}" for number in numbers] for numbers in zip(*pairs, strict=True))
    assert cast(Kind.MONEY, first, second, expression="x * y") == exact
    assert cast(Kind.MONEY, first, second, expression="-x * y") == [-cents for cents in exact]


def test_cents_are_those_of_exact_decimals_at_every_size(cast):
    random = np.random.default_rng(7)
    amounts = [
        Decimal(int(random.integers(0, 10 ** int(digits)))).scaleb(-int(places)).copy_sign(int(sign))
        for digits, places, sign in zip(
            random.integers(1, 13, 4000), random.integers(0, 6, 4000), random.choice([-1, 1], 4000), strict=True
        )
    ]
    halves = [Decimal(whole) / 100 + Decimal("0.005") for whole in (0, 1, 267, 10**10, 10**11 - 1, 10**13)]
    amounts += [half + tiny for half in halves for tiny in (0, Decimal("1e-12"), -Decimal("1e-12"))]
    exact = [int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP)) for amount in amounts]
    assert cast(Kind.MONEY, [f"{amount:f}" for amount in amounts]) == exact


def test_blanks_of_every_kind_around_an_id_are_no_part_of_it(cast):
    texts = [f"{before}a b{after}" for before in ("", *" \t\n\r\v\f") for after in ("", *" \t\n\r\v\f")]
    assert cast(Kind.ID, [*texts, "é", "日本 "]) == ["a b"] * len(texts) + ["é", "日本"]


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
    assert cast(Kind.MONEY, ["3", "-12", "1000000", "2.5"], ["0.335", "0.83", "999999.99999", "1.01"],
                expression="x * y") == [101, -996, 99999999999000, 253]  # fmt: skip
    assert (
        cast(Kind.MONEY, ["3", "x", "", "999999999999"], ["a", "1", "1", "999999999999"], expression="x * y")
        == [None] * 4
    )


def test_a_difference_of_rounded_amounts_leaves_the_second_to_the_cent(cast):
    revenue, profit = "261.965", "41.9149"
    assert cast(Kind.MONEY, [revenue], [profit], expression="round(x, 2) - round(y, 2)") == [26197 - 4191]


def test_amounts_in_thousands_and_millions(cast):
    assert cast(Kind.MONEY, ["1.5", "0.00001"], unit="thousands") == [150000, 1]
    assert cast(Kind.MONEY, ["1.1"], unit="millions") == [110000000]


def test_shares_in_percent(cast):
    assert cast(Kind.SHARE, ["15", "15 %", "7.5%", "%", "x"], unit="percent") == [0.15, 0.15, 0.075, None, None]


def test_signs_of_currencies(cast):
    texts = ["$1,234.50", "-$2", "$-2", "12.50 $", "$ 3", "3", "€5"]
    assert cast(Kind.MONEY, texts, thousands=",", currency_sign="$") == [123450, -200, -200, 1250, 300, 300, None]
    assert cast(Kind.MONEY, ["12,50 EUR", "EUR 1"], decimal=",", currency_sign="EUR") == [1250, 100]


def test_negative_amounts_of_accountants(cast):
    texts = ["(12.50)", "12.50-", "-12.50", "12.50", "($3)", "(3)-", "(-3)", "()"]
    assert cast(Kind.MONEY, texts, accounting=True, currency_sign="$") == [
        -1250, -1250, -1250, 1250, -300, None, None, None
    ]  # fmt: skip
    assert cast(Kind.MONEY, ["(12.50)"]) == [None]


def test_blanks_between_thousands_may_be_wide(cast):
    assert cast(Kind.MONEY, ["1 234,50", "1\u00a0234,50", "1\u202f234,50"], decimal=",", thousands=" ") == [123450] * 3


def test_zero_has_no_sign(con):
    (zero,), _ = values(con, Kind.NUMBER, {"x": ["-0.0"]})
    assert str(zero) == "0.0"


def test_what_is_unknown_is_not_wrong(con):
    assert values(con, Kind.MONEY, {"x": ["1", "", "x"]})[1] == [False, False, True]
    assert values(con, Kind.DATE, {"x": ["2024-02-30", None]})[1] == [True, False]


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
    assert cast(kind, ["x"], constant=constant) == [value]
