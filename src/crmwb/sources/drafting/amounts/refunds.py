"""What was refunded of sales: rows of their own where a file says it beside the amount."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections import Counter
from dataclasses import replace
from typing import Any

from crmwb.contract import Kind
from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Guess, Part, Sure, best
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows.order_lines import OrderLines

WHOLE = 100  # hundredths of a unit
CENT = 0.015  # two roundings
LEAST_WHOLE = 3  # rows in which all of a total went back


def point_at_excess(part: Part, roles: Modifiers) -> None:
    """Point at orders of which more went back than was paid, where refunds are rows that name their order."""
    parent, amount, order = roles.get("parent_order"), part.guesses["revenue_cents"], part.guesses["order_id"]
    if parent is None or part.profile is None or len(amount.sources) != 1 or not order.sources:
        return
    numbers = amount.sources[0].numbers_read
    if numbers is None:
        return
    of: Counter[str] = Counter()
    columns = (order.sources[0], parent, amount.sources[0])
    for own, other, text in zip(*(part.looked_at.texts(column) for column in columns), strict=False):
        key = other if other and other not in {"0", "-1"} else own
        of[str(key)] += round(100 * numbers.values.get(str(text), 0.0))
    if below := sum(total < 0 for total in of.values()):
        what = "order" if below == 1 else "orders"
        part.remarks.append(f"of {below:,} {what}, more went back than was paid: look at their refunds")


def holds_returns_only(part: Part) -> bool:
    """Say whether every row of a part is a return, by its kind."""
    came_back = part.guesses["is_return"]
    if came_back.value == {"constant": True}:
        return True
    kinds = came_back.sources
    return (
        len(kinds) == 1
        and not kinds[0].is_number
        and not kinds[0].is_flag
        and kinds[0].n_known == kinds[0].n_rows
        and all(map(words.came_back, kinds[0].counts))
    )


def _unit_of(part: Part, refund: Column) -> dict[str, str]:
    """Return the unit of what was refunded: that of the amount, save where names or rows say whole units."""
    amount = part.guesses["revenue_cents"]
    unit = amount.value.get("unit") if isinstance(amount.value, dict) else None
    is_other = any(c.scale != refund.scale for c in amount.sources)
    if not unit or is_other or (money.is_in_hundredths(amount) and money.factor_to_unit(part, refund) == WHOLE):
        return {}
    return {"unit": str(unit)}


def _ask_of_unit(part: Part, returns: Part, refund: Column) -> None:
    """Ask what refunds beside an amount in hundredths are in, where neither names nor rows tell."""
    if not money.is_in_hundredths(part.guesses["revenue_cents"]) or money.factor_to_unit(part, refund) is not None:
        return

    def answer(given: str) -> None:
        guess = returns.guesses["revenue_cents"]
        value = {k: v for k, v in guess.value.items() if k != "unit"}
        value |= {"unit": "hundredths"} if given == "hundredths" else {}
        returns.guesses["revenue_cents"] = replace(guess, value=value, why=f"{guess.why}, in {given}, as you said")

    text = (
        f"The amount is in hundredths, and {refund.name} is taken off it: is that in hundredths too, or in whole units?"
    )
    key = syntax.slug(f"unit of {refund.own_words}")
    part.questions.append(Question(key, text, answer, ("hundredths", "whole"), columns=(refund.name,)))


def parts(part: Part, roles: Modifiers, lines: OrderLines | None) -> list[Part]:
    """Return what was refunded of sales as rows of their own, on the day of the sale: the file says no other."""
    refund = roles.get("refund")
    if roles.get("converted_amount") is not None:
        refund = roles.get("converted_refund") or refund
    if refund is None or not any(refund.numbers):
        return []
    if any(number < 0 for number in refund.numbers):
        refund_text = f"abs({syntax.column(refund.name)})"
    else:
        refund_text = syntax.column(refund.name)
    is_refunded = f"coalesce({syntax.column(refund.name)}, 0) <> 0"
    options = {k: v for k, v in part.options.items() if k not in {"spread", "fill_down"}}
    blank = {f"{syntax.column(c.name)} is not null" for c in part.guesses["revenue_cents"].sources}
    kept = [each for each in part.condition.split(" and ") if each not in blank]
    options["filter"] = syntax.both(*kept, is_refunded)  # refunds may stand in rows without an amount
    net = roles.get("net")
    of_head = lines is not None and lines.head and net is not None and net.name in lines.head
    if net is not None and (of_head or (lines is None and net in part.guesses["revenue_cents"].sources)):
        is_told = roles.get("tax") is not None  # then a refund may be of goods alone
        least = f"least(number({refund_text}), number({syntax.column(net.name)}))"  # the rest is tax or shipping
        refund_text = least if is_told else _of_net(part, refund, net, refund_text) or least
    if roles.get("converted_amount") is not None and roles.get("converted_refund") is None:
        converted = _converted(part, roles, refund, refund_text)
        if converted is None:
            return []
        refund_text = converted
    refund_text = _without_tax(part, roles, refund, refund_text)
    revenue = part.guesses["revenue_cents"]
    if lines is None and revenue.why.startswith("without ") and isinstance(revenue.value, dict):
        sold = revenue.value["expression"]  # what tips, tax and fees came back is no revenue either
        refund_text = f"least(number({refund_text}), {sold})"
    quantity = part.guesses["quantity"]
    guesses = {
        name: guess
        for name, guess in part.guesses.items()
        if name not in {"cost_cents", "gross_cents", "discount_cents"}
    }
    refund_text = _once_an_order(part, refund, lines, refund_text, options)
    unit = _unit_of(part, refund)
    expression = {"expression": f"-{refund_text}", **unit}
    guesses["revenue_cents"] = Guess(expression, Sure.LIKELY, "what was refunded", (refund,))
    guesses["is_return"] = Guess({"constant": True}, Sure.SURE, "a refund")
    guesses["quantity"] = Guess({"constant": -1}, Sure.LIKELY, "how many came back is not said")
    amount = part.guesses["revenue_cents"]
    if len(quantity.sources) == 1 and len(amount.sources) == 1 and lines is None:
        full = f"number({syntax.column(refund.name)}) >= number({syntax.column(amount.sources[0].name)})"
        units = syntax.column(quantity.sources[0].name)
        guesses["quantity"] = Guess(
            {"expression": f"case when {full} then -{units} else -1 end"}, Sure.LIKELY, "all where all was refunded",
            (refund, *quantity.sources),
        )  # fmt: skip
    if lines is not None:
        guesses |= (
            {"product_id": Guess({"expression": "null"}, Sure.SURE, "a refund is of the order")}
            if "product_id" in guesses
            else {}
        )
    remark = f"what {refund.name} says is a return on the day of the sale, for the file names no other day"
    currencies = Counter(part.currencies)
    returns = Part("transactions", options, guesses, part.profile, [remark], part.is_stand_in, [], currencies)
    _ask_of_unit(part, returns, refund)
    return [returns]


def _once_an_order(part: Part, refund: Column, lines: OrderLines | None, text: str, options: dict[str, Any]) -> str:
    """Return what was refunded with the share of each line in the place of what stands on every line of an order."""
    if lines is None or refund.name not in lines.repeated or not money.is_of_order(part, refund, 1):
        return text
    options["spread"] = part.options.get("spread", {})
    return text.replace(syntax.column(refund.name), money.even_share(options, refund, lines.order))


def _of_net(part: Part, refund: Column, net: Column, text: str) -> str | None:
    """Return what was refunded of an amount without tax and shipping: its share of a total that refunds come to, where there is one."""
    amount = syntax.column(net.name)
    for total in (c for c in part.looked_at.own if c.is_number and c not in {refund, net}):
        rows = [row for row in part.looked_at.number_rows(refund, total, net) if row[0] and row[1]]
        whole = sum(abs(back - all_of_it) < CENT for back, all_of_it, _ in rows)
        is_above = all(back < all_of_it + CENT and own <= all_of_it for back, all_of_it, own in rows)
        if whole >= LEAST_WHOLE and is_above and any(all_of_it - own > CENT for _, all_of_it, own in rows):
            return f"number({text}) * number({amount}) / number({syntax.column(total.name)})"
    return None


def _without_tax(part: Part, roles: Modifiers, refund: Column, text: str) -> str:
    """Return what was refunded without its tax, where tax was taken off the amount and the rows show that refunds hold it.

    Of an amount without shipping too, no more than that came back: the rest was shipping.
    """
    revenue, tax = part.guesses["revenue_cents"], roles.get("tax")
    if tax is None or tax not in revenue.sources[1:] or not part.looked_at.holds(revenue.sources[0], tax, refund):
        return text
    amount = revenue.sources[0]
    rows = part.looked_at.number_rows(amount, tax, refund)
    if not any(abs(back) > abs(whole) - abs(rate) + CENT for whole, rate, back in rows if back and rate):
        return text
    name = syntax.column(amount.name)
    without = f"({text}) * ({name} - coalesce({syntax.column(tax.name)}, 0)) / {name}"
    return without if len(revenue.sources) == 2 else f"least(number({without}), number({revenue.text}))"


def _converted(part: Part, roles: Modifiers, refund: Column, text: str) -> str | None:
    """Return what was refunded in the currency of a converted amount: as it stands where the rows show that it is.

    None where the rows do not show it: it is asked then, and written as an expression of the mapping by a person.
    """
    amount, currency = roles.get("converted_amount"), roles.get("currency")
    plain = best(
        [c for c in part.looked_at.own if c is not amount], vocabulary.TRANSACTIONS["revenue_cents"], Kind.MONEY
    )
    if amount is not None and words.currency_of_name(refund.name) == words.currency_of_name(amount.name) is not None:
        return text
    if amount is None or currency is None or plain is None or not part.looked_at.holds(amount, plain.sources[0]):
        return None
    numbers = zip(*(part.looked_at.numbers(c) for c in (refund, amount, plain.sources[0])), strict=True)
    rows = [(abs(back), whole, own) for back, whole, own in numbers if back and whole and own]
    other = [(back, whole, own) for back, whole, own in rows if abs(whole - own) > CENT]
    if all(back <= whole + CENT for back, whole, _ in other) and (
        not other or any(abs(back - whole) < CENT for back, whole, _ in other)
    ):
        return text
    if all(back <= own + CENT for back, _, own in other) and any(abs(back - own) < CENT for back, _, own in other):
        return f"({text}) * {syntax.column(amount.name)} / {syntax.column(plain.sources[0].name)}"

    def answer(given: str) -> None:
        if given == "read":
            raise ValueError(
                f"write a second part of transactions with the filter coalesce({syntax.column(refund.name)}, 0) <> 0 by hand "
                f"(docs/mappings.md)"
            )

    part.questions.append(
        Question(
            syntax.slug(f"currency of {refund.own_words}"),
            f"{refund.name} stands beside amounts in several currencies, and nothing tells which it is in: leave it out, so that "
            f"revenue is too high by it, or read it by hand?",
            answer,
            ("leave_out", "read"),
            columns=(refund.name,),
        )
    )
    return None
