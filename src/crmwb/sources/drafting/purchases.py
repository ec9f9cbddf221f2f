"""A file of purchases: which column is the customer, the order, the day, the amount, and what marks a return."""

import re

from crmwb.sources.drafting import nameless, said, vocabulary
from crmwb.sources.drafting.guess import Guess, Part, Sure, best, fill, only_date
from crmwb.sources.drafting.profile import Column, Profile
from crmwb.tables import TABLES, Kind

MOST_UNKNOWN = 0.01
MOST_KINDS = 20
BOUGHT = re.compile(r"(purchase|order|sale|sold|buy|bought|checkout|paid|transaction|kauf|购买|下单|成交).*")
LOOKED = re.compile(r"(.*view|click|search|visit|impression|wish|page|add|remove|.*cart|session|浏览|点击|加购|收藏).*")
CAME_BACK = re.compile(r"(refund|return|retoure|rücksendung|gutschrift|credit ?note|退货|退款).*")
CAME_TO_NOTHING = re.compile(r"(refund|return|cancel|storn|void|fail|declin|abgebrochen|退货|退款|取消|作废).*")
KIND_SAYS = "by its"
STATUS = re.compile(r".*(status|state|状态)")
PERCENT = re.compile(r"%|pct|per ?cent|prozent|折扣率", re.IGNORECASE)


def transactions(profile: Profile) -> list[Part]:
    """Take a file with customers, dates and amounts as purchases."""
    table, columns, words = TABLES["transactions"], profile.columns, vocabulary.TRANSACTIONS
    found = fill(table, columns, {k: v for k, v in words.items() if k in {c.name for c in table.columns}})
    if "column_names" in profile.shape.options:
        found = nameless.guesses(profile)
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
    kinds = [c for c in columns if c not in taken and 1 < len(c.counts) <= MOST_KINDS and not c.is_number]
    found["is_return"] = _returns(found, kinds)
    found["revenue_cents"] = _signed(found)
    found |= _costs(best(columns, words["profit"], Kind.MONEY), found)
    remarks = [*_drop_discount_shares(found), *_odd_statuses(kinds)]
    filters = _filters(who, revenue, kinds, profile.n_rows)
    options = said.file_options(profile) | ({"filter": " and ".join(filters)} if filters else {})
    ordered = {c.name: found[c.name] for c in table.columns if c.name in found}
    return [Part("transactions", options, ordered, profile, [*remarks, *filters.values()])]


def _filters(who: Guess, revenue: Guess, kinds: list[Column], n_rows: int) -> dict[str, str]:
    """Return which rows are purchases of somebody, as conditions, and what each leaves out, in words."""
    found = {}
    whats = {"name no customer": who.sources, "bring no amount": revenue.sources if len(revenue.sources) == 1 else ()}
    for what, sources in whats.items():
        unknown = 1 - sources[0].n_known / max(n_rows, 1) if sources else 0.0
        if unknown > MOST_UNKNOWN:
            condition = f"{said.column(sources[0].name)} is not null"
            found[condition] = f"{unknown:.0%} of its rows {what}: the filter leaves them out, and ingest counts them"
    for column in kinds:
        values = {value: value.lower() for value in column.counts}
        looked = [value for value, lower in values.items() if LOOKED.fullmatch(lower)]
        bought = [v for v, lower in values.items() if v not in looked and (BOUGHT.fullmatch(lower) or _is_return(v))]
        if looked and bought:
            found[said.is_in(column.name, sorted(bought))] = (
                f"of its {column.name}, {', '.join(sorted(bought))} are taken as purchases, and the others left out"
            )
    return found


def _odd_statuses(kinds: list[Column]) -> list[str]:
    """Return what a person should decide: rows that came to nothing, as a column of statuses says."""
    return [
        f"its {c.name} is {' or '.join(odd)} in some rows, which count as purchases: leave them out with "
        f"filter: not {said.is_in(c.name, odd)}, where they brought nothing"
        for c in kinds
        if STATUS.fullmatch(c.words) and (odd := sorted(v for v in c.counts if CAME_TO_NOTHING.fullmatch(v.lower())))
    ]


def _is_return(value: str) -> bool:
    return CAME_BACK.fullmatch(value.lower()) is not None


def _signed(found: dict[str, Guess]) -> Guess:
    """Return the amount, below zero for what came back: files often tell kinds of rows apart and not their signs."""
    amount, came_back = found["revenue_cents"], found["is_return"]
    if not (came_back.why.startswith(KIND_SAYS) and isinstance(amount.value, str)):
        return amount
    name = said.column(amount.sources[0].name)
    told = f"case when {came_back.value['expression']} then -{name} else {name} end"
    return Guess({"expression": told}, Sure.LIKELY, "below zero for returns", amount.sources)


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


def _returns(found: dict[str, Guess], kinds: list[Column]) -> Guess:
    """Return what marks a return: a column that says so, a quantity or an amount below zero, or a row's kind."""
    if "is_return" in found:
        return found["is_return"]
    for name in ("quantity", "revenue_cents"):
        guess = found[name]
        if len(guess.sources) == 1 and any(number < 0 for number in guess.sources[0].numbers):
            column = guess.sources[0]
            return Guess(
                {"expression": f"{said.column(column.name)} < 0"}, Sure.LIKELY, "some are below zero", (column,)
            )
    for column in kinds:
        if (values := sorted(filter(_is_return, column.counts))) and not STATUS.fullmatch(column.words):
            told = said.is_in(column.name, values)
            return Guess({"expression": told}, Sure.LIKELY, f"{KIND_SAYS} {column.name}", (column,))
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
