"""Files of returns beside sales: which of their amounts is that of the orders, and refunds that sales tell too."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from crmwb.sources.drafting.amounts import money, refunds
from crmwb.sources.drafting.guess import Part, Sure
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column, Profile

CENT = 0.015
LEAST_WHOLE = 3  # orders that came back in whole
CLEARLY = 2  # times as many as by the amount that is read
NEARLY_ALL = 0.9


def settle(back: Sequence[Part], parts: list[Part]) -> None:
    """Read returns in the terms of the sales, and only once.

    Of an order that came back in whole, the amount of the return is that of the order: of several amounts, with tax,
    without it or with shipping, the one for which this holds most often is read. Refunds that stand beside the sales
    of the same orders are dropped, for the file of returns tells their days too.

    Parameters
    ----------
    back : sequence of Part
        Returns, in files of their own.
    parts : list of Part
        All parts of a draft.
    """
    names = {str(part.options["file"]) for part in back}
    every = [part for part in parts if part.table == "transactions" and part.profile is not None and not part.through]
    sold = [p for p in every if str(p.options["file"]) not in names and not refunds.holds_returns_only(p)]
    for part in back:
        guess, amount = part.guesses["revenue_cents"], part.only_column("revenue_cents")
        if part.only_column("order_id") is None or amount is None or isinstance(guess.value, dict):
            continue
        column = next((c for each in sold for paid in _paid(each) if (c := _same(part, paid)) is not None), None)
        if column is not None and column is not amount:
            why = f"of orders that came back in whole, it is what was paid, unlike {amount.name}"
            part.guesses["revenue_cents"] = guess.computed(syntax.column(column.name), why, (column,), Sure.LIKELY)
            part.remarks.append(f"{column.name} is what came back: {why}")
    returned = {order for part in back for order in _orders(part)}
    for part in [twin for each in sold for twin in each.twins if refunds.holds_returns_only(twin)]:
        of_orders = _orders(part)
        if part in parts and len(of_orders & returned) >= NEARLY_ALL * max(len(of_orders), 1):
            parts.remove(part)
            name = part.guesses["revenue_cents"].sources[0].name
            back[0].remarks.append(f"it tells the refunds that {name} of {part.options['file']} tells too: read once")


def _paid(part: Part) -> list[dict[str, float]]:
    """Return what orders come to by each column that their amount is made of, the last one first."""
    order, revenue = part.only_column("order_id"), part.guesses["revenue_cents"]
    held = [c for c in revenue.sources[::-1] if part.looked_at.holds(c)]
    if order is None:
        return []
    is_product = revenue.is_product and len(held) == len(revenue.sources)
    every = [money.of_rows(part)] if is_product else [part.looked_at.numbers(c) for c in held]
    return [_by_order(part.looked_at, order, numbers) for numbers in every]


def _by_order(file: Profile, order: Column, numbers: Sequence[float | None]) -> dict[str, float]:
    result: dict[str, float] = defaultdict(float)
    for key, number in zip(file.texts(order), numbers, strict=True):
        if key and number:
            result[key] += number
    return result


def _same(part: Part, paid: Mapping[str, float]) -> Column | None:
    """Return the column of returns that is most often what was paid for the order; None where none clearly is."""
    order = part.only_column("order_id")
    if order is None:
        return None
    own = [c for c in part.looked_at.own if c.is_number and not c.is_flag and c is not order]
    n_whole: Counter[Column] = Counter()
    for column in own:
        came_back = _by_order(part.looked_at, order, part.looked_at.numbers(column))
        n_whole[column] = sum(abs(abs(n) - paid.get(key, 0.0)) < CENT for key, n in came_back.items())
    now = part.guesses["revenue_cents"].sources[0]
    in_part = [c for c in own if LEAST_WHOLE <= n_whole[c] < NEARLY_ALL * len(_orders(part))]
    ranked = in_part or own  # others than these are the order's amount again, also where a part of it came back
    best = max(ranked, key=lambda column: (n_whole[column], column is now), default=now)
    is_rival = now in ranked and best is not now and n_whole[best] < CLEARLY * n_whole[now]
    return None if is_rival or n_whole[best] < LEAST_WHOLE else best


def _orders(part: Part) -> set[str]:
    """Return the orders of which a part tells that something came back."""
    order, amounts = part.only_column("order_id"), part.guesses["revenue_cents"].sources
    if order is None or not amounts or not part.looked_at.holds(*amounts):
        return set()
    rows = zip(part.looked_at.texts(order), *map(part.looked_at.numbers, amounts), strict=True)
    return {key for key, *numbers in rows if key and all(numbers)}
