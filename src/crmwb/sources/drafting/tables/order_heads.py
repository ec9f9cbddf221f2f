"""Amounts of orders beside those of their lines, in another file: what orders are less than their lines together.

A discount on the whole order, a voucher or a bonus stands on the order alone. Where the order's total is that of its
lines less such a column in nearly all orders, it is taken off; what only the numbers say, and no name, is asked.
"""

from collections import defaultdict
from collections.abc import Sequence

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.amounts import money, order_totals, sums
from crmwb.sources.drafting.guess import Part, Sure
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.links import Link
from crmwb.sources.drafting.reading.profile import Column

CENT = 0.015
NEARLY_ALL = 0.9
LEAST_ORDERS = 10
MOST_COLUMNS = 12
MOST_ORDERS = 200


def less_than_lines(part: Part, link: Link) -> list[Column] | None:
    """Return what totals of orders are less than their lines, by the numbers of nearly all orders.

    Parameters
    ----------
    part : Part
        Purchases by lines, with their amounts.
    link : Link
        From lines to the file of their orders.

    Returns
    -------
    list of Column or None
        What is taken off the lines to come to a total; empty where they come to it by themselves, or with tax and
        shipping, None where they come to none.
    """
    if not part.looked_at.holds(*part.guesses["revenue_cents"].sources):
        return None
    by_order = _by_order(part, link, money.of_rows(part))
    head = link.file
    roles = modifiers.find(head)
    own = [c for c in head.own if c.is_number and c is not link.there and any(c.numbers) and not c.is_flag]
    keys = head.texts(link.there)
    at = [i for i, key in enumerate(keys) if key in by_order][:MOST_ORDERS]
    if len(at) < LEAST_ORDERS:
        return None
    lines = [by_order[str(keys[i])] for i in at]
    numbers = {c: [every[i] or 0.0 for i in at] for c in own for every in [head.numbers(c)]}
    with_cents = {c for c in own if any(n != int(n) for n in c.numbers)}
    varied = [(c, each) for c, each in numbers.items() if len(set(each)) > 1 or c in with_cents]
    alike = {tuple(each): c for c, each in reversed(varied)}  # the first of those alike
    columns = sorted(alike.values(), key=lambda c: (c.is_unique, c not in with_cents, own.index(c)))[:MOST_COLUMNS]
    same = [c for c in columns if _is_same(lines, numbers[c])]
    columns = [c for c in columns if c not in same]
    rows = list(zip(lines, *(numbers[c] for c in columns), strict=True))
    first = next(order_totals.sums_of(rows, columns), None)
    if first is None:
        return [] if same else None
    revenue = part.guesses["revenue_cents"]
    taken = () if revenue.is_product else revenue.sources[1:]  # the lines' own discounts, which orders may sum up
    sums_of_lines = [_by_order(part, link, part.looked_at.numbers(c)) for c in taken]
    off_already = [[each[str(keys[i])] for i in at] for each in sums_of_lines]
    off = [c for c, sign in first[1] if sign < 0 and not sums.is_none(c, roles)]
    return [c for c in off if not any(_is_same(each, numbers[c]) for each in off_already)]


def take_off_discounts(part: Part, links: Sequence[Link]) -> None:
    """Take the discount of each line off its amount, where nearly all totals of orders are those of lines less it.

    Parameters
    ----------
    part : Part
        Purchases by lines, with a discount beside the amount.
    links : sequence of Link
        From lines to files of their orders.
    """
    revenue, discount = part.guesses["revenue_cents"], part.only_column("discount_cents")
    if discount is None or discount in revenue.sources or not part.looked_at.holds(*revenue.sources):
        return
    if any(_are_less(part, discount, link) for link in links):
        text = f"({revenue.text} - abs(coalesce({syntax.column(discount.name)}, 0)))"
        why = f"{revenue.why}; less {discount.name}, for only so do lines come to the total of their order"
        part.guesses["revenue_cents"] = revenue.computed(text, why, (*revenue.sources, discount), Sure.LIKELY)


def _are_less(part: Part, discount: Column, link: Link) -> bool:
    amounts, less = _by_order(part, link, money.of_rows(part)), _by_order(part, link, part.looked_at.numbers(discount))
    at = [(i, key) for i, key in enumerate(link.file.texts(link.there)) if key in amounts][:MOST_ORDERS]
    off = [amounts[key] - abs(less[key]) for _, key in at if key]
    own = [c for c in link.file.own if c.is_number and c is not link.there]
    every = [[numbers[i] or 0.0 for i, _ in at] for c in own for numbers in [link.file.numbers(c)]]
    return sum(bool(less[key]) for _, key in at if key) >= LEAST_ORDERS and any(_is_same(off, each) for each in every)


def _by_order(part: Part, link: Link, numbers: Sequence[float | None]) -> dict[str, float]:
    """Return what the lines of each order have of a number together."""
    result: dict[str, float] = defaultdict(float)
    for key, number in zip(part.looked_at.texts(link.here), numbers, strict=False):
        if key:
            result[key] += number or 0.0
    return result


def _is_same(lines: Sequence[float], totals: Sequence[float]) -> bool:
    """Say whether lines come to the totals of nearly all orders by themselves."""
    return sum(abs(a - b) < CENT for a, b in zip(lines, totals, strict=True)) >= NEARLY_ALL * len(lines)


def name_every_order(part: Part, links: Sequence[Link]) -> None:
    """Where heads name some orders only, let the others be known by their head.

    Parameters
    ----------
    part : Part
        Purchases by lines.
    links : sequence of Link
        From lines to files of their heads.
    """
    guess = part.guesses["order_id"]
    if (
        len(guess.sources) != 1
        or not isinstance(guess.value, str)
        or guess.sources[0].n_known == guess.sources[0].n_rows
    ):
        return
    alias = guess.value.partition(".")[0]
    here = next(
        (link.here for link in links if part.options["join"].get(alias, {}).get("file") == link.file.file.name), None
    )
    if here is not None and part.looked_at.holds(here):
        expression = f"coalesce({syntax.column(guess.value)}, {syntax.column(here.name)})"
        why = f"{guess.why}; {here.name} where it is blank"
        part.guesses["order_id"] = guess.computed(expression, why, (*guess.sources, here), min(guess.sure, Sure.LIKELY))
