"""Which column is the customer, the date, the order or the amount, where a person says so; and what to ask where none is plain."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Mapping
from dataclasses import replace

from crmwb.errors import CrmwbError
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches

NAMES = {
    "customer": "customer id", "date": "order date", "amount": "amount", "order": "order id", "quantity": "quantity"
}  # fmt: skip
INVOICES = "invoices"  # what these are
KEYS = {*NAMES, INVOICES}  # answers that count before a draft is made
MOST_CANDIDATES = 4
PLAINLY = 2  # how well a name must match
PARTY = re.compile(
    r"\b(acct|account|party|parties|particulars|guarantor|payer|payor|buyer|bill(ed)? to|sold to|client\w*|cust\w*|debtor|debit\w*|recipient|practice|firm|company|member|donor|partner|kund\w*|kunde\w*|klient\w*|klant\w*|ragione|razon|razao|raison|vevo|asiakas|kupac|kupca|kupci\w*|odberatel\w*|nabywc\w*|zakaznik\w*|pembeli|we empf|cari|nip|nif|cif|rfc|cuit|cnpj|rut|gstin|ico|adoszam|vat (id|no))\b"
    r"|πελατ|客户|顧客|得意先|取引先|会員|会员|購入者|申込者"
)
MONEY = re.compile(
    r"\b(total|gross|net|tax|vat|gst|afa|mwst|ust|iva|tva|btw|pdv|kdv|dph|moms|amount|sum|summe|balance|due|fee|kwh|kg)\b"
)


class MissingRolesError(CrmwbError):
    """A file without columns that are plainly the customer, the date or the amount.

    Attributes
    ----------
    likeliest : dict of str to str
        By role, the column that is likeliest by what stands in it; none where a role has no candidate, or of several files.
    """

    def __init__(self, message: str, likeliest: Mapping[str, str]) -> None:
        super().__init__(message)
        self.likeliest = dict(likeliest)


def likeliest(looked_at: Profile, lacking: list[tuple[str, str | None]]) -> dict[str, str]:
    """Return the likeliest column of each role that is missing; none where a role has no candidate.

    Parameters
    ----------
    looked_at : Profile
        A file.
    lacking : list of (str, str or None)
        Its missing roles, as `purchases.missing` returns them.
    """
    every = {role: candidates(looked_at, role) for role, _ in lacking}
    return {role: columns[0].name for role, columns in every.items()} if all(every.values()) else {}


def invoices_are_sales(given: Mapping[str, str]) -> bool:
    """Say whether a person said that invoices are sales.

    Raises
    ------
    CrmwbError
        The answer is neither.
    """
    if given.get(INVOICES, "invoices") not in {"invoices", "sales"}:
        raise CrmwbError(f"{INVOICES}: {given[INVOICES]!r} is no answer to it; answer sales or invoices.")
    return given.get(INVOICES) == "sales"


def named(profiles: list[Profile], given: Mapping[str, str]) -> list[Profile]:
    """Return files in which the columns that a person named are called what they are.

    Parameters
    ----------
    profiles : list of Profile
        As they were looked at.
    given : mapping of str to str
        Columns by role, one of `NAMES`.

    Raises
    ------
    CrmwbError
        No file has such a column.
    """
    every = [column.name for looked_at in profiles for column in looked_at.columns]
    for role, name in given.items():
        if name not in every:
            raise CrmwbError(f"--answer {role}={name}: no file has such a column; there are {', '.join(every[:40])}.")
    given = _with_price(profiles, given)
    by_name = {name: NAMES[role] for role, name in given.items()}
    return [
        replace(looked_at, columns=[replace(c, called=by_name.get(c.name)) for c in looked_at.columns])
        for looked_at in profiles
    ]


def _with_price(profiles: list[Profile], given: Mapping[str, str]) -> dict[str, str]:
    """Leave the price of a unit as what it is, so that it is multiplied by the quantity; refuse it without one."""
    columns = {column.name: column for looked_at in profiles for column in looked_at.columns}
    amount = given.get("amount")
    if amount is None or not matches(columns[amount].words, TRANSACTIONS["unit_price"]):
        return dict(given)
    has_units = any(matches(c.words, TRANSACTIONS["quantity"]) == PLAINLY for c in columns.values())
    if "quantity" not in given and not has_units:
        raise CrmwbError(
            f"--answer amount={amount}: by its name it is the price of one unit, and no amount; name the column of quantities "
            f"too (--answer quantity=COLUMN)."
        )
    return {role: name for role, name in given.items() if role != "amount"}


def candidates(looked_at: Profile, role: str) -> list[Column]:
    """Return columns that could be a role by what stands in them, the likeliest first."""
    if role == "date":
        result = [c for c in looked_at.columns if c.is_date]
    elif role == "amount":
        result = [c for c in looked_at.columns if c.is_number and not c.is_flag and len(c.counts) > 1]
        result.sort(key=lambda c: (all(n == int(n) for n in c.numbers), c.is_unique))
    else:
        some = (c for c in looked_at.columns if not c.is_date and not _has_decimals(c) and c.n_known)
        result = [c for c in some if 1 < len(c.counts) < c.n_known]
        result.sort(key=lambda c: (_is_of_other(c, role), role == "customer" and _party(c), -len(c.counts)))
    return result[:MOST_CANDIDATES]


def _is_of_other(column: Column, role: str) -> bool:
    """Say whether a column is plainly the number of something else than a customer: an order, a product."""
    others = ("order_id", "product_id") if role == "customer" else ()
    return any(matches(column.words, TRANSACTIONS[other]) == PLAINLY for other in others)


def _party(column: Column) -> int:
    """Return 0 where a name may be that of who buys, 2 where it is one of money or units, else 1."""
    if PARTY.search(column.own_words):
        return 0
    counted = ("revenue_cents", "unit_price", "quantity", "discount_cents", "cost_cents")
    is_counted = any(matches(column.own_words, TRANSACTIONS[name]) for name in counted)
    return 2 if is_counted or (column.is_number and MONEY.search(column.own_words)) else 1


def _has_decimals(column: Column) -> bool:
    return column.is_number and any(n != int(n) for n in column.numbers)


def advice(looked_at: Profile, lacking: list[tuple[str, str | None]]) -> str:
    """Return which roles are missing in a file, what keeps the best candidates from them, and how to name them."""
    phrases = []
    for role, why in lacking:
        fitting = candidates(looked_at, role)
        could_be = f"could be {', '.join(c.name for c in fitting)}" if fitting else "no column holds any"
        of_units = " (or name a quantity, where it is a quantity times a price)" if role == "amount" else ""
        phrases.append(f"no {role} ({why or could_be}){of_units}")
    return "; ".join(phrases)
