"""Customers by a number that some do not have, such as people without a tax number: their names are asked about."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re

from crmwb.sources import expressions
from crmwb.sources.drafting.customers import changing_addresses, ids, tax_numbers
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column

PERSON = re.compile(  # whom a company is reached by, and who buys where there is no company
    r"(.* )?(contacts?( person| name)?|person|ansprechpartner(in)?|kontaktperson|personne( de contact)?|(persona de )?contacto|pessoa( de contato)?|contato"
    r"|(persona di )?(contatto|riferimento)|contactpersoon|osoba kontaktowa|联系人|担当者)"
)
OF_GOODS = re.compile(r"line ?item|\bitem|product|article|artikel|produit|articul|articol|produ[ct]t|商品|产品|宝贝")
NO_CUSTOMER = "of its rows name no customer"
LEAST_LETTERS = 2  # of a name; "#1001" and "S-17" are numbers
LEAST_ROWS = 3
NEARLY_ALL = 0.9


def ask(part: Part) -> None:
    """Ask whether rows without the number of a customer are of whom their name says, or of nobody who is known.

    Parameters
    ----------
    part : Part
        Purchases.
    """
    number = part.only_column("customer_id")
    if number is None:
        return
    guests, _ = ids.guests(number)
    missing = [text is None or text in guests for text in part.looked_at.texts(number)]
    n = sum(missing)
    if n < LEAST_ROWS or n == len(missing) or words.is_guest(number.name):
        return
    read = {c.name for role, guess in part.guesses.items() if role != "customer_id" for c in guess.sources}
    free = [c for c in part.looked_at.own if c.name not in read and OF_GOODS.search(c.words) is None]
    addresses = [c for c in free if ids.is_email(c)]
    people = [c for c in free if PERSON.fullmatch(c.own_words) and c not in addresses]
    for column in [*addresses, *tax_numbers.names_beside(free, number), *people]:
        names = [t for t, is_one in zip(part.looked_at.texts(column), missing, strict=True) if is_one]
        known = [t for t in names if t and not words.is_guest(t) and sum(map(str.isalpha, t)) >= LEAST_LETTERS]
        if len(known) >= NEARLY_ALL * n and len(set(known)) > 1 and column.name not in part.heads:
            _ask(part, number, column, n, len(set(known)))
            return


def _ask(part: Part, number: Column, column: Column, n: int, n_names: int) -> None:
    guests, _ = ids.guests(number)
    own, name, is_address = syntax.column(number.name), syntax.column(column.name), ids.is_email(column)
    do_change = is_address and changing_addresses.change(part, number, column)

    def answer(given: str) -> None:
        if given != "name":
            return
        for each in (part, *part.twins):
            if do_change:
                each.guesses["customer_id"] = changing_addresses.first_known(number, column)
            elif is_address:
                each.guesses["customer_id"] = _by_address(number, column)
            else:
                each.guesses["customer_id"] = _by_name(each, number, column, guests)
            each.remarks = [remark for remark in each.remarks if NO_CUSTOMER not in remark]
            is_guest = f" and not {syntax.is_in(number.name, guests)}" if guests else ""
            condition = f"{own} is not null{is_guest}"
            known = f"{own} is not null" if do_change else condition  # of codes nothing else can be asked
            instead = f"{name} is not null" if is_address and not do_change else f"({known} or {name} is not null)"
            each.replace_condition(condition, instead)
        for each in part.refunds:
            each.guesses["customer_id"] = part.guesses["customer_id"].through(each.through)
            of_orders, of_names = (expressions.renamed(which, each.through) for which in (condition, instead))
            if of_orders and of_names:
                each.replace_condition(of_orders, of_names)

    none = [*map(repr, guests), *(["blank"] if number.n_known < number.n_rows else [])]
    by = f", by {column.name} then, which all customers go by" if is_address and not do_change else ""
    text = (
        f"{number.name} is {' or '.join(none)} in {n:,} rows, which have {n_names:,} different {column.name}: are these customers whom "
        f"that tells (name{by}), or rows without a customer (nobody), which are left out?"
    )
    key = syntax.slug(f"without {number.own_words or number.name}")
    part.questions.append(Question(key, text, answer, ("name", "nobody"), columns=(number.name, column.name)))


def _by_address(number: Column, address: Column) -> Guess:
    """Return all customers by e-mail address: the code of an address is no number of a customer."""
    why = f"known where {number.name} is blank, as you said"
    return Guess({"column": address.name, "pseudonym": True}, Sure.SURE, why, (number, address))


def _by_name(part: Part, number: Column, column: Column, guests: list[str]) -> Guess:
    """Return customers by their number, and by name where it is blank."""
    now = part.guesses["customer_id"]
    value = now.value if isinstance(now.value, dict) else {}
    kept = {option: v for option, v in value.items() if option not in {"column", "expression", "null_values"}}
    own = f"case when not {syntax.is_in(number.name, guests)} then {now.text} end" if guests else now.text
    expression = {"expression": f"coalesce({own}, {syntax.column(column.name)})", **kept}
    why = f"{now.why}; {column.name} where {number.name} is blank, as you said"
    return Guess(expression, Sure.SURE, why, (number, column))
