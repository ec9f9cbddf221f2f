"""Notation, language, delimiter and order of columns in many combinations: each read right, or asked."""

import itertools
from datetime import date

import pytest

from crmwb.sources.drafting.draft import draft

DAYS = [date(2024, 1, 5), date(2024, 1, 25), date(2024, 3, 10), date(2024, 3, 31)]
CENTS = [123_450, 98_000, 12_340_005, 200_000]


def grouped(cents, thousands, decimal):
    return f"{cents / 100:,.2f}".replace(",", "t").replace(".", decimal).replace("t", thousands)


def indian(cents):
    whole, rest = divmod(cents, 100)
    text = str(whole)
    head, tail = text[:-3], text[-3:]
    while len(head) > 2:
        tail, head = f"{head[-2:]},{tail}", head[:-2]
    return f"{head},{tail}.{rest:02}" if head else f"{tail}.{rest:02}"


WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
NUMBERS = {
    "plain": lambda c: f"{c / 100:.2f}",
    "english": lambda c: grouped(c, ",", "."),
    "german": lambda c: grouped(c, ".", ","),
    "french": lambda c: grouped(c, "\u202f", ","),
    "swiss": lambda c: grouped(c, "’", "."),
    "indian": indian,
    "euro after": lambda c: grouped(c, ".", ",") + " €",
    "dollar before": lambda c: "$" + grouped(c, ",", "."),
    "wide": lambda c: f"￥{c / 100:.2f}".translate(WIDE),
    "code": lambda c: f"CHF {grouped(c, chr(39), '.')}",
}
DATES = {
    "iso": lambda d: d.isoformat(),
    "german": lambda d: f"{d:%d.%m.%Y}",
    "american": lambda d: f"{d:%m/%d/%Y} 3:05 PM",
    "british": lambda d: f"{d:%d/%m/%Y}",
    "chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "offset": lambda d: f"{d.isoformat()}T12:00:00+00",
    "named": lambda d: f"{d:%d-%b-%Y}",
}
LANGUAGES = {
    "en": ("Customer ID", "Order ID", "Order Date", "Quantity", "Amount"),
    "de": ("Kundennummer", "Auftragsnummer", "Bestelldatum", "Menge", "Betrag"),
    "fr": ("Code client", "N° commande", "Date de commande", "Quantité", "Montant"),
    "es": ("ID cliente", "Número de pedido", "Fecha de pedido", "Cantidad", "Importe"),
    "zh": ("会员编号", "订单编号", "下单时间", "购买数量", "实付金额"),
}
DELIMITERS = (",", ";", "\t")
ENCODINGS = {"en": "utf-8", "de": "cp1252", "fr": "utf-8-sig", "es": "utf-16", "zh": "gb18030"}


def variants():
    """Yield every number with every date, the others by turns."""
    others = itertools.cycle(itertools.product(LANGUAGES, DELIMITERS, (False, True)))
    for (number, day), (language, delimiter, backwards) in zip(itertools.product(NUMBERS, DATES), others, strict=False):
        yield pytest.param(number, day, language, delimiter, backwards, id=f"{number}-{day}-{language}-{backwards}")


@pytest.mark.parametrize(("number", "day", "language", "delimiter", "backwards"), list(variants()))
def test_a_variant_is_read_right_or_asked(tmp_path, number, day, language, delimiter, backwards):  # noqa: PLR0917
    rows = [
        [f"K{i % 3}", f"A{i}", DATES[day](DAYS[i % 4]), str(1 + i % 2), NUMBERS[number](CENTS[i % 4])] for i in range(8)
    ]
    lines = [LANGUAGES[language], *rows]
    order = slice(None, None, -1) if backwards else slice(None)
    text = "\n".join(delimiter.join(f'"{c}"' if delimiter in c else c for c in line[order]) for line in lines)
    encoding = (
        ENCODINGS[language]
        if number not in {"euro after", "french", "swiss"} and (day != "chinese" or language == "zh")
        else "utf-8"
    )
    (tmp_path / "export.csv").write_bytes(text.encode(encoding))
    drafted = draft([tmp_path / "export.csv"])
    (sales,) = [part for part in drafted.parts if part.table == "transactions"]
    asked = {question.key for question in drafted.questions if not question.is_safe}
    assert {name: guess.sources[0].name for name, guess in sales.guesses.items() if guess.sources} == dict(
        zip(("customer_id", "order_id", "ordered_at", "quantity", "revenue_cents"), LANGUAGES[language], strict=True)
    )
    amounts, dates = sales.guesses["revenue_cents"].sources[0], sales.guesses["ordered_at"].sources[0]
    if "decimal" not in asked:
        read = amounts.numbers_read.values
        assert sorted(round(100 * value) for value in read.values()) == sorted(CENTS)
    if "day_or_month" not in asked:
        assert sorted(at.date() for at in dates.dates_read.values.values()) == DAYS
    assert asked <= {"currency", "decimal", "day_or_month"}
