"""What stands on every line of an order: its total, of which parts stand beside it, and what is taken off the lines."""
# ruff: noqa: E501 - lists of words are easier to read in one line

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations, product

from crmwb.sources.drafting.amounts import money, sums
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches

CENT = 0.015
NEARLY_ALL = 0.95
LEAST_ORDERS = 5
LEAST_TELLING = 3  # orders in which each part of a sum is something
MOST_COLUMNS = 8
MOST_PARTS = 3
MOST_PARTS_OF_NAMED = 4  # of a total that is called so: goods, discount, shipping, tax and what was paid in advance
PAYMENT = re.compile(  # what was paid of an order, or is still to be paid: neither takes anything off it
    r".*\b(paid|unpaid|received|due|owing|open|outstanding|remaining|balance|bezahlt|offen\w*|\w*rest\w*|saldo|solde|paye|du|a payer|pendiente|pagado|debido"
    r"|pagato|dovuto|da pagare|pago|devido|betaald|openstaand|te betalen|zaplacono|do zaplaty|pozostalo)\b.*|.*(已付|未付|未收|余额|欠款|入金|未払|未収|残高).*"
)
Sum = tuple[Column, tuple[tuple[Column, int], ...]]


def take_off(part: Part, roles: Modifiers) -> None:
    """Spread over the lines of orders what their totals show to be taken off, such as vouchers; no tax, no shipping.

    Parameters
    ----------
    part : Part
        Purchases whose amounts are those of lines, from which nothing was taken off yet.
    roles : Modifiers
        What other columns of the file are.
    """
    revenue = part.guesses["revenue_cents"]
    if not (revenue.is_product or isinstance(revenue.value, str)) or not revenue.sources:
        return
    own = part.looked_at.own
    used = {c.name for guess in part.guesses.values() for c in guess.sources}
    columns = [c for c in own if c.name not in used and c.is_number and any(abs(n) > 1 for n in c.numbers)]  # no flags
    columns = [] if "spread" in part.options else [c for c in columns if money.is_of_order(part, c, 1)][:MOST_COLUMNS]
    if len(columns) < 2 or any(c not in own for c in revenue.sources):
        return
    for total, parts in _sums(part, columns):
        off = [c for c, sign in parts if sign < 0 and not sums.is_none(c, roles) and not sums.is_fee(c, roles)]
        if any(PAYMENT.fullmatch(c.words) for c in off):
            continue
        if len(off) == 1:
            _take_off(part, off[0], f"{revenue.why}; less {off[0].name}, for only so do lines come to {total.name}")
        for column in off if len(off) > 1 else ():
            _ask_of_off(part, column, total)
        if off:
            return


def _take_off(part: Part, column: Column, why: str) -> None:
    """Take an amount of whole orders off the revenue of their lines."""
    share = money.share_of_the_row(part, column, f"coalesce({syntax.column(column.name)}, 0)")
    revenue = part.guesses["revenue_cents"]
    less = revenue.computed(f"{revenue.text} - {share}", why, (*revenue.sources, column))
    part.guesses["revenue_cents"] = replace(less, sure=min(revenue.sure, Sure.LIKELY))


def _ask_of_off(part: Part, column: Column, total: Column) -> None:
    """Ask of one of several amounts that are taken off orders: the company's own discount, or paid by somebody else."""

    def answer(given: str) -> None:
        if given == "take_off":
            _take_off(part, column, f"less {column.name}, as you said")

    text = (
        f"Lines come to {total.name} only less {column.name} and others: is {column.name} a discount of yours, to be taken off "
        f"revenue (take_off), or not (leave), as what a marketplace or a voucher pays?"
    )
    key = syntax.slug(f"orders less {column.words}")
    part.questions.append(Question(key, text, answer, ("take_off", "leave"), columns=(column.name,)))


def take_parts(part: Part, roles: Modifiers) -> None:
    """Take the parts of an order in place of its total on each of its rows; ask of what only makes lines come to it.

    Parameters
    ----------
    part : Part
        Purchases, before the sign of returns and discounts is put into the amount.
    roles : Modifiers
        What other columns of the file are.
    """
    revenue = part.guesses["revenue_cents"]
    if not isinstance(revenue.value, str) or not part.looked_at.holds(*revenue.sources):
        return
    amount, orders = revenue.sources[0], _rows_of_orders(part)
    numbers = {column: part.looked_at.numbers(column) for column in (amount, *_unread(part))}
    for column in _unread(part):
        if _come_to(orders, numbers[column], numbers[amount]):
            why = f"its rows come to {amount.name}, which stands on each row of an order"
            part.guesses["revenue_cents"] = Guess(column.name, Sure.LIKELY, why, (column,))
            return
    if any(_come_to(orders, numbers[amount], numbers[total]) for total in _unread(part)):
        return
    free = [c for c in _unread(part) if any(c.numbers)][:MOST_COLUMNS]
    for added, total in permutations(free, 2):
        together = [a + b for a, b in part.looked_at.number_rows(amount, added)]
        may_be = not sums.is_none(added, roles) and numbers[added] != numbers[total]
        if may_be and len(together) == part.looked_at.n_rows and _come_to(orders, together, numbers[total]):
            _ask_of_added(part, amount, added, total)
            return


