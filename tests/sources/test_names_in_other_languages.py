"""Names of columns and statuses in languages of which there are lists of words."""

from pathlib import Path

import pytest
from mapping_exports import Mapped

from crmwb.sources.drafting.reading import names, vocabulary, words
from crmwb.sources.drafting.reading.modifier_words import MODIFIERS
from crmwb.sources.drafting.reading.names import in_english, plain_words

HEADERS = [  # document, day, customer, amount, status, and two statuses: of a sale and of none
    ("Номер заказа;Дата заказа;Код клиента;Сумма без НДС;Статус заказа", "Выполнен", "Отменён", "RUB"),
    ("Номер замовлення;Дата замовлення;Код клієнта;Сума без ПДВ;Статус", "Виконано", "Скасовано", "UAH"),
    ("Номер на поръчка;Дата на поръчка;Клиент;Сума без ДДС;Статус", "Изпълнена", "Отказана", "BGN"),
    ("Broj računa;Datum računa;Šifra kupca;Iznos bez PDV-a;Stanje", "Isporučeno", "Stornirano", "EUR"),
    ("Številka računa;Datum računa;Šifra kupca;Znesek brez DDV;Status", "Zaključeno", "Preklicano", "EUR"),
    ("Arve number;Müügikuupäev;Kliendi kood;Summa km-ta;Olek", "Täidetud", "Tühistatud", "EUR"),
    ("Rēķina numurs;Rēķina datums;Klienta kods;Summa bez PVN;Statuss", "Izpildīts", "Anulēts", "EUR"),
    ("Sąskaitos numeris;Sąskaitos data;Kliento kodas;Suma be PVM;Būsena", "Įvykdyta", "Atšaukta", "EUR"),
    ("Reikningsnúmer;Dagsetning;Viðskiptavinur;Upphæð án vsk;Staða", "Lokið", "Ógilt", "ISK"),
    ("מספר הזמנה;תאריך הזמנה;מס' לקוח;סכום לפני מע\"מ;סטטוס", "הושלם", "בוטל", "ILS"),
    ("رقم الفاتورة;تاريخ الفاتورة;رقم العميل;المبلغ قبل الضريبة;الحالة", "مكتمل", "ملغي", "SAR"),
    ("주문번호;주문일자;고객번호;공급가액;주문상태", "배송완료", "주문취소", "KRW"),
    ("Fatura No;Fatura Tarihi;Müşteri Kodu;Matrah;Durum", "Tamamlandı", "İptal edildi", "TRY"),
]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


@pytest.mark.parametrize(("header", "sold", "cancelled", "currency"), HEADERS, ids=[h[0][:14] for h in HEADERS])
def test_a_list_of_orders_needs_no_answer(
    company: Mapped, header: str, sold: str, cancelled: str, currency: str
) -> None:
    lines, total = [header], 0
    for i in range(120):
        amount, status = 113 + 170 * (i * 37 % 89), cancelled if i % 9 == 4 else sold
        total += amount if status == sold else 0
        lines.append(f"{70100 + i};2024-05-{1 + i % 28:02};K{3000 + i % 17};{amount},00;{status}")
    (company.raw / "orders.csv").write_text("\n".join(lines))
    assert company.map("orders.csv", currency=currency), company.printed
    rows = company.ingest().table("transactions")
    assert int(rows.revenue_cents.sum()) == 100 * total
    assert rows.customer_id.nunique() == 17


def roles(words_of_it: str) -> set[str]:
    every = {**vocabulary.TRANSACTIONS, **MODIFIERS}
    return {name for name, patterns in every.items() if vocabulary.matches(words_of_it, patterns) == 2}


def test_no_word_is_taken_from_a_language_that_has_it_with_another_meaning() -> None:
    """A word in Latin letters that is known without a list keeps what it says."""
    wrong = {
        form: english
        for forms in names._languages()
        for form, english in forms.items()
        if roles(form) and not roles(form) & roles(in_english(form) or form)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", ["Order No", "No", "Data", "Kundennummer", "Artikelnr", "Total HT", "State", "42"])
def test_names_of_known_languages_stay(name: str) -> None:
    assert roles(plain_words(name)) >= roles(name.lower())


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("Не оплачен", words.Outcome.UNPAID),
        ("частичный возврат", words.Outcome.PARTLY),
        ("환불완료", words.Outcome.REFUNDED),
        ("배송중", words.Outcome.SALE),
        ("בוטלה", words.Outcome.CANCELLED),
        ("İade edildi", words.Outcome.REFUNDED),
        ("غير مدفوعة", words.Outcome.UNPAID),
    ],
)
def test_statuses_say_what_became_of_an_order(value: str, outcome: words.Outcome) -> None:
    assert words.outcome(value) is outcome
