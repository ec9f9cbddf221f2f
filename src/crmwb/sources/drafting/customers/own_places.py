"""Customers that are the company itself: by its name above the table, as its depots, or as its own use in brackets. Asked about."""
# ruff: noqa: E501 - lists of words are easier to read in one line

import re

from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import no_business, row_kinds

PLACE = re.compile(
    r".*[-–,(/:|] ?[^-–,(/:|]*\b(depot|depots|godown|branch( office)?|head ?office|warehouse|stock ?yard|niederlassung|zweigstelle|zentrallager|auslieferungslager|succursale|entrep[oô]t|d[eé]p[oô]t|sucursal|dep[oó]sito|almac[eé]n( central)?|sede|oddzia[lł]|magazyn|filiaal|magazijn|支店|営業所|倉庫|分公司|仓库)\)?",
    re.IGNORECASE,
)
ADDED = re.compile(  # what a name says in brackets, or last
    r"[(\[\uff08\u3010]([^)\]\uff09\u3011]+)[)\]\uff09\u3011]|[-–,:/|] ([^-–,:/|()]+)$"
)
BEGUN = re.compile(  # a name that begins with own use is of nobody else
    r"(eigen(bedarf|verbrauch)|eigener (bedarf|verbrauch)|(own|internal) (use|consumption)|(usage|consommation) (propre|interne)|auto ?consum\w*"
    r"|(uso|consumo) (propi?o|interno)|eigen (gebruik|verbruik)|zuzycie wlasne|(internt?|eget) (bruk|brug|forbruk))\b.*|(自家消費|自社使用|自用).*"
)
LEAST_NAME = 6  # letters of a name that says who it is
FEW = 0.2  # of the customers


def ask(part: Part) -> None:
    """Ask of customers that seem to be the company's own places: what moves there is sold to nobody.

    Parameters
    ----------
    part : Part
        Purchases.
    """
    who = part.guesses["customer_id"].sources
    columns = [c for c in part.looked_at.own if c in who or ids.NAME_OF_CUSTOMER.fullmatch(c.words)]
    for column in columns:
        values = _own(part, column)
        if 0 < len(values) <= FEW * len(column.counts) and not any(column.name in q.columns for q in part.questions):
            _ask(part, column, values)
            return


def _own(part: Part, column: Column) -> list[str]:
    titles = [_plain(title) for title in part.looked_at.shape.titles]
    names = tuple(title for title in titles if len(title) >= LEAST_NAME and not re.search(r"\d", title))
    places = [value for value in column.counts if PLACE.fullmatch(value.strip())]
    before = {_plain(re.split(r"[-–,(/:|]", value, maxsplit=1)[0]) for value in places}
    several = {start for start in before if sum(_plain(v).startswith(start) for v in places) > 1}
    own = [v for v in places if _plain(re.split(r"[-–,(/:|]", v, maxsplit=1)[0]) in several]
    named = (v for v in column.counts if names and _plain(v).startswith(names))
    return sorted({*own, *named, *filter(is_own_use, column.counts)})


def is_own_use(name: str) -> bool:
    """Say whether a customer's name begins with, or adds, that it is the company itself: "Keller AG - own use".

    Examples
    --------
    >>> from crmwb.sources.drafting.customers.own_places import is_own_use
    >>> is_own_use("Keller AG (eigener Bedarf)"), is_own_use("Keller AG, Internal"), is_own_use("Internal Medicine")
    (True, True, False)
    """
    if BEGUN.fullmatch(words.simple(name)):
        return True
    added = (text for match in ADDED.finditer(name) if match.start() > 0 for text in match.groups() if text)
    return any(no_business.OWN.fullmatch(words.simple(text.strip())) for text in added)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _ask(part: Part, column: Column, values: list[str]) -> None:
    text = (
        f"{column.name} is {row_kinds.few(values)} in {row_kinds.rows(column, values)}, which sound like your own company, its "
        f"places or its own use, to whom nothing is sold: leave these rows out, or keep them as customers?"
    )
    key = f"own places by {column.own_words or column.name}"
    row_kinds.ask_to_keep(part, key, text, row_kinds.not_in(column, values), (column,))
