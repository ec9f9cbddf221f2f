"""Discounts beside an amount: taken off what is quantity times price, and off an amount that is shown to be before them."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from dataclasses import replace
from itertools import combinations

from crmwb.contract import Kind
from crmwb.sources.drafting.amounts import money, sums
from crmwb.sources.drafting.guess import Guess, Part, best
from crmwb.sources.drafting.modifiers import PERCENT, Modifiers
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.modifier_words import MODIFIERS, OFF
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches
from crmwb.sources.drafting.rows.order_lines import OrderLines

CENT = 0.015  # two roundings
MOSTLY = 0.8
DISCOUNT = re.compile(rf"\b({OFF})")
SEVERAL = 2  # discounts beside each other
MOST_BESIDE = 3  # taxes and shipping, that make a total together
MOST_LOOKED_AT = 6
MOST_ROWS = 1_000
LEAST_ROWS = 3
NEARLY_ALL = 0.9


def take_off(part: Part, roles: Modifiers, lines: OrderLines | None) -> None:
    """Take discounts off amounts that are quantity times price: of a line at once, of an order spread over its lines."""
    revenue = part.guesses["revenue_cents"]
    of_order, of_line = roles.get("order_discount"), roles.get("line_discount")
    if not revenue.is_product:
        _take_off_amount(part, roles, lines)
        return
    product = revenue.value["expression"]
    off: list[str] = []
    sources = list(revenue.sources)
    if "discount_cents" in part.guesses and of_order is None:
        of_order = part.guesses.pop("discount_cents").sources[0]
    if of_line is not None and any(of_line.numbers):
        off.append(_taken(part, of_line))
        sources.append(of_line)
    if of_order is not None and any(of_order.numbers):
        if lines is not None and of_order.name in lines.head | lines.repeated:
            spread = f"{of_order.name} of the line"
            part.options["spread"] = {
                spread: {"amount": of_order.name, "over": lines.order.name, "by": {"expression": product}}
            }
            off.append(_positive(of_order, f"coalesce({syntax.column(spread)}, 0)"))
            part.remarks.append(f"{of_order.name} is of the whole order, and is spread over its lines by their amounts")
        else:
            off.append(_taken(part, of_order))
        sources.append(of_order)
    if off:
        expression = " - ".join([product, *off])
        part.guesses["revenue_cents"] = revenue.computed(expression, f"{revenue.why}, less discounts", sources)
        part.guesses["gross_cents"] = replace(revenue, why="before discounts")


def are_taken_off(profile: Profile, amount: Guess, units: Column, price: Column) -> bool:
    """Say whether an amount is the quantity times the price less several discounts beside it, such as of the line and the invoice.

    Parameters
    ----------
    profile : Profile
        The file.
    amount : Guess
        What may be the amount of a line.
    units, price : Column
        The quantity, and the price of a unit.
    """
    others = (units, price, *amount.sources)
    off = [c for c in profile.own if c not in others and c.is_number and DISCOUNT.search(c.words) and any(c.numbers)]
    off = [c for c in off if not PERCENT.search(c.name)]
    if len(off) < SEVERAL or len(amount.sources) != 1:
        return False
    every = (row for row in profile.number_rows(amount.sources[0], units, price, *off) if row[1] and row[2])
    rows = [(whole, n * each - sum(less)) for whole, n, each, *less in every if any(less)][:MOST_ROWS]
    return len(rows) >= LEAST_ROWS and sum(abs(a - b) < CENT for a, b in rows) >= NEARLY_ALL * len(rows)


def _taken(part: Part, discount: Column) -> str:
    return _positive(discount, money.in_unit_of(part, discount))


def _positive(discount: Column, text: str) -> str:
    """Return a discount as what is to be taken off: some exports write it below zero."""
    n_below = sum(n < 0 for n in discount.numbers)
    return f"(0 - {text})" if 2 * n_below > sum(n != 0 for n in discount.numbers) else text


def _take_off_amount(part: Part, roles: Modifiers, lines: OrderLines | None) -> None:
    """Take a discount off an amount that the rows show to be before it; name it where they do not tell."""
    revenue, of_order = part.guesses["revenue_cents"], roles.get("order_discount")
    own = part.guesses["discount_cents"].sources[0] if "discount_cents" in part.guesses else None
    discount = of_order or roles.get("line_discount") or own
    is_before = _is_before(part, discount) if discount is not None else None
    if discount is not None and is_before:
        _off_each_line(part, discount, lines)
    elif is_before is False or discount is None:
        return
    elif total := _total_after(part, discount, roles):
        amount = syntax.column(revenue.sources[0].name)
        expression = _less(revenue.sources[0], f"abs({money.in_unit_of(part, discount)})")
        why = f"{revenue.why}; less {discount.name}, for only so does it come to {total}"
        part.guesses["revenue_cents"] = revenue.with_text(amount, expression, why, discount)
        part.guesses.pop("discount_cents", None)
    elif own is None and any(discount.numbers):
        part.remarks.append(
            f"{discount.name} is taken as deducted already from {_names(revenue)}; where it is not, write "
            f"revenue_cents: {{expression: {syntax.column(revenue.sources[0].name)} - {syntax.column(discount.name)}}}"
        )


def _is_before(part: Part, discount: Column) -> bool | None:
    """Say whether an amount is before a discount: the quantity times the price of a unit, in rows that have a discount.

    Returns
    -------
    bool or None
        False where it is that less the discount; None where the rows do not tell.
    """
    amount, quantity = part.guesses["revenue_cents"].sources, part.guesses["quantity"].sources
    price = best(
        [c for c in part.looked_at.own if c not in (*amount, discount)], TRANSACTIONS["unit_price"], Kind.MONEY
    )
    if len(amount) != 1 or len(quantity) != 1 or price is None:
        return None
    columns = (amount[0], discount, quantity[0], price.sources[0])
    if any(c not in part.looked_at.own for c in columns):
        return None
    rows = [row for row in part.looked_at.number_rows(*columns) if row[1] and row[2] and row[3]][:MOST_ROWS]
    before = sum(abs(abs(n * each) - abs(whole)) < CENT for whole, _, n, each in rows)
    after = sum(abs(abs(n * each) - abs(off) - abs(whole)) < CENT for whole, off, n, each in rows)
    if len(rows) < LEAST_ROWS or max(before, after) < NEARLY_ALL * len(rows):
        return None
    return before > after


def _off_each_line(part: Part, discount: Column, lines: OrderLines | None) -> None:
    """Take a discount off amounts that the rows show to be before it; one of a whole order is spread over its lines."""
    revenue = part.guesses["revenue_cents"]
    amount = syntax.column(revenue.sources[0].name)
    off = f"abs({money.in_unit_of(part, discount)})"
    if lines is not None and discount.name in lines.head | lines.repeated:
        name = f"{discount.name} of the line"
        by = {"expression": amount}
        part.options["spread"] = {name: {"amount": discount.name, "over": lines.order.name, "by": by}}
        off = f"abs(coalesce({syntax.column(name)}, 0))"
        part.remarks.append(f"{discount.name} is of the whole order, and is spread over its lines by their amounts")
    why = f"{revenue.why}; less {discount.name}, for it is quantity times price before that"
    expression = _less(revenue.sources[0], off)
    part.guesses["revenue_cents"] = revenue.with_text(amount, expression, why, discount)
    part.guesses.pop("discount_cents", None)


def _less(amount: Column, off: str) -> str:
    """Return an amount less a discount, nearer to nothing also where it is below zero, as on credit notes."""
    name = syntax.column(amount.name)
    if all(n >= 0 for n in amount.numbers):
        return f"({name} - {off})"
    return f"(case when {name} < 0 then {name} + {off} else {name} - {off} end)"


def _total_after(part: Part, discount: Column, roles: Modifiers) -> str | None:
    """Return the total that an amount comes to less a discount, with shipping and tax; None where it is deducted already."""
    amount = part.guesses["revenue_cents"].sources
    if len(amount) != 1 or not any(discount.numbers):
        return None
    own = part.looked_at.own
    if amount[0] not in own or discount not in own:
        return None
    beside = [c for c in own if c not in (amount[0], discount) and c.is_number and _is_beside(c, roles)][
        :MOST_LOOKED_AT
    ]
    totals = [c for c in own if c.is_number and c not in (amount[0], discount, *beside)]
    rows = [row for row in part.looked_at.number_rows(amount[0], discount, *beside, *totals) if row[1]][:MOST_ROWS]
    sets = [few for n in range(MOST_BESIDE + 1) for few in combinations(range(2, 2 + len(beside)), n)]
    for place, column in enumerate(totals, start=2 + len(beside)):
        telling = [row for row in rows if row[place]]
        for few in sets:
            less = (row[0] - abs(row[1]) + sum(row[i] for i in few) - row[place] for row in telling)
            if telling and sum(abs(rest) < CENT for rest in less) > MOSTLY * len(telling):
                return column.name
    return None


def _is_beside(column: Column, roles: Modifiers) -> bool:
    """Say whether a column holds tax or shipping, which come on top of an amount."""
    is_named = any(matches(column.words, MODIFIERS[role]) for role in ("shipping", "tax"))
    return sums.is_none(column, roles) or (is_named and any(column.numbers))


def _names(guess: Guess) -> str:
    return " and ".join(column.name for column in guess.sources)
