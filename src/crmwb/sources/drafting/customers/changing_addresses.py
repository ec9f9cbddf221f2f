"""E-mail addresses that a marketplace makes anew for an order, beside a login that stays: who the customer is, is asked."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re

from crmwb.sources import expressions
from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches

LOGIN = re.compile(
    r"(.* )?(log ?in|user ?(name|id)?|nick(name)?|screen ?name|account|buyer( id)?|customer( id)?|member( id)?|benutzer(name|konto|id)?|kaufer(name)?|"
    r"konto|kunden?(konto|login)|identifiant|pseudo|acheteur|usuario|comprador|utente|acquirente|gebruiker(snaam)?|koper|uzytkownik\w*|"
    r"kupujac\w*|nabywca|uzivatel\w*|kupujici|felhasznalo\w*|vasarlo|kullanici\w*|alici|anvandare?|bruger|kayttaja)( (id|no|nr|number|code|klienta|kupujacego|client|customer|buyer|account))?"
    r"|.*(用户名|会员名|买家(昵称|账号|id)?|旺旺|アカウント|ログイン|아이디|логин|покупател).*"
)
OF_OTHERS = re.compile(
    r".*\b(seller|sprzedaw\w*|verkaufer|vendeur|vendedor|operator|agent|cashier|staff|created|(?<!user )(?<!nick )(?<!screen )name|mail|phone|tel\w*|type|group|typ)\b.*"
)
TIMES = 1.3  # addresses as many as logins
LEAST_MORE = 10  # addresses than logins
LEAST_SHARE = 0.05  # logins as many as addresses: a name beside nearly all of them is of one who sells
SELDOM = 0.05  # addresses beside several logins


def ask(part: Part) -> None:
    """Ask whether customers go by a login where it is known, or by e-mail address although one login has several.

    Parameters
    ----------
    part : Part
        Purchases.
    """
    address = part.only_column("customer_id")
    if address is None or not ids.is_plain(part.guesses["customer_id"]):
        return
    if not ids.is_email(address) or address.called is not None:
        return
    read = {c.name for name, each in part.guesses.items() if name != "customer_id" for c in each.sources}
    free = [c for c in part.looked_at.own if c.name not in read and c is not address and not c.is_date]
    for column in free:
        is_named = LOGIN.fullmatch(column.words) or matches(column.words, TRANSACTIONS["customer_id"])
        is_other = OF_OTHERS.fullmatch(column.words) or ids.is_email(column) or ids.is_phone(column)
        if is_named and not is_other and change(part, column, address):
            _ask(part, column, address)
            return


def change(part: Part, login: Column, address: Column) -> bool:
    """Say whether far more addresses than logins stand in the rows that have a login, each address beside one of them.

    Parameters
    ----------
    part : Part
        Purchases.
    login, address : Column
        Two of their columns.
    """
    if not part.looked_at.holds(login, address):
        return False
    pairs = set(_pairs(part, login, address))
    logins, addresses = {one for one, _ in pairs}, {other for _, other in pairs}
    n_more = len(addresses) - len(logins)
    is_each_of_one = len(pairs) - len(addresses) <= SELDOM * len(addresses)
    is_many = n_more >= LEAST_MORE and len(addresses) >= TIMES * len(logins)
    return is_many and is_each_of_one and len(logins) >= max(2, LEAST_SHARE * len(addresses))


def _pairs(part: Part, login: Column, address: Column) -> list[tuple[str, str]]:
    guests, _ = ids.guests(login)
    rows = zip(part.looked_at.texts(login), part.looked_at.texts(address), strict=True)
    return [(one, other.lower()) for one, other in rows if one and other and one not in guests]


def first_known(login: Column, address: Column) -> Guess:
    """Return customers by login, and by address where it is blank, both as codes.

    Parameters
    ----------
    login, address : Column
        Columns of purchases.
    """
    guests, _ = ids.guests(login)
    value = {"expression": f"coalesce({syntax.column(login.name)}, {syntax.column(address.name)})", "pseudonym": True}
    why = f"{address.name} where {login.name} is blank, as you said"
    return Guess({**value, **({"null_values": guests} if guests else {})}, Sure.SURE, why, (login, address))


def _ask(part: Part, login: Column, address: Column) -> None:
    condition = f"{syntax.column(address.name)} is not null"
    instead = f"({syntax.column(login.name)} is not null or {condition})"

    def answer(given: str) -> None:
        if given != "login":
            return
        for each in (part, *part.twins):
            each.guesses["customer_id"] = first_known(login, address)
            each.replace_condition(condition, instead)
        for each in part.refunds:
            each.guesses["customer_id"] = part.guesses["customer_id"].through(each.through)
            of_orders, of_both = (expressions.renamed(which, each.through) for which in (condition, instead))
            if of_orders and of_both:
                each.replace_condition(of_orders, of_both)

    pairs = _pairs(part, login, address)
    n_logins, n_addresses = len({one for one, _ in pairs}), len({other for _, other in pairs})
    text = (
        f"{address.name} would be the customer, and in the {len(pairs):,} of {login.n_rows:,} rows with {login.name}, {n_logins:,} of these have "
        f"{n_addresses:,} different {address.name}, as where a marketplace makes a new address for an order: are customers whom {login.name} "
        f"names, and {address.name} where it is blank (login), or whom {address.name} names everywhere (address)?"
    )
    key = syntax.slug(f"customer by {login.own_words or login.name}")
    part.questions.append(Question(key, text, answer, ("login", "address"), columns=(login.name, address.name)))
