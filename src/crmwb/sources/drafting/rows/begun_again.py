"""Numbers of orders that begin again in each file or sheet, as of each year: told apart by where they stand."""

from itertools import combinations
from pathlib import Path

from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.reading import syntax

LEAST_SHARED = 3
NEARLY_ALL, HALF = 0.9, 0.5
Orders = dict[str, tuple[set[str], set[str]]]  # customers and days of each


def tell_apart(parts: list[Part]) -> None:
    """Put the file's or the sheet's name before numbers of orders that are of other customers and days in each.

    Parameters
    ----------
    parts : list of Part
        All parts of a draft; it is left as it is where another file names orders by their numbers.
    """
    sales = [part for part in parts if part.table == "transactions" and part.profile is not None]
    firsts = {_place(part): part for part in reversed(sales)}
    if len(firsts) < 2 or any(part.refunds or not _is_plain(part) for part in sales):
        return
    orders = {place: _orders(part) for place, part in firsts.items()}
    if not any(_begin_again(orders[one], orders[other]) for one, other in combinations(orders, 2)):
        return
    names = {place: _name(place, list(firsts)) for place in firsts}
    for part in sales:
        guess = part.guesses["order_id"]
        text = f"concat({syntax.value(names[_place(part)])}, '-', {syntax.column(str(guess.value))})"
        why = f"{guess.why}; numbers begin again in each {'sheet' if part.options.get('sheet') else 'file'}"
        part.guesses["order_id"] = Guess({"expression": text}, Sure.LIKELY, why, guess.sources)


def _place(part: Part) -> tuple[str, str]:
    written = syntax.written(part.options)
    return str(written.get("file")), syntax.first_sheet(written) if written.get("sheet") else ""


def _name(place: tuple[str, str], every: list[tuple[str, str]]) -> str:
    """Return what tells a place from the others: the sheet where all are of one workbook, else the file's name."""
    file, sheet = place
    stem = Path(file).stem
    same_file = sum(file == other for other, _ in every)
    return sheet if same_file == len(every) else f"{stem}-{sheet}" if same_file > 1 else stem


def _is_plain(part: Part) -> bool:
    used = [part.guesses[name] for name in ("order_id", "customer_id", "ordered_at")]
    is_read = isinstance(used[0].value, str) and "join" not in part.options and "numbered" not in part.options
    return is_read and all(len(guess.sources) == 1 and part.looked_at.holds(*guess.sources) for guess in used)


def _orders(part: Part) -> Orders:
    columns = (part.guesses[name].sources[0] for name in ("order_id", "customer_id", "ordered_at"))
    result: Orders = {}
    for order, who, day in zip(*map(part.looked_at.texts, columns), strict=True):
        if order and who and day:
            customers, days = result.setdefault(order, (set(), set()))
            customers.add(who.casefold())
            days.add(day[:10])
    return result


def _begin_again(here: Orders, there: Orders) -> bool:
    shared = here.keys() & there.keys()
    apart = [order for order in shared if not any(a & b for a, b in zip(here[order], there[order], strict=True))]
    is_much = len(shared) >= max(LEAST_SHARED, HALF * min(len(here), len(there)))
    return is_much and len(apart) >= NEARLY_ALL * len(shared)
