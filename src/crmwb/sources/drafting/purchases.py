"""A file of purchases: which column is the customer, the order, the day, the amount, and what marks a return."""

import re

from crmwb.sources.drafting import said, vocabulary
from crmwb.sources.drafting.guess import Guess, Part, Sure, best, fill, only_date
from crmwb.sources.drafting.profile import Column, Profile
from crmwb.tables import TABLES, Kind

MOST_UNKNOWN_CUSTOMERS = 0.01
PERCENT = re.compile(r"%|pct|per ?cent|prozent|折扣率", re.IGNORECASE)


def transactions(profile: Profile) -> list[Part]:
    """Take a file with customers, dates and amounts as purchases."""
    table, columns, words = TABLES["transactions"], profile.columns, vocabulary.TRANSACTIONS
    found = fill(table, columns, {k: v for k, v in words.items() if k in {c.name for c in table.columns}})
    who = found.get("customer_id")
    when = found.get("ordered_at") or only_date(columns, Kind.TIMESTAMP)
    taken = [column for guess in found.values() for column in guess.sources]
    price = best(
        [c for c in columns if c not in taken or c in _of(found, "revenue_cents")], words["unit_price"], Kind.MONEY
    )
    revenue = _revenue(found, price)
    if who is None or when is None or revenue is None:
        return []
    found |= {"ordered_at": when, "revenue_cents": revenue}
    found["order_id"] = found.get("order_id") or _made_orders(who, when)
    found["quantity"] = found.get("quantity") or Guess({"constant": 1}, Sure.LIKELY, "no column of quantities")
    found["is_return"] = _returns(found)
    found |= _costs(best(columns, words["profit"], Kind.MONEY), found)
    remarks = _drop_discount_shares(found)
    options = said.file_options(profile)
    unknown = 1 - who.sources[0].n_known / max(profile.n_rows, 1)
    if unknown > MOST_UNKNOWN_CUSTOMERS:
        options["filter"] = f"{said.column(who.sources[0].name)} is not null"
        remarks.append(
            f"{unknown:.0%} of its rows name no customer: the filter leaves them out, and ingest counts them"
        )
    ordered = {c.name: found[c.name] for c in table.columns if c.name in found}
    return [Part("transactions", options, ordered, profile, remarks)]


def _of(found: dict[str, Guess], name: str) -> tuple[Column, ...]:
    return found[name].sources if name in found else ()


def _revenue(found: dict[str, Guess], price: Guess | None) -> Guess | None:
    """Return the amount of a line: a column of its own, or the quantity times the price of a unit."""
    amount, quantity = found.get("revenue_cents"), found.get("quantity")
    if price is None or quantity is None or (amount is not None and amount.sure is Sure.SURE):
        return amount
    units, each = quantity.sources[0], price.sources[0]
    product = f"{said.column(units.name)} * {said.column(each.name)}"
    return Guess(
        {"expression": product}, min(price.sure, quantity.sure), "quantity times the price of a unit", (units, each)
    )


def _made_orders(who: Guess, when: Guess) -> Guess:
    customers, days = who.sources[0], when.sources[0]
    why = f"no column of orders: what {customers.name} buys on one day of {days.name} counts as one order"
    return Guess({"one_per": "customer_and_day"}, Sure.LIKELY, why)


def _returns(found: dict[str, Guess]) -> Guess:
    """Return what marks a return: a column that says so, else a quantity or an amount below zero."""
    if "is_return" in found:
        return found["is_return"]
    for name in ("quantity", "revenue_cents"):
        guess = found[name]
        if len(guess.sources) == 1 and any(number < 0 for number in guess.sources[0].numbers):
            column = guess.sources[0]
            return Guess(
                {"expression": f"{said.column(column.name)} < 0"}, Sure.LIKELY, "some are below zero", (column,)
            )
    return Guess({"constant": False}, Sure.LIKELY, "no quantity and no amount is below zero")


def _costs(profit: Guess | None, found: dict[str, Guess]) -> dict[str, Guess]:
    """Return costs as what is left of the amount after the profit, where the file has no column of costs."""
    amount = found["revenue_cents"].sources
    if "cost_cents" in found or profit is None or len(amount) != 1 or profit.sources[0] in amount:
        return {}
    both = (amount[0], profit.sources[0])
    rounded = " - ".join(f"round({said.column(column.name)}, 2)" for column in both)
    return {"cost_cents": Guess({"expression": rounded}, profit.sure, "amount less profit", both)}


def _drop_discount_shares(found: dict[str, Guess]) -> list[str]:
    """Leave out a discount that is a share of the amount rather than an amount."""
    discount = found.get("discount_cents")
    if discount is None:
        return []
    column = discount.sources[0]
    if not PERCENT.search(column.name) and any(not 0 <= number <= 1 for number in column.numbers):
        return []
    del found["discount_cents"]
    return [f"{column.name} is a share, not an amount, and is left out"]
