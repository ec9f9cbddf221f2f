"""Which country's conventions a file follows, by everything in it that tells: what settles 1.250 and 03/04/2024."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from crmwb.sources.drafting.reading.date_notation import Dates
from crmwb.sources.drafting.reading.number_notation import Numbers
from crmwb.sources.values import NumberStyle

COMMA_WORDS = re.compile(
    r".*\b(kunde|kunden\w*|auftrag\w*|bestell\w*|datum|menge|betrag|umsatz|rechnung\w*|artikel\w*|anzahl|preis|netto|brutto"
    r"|waehrung|wahrung|montant|quantite|commande|facture|prix|devise|cliente|pedido|importe|cantidad|fecha|precio|moneda"
    r"|klant\w*|bedrag|aantal|ordine|quantita|prezzo)\b.*"
)
POINT_WORDS = re.compile(r".*(\b(amount|quantity|price|revenue|sales|total|qty|customer)\b|[\u4e00-\u9fff]).*")
COMMA_CURRENCIES = {
    "€",
    "EUR",
    "R$",
    "BRL",
    "kr",
    "SEK",
    "NOK",
    "DKK",
    "zł",
    "PLN",
    "Kč",
    "CZK",
    "₺",
    "TRY",
    "₽",
    "RUB",
}
POINT_CURRENCIES = {
    "$",
    "US$",
    "USD",
    "£",
    "GBP",
    "¥",
    "CNY",
    "JPY",
    "₹",
    "INR",
    "C$",
    "CAD",
    "A$",
    "AUD",
    "HK$",
    "HKD",
}
ROUND = 0.3  # of the numbers, in three noughts
MONTH_FIRST = {"$", "US$", "USD"}


@dataclass
class Conventions:
    """Signs of a country's conventions.

    Attributes
    ----------
    comma, point : list of str
        What speaks for a decimal comma, and for a decimal point.
    day_first, month_first : list of str
        What speaks for the day before the month, and for the month before the day.
    """

    comma: list[str] = field(default_factory=list)
    point: list[str] = field(default_factory=list)
    day_first: list[str] = field(default_factory=list)
    month_first: list[str] = field(default_factory=list)

    @property
    def decimal(self) -> str | None:
        """The decimal sign that more speaks for; None where nothing tells."""
        if len(self.comma) == len(self.point):
            return None
        return "," if len(self.comma) > len(self.point) else "."

    @property
    def is_day_first(self) -> bool | None:
        """Whether more speaks for the day before the month; None where nothing tells."""
        if len(self.day_first) == len(self.month_first):
            return None
        return len(self.day_first) > len(self.month_first)


def of_file(
    delimiter: str, words: Iterable[str], numbers: Iterable[Numbers], dates: Iterable[Dates], codes: Iterable[str]
) -> Conventions:
    """Gather what a file tells of its country's conventions.

    Parameters
    ----------
    delimiter : str
        Of a delimited file; empty for others.
    words : iterable of str
        Its columns' names in plain words.
    numbers, dates : iterable of Numbers, Dates
        How its columns are written; those that are open say nothing.
    codes : iterable of str
        Currencies that stand in columns of their own.
    """
    result = Conventions()
    if delimiter == ";":
        result.comma.append("columns are set apart by ';'")
        result.day_first.append("columns are set apart by ';'")
    _of_words(result, list(words))
    signs = [*codes]
    for column in numbers:
        signs += [column.style.currency_sign] if column.style.currency_sign else []
        if column.rival is None and (decimal := _decimal_of(column)):
            (result.comma if decimal == "," else result.point).append(f"other numbers have a decimal {decimal!r}")
    for sign in sorted(set(signs)):
        if sign in COMMA_CURRENCIES | POINT_CURRENCIES:
            (result.comma if sign in COMMA_CURRENCIES else result.point).append(f"amounts are in {sign}")
        (result.month_first if sign in MONTH_FIRST else result.day_first).append(f"amounts are in {sign}")
    for read in dates:
        _of_dates(result, read)
    return result


def _of_words(result: Conventions, names: list[str]) -> None:
    if comma := next((name for name in names if COMMA_WORDS.fullmatch(name)), None):
        result.comma.append(f"columns have names such as {comma!r}")
        result.day_first.append(f"columns have names such as {comma!r}")
    elif point := next((name for name in names if POINT_WORDS.fullmatch(name)), None):
        result.point.append(f"columns have names such as {point!r}")


def _of_dates(result: Conventions, dates: Dates) -> None:
    if any(f.startswith("%d.") for f in dates.formats):
        result.comma.append("dates are written as 31.12.2024")
    if not dates.rival and any(f.startswith(("%d/", "%d-%m")) for f in dates.formats):
        result.day_first += ["other dates have the day first"] * 2
    if not dates.rival and any(f.startswith(("%m/", "%m-")) for f in dates.formats):
        result.month_first += ["other dates have the month first"] * 2


def _decimal_of(numbers: Numbers) -> str | None:
    """Return the decimal sign that a column's numbers show beyond doubt."""
    sign = numbers.style.decimal
    return sign if any(sign in text for text in numbers.values) else None


def says_little(numbers: Numbers, reasons: Iterable[str]) -> bool:
    """Say whether only names speak for a style, and many numbers end in three noughts."""
    with_sign = [text for text in numbers.values if re.search(r"[.,]\d{3}\D*$", text)]
    round_ = sum(re.search(r"[.,]000\D*$", text) is not None for text in with_sign)
    only_names = all(reason.startswith("columns have names") for reason in reasons)
    return only_names and len(with_sign) > 2 and round_ >= ROUND * len(with_sign)


def digits_tell(numbers: Numbers) -> tuple[NumberStyle, str] | None:
    """Return the style that the digits of an open column speak for, and why; None where they do not.

    Decimals of three places that end in 0 beside whole numbers ("12.400", "980") would be written alike, so the sign
    stands between thousands; whole numbers of four digits and more without a sign speak against it.
    """
    open_styles = (numbers.style, *([numbers.rival] if numbers.rival else []))
    grouped = next((s for s in open_styles if s.thousands), None)
    plain = next((s for s in open_styles if not s.thousands), None)
    if grouped is None or plain is None:
        return None
    sign = str(grouped.thousands)
    with_sign = [text for text in numbers.values if sign in text]
    without = [text for text in numbers.values if sign not in text]
    if any(len(re.sub(r"\D", "", text)) > 3 for text in without):
        return plain, f"whole numbers of more than three digits have no {sign!r} between thousands"
    if without and any(re.sub(r"\D+$", "", text).endswith("0") for text in with_sign):
        return grouped, f"{sign!r} stands before three digits wherever it stands, and whole numbers have none"
    return None
