"""Columns that change what an amount or a row means: currencies, refunds, discounts, kinds of rows, statuses, flags."""

# ruff: noqa: E501 - a list of names is easier to read in one line

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.reading.modifier_words import MODIFIERS
from crmwb.sources.drafting.reading.profile import FALSE, TRUE, Column, Profile
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches
from crmwb.sources.drafting.reading.words import Outcome

OF_ORDERS = re.compile(
    r"((order|payment) (?=payment|order|fulfil))?(order|payment|transaction|invoice|sale|sales|financial|document|doc|approval|posting|booking|donation|gift|receipt|bill|voucher|workflow|auftrags|bestell|beleg|rechnungs|buchungs|spenden|zahl|zahlungs|pedido|pago|commande|betaal)?"
    r" ?(status|statut|(?<=\w )state)( (ordine|commande|pedido|pagamento|bestelling|documento|fattura|facture))?|stato( ordine)?|situacao( (da nota|do pedido|nfe?))?"
    r"|(bon|order|ordre|factuur|opdracht|faktura|salgs|fakturerings|werkbon)status|(stav|stare|allapot|tila|κατασταση|trang thai|สถานะ)( (objednavky|comenzii|comanda|facturii|rendeles|rendelesi|tilauksen|zamowienia|don hang|παραγγελιας))?|status (pesanan|transaksi|zamowienia|comanda)"
    r"|(订单|交易|支付|付款|退款|单据|业务|发票|开票|出库单?|销售单|审核|审批)状态|(注文|受注|支払|入金|配送)?(ステータス|状態|状況)"
)
SUBTOTAL = re.compile(r"(.* )?sub ?total.*")  # often before a discount, unlike what is called without tax
PERCENT = re.compile(r"%|pct|per ?cent|prozent|折扣率", re.IGNORECASE)  # a share, which is no amount of money
AT_A_RATE = re.compile(r"(?<=\w) \d+([.,]\d+)? ?%$")  # an amount of tax: "VAT 7%"
MOST_KINDS = 30
USUAL = {code.upper() for code in words.USUAL_CODES}
MOST_SIDES = 3
MOSTLY = 0.5


def _is_amount(column: Column) -> bool:
    return column.is_number and not {value.lower() for value in column.counts} <= {"0", "1", "true", "false"} | {""}


def _or_zero(column: Column) -> bool:
    """Amounts that may all be 0."""
    return column.is_number


def _is_status(column: Column) -> bool:
    if is_of_orders(column):
        return True
    if column.is_number or column.is_date or column.is_flag or len(column.counts) > MOST_KINDS or not column.counts:
        return False
    known = [value for value in column.counts if words.outcome(value) is not Outcome.UNKNOWN]
    return len(known) >= MOSTLY * len(column.counts)


def is_of_orders(column: Column) -> bool:
    """Whether a column is plainly the status of orders or payments, in whatever language its values are."""
    is_plain = OF_ORDERS.fullmatch(column.words) is not None
    return is_plain and _is_kind(column) and len(column.counts) > 1


def _is_kind(column: Column) -> bool:
    return 0 < len(column.counts) <= MOST_KINDS and not column.is_number and not column.is_date and not column.is_flag


def _is_flag(column: Column) -> bool:
    lowered = {value.lower() for value in column.counts}
    return bool(lowered) and lowered <= TRUE | FALSE


def _is_currency(column: Column) -> bool:
    named = sum(n for value, n in column.counts.items() if words.currency(value))
    return column.n_known > 0 and named > MOSTLY * column.counts.total()  # of a joined file, in its own rows


def _by_codes(profile: Profile, taken: Collection[str]) -> Column | None:
    """Return the only column that holds nothing but codes of currencies, whatever its name."""
    free = (c for c in profile.columns if c.called is None and c.name not in taken and 0 < len(c.counts) <= MOST_KINDS)
    result = [c for c in free if all(v.upper() in words.CODES for v in c.counts) and any(v in USUAL for v in c.counts)]
    return result[0] if len(result) == 1 else None


