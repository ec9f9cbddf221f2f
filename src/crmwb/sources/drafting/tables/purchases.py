"""A file of purchases: which column is the customer, the order, the day, the amount, and what marks a return."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from dataclasses import replace

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.amounts import (
    catch_weight,
    discounts,
    double_counts,
    fees,
    identities,
    measures,
    order_totals,
    pieces,
    prices,
    refunds,
    sign_marks,
    sums,
    unit_prices,
    units,
    within,
)
from crmwb.sources.drafting.customers import companies, contra_accounts, counterparties, ids, nameless, own_places
from crmwb.sources.drafting.guess import Guess, Part, Sure, best, fill, of_column, only_date
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.rows import (
    credit_notes,
    doubled_orders,
    journals,
    order_lines,
    order_numbers,
    periods,
    series,
    tenders,
)
from crmwb.sources.drafting.rows.journals import Journal
from crmwb.sources.drafting.rows.order_lines import OrderLines
from crmwb.sources.drafting.tables import billing, header_twins, returns, sales
from crmwb.sources.drafting.tables.dimensions import is_group

MOST_KINDS = 20
EMAIL_NAMES = re.compile(r".*\b(e ?mail|mail)\b.*|.*(邮箱|邮件).*")
KNOWN = 0.98  # of the rows
LATER = re.compile(  # days that are no day of the sale
    r".*\b(due|expected|estimated|ship\w*|deliver\w*|fulfil\w*|updat\w*|modif\w*|birth\w*|expir\w*|valid|start|end|begin|from|to|until|till|sign ?up|registered|joined|since|fallig\w*|liefer\w*|versand\w*|check ?(in|out))\b.*"
)
PLAINLY = 2  # how well a name must match
HALF = 0.5
CENT = 0.015


def transactions(profile: Profile) -> list[Part]:
    """Take a file with customers, dates and amounts as purchases; refunds beside the amounts as returns."""
    roles, lines = credit_notes.without_refunds(profile, modifiers.find(profile)), order_lines.find(profile)
    result = _plain_columns(profile, roles, lines)
    if (journal := journals.find(profile)) is not None:
        return _of_journal(profile, journal, roles, result)
    revenue = _revenue(profile, result, roles, lines)
    if not {"customer_id", "ordered_at"} <= result.keys() or revenue is None:
        return []
    when = result["ordered_at"].sources[0]
    if periods.has_periods(profile) and vocabulary.matches(when.words, vocabulary.TRANSACTIONS["ordered_at"]) < PLAINLY:
        return []  # a row for each customer, with what each month brought
    result["revenue_cents"] = revenue
    result["order_id"] = series.numbered(profile, _orders(profile, result, roles, lines))
    result["quantity"] = result.get("quantity") or Guess({"constant": 1}, Sure.LIKELY, "no column of quantities")
    kinds = _kinds(profile, result, roles)
    if (refund := roles.get("refund")) is not None and any(refund.numbers):
        result.pop("is_return", None)  # whether something went back; how much stands beside it, and is rows of its own
    result["is_return"] = returns.marked(result, kinds)
    result |= _costs(best(profile.columns, vocabulary.TRANSACTIONS["profit"], Kind.MONEY), result)
    part = Part("transactions", syntax.file_options(profile), result, profile)
    prices.per_units(part)
    prices.without_tax(part, roles)
    part.remarks += _drop_discount_shares(part)
    order_totals.take_parts(part, roles)
    sums.check(part, roles)
    within.take_off(part, roles)
    part.guesses["revenue_cents"] = returns.signed(part.guesses)
    unit_prices.check(part)
    for ask in (
        pieces.ask,
        catch_weight.ask,
        measures.ask,
        companies.ask,
        returns.ask_of_kind,
        returns.ask_of_flag,
        returns.ask_of_day,
        header_twins.ask,
        doubled_orders.ask,
        order_numbers.complete,
    ):
        ask(part)
    returns.ask_of_sides(part, roles)
    returns.ask_of_signs(part)
    sign_marks.ask(part)
    units.with_hundredths(part)
    units.in_cents(part, roles)
    units.ask_of_leading_zeros(part)
    units.ask_of_rounded_tax(part, roles)
    units.ask_of_whole_numbers(part, roles)
    units.in_thousands(part)
    units.ask_of_title(part)
    sales.complete(part, roles, lines, kinds)
    units.without_quantity(part)
    n_asked = len(part.questions)
    double_counts.ask(part, roles)
    if len(part.questions) == n_asked:
        tenders.ask(part)
    contra_accounts.ask(part)
    own_places.ask(part)
    part.twins = refunds.parts(part, roles, lines)
    for each in part.twins:
        units.in_cents(each, roles)
    if (sent := counterparties.other_side(part)) is not None:
        part.twins.append(sent)
    parts = [part, *part.twins]
    for each in parts:
        each.guesses = {c.name: each.guesses[c.name] for c in TABLES["transactions"].columns if c.name in each.guesses}
    return parts


def _of_journal(profile: Profile, journal: Journal, roles: Modifiers, plain: dict[str, Guess]) -> list[Part]:
    """Take what a journal books on some accounts as purchases: which, is asked."""
    who, when = journals.customer(profile, journal), plain.get("ordered_at")
    if who is None or when is None:
        return []
    one = Guess({"constant": 1}, Sure.LIKELY, "a journal tells no quantities")
    part = Part("transactions", syntax.file_options(profile), {"customer_id": who, "ordered_at": when}, profile)
    journals.ask(part, journal)
    part.guesses["quantity"] = one
    sales.complete_journal(part, roles)
    part.guesses = {c.name: part.guesses[c.name] for c in TABLES["transactions"].columns if c.name in part.guesses}
    return [part]


def missing(profile: Profile) -> list[tuple[str, str | None]]:
    """Return the roles without which a file is no purchases, each with why its best candidate is not it."""
    roles = modifiers.find(profile)
    result = _plain_columns(profile, roles, None)
    journal = journals.find(profile)
    if journal is not None:
        who = journals.customer(profile, journal)
        result = {"revenue_cents": journal.amount(), **{k: v for k, v in result.items() if k == "ordered_at"}}
        result |= {"customer_id": who} if who else {}
    expression: list[tuple[str, str | None]] = []  # by role, as `roles.NAMES` has them
    for name, what in (("customer_id", "customer"), ("ordered_at", "date"), ("revenue_cents", "amount")):
        if name in result or (name == "revenue_cents" and _revenue(profile, result, roles, None)):
            continue
        named = [c for c in profile.columns if vocabulary.matches(c.words, vocabulary.TRANSACTIONS[name])]
        named.sort(key=lambda c: -vocabulary.matches(c.words, vocabulary.TRANSACTIONS[name]))
        if named and not named[0].n_known:
            expression.append((what, f"{named[0].name} is empty"))
        elif named and named[0].unreadable is not None and name != "customer_id":
            expression.append((what, f"{named[0].name} holds {named[0].unreadable!r}, which is no {what}"))
        elif named and what == "date" and (day := _without_year(named[0])):
            expression.append(
                (
                    what,
                    f"{named[0].name} holds days without a year, such as {day!r}: export them with it, or put the year into the file's name",
                )
            )
        else:
            expression.append((what, None))
    return expression


def _without_year(column: Column) -> str:
    """Return a value of a column that holds days of a month and no year ("0201", "2.1."); empty where it holds others."""
    shapes = (re.fullmatch(r"(\d{1,2})[./-]?(\d{2})[./-]?", value) for value in column.values)
    days = [(int(m[1]), int(m[2])) if m else (0, 0) for m in shapes]
    is_day = all(min(pair) >= 1 and min(pair) <= 12 and max(pair) <= 31 for pair in days)
    return column.values[0] if days and is_day else ""


def _plain_columns(profile: Profile, roles: Modifiers, lines: OrderLines | None) -> dict[str, Guess]:
    table, patterns = TABLES["transactions"], vocabulary.TRANSACTIONS
    if "column_names" in profile.shape.options:
        return nameless.guesses(profile)
    kept = roles.columns - {c.name for role in ("net", "paid") if (c := roles.get(role))}
    usable = [c for c in profile.columns if c.name not in kept and not units.is_remainder(c)]
    names = [c.name for c in table.columns if c.name in patterns]
    result = fill(table, [c for c in usable if not ids.holds_names(c)], patterns, names)
    if (who := ids.by_email(usable, result.get("customer_id"))) is not None:
        result["customer_id"] = who
    when = result.get("ordered_at") or only_date(usable, Kind.TIMESTAMP)
    if when is not None:
        result["ordered_at"] = when
    if lines is not None and lines.order.name not in {c.name for c in _of(result, "customer_id")}:
        result["order_id"] = of_column(lines.order, Kind.ID, Sure.LIKELY, "the same on every line of an order")
        if (when := result.get("ordered_at")) and when.sources[0].name in lines.head:
            every = [c for c in usable if c.is_date and c.name not in lines.head]
            again = best(every, patterns["ordered_at"], Kind.TIMESTAMP)
            result["ordered_at"] = again or when
    if (when := result.get("ordered_at")) is not None:
        result["ordered_at"] = _known_everywhere(usable, when, lines)
    result |= identities.guesses(profile, usable, result)
    product = result["product_id"].sources[0] if "product_id" in result else None
    if product is not None and (product.is_unique or any(n != int(n) for n in product.numbers)):
        del result["product_id"]  # of the row, such as a payment's reference; or money, such as that for material
    if "product_id" not in result and (group := _group(usable, result)) is not None:
        why = "no number of a product, so what it is a kind of stands for it"
        result["product_id"] = of_column(group, Kind.ID, Sure.LIKELY, why)
    return result


def _known_everywhere(columns: list[Column], when: Guess, lines: OrderLines | None) -> Guess:
    """Return another day of the sale where the one that is guessed is blank in some rows, as the day of payment is."""
    own = when.sources[0]
    if own.called is not None or own.n_known >= KNOWN * own.n_rows or (lines is not None and own.name in lines.head):
        return when
    fitting = [c for c in columns if c.is_date and c.n_known >= KNOWN * c.n_rows and not LATER.fullmatch(c.words)]
    other = best(fitting, vocabulary.TRANSACTIONS["ordered_at"], Kind.TIMESTAMP) or only_date(fitting, Kind.TIMESTAMP)
    if other is None:
        return when
    why = f"{other.why}; known in every row, unlike {own.name}"
    return replace(other, sure=min(other.sure, Sure.LIKELY), why=why)


def _group(columns: list[Column], result: dict[str, Guess]) -> Column | None:
    """Return the column of several kinds of products, the finest of them; None where there is none."""
    taken = {column.name for guess in result.values() for column in guess.sources}
    kinds = [c for c in columns if c.name not in taken and not c.is_number and is_group(c) and len(c.counts) > 1]
    return max(kinds, key=lambda c: len(c.counts), default=None)


def _revenue(profile: Profile, result: dict[str, Guess], roles: Modifiers, lines: OrderLines | None) -> Guess | None:
    """Return the amount of a line: converted, net of tax, as it stands, or the quantity times the price of a unit."""
    converted, net = roles.get("converted_amount"), roles.get("net")
    amount, quantity = result.get("revenue_cents"), result.get("quantity")
    if amount is not None and amount.sources[0].called is not None:
        return amount
    if converted is not None:
        return of_column(converted, Kind.MONEY, Sure.SURE, "in one currency already")
    of_orders = lines.head | lines.repeated if lines else frozenset()
    if amount is not None and {c.name for c in amount.sources} & of_orders:
        own = [c for c in profile.columns if c.name not in of_orders | roles.columns and c not in _all_of(result)]
        amount = best(own, vocabulary.TRANSACTIONS["revenue_cents"], Kind.MONEY) or amount
    before = fees.before_fees(profile, net, roles.get("fee"), amount) if net is not None else None
    if before is not None and (amount is None or net in amount.sources):
        amount = of_column(
            before, Kind.MONEY, Sure.LIKELY, f"before fees, of which {net.name if net else ''} is what is left"
        )
    if net is not None and net.name not in of_orders and before is None:
        others = [c.name for c in _of(result, "revenue_cents") if c is not net]
        why = f"without tax and shipping, unlike {others[0]}" if others else "its name says so"
        amount = of_column(net, Kind.MONEY, Sure.SURE, why)
    elif (paid := _paid(profile, roles)) is not None and paid.name not in of_orders:
        others = [c.name for c in _of(result, "revenue_cents") if c is not paid]
        unlike = f", unlike {others[0]}" if others else ""
        amount = of_column(paid, Kind.MONEY, Sure.SURE, f"what was paid{unlike}")
    taken = {c.name for name, guess in result.items() if name != "revenue_cents" for c in guess.sources}
    free = [c for c in profile.columns if c.name not in taken and c.name not in of_orders]
    price = best(free, vocabulary.TRANSACTIONS["unit_price"], Kind.MONEY)
    is_of_order = amount is not None and bool({c.name for c in amount.sources} & of_orders)
    if price is None or quantity is None:
        return amount or fees.only_amount(free, [c for c in profile.columns if c.is_number])
    if is_of_order:
        return _times(profile, None, quantity, price, free)
    is_sure = amount is not None and amount.sure is Sure.SURE
    if is_sure and not identities.is_with_shipping(profile, amount, (quantity.sources[0], price.sources[0]), roles):
        return amount
    return _times(profile, amount, quantity, price, free)


def _times(profile: Profile, amount: Guess | None, quantity: Guess, price: Guess, free: list[Column]) -> Guess:
    """Return the quantity times the price of a unit, or the amount that it is in most rows and that others have alone."""
    line = identities.line(profile)
    if amount is not None and line is not None and line.amount in amount.sources:
        return amount  # some rows, such as discounts, bring one without a price
    units, each = quantity.sources[0], price.sources[0]
    if amount is not None and discounts.are_taken_off(profile, amount, units, each):
        return replace(amount, why=f"{units.name} times {each.name}, less discounts")
    if amount is not None and _is_often_the_product(profile, amount, units, each):
        return replace(amount, why=f"in most rows {units.name} times {each.name}, and what it was in the others")
    if line is not None and line.amount in free and line.amount.n_known > min(units.n_known, each.n_known):
        why = f"{units.name} times {each.name}, and the amount of rows without these"
        return of_column(line.amount, Kind.MONEY, Sure.LIKELY, why)
    product = f"{syntax.column(units.name)} * {syntax.column(each.name)}"
    return Guess(
        {"expression": product}, min(price.sure, quantity.sure), "quantity times the price of a unit", (units, each)
    )


def _is_often_the_product(profile: Profile, amount: Guess, units: Column, price: Column) -> bool:
    """Say whether an amount is the quantity times the price in most rows, but not in all: the price may have changed since."""
    if len(amount.sources) != 1:
        return False
    every = [row for row in profile.number_rows(units, price, amount.sources[0]) if row[0] and row[1]]
    several = [row for row in every if abs(row[0]) != 1]  # of one unit, the price is the amount whatever that is
    rows = [(n * each, whole) for n, each, whole in several or every]
    same = sum(abs(product - whole) < CENT for product, whole in rows)
    return HALF * len(rows) < same < len(rows)


def _paid(profile: Profile, roles: Modifiers) -> Column | None:
    """Return what was paid; None of invoices, which may be paid later."""
    return None if billing.is_billed(profile) else roles.get("paid")


def _orders(profile: Profile, result: dict[str, Guess], roles: Modifiers, lines: OrderLines | None) -> Guess:
    """Return the order: of a refund that points to its order, that order."""
    order, parent = result.get("order_id"), roles.get("parent_order")
    if order is None:
        return order_numbers.find(profile, result) or _made_orders(result["customer_id"], result["ordered_at"])
    if parent is None or lines is not None or len(order.sources) != 1:
        return order if lines is not None else order_numbers.known_everywhere(profile, order)
    own = syntax.column(order.sources[0].name)
    nothing = [value for value in parent.counts if value in {"0", "-1"}]
    name = syntax.column(parent.name)
    known = f"{name} is not null" + (f" and not {syntax.is_in(parent.name, nothing)}" if nothing else "")
    expression = f"case when {known} then {name} else {own} end"
    return Guess(
        {"expression": expression}, Sure.LIKELY, f"{parent.name} names the order that a row belongs to", order.sources
    )


def _kinds(profile: Profile, result: dict[str, Guess], roles: Modifiers) -> list[Column]:
    """Return columns of few values that may tell kinds of rows apart."""
    taken = {c.name for guess in result.values() for c in guess.sources}
    kept = roles.columns - {c.name for role in ("row_type",) if (c := roles.get(role))}
    return [
        c for c in profile.columns
        if c.name not in taken | kept and 0 < len(c.counts) <= MOST_KINDS and not c.is_number and not c.is_date
    ]  # fmt: skip


def _of(result: dict[str, Guess], name: str) -> tuple[Column, ...]:
    return result[name].sources if name in result else ()


def _all_of(result: dict[str, Guess]) -> set[Column]:
    return {c for guess in result.values() for c in guess.sources}


def _made_orders(who: Guess, when: Guess) -> Guess:
    customers, days = who.sources[0], when.sources[0]
    why = f"no column of orders: what {customers.name} buys on one day of {days.name} counts as one order"
    return Guess({"one_per": "customer_and_day"}, Sure.LIKELY, why)


def _costs(profit: Guess | None, result: dict[str, Guess]) -> dict[str, Guess]:
    """Return costs as what is left of the amount after the profit, where the file has no column of costs."""
    amount = result["revenue_cents"].sources
    if "cost_cents" in result or profit is None or len(amount) != 1 or profit.sources[0] in amount:
        return {}
    both = (amount[0], profit.sources[0])
    rounded = " - ".join(f"round({syntax.column(column.name)}, 2)" for column in both)
    return {"cost_cents": Guess({"expression": rounded}, profit.sure, "amount less profit", both)}


def _drop_discount_shares(part: Part) -> list[str]:
    """Leave out a discount that is a share of the amount rather than an amount; of quantity times price, ask."""
    result = part.guesses
    discount = result.get("discount_cents")
    if discount is None:
        if (share := prices.share_taken_off(part)) is not None:
            prices.ask_of_share(part, share)
        return []
    column = discount.sources[0]
    is_share = all(0 <= number <= 1 for number in column.numbers) and any(0 < n < 1 for n in column.numbers)
    if not modifiers.PERCENT.search(column.name) and not is_share:
        return []
    del result["discount_cents"]
    prices.ask_of_share(part, column)
    return [f"{column.name} is a share, not an amount, and is left out"]
