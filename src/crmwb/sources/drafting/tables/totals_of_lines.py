"""Lines that are sales by themselves, beside a file with a row for each order that holds nothing but their sum."""

from collections import defaultdict
from collections.abc import Sequence

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading.links import order_key
from crmwb.sources.drafting.reading.profile import Column, Profile

NEARLY_ALL = 0.95  # of the orders
LEAST_ORDERS = 10
CENT = 0.015


def lines(parts: Sequence[Part]) -> set[str]:
    """Return the files whose lines come to the totals of nearly all orders of another file.

    They are joined to their orders, as lines are that need these: what is said of an order counts for its lines.

    Parameters
    ----------
    parts : sequence of Part
        What files tell alone.
    """
    sales = [p for p in parts if p.table == "transactions" and p.profile is not None and "join" not in p.options]
    numbered = [p for p in sales if len(p.guesses["order_id"].sources) == 1 and not p.guesses["order_id"].expression]
    several = [p for p in numbered if not p.guesses["order_id"].sources[0].is_unique]
    return {str(p.options["file"]) for p in several if any(_are_totals(head.looked_at, p) for head in sales)}


def _are_totals(head: Profile, part: Part) -> bool:
    """Say whether a column of amounts of orders is what one of their lines comes to."""
    here = part.guesses["order_id"].sources[0]
    if head is part.looked_at or head.file == part.looked_at.file or not part.looked_at.holds(here):
        return False
    there = order_key(here, head)
    if there is None or len(there.counts) < LEAST_ORDERS:
        return False
    keys, orders = head.texts(there), part.looked_at.texts(here)
    if sum(key in here.counts for key in keys) < NEARLY_ALL * len(keys):
        return False
    totals = [head.numbers(c) for c in head.own if c is not there and _is_money(c)]
    for column in part.looked_at.own:
        if column is here or not _is_money(column):
            continue
        by_order: dict[str | None, list[float | None]] = defaultdict(list)
        for key, amount in zip(orders, part.looked_at.numbers(column), strict=True):
            by_order[key].append(amount)
        sums = {key: sum(n or 0.0 for n in every) for key, every in by_order.items() if None not in every}
        if any(_are_same(sums, keys, own) for own in totals):
            return True
    return False


def _is_money(column: Column) -> bool:
    return column.is_number and any(n != int(n) for n in column.numbers)


def _are_same(sums: dict[str | None, float], keys: Sequence[str | None], totals: Sequence[float | None]) -> bool:
    """Say whether sums are the totals of nearly all orders, of those of which all amounts were looked at."""
    known = [(sums[key], n) for key, n in zip(keys, totals, strict=True) if key in sums and n is not None]
    same = sum(abs(own - n) < CENT for own, n in known)
    return len(known) >= LEAST_ORDERS and same >= NEARLY_ALL * len(known) and any(n for _, n in known)
