"""What was refunded of sales: rows of their own where a file says it beside the amount."""

from collections import Counter

from crmwb.sources.drafting import said
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.order_lines import OrderLines


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


def parts(part: Part, roles: Modifiers, lines: OrderLines | None) -> list[Part]:
    """Return what was refunded of sales as rows of their own, on the day of the sale: the file says no other."""
    refund = roles.get("refund")
    if roles.get("converted_amount") is not None:
        refund = roles.get("converted_refund") or refund
    if refund is None or not any(refund.numbers):
        return []
    if any(number < 0 for number in refund.numbers):
        refund_text = f"abs({said.column(refund.name)})"
    else:
        refund_text = said.column(refund.name)
    money = f"coalesce({said.column(refund.name)}, 0) <> 0"
    options = {k: v for k, v in part.options.items() if k not in {"spread", "fill_down"}}
    options["filter"] = " and ".join(filter(None, [options.get("filter"), money]))
    net = roles.get("net")
    if lines is not None and lines.head and net is not None and net.name in lines.head:
        refund_text = f"least(number({refund_text}), number({said.column(net.name)}))"
    if roles.get("converted_amount") is not None and roles.get("converted_refund") is None:
        return []
    quantity = part.guesses["quantity"]
    guesses = {
        name: guess
        for name, guess in part.guesses.items()
        if name not in {"cost_cents", "gross_cents", "discount_cents"}
    }
    guesses["revenue_cents"] = Guess({"expression": f"-{refund_text}"}, Sure.LIKELY, "what was refunded", (refund,))
    guesses["is_return"] = Guess({"constant": True}, Sure.SURE, "a refund")
    guesses["quantity"] = Guess({"constant": -1}, Sure.LIKELY, "how many came back is not said")
    amount = part.guesses["revenue_cents"]
    if len(quantity.sources) == 1 and len(amount.sources) == 1 and lines is None:
        full = f"number({said.column(refund.name)}) >= number({said.column(amount.sources[0].name)})"
        units = said.column(quantity.sources[0].name)
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
    return [
        Part("transactions", options, guesses, part.profile, [remark], part.is_stand_in, [], Counter(part.currencies))
    ]
