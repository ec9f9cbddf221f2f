"""Ids that a draft must not merge or split silently: rounded numbers, e-mail addresses, capitals, leading zeros."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from crmwb.contract import Kind
from crmwb.errors import CrmwbError
from crmwb.sources.casts import ROUNDED
from crmwb.sources.drafting import roles
from crmwb.sources.drafting.guess import Guess, Part, Sure, of_column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import served, syntax, vocabulary, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.privacy.identifiers import EMAIL, PHONE

MOSTLY = 0.8
PLAINLY = 2  # how well a name must match
NAME_OF_CUSTOMER = re.compile(
    r"((sell|bill|sold|ship|invoice) to )?(customer|client|contact|buyer|account|debtor|recipient|receiver|party|company|kunden?|klanten?|cliente|acheteur) ?name|nom (du |de )?client|nombre (del )?cliente|nome (do |del )?cliente|razao social|ragione sociale|raison sociale|(客户|会员|购货单位|顧客|得意先)(名称?|姓名)?"
)
OF_BUYERS = re.compile(
    r"(buyer|customer|purchaser|orderer|ordered by|booker|billing|client|kunde|acheteur|comprador|cliente|注文者|購入者|买家)"
)
MOST_FEW, ROWS_OF_FEW = 3, 30
LIKE_PHONE = re.compile(r"[+(]?\d[\d ()/.-]{5,20}\d")
OF_SUBSCRIBER = 8  # last digits of a phone number, which no way of writing it changes
OFTEN = 3  # times as often as the usual customer: nobody buys so much under the number 0
IDS = ("customer_id", "order_id", "product_id", "invoice_id", "opportunity_id", "store_id", "parent_id")


def by_email(columns: Sequence[Column], named: Guess | None) -> Guess | None:
    """Return who bought: as a name of a column says, or by e-mail address where none does, or it is of given names.

    Parameters
    ----------
    columns : sequence of Column
        Those that may be the customer.
    named : Guess or None
        What a name of a column says.
    """
    addresses = [c for c in columns if is_email(c)]
    if not addresses:
        return named
    address = max(addresses, key=lambda c: (OF_BUYERS.match(c.words) is not None, c.n_known))
    if named is None or is_given_name(named.sources[0], columns):
        return of_column(address, Kind.ID, Sure.LIKELY, "no number of a customer, so the e-mail address is it")
    return named


def is_given_name(column: Column, columns: Sequence[Column]) -> bool:
    """Say whether a column holds given names, beside one of family names: 注文者名 beside 注文者姓."""
    return (
        column.words.endswith("名")
        and column.called is None
        and any(c.words == f"{column.words[:-1]}姓" for c in columns)
    )


def is_email(column: Column) -> bool:
    """Say whether a column holds e-mail addresses."""
    known = sum(n for value, n in column.counts.items() if re.fullmatch(EMAIL, value))
    return known > 0 and known >= MOSTLY * column.n_known


def holds_names(column: Column) -> bool:
    """Say whether a column of students, patients and the like holds their names: two of one name are no one customer."""
    n_with_digit = sum(n for value, n in column.counts.items() if re.search(r"\d", value))
    return re.fullmatch(served.SERVED, column.words) is not None and n_with_digit < MOSTLY * column.n_known


def is_phone(column: Column) -> bool:
    """Say whether a column holds phone numbers, some of them with their country."""
    with_country = sum(n for value, n in column.counts.items() if PHONE.fullmatch(value))
    alike = sum(n for value, n in column.counts.items() if LIKE_PHONE.fullmatch(value))
    return with_country > 0 and alike >= MOSTLY * column.n_known


def _ask_of_phones(part: Part, column: Column) -> None:
    """Ask of phone numbers that end alike and are written otherwise: a code of a number is the code of how it is written."""
    met: dict[str, set[str]] = defaultdict(set)
    for value in column.counts:
        met[re.sub(r"\D", "", value)[-OF_SUBSCRIBER:]].add(value)
    twins = sum(len(values) > 1 for values in met.values())
    if not twins:
        return

    def answer(_given: str) -> None:
        return

    text = (
        f"{column.name} holds phone numbers, of which {twins:,} are written in several ways (with 00, + or without their "
        f"country): each way would count as a customer of its own. Export them written alike, or keep them apart?"
    )
    part.questions.append(Question(syntax.slug(f"written {column.name}"), text, answer, ("keep_apart",)))


def refuse_rounded(column: Column, what: str) -> None:
    """Refuse ids that a spreadsheet has rounded.

    Raises
    ------
    CrmwbError
        Some are.
    """
    rounded = [value for value in column.counts if re.fullmatch(ROUNDED, value)]
    if rounded:
        raise CrmwbError(
            f"{column.name}: {rounded[0]} in {sum(column.counts[v] for v in rounded):,} rows is a number that a "
            f"spreadsheet has rounded, which is no {what} any more: several may have become one. Export it again with "
            f"{column.name} as text."
        )


def with_options(guess: Guess, **options: Any) -> Guess:
    """Return a guess of one source column with more said of how it is read."""
    value = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
    return replace(guess, value={**value, **options})


def look_alike(column: Column) -> dict[str, tuple[str, str]]:
    """Return pairs of ids that differ in nothing but what often means nothing, by what that is."""
    result: dict[str, tuple[str, str]] = {}
    for what, form in FORMS.items():
        met: dict[str, set[str]] = defaultdict(set)
        for value in column.counts:
            met[form(value)].add(value)
        pair = next((sorted(values)[:2] for values in met.values() if len(values) > 1), None)
        if pair:
            result[what] = (pair[0], pair[1])
    return result


def _folded(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.split()).lower()


def _without_zeros(text: str) -> str:
    return re.sub(r"^0+(\d)", r"\1", text) if text.startswith("0") else text


def _whole_number(text: str) -> str:
    return re.sub(r"^(\d+)\.0*$", r"\1", text) if "." in text else text


FORMS: dict[str, Callable[[str], str]] = {
    "fold": _folded,
    "strip_zeros": _without_zeros,
    "whole_number": _whole_number,
}
DIFFERENCES = {
    "fold": "capital letters, blanks or the form of their signs",
    "strip_zeros": "leading zeros",
    "whole_number": "a decimal point and zeros",
}


def check(part: Part) -> None:
    """Refuse rounded ids, take e-mail addresses and phone numbers as pseudonyms, ask about ids that look alike or are few.

    Raises
    ------
    CrmwbError
        A spreadsheet has rounded them.
    """
    _ask_of_few_customers(part)
    _ask_of_new_customers(part)
    for name in IDS:
        guess = part.guesses.get(name)
        if guess is None or len(guess.sources) != 1 or not is_plain(guess):
            continue
        column = guess.sources[0]
        refuse_rounded(column, name.removesuffix("_id"))
        if is_email(column):
            part.guesses[name] = with_options(guess, pseudonym=True)
            continue
        if is_phone(column):
            part.guesses[name] = with_options(guess, pseudonym=True)
            _ask_of_phones(part, column)
            continue
        for option, (one, other) in look_alike(column).items():
            _ask(part, name, option, one, other)


def share_codes(parts: Sequence[Part]) -> None:
    """Make codes of customers in every table where they become codes in one: else they do not meet.

    Parameters
    ----------
    parts : sequence of Part
        All of them, after questions were answered; changed in place.
    """
    plain = [part for part in parts if "customer_id" in part.guesses and is_plain(part.guesses["customer_id"])]
    values = [part.guesses["customer_id"].value for part in parts if "customer_id" in part.guesses]
    if any(isinstance(value, dict) and value.get("pseudonym") for value in values):
        for part in plain:
            part.guesses["customer_id"] = with_options(part.guesses["customer_id"], pseudonym=True)


def _customer_of_sales(part: Part) -> Column | None:
    """Return the one column that is guessed to say who bought."""
    guess = part.guesses.get("customer_id")
    if guess is None or len(guess.sources) != 1 or part.profile is None or part.table != "transactions":
        return None
    return guess.sources[0]


def _ask_for_customer(part: Part, column: Column, text: str) -> None:
    def answer(given: str) -> None:
        if given != column.name:
            raise ValueError(f"--answer customer={given} counts from the beginning: give it with the command")

    part.questions.append(Question("customer", text, answer, default=column.name))


def _ask_of_few_customers(part: Part) -> None:
    """Ask of customers so few that the column may say something else, such as an account of the ledger."""
    column = _customer_of_sales(part)
    if column is None or part.profile is None:
        return
    others = [c.name for c in roles.candidates(part.profile, "customer") if len(c.counts) > len(column.counts)]
    is_few = len(column.counts) <= MOST_FEW and column.n_known >= ROWS_OF_FEW and column.called is None
    if not is_few and (named := _contradicted(part, column)) is not None:
        _ask_for_customer(
            part,
            column,
            f"{column.name} would be the customer, and most of its values stand beside several of {named.name}: is it, or is it "
            f"{' or '.join(dict.fromkeys([named.name, *others]))}?",
        )
        return
    if not is_few or not others:
        return
    text = (
        f"{column.name} would be the customer, and holds {len(column.counts)} values only in {column.n_known:,} rows: is it, or is "
        f"it {' or '.join(others)}?"
    )
    _ask_for_customer(part, column, text)


def _contradicted(part: Part, column: Column) -> Column | None:
    """Return a column that plainly names customers, several of them beside most values of one that may be their number."""
    if column.called is not None or vocabulary.matches(column.words, vocabulary.TRANSACTIONS["customer_id"]) == PLAINLY:
        return None
    for named in part.looked_at.own:
        if named is column or not NAME_OF_CUSTOMER.fullmatch(named.words) or named.n_known < MOSTLY * named.n_rows:
            continue
        beside: dict[str, set[str]] = defaultdict(set)
        for value, name in zip(part.looked_at.texts(column), part.looked_at.texts(named), strict=False):
            if value and name:
                beside[value].add(_folded(name))
        if beside and sum(len(names) > 1 for names in beside.values()) > MOSTLY * len(beside):
            return named
    return None


def _ask_of_new_customers(part: Part) -> None:
    """Ask of a customer that is another one in every row, where an address or another number comes again."""
    column = _customer_of_sales(part)
    if column is None:
        return
    if not column.is_unique or column.n_known < ROWS_OF_FEW or column.called is not None:
        return
    order = part.guesses["order_id"].sources if "order_id" in part.guesses else ()
    named = (c for c in part.looked_at.own if c not in order and 1 < len(c.counts) < c.n_known)
    others = [
        c.name for c in named if is_email(c) or vocabulary.matches(c.words, vocabulary.TRANSACTIONS["customer_id"])
    ]
    if not others:
        return
    text = (
        f"{column.name} would be the customer, and is another one in each of {column.n_known:,} rows: is it, or is it "
        f"{' or '.join(others)}?"
    )
    _ask_for_customer(part, column, text)


def is_plain(guess: Guess) -> bool:
    """Say whether a guess is one source column, and no expression."""
    return isinstance(guess.value, str) or "column" in guess.value


def _ask(part: Part, name: str, option: str, one: str, other: str) -> None:
    """Ask whether two ids are the same; where one of them is a rounded or rewritten other, that is likely."""

    def answer(given: str) -> None:
        if given == "same":
            part.guesses[name] = with_options(part.guesses[name], **{option: True})

    what = name.removesuffix("_id")
    part.questions.append(
        Question(
            f"same_{what}",
            f"{part.guesses[name].sources[0].name}: {one!r} and {other!r} differ in {DIFFERENCES[option]} only; are they the "
            f"same {what}, or different ones?",
            answer,
            ("same", "different"),
            "different",
            is_safe=name != "customer_id",
        )
    )


def guests(column: Column) -> tuple[list[str], list[str]]:
    """Return values of a customer column that stand for nobody, and those that may.

    0 stands for nobody where no other customer has such a number, or where it buys far more than any other.
    """
    named = [value for value in column.counts if words.is_guest(value)]
    if len(named) > MOSTLY * len(column.counts):
        return [], []  # Guest 12 is one of many, whose names are hidden
    usual = sorted(column.counts.values())[len(column.counts) // 2]
    sure = [
        value
        for value in named
        if not value.lstrip("-").isdigit() or "1" not in column.counts or column.counts[value] >= OFTEN * max(usual, 2)
    ]
    many = [value for value in column.counts if value not in named and words.is_of_many(value)]
    return sure, [value for value in [*named, *many] if value not in sure]


def same_written_otherwise(fact: Column, key: Column) -> str | None:
    """Return the option by which the values of a column are those of a key column; None where none does.

    Never where it would make one of two.
    """
    plain = sum(n for value, n in fact.counts.items() if value in key.counts)
    if plain == fact.n_known:
        return None
    for option, form in FORMS.items():
        forms = {form(value) for value in key.counts}
        ours = {form(value) for value in fact.counts}
        if len(forms) == len(key.counts) and len(ours) == len(fact.counts):
            met = sum(n for value, n in fact.counts.items() if form(value) in forms)
            if met > plain and met >= MOSTLY * fact.n_known:
                return option
    return None
