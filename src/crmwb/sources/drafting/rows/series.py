"""Numbers of documents that begin again within each series (Serie A, Folio 12): together they are the order."""

import re
from collections import Counter
from collections.abc import Iterable

from crmwb.sources.drafting.guess import Guess, Sure
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column, Profile

OF_DOCUMENTS = (
    r"( (de |of |del |du )?(factura|facturii|facture|invoice|document(ului)?|documento|faktury|dokladu|rechnung|doc))?"
)
SERIES = re.compile(
    rf"(serie|series|seria|serija|rada|sorozat|prefix|ser){OF_DOCUMENTS}|(invoice|document) (series|prefix)"
)
NUMBER = re.compile(
    rf"(numar|numarul|numero|num|no|nr|number|numer|nummer|folio|cislo|szam|sorszam|numara){OF_DOCUMENTS}"
    r"|(invoice|document|faktura|rechnungs|bill|voucher) ?(no|nr|number|nummer)"
)
LEAST_KNOWN = 0.98  # of the rows


def numbered(profile: Profile, order: Guess) -> Guess:
    """Return the order as series and number together, where a number stands in several series or nothing else tells it.

    Parameters
    ----------
    profile : Profile
        A file of purchases.
    order : Guess
        What the order was guessed to be.
    """
    is_made = isinstance(order.value, dict) and "one_per" in order.value
    is_plain = isinstance(order.value, str) and len(order.sources) == 1
    if not is_made and not is_plain:
        return order
    own = [c for c in profile.own if not c.is_date and c.n_known >= LEAST_KNOWN * c.n_rows]
    series = next((c for c in own if SERIES.fullmatch(c.words)), None)
    number = _number(order.sources, own) if is_plain else next((c for c in own if NUMBER.fullmatch(c.words)), None)
    if series is None or number is None or series is number:
        return order
    pairs = Counter(zip(profile.texts(series), profile.texts(number), strict=True))
    if len(pairs) == len(number.counts) and is_plain:
        return order
    expression = f"concat(coalesce({syntax.column(series.name)}, ''), '-', {syntax.column(number.name)})"
    why = f"a number of {number.name} within each {series.name}"
    return Guess({"expression": expression}, Sure.LIKELY, why, (number, series))


def _number(sources: Iterable[Column], own: Iterable[Column]) -> Column | None:
    return next((c for c in sources if c in own and c.called is None), None)
