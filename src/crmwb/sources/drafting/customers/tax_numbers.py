"""Customers that a file tells in two ways: by a tax number or an e-mail address beside a name or a number; which counts is asked."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from difflib import SequenceMatcher

from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column

KEY = "which_customer"
TAX_NUMBER = re.compile(
    r"(.* )?(nip|rfc|cif|nif|cui|cnpj|cpf|cuit|rut|ruc|nit|gstin|ico|dic|vat (id|no|nr|number|reg no)|ust ?id( ?nr)?|steuernummer|tax (id|no|number)|vkn|vergi no|npwp|mst|siret|siren|partita iva|p iva|orgnr|org ?nummer|cvr( nr)?|y tunnus|adoszama?|αφμ|codice fiscale|btw (nr|nummer)|kvk( nr)?|abn|uin|ein|uen|法人番号|税号|纳税人识别号|統一編號)( .*)?"
)
NAMES = re.compile(
    r"(.* )?(names?|nombre|nom|nome|nazwa|nazev|navn|namn|nimi|denumire|neve?|jmeno|nazov|meno|naziv|ime|razon social|razao social|ragione sociale|raison sociale|kontrahent|επωνυμια|名称|氏名|会社名)( .*)?"
)
BETWEEN = ("-", " ", ".", "/")  # what stands between the digits of a number, and says nothing
LEAST_SEVERAL = 3  # addresses with several numbers of customers
LEAST_UNLIKE = 3  # names of one number that no slip of the pen makes of each other
HALF = 0.5
ALIKE = 0.6


def ask(parts: list[Part]) -> None:
    """Ask which of two columns tells customers apart, where one of them has several values for one of the other.

    Parameters
    ----------
    parts : list of Part
        All parts of a draft; questions are put into those of purchases.
    """
    if any(part.table == "customers" and "file" in part.options for part in parts):
        return  # customers are those of their own file
    sales = [part for part in parts if part.table == "transactions" and part.profile is not None and _who(part)]
    for part in {id(part.profile): part for part in reversed(sales)}.values():
        who = _who(part)
        if any(question.key == "customer" for question in part.questions):
            continue  # whether it is the customer at all is asked already
        same = [each for each in sales if each.profile is part.profile and _who(each) is who]
        if who is not None and (other := _other(part, who)) is not None:
            _ask(part, same, who, other)
        elif who is not None and _is_tax_number(who) and _n(who) < len(who.counts):
            for each in same:
                _take(each, who, who, [], "a tax number, however it is written")
                each.questions = [q for q in each.questions if q.key != "same_customer"]
            if (pair := _lost_zeros(who)) is not None:
                _ask_of_zeros(part, same, who, pair)


def _who(part: Part) -> Column | None:
    guess = part.guesses["customer_id"]
    is_plain = len(guess.sources) == 1 and (isinstance(guess.value, str) or "column" in guess.value)
    return guess.sources[0] if is_plain and part.looked_at.holds(*guess.sources) else None


def _other(part: Part, who: Column) -> Column | None:
    """Return the column that tells the customers of a file otherwise; None where none does."""
    if who.called is not None and not _is_tax_number(who):
        return None
    texts = [c for c in part.looked_at.own if c is not who and not c.is_date and c.n_known > HALF * c.n_rows]
    if _is_tax_number(who):
        return next((c for c in names_beside(texts, who) if _several(part, who, c)), None)
    for column in texts:
        is_address = ids.is_email(column) and not ids.is_email(who)
        if is_address and len(_several(part, column, who)) >= LEAST_SEVERAL:
            return column
        is_number = _is_tax_number(column) and len(column.counts) > 1
        if is_number and (_several(part, column, who) or _several(part, who, column)):
            return column
    return None


def _is_tax_number(column: Column) -> bool:
    if TAX_NUMBER.fullmatch(column.own_words) is None:
        return False
    n_with_digits = sum(n for value, n in column.counts.items() if len(re.findall(r"\d", value)) >= 5)
    return 0 < n_with_digits >= HALF * column.n_known


def names_beside(columns: list[Column], who: Column) -> Iterator[Column]:
    """Yield columns of names, those first whose name says of the same party: "Nombre Receptor" beside "RFC Receptor"."""
    party = set(who.own_words.split())
    names = [c for c in columns if NAMES.fullmatch(c.words) and not c.is_number and len(c.counts) > 1]
    yield from sorted(names, key=lambda c: not party & set(c.words.split()))


def _plain(column: Column) -> dict[str, str]:
    """Return each value of a column as it would be written without what says nothing."""
    if _is_tax_number(column):
        countries = _countries(column)
        return {text: _bare(_compact(text), countries).lstrip("0") for text in column.counts}
    return {text: text.lower() if ids.is_email(column) else text for text in column.counts}


def _compact(text: str) -> str:
    return re.sub(r"[-\s./]", "", text).upper()


def _bare(number: str, countries: Collection[str]) -> str:
    return number[2:] if number[:2] in countries else number


def _countries(column: Column) -> list[str]:
    """Return countries before numbers that stand there without them too: PL5261040828 and 526-104-08-28 are one."""
    every = {_compact(text) for text in column.counts}
    return sorted({n[:2] for n in every if n[:2].isalpha() and n[2:].isdigit() and n[2:] in every})


def _lost_zeros(column: Column) -> tuple[str, str] | None:
    """Return two tax numbers that are one but for zeros that one of them has lost in front; None where there are none."""
    met: dict[str, dict[str, str]] = defaultdict(dict)
    for text in column.counts:
        met[_compact(text).lstrip("0")][_compact(text)] = text
    pairs = (sorted(each.values(), key=len)[:2] for each in met.values() if len(each) > 1)
    return next(((one, other) for one, other in pairs), None) if _is_tax_number(column) else None


def _n(column: Column) -> int:
    return len(set(_plain(column).values()))


def _several(part: Part, key: Column, named: Column) -> dict[str, set[str]]:
    """Return the values of a column beside which several of another stand, however they are written."""
    keys, names = _plain(key), _plain(named)
    met: dict[str, set[str]] = defaultdict(set)
    for one, other in dict.fromkeys(zip(part.looked_at.texts(key), part.looked_at.texts(named), strict=True)):
        if one and other:
            met[keys.get(one, one)].add(names.get(other, other))
    return {value: others for value, others in met.items() if len(others) > 1}


def _generic(several: Mapping[str, set[str]]) -> list[str]:
    """Return numbers that many customers share, such as those for buyers abroad: their names are unlike."""
    result = []
    for number, names in several.items():
        unlike: list[str] = []
        for name in sorted(names):
            if all(SequenceMatcher(None, name.lower(), other.lower()).ratio() < ALIKE for other in unlike):
                unlike.append(name)
        if len(unlike) >= LEAST_UNLIKE:
            result.append(number)
    return sorted(result)


def _ask(part: Part, same: list[Part], who: Column, other: Column) -> None:
    number, name = (who, other) if _is_tax_number(who) else (other, who)
    several = _several(part, number, name)
    generic = _generic(several) if _is_tax_number(number) else []

    def answer(given: str) -> None:
        for each in same:
            if given == number.name:
                _take(each, number, name, generic, "you said so; however it is written")
            elif given == name.name and each.guesses["customer_id"].sources[0] is not name:
                each.guesses["customer_id"] = Guess(name.name, Sure.SURE, "you said so", (name,))

    split = _several(part, name, number)
    phrases = [
        f"{len(several):,} of {_n(number):,} {number.name} have several {name.name}" if several else "",
        f"{len(split):,} of {_n(name):,} {name.name} have several {number.name}" if split else "",
    ]
    zeros = "; zeros that some have lost in front make no difference" if _lost_zeros(number) else ""
    also = f" ({' and '.join(generic[:3])} stands for many customers: their {name.name} is taken in its place)"
    text = (
        f"{' and '.join(filter(None, phrases))}: which of the two is the customer, {name.name} or {number.name}"
        f"{also if generic else ''}{zeros}?"
    )
    part.questions.append(Question(KEY, text, answer, (name.name, number.name), columns=(number.name, name.name)))


def _ask_of_zeros(part: Part, same: list[Part], who: Column, pair: tuple[str, str]) -> None:
    def answer(given: str) -> None:
        if given == "different":
            for each in same:
                now = each.guesses["customer_id"]
                each.guesses["customer_id"] = ids.with_options(now, strip_zeros=False)

    text = f"{who.name}: {pair[0]!r} and {pair[1]!r} differ in zeros in front only; are they the same customer, or different ones?"
    part.questions.append(Question("same_customer", text, answer, ("same", "different"), columns=(who.name,)))


def _take(part: Part, number: Column, name: Column, generic: list[str], why: str) -> None:
    """Take a number or an address as the customer, however it is written; where many share one, their name."""
    if not _is_tax_number(number):
        value = {"column": number.name, "fold": True, "pseudonym": True}
        part.guesses["customer_id"] = Guess(value, Sure.SURE, "you said so", (number,))
        return
    expression = f"upper({syntax.column(number.name)})"
    for sign in BETWEEN:
        if any(sign in value for value in number.counts):
            expression = f"replace({expression}, {syntax.value(sign)}, '')"
    for country in _countries(number):
        bare = f"substring({expression}, 3, {max(map(len, number.counts))})"
        expression = f"case when starts_with({expression}, {syntax.value(country)}) then {bare} else {expression} end"
        why = f"{why}; with {country} or without it"
    sources = [number]
    if generic:
        listed = ", ".join(map(syntax.value, generic))
        expression = f"case when {expression} in ({listed}) then {syntax.column(name.name)} else {expression} end"
        sources, why = [number, name], f"{why}; {' and '.join(generic)} stands for many, so their {name.name}"
    nobody = sorted(value for value in name.counts if words.is_guest(value))
    if nobody:
        condition = f"not {syntax.is_in(name.name, nobody)}"
        part.keep_rows(condition)
        part.remarks.append(f"{name.name} is {' or '.join(nobody)}: no customer, left out by the filter")
    zeros = {"strip_zeros": True} if _lost_zeros(number) else {}
    part.guesses["customer_id"] = Guess({"expression": expression} | zeros, Sure.SURE, why, tuple(sources))
