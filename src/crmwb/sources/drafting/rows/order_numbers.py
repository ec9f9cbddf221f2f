"""Numbers that tell orders apart by what stands in the rows, where no name says that they are those of orders."""

import re

from crmwb.contract import Kind
from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part, Sure, of_column
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column, Profile

NUMBER = re.compile(
    r".*\b(no|nr|num|number|numara\w*|numero|numer|nummer|id|ref(erence)?|nro|c|cislo|szam)\b.*|code|.*(番号|编号|单号)"
)
LINE = re.compile(
    r".*\b(line|row|pos|position|item|zeile|ligne|linea|riga|regel|product|article|artikel|batch|lot|serial)\b.*"
)
ROW_NUMBER = re.compile(r"(transaction |payment |charge |record |row )?(id|no|number)")
NEARLY_ALL, HALF = 0.98, 0.5
MOST_BLANK = 0.05  # of the rows: such as sales over the counter


def find(profile: Profile, guesses: dict[str, Guess]) -> Guess | None:
    """Return the one column of numbers each of which is of one customer and one day, some of them of several rows.

    Parameters
    ----------
    profile : Profile
        The file.
    guesses : dict of str to Guess
        Its customers and days.

    Returns
    -------
    Guess or None
        None where there is no such column or several, or days of customers tell as many orders apart.
    """
    who, when = (guesses[name].sources for name in ("customer_id", "ordered_at"))
    if len(who) != 1 or len(when) != 1 or not profile.holds(*who, *when):
        return None
    days = list(zip(profile.texts(who[0]), profile.days(when[0]), strict=True))
    used = {column.name for guess in guesses.values() for column in guess.sources}
    fitting = [c for c in profile.own if c.name not in used and _tells_orders(profile, c, days)]
    if len(fitting) != 1:
        return None
    why = f"each {fitting[0].name} is of one {who[0].name} and one {when[0].name}"
    return of_column(fitting[0], Kind.ID, Sure.LIKELY, why)


def known_everywhere(profile: Profile, order: Guess) -> Guess:
    """Return the number of an order, and that of the row where it is blank: of an invoice, else of its payment.

    Parameters
    ----------
    profile : Profile
        The file.
    order : Guess
        What tells orders apart.
    """
    own = order.sources[0] if len(order.sources) == 1 else None
    if own is None or own.called or own not in profile.own or not HALF * own.n_rows < own.n_known < own.n_rows:
        return order
    others = [c for c in profile.own if c.is_unique and not c.is_date and ROW_NUMBER.fullmatch(c.words)]
    if len(others) != 1:
        return order
    expression = f"coalesce({syntax.column(own.name)}, {syntax.column(others[0].name)})"
    why = f"{order.why}; {others[0].name} where it is blank"
    return Guess({"expression": expression}, Sure.LIKELY, why, order.sources)


def complete(part: Part) -> None:
    """Count what a customer buys on a day as one order in the few rows without an order's number, and say so."""
    order, who, when = (part.guesses.get(name) for name in ("order_id", "customer_id", "ordered_at"))
    if order is None or who is None or when is None or not all(len(g.sources) == 1 for g in (order, who, when)):
        return
    own, customer, day = order.sources[0], who.sources[0], when.sources[0]
    n_blank = own.n_rows - own.n_known
    is_plain = order.expression is None and who.expression is None and when.expression is None
    if not is_plain or not 0 < n_blank <= MOST_BLANK * own.n_rows or own not in part.looked_at.own:
        return
    if ids.is_email(customer) or ids.is_phone(customer) or not {customer, day} <= {*part.looked_at.own}:
        return
    by_day = f"concat({syntax.column(customer.name)}, ' ', {syntax.column(day.name)})"
    expression = {"expression": f"coalesce({syntax.column(own.name)}, {by_day})"}
    why = f"{order.why}; what {customer.name} buys on one {day.name} where it is blank"
    part.guesses["order_id"] = Guess(expression, Sure.LIKELY, why, order.sources)
    part.remarks.append(
        f"{own.name} is blank in {n_blank:,} rows: there, what {customer.name} buys on one {day.name} is one order"
    )


def _tells_orders(profile: Profile, column: Column, days: list[tuple[str | None, str | None]]) -> bool:
    if column.is_date or column.is_unique or column.n_known < NEARLY_ALL * column.n_rows:
        return False
    if (
        NUMBER.fullmatch(column.words) is None
        or LINE.fullmatch(column.words)
        or any(n != int(n) for n in column.numbers)
    ):
        return False
    of: dict[str, tuple[str | None, str | None]] = {}
    for text, day in zip(profile.texts(column), days, strict=True):
        if text and of.setdefault(text, day) != day:
            return False
    return len(of) > len(set(of.values()))