def _ask_of_added(part: Part, amount: Column, added: Column, total: Column) -> None:
    """Ask of what buyers pay on top of the lines, such as a fee for booking: revenue too, or not."""

    def answer(given: str) -> None:
        if given == "add":
            revenue, name = part.guesses["revenue_cents"], syntax.column(amount.name)
            both = f"({name} + coalesce({syntax.column(added.name)}, 0))"
            part.guesses["revenue_cents"] = revenue.with_text(name, both, f"with {added.name}, as you said", added)

    text = (
        f"{amount.name} comes to {total.name}, which stands on each row of an order, only with {added.name}: is "
        f"{added.name} revenue too (add), or not (leave_out)?"
    )
    key = syntax.slug(f"with {added.words}")
    part.questions.append(Question(key, text, answer, ("add", "leave_out"), columns=(amount.name, added.name)))


def have_total(part: Part, amounts: Sequence[float | None]) -> bool:
    """Say whether a column holds what the rows of each order come to, on each of them: then they are its lines.

    Parameters
    ----------
    part : Part
        Purchases.
    amounts : sequence of float or None
        What each row brings.
    """
    orders = _rows_of_orders(part)
    return any(_come_to(orders, amounts, part.looked_at.numbers(total)) for total in _unread(part))


def _unread(part: Part) -> list[Column]:
    """Return columns of numbers that nothing is read of."""
    read = {c for guess in part.guesses.values() for c in guess.sources}
    return [c for c in part.looked_at.own if c not in read and c.is_number]


def _rows_of_orders(part: Part) -> list[list[int]]:
    """Return the places of the rows of each order of a customer; none where no single column holds either."""
    order, who = part.guesses["order_id"].sources, part.guesses["customer_id"].sources
    if len(order) != 1 or len(who) != 1 or not part.looked_at.holds(*order, *who):
        return []
    orders: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for i, key in enumerate(zip(part.looked_at.texts(order[0]), part.looked_at.texts(who[0]), strict=True)):
        orders[key].append(i)
    return list(orders.values())


def _come_to(orders: Sequence[list[int]], amounts: Sequence[float | None], totals: Sequence[float | None]) -> bool:
    """Say whether amounts of nearly all orders come to a total that stands on each of their rows."""
    fitting = [
        rows
        for rows in orders
        if len({totals[i] for i in rows}) == 1
        and totals[rows[0]]
        and abs(sum(amounts[i] or 0.0 for i in rows) - (totals[rows[0]] or 0.0)) < CENT
    ]
    return sum(len(rows) > 1 for rows in fitting) >= LEAST_ORDERS and len(fitting) >= NEARLY_ALL * len(orders)


def _sums(part: Part, columns: list[Column]) -> Iterator[Sum]:
    """Yield totals that the lines of an order come to with other columns of it added or taken off, the fewest first."""
    keys = part.looked_at.texts(part.guesses["order_id"].sources[0])
    amounts: dict[str, float] = {}
    places: dict[str, int] = {}
    for i, (key, amount) in enumerate(zip(keys, money.of_rows(part), strict=True)):
        if key:
            amounts[key] = amounts.get(key, 0.0) + (amount or 0.0)
            places.setdefault(key, i)
    numbers = [part.looked_at.numbers(c) for c in columns]
    yield from sums_of([(amounts[key], *(each[i] or 0.0 for each in numbers)) for key, i in places.items()], columns)


def sums_of(rows: Sequence[tuple[float, ...]], columns: Sequence[Column]) -> Iterator[Sum]:
    """Yield totals that lines come to with other columns of their order added or taken off, the fewest first.

    Parameters
    ----------
    rows : sequence of tuple of float
        By order: what its lines come to, then a number for each column.
    columns : sequence of Column
        Of orders.
    """
    if len(rows) < LEAST_ORDERS:
        return
    are_lines = [_is_nothing([row[0] - row[1 + i] for row in rows]) for i in range(len(columns))]  # no part of them
    parts = [i for i in range(len(columns)) if not are_lines[i]]
    sizes = [sum(abs(row[1 + i]) for row in rows) for i in range(len(columns))]
    named = [i for i, c in enumerate(columns) if matches(c.words, TRANSACTIONS["revenue_cents"])]
    for n in range(1, MOST_PARTS_OF_NAMED + 1):
        totals = range(len(columns)) if n <= MOST_PARTS else named
        for total, few in product(totals, combinations(parts, n)):
            telling = all(sum(bool(row[1 + i]) for row in rows) >= LEAST_TELLING for i in few)
            if are_lines[total] or total in few or not telling or any(sizes[i] >= sizes[total] for i in few):
                continue
            for signs in product((1, -1), repeat=n):
                signed = tuple(zip(few, signs, strict=True))
                rest = [row[0] + sum(s * row[1 + i] for i, s in signed) - row[1 + total] for row in rows]
                if not _is_nothing(rest):
                    continue
                # what is 0 in nearly all orders fits any sum: it must hold where each part and the total are something
                some = ([left for left, row in zip(rest, rows, strict=True) if row[1 + i]] for i in (*few, total))
                if all(map(_is_nothing, some)):
                    yield columns[total], tuple((columns[i], s) for i, s in signed)


def _is_nothing(rest: Sequence[float]) -> bool:
    return sum(abs(left) < CENT for left in rest) >= NEARLY_ALL * len(rest)