FITS: dict[str, Callable[[Column], bool]] = {
    **dict.fromkeys(("converted_amount", "net", "paid"), _is_amount),
    **dict.fromkeys(("refund", "converted_refund"), lambda c: _or_zero(c) and not (c.is_flag and len(c.counts) > 1)),
    **dict.fromkeys(("shipping", "fee"), _or_zero),
    **dict.fromkeys(("order_discount", "line_discount"), lambda c: _or_zero(c) and not PERCENT.search(c.name)),
    "tax": lambda c: _or_zero(c) and not PERCENT.search(AT_A_RATE.sub("", c.name)),
    **dict.fromkeys(("currency", "converted_currency"), _is_currency),
    **dict.fromkeys(("test", "live", "deleted", "captured"), _is_flag),
    "row_type": _is_kind,
    "side": lambda c: 1 < len(c.counts) <= MOST_SIDES,
    "ended_on": lambda c: c.is_date,
    "parent_order": lambda c: not c.is_date and c.n_known > 0,
}


@dataclass(frozen=True)
class Modifiers:
    """The columns of a file that change what others mean.

    Attributes
    ----------
    by_role : mapping of str to Column
        By what they are, as `modifier_words.MODIFIERS` calls it.
    statuses : tuple of Column
        Columns of statuses; an order may have several.
    """

    by_role: Mapping[str, Column]
    statuses: tuple[Column, ...]

    def get(self, role: str) -> Column | None:
        """Return the column that is it; None where there is none."""
        return self.by_role.get(role)

    @property
    def columns(self) -> set[str]:
        """Names of all of them."""
        return {column.name for column in self.by_role.values()} | {column.name for column in self.statuses}


def find(profile: Profile) -> Modifiers:
    """Return the columns of a file that change what others mean, those whose names say most first."""
    result: dict[str, Column] = {}
    taken: set[str] = set()
    for strength in (2, 1):
        for role, fits in FITS.items():
            if role in result:
                continue
            for column in sorted(
                profile.columns, key=lambda c: role == "net" and SUBTOTAL.fullmatch(c.words) is not None
            ):
                if (
                    column.called is None
                    and column.name not in taken
                    and matches(_name_of(role, column), MODIFIERS[role]) == strength
                    and fits(column)
                ):
                    result[role] = column
                    taken.add(column.name)
                    break
    if "currency" not in result and (of_codes := _by_codes(profile, taken)) is not None:
        result["currency"] = of_codes
        taken.add(of_codes.name)
    if "converted_amount" not in result and (converted := _converted(profile, result.get("currency"))) is not None:
        result["converted_amount"] = converted
    statuses = tuple(
        c
        for c in profile.columns
        if c.called is None and c.name not in taken and matches(c.words, MODIFIERS["status"]) and _is_status(c)
    )
    return Modifiers(result, statuses)


def _name_of(role: str, column: Column) -> str:
    """Return the words of a name, those of tax without its rate."""
    is_rated = role == "tax" and AT_A_RATE.search(column.name) is not None
    return re.sub(r"( \d+)+$", "", column.words) if is_rated else column.words


def _converted(profile: Profile, currency: Column | None) -> Column | None:
    """Return the amount whose name says one currency, beside one in the currency that each row names."""
    if currency is None or len(codes(currency)) < 2:
        return None
    plain = {c.own_words for c in profile.columns if _is_amount(c) and not words.currency_of_name(c.name)}
    named = [c for c in profile.columns if c.called is None and _is_amount(c) and words.currency_of_name(c.name)]
    result = [c for c in named if c.own_words in plain and matches(c.own_words, TRANSACTIONS["revenue_cents"])]
    return result[0] if len(result) == 1 else None


def codes(column: Column) -> Counter[str]:
    """Return the currencies that a column names, by their codes, and in how many rows."""
    result: Counter[str] = Counter()
    for value, n in column.counts.items():
        if code := words.currency(value):
            result[code] += n
    return result
