"""Purchases that stand in several files: lines here, the order's head, the customer or the price there."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.amounts import exchange_rates, sums
from crmwb.sources.drafting.guess import Guess, Part, Sure, fill, of_column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import further_languages, syntax, vocabulary
from crmwb.sources.drafting.reading.links import Declared, Link, Reach, called, reach, singular
from crmwb.sources.drafting.reading.modifier_words import MODIFIERS
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.tables import order_heads
from crmwb.sources.drafting.tables.agreements import contracts
from crmwb.sources.drafting.tables.dimensions import WORDS
from crmwb.sources.drafting.tables.purchases import transactions

HALF = 0.5
FEW = 20  # customers; fewer say nothing about whether they come again
PRICE = re.compile(
    r"((list|unit|sales|retail|selling|product|item|base) )?(price|preis|prix|precio|单价|价格|售价)( (eur|usd))?"
)
COST = re.compile(
    r"((unit|standard|product|purchase|item) )?(cost|costs|kosten|einkaufspreis|成本|成本价|进价)( (eur|usd))?"
)
PERCENT = re.compile(r"%|pct|per ?cent|prozent|rate", re.IGNORECASE)
CUSTOMERS_OWN = re.compile(
    r"(customer|client|kunde|buyer|user|person).*(unique|uuid|master).*|(unique|master) (customer|client|user).*"
)
GOODS_AND_MONEY = ("revenue_cents", "product_id", "quantity")
OF_PAYMENTS = re.compile(rf"{further_languages.PAYMENT}|\b(cards?|tenders?|carte|karte|tarjeta)\b")


def joined_purchases(
    profiles: list[Profile], alone: Collection[str], declared: Collection[Declared] = ()
) -> list[Part]:
    """Return the purchases that files hold together and none of them alone; of several that tell the same, one.

    Lines of another file with the same columns and orders of its own, as of credit notes beside invoices, are further ones.

    Parameters
    ----------
    profiles : list of Profile
        The files.
    alone : collection of str
        Names of those that tell something without any other.
    declared : collection of Declared
        Links that a database says.
    """
    result = [part for base in profiles if base.file.name not in alone for part in _of(base, profiles, declared)]
    best = min(result, key=_rank, default=None)
    if best is None:
        return []
    further = [part for part in result if part is not best and part not in best.twins and _are_of_others(part, best)]
    return [*(best, *best.twins), *further]


def _are_of_others(part: Part, best: Part) -> bool:
    """Say whether lines have the columns of others, and heads in files that these do not have."""
    if part.options["file"] == best.options["file"] or {c.name for c in part.looked_at.own} != {
        c.name for c in best.looked_at.own
    }:
        return False
    head = part.options["join"].get(part.guesses["ordered_at"].sources[0].name.partition(".")[0])
    return head is not None and head["file"] not in {option["file"] for option in best.options["join"].values()}


def enrich(part: Part, profiles: list[Profile], declared: Collection[Declared] = ()) -> None:
    """Add to customers or products what stands of each in another file, such as the name of a category."""
    base = next(p for p in profiles if part.profile is not None and p.file.name == part.profile.file.name)
    at = reach(base, profiles, declared, n_steps=1)
    keys = at.keys
    others = [
        called(c, c.words.removesuffix(" name")) if singular(alias) in c.words else c  # no name of a person
        for alias, columns in at.columns.items()
        for c in columns
        if c.name not in keys
    ]
    words = {c: p for c, p in WORDS[part.table].items() if c not in part.guesses}
    result = {c: replace(g, sure=min(g.sure, Sure.LIKELY)) for c, g in fill(TABLES[part.table], others, words).items()}
    result |= _names_of_codes(part, at)
    if result:
        part.options["join"] = {name: syntax.keeping(option) for name, option in at.options.items()}
        part.profile = replace(base, columns=[*base.columns, *others])
        every = part.guesses | result
        part.guesses = {c.name: every[c.name] for c in TABLES[part.table].columns if c.name in every}


def _names_of_codes(part: Part, at: Reach) -> dict[str, Guess]:
    """Return categories by their names, where a file of two columns has these, such as a translation."""
    result = {}
    for name, guess in part.guesses.items():
        is_plain = isinstance(guess.value, str) and len(guess.sources) == 1
        if TABLES[part.table].column(name).kind is not Kind.CATEGORY or not is_plain:
            continue
        for alias, link in at.links.items():
            if link.here.name != guess.sources[0].name or len(link.file.columns) != 2:
                continue
            named = next(c for c in at.columns[alias] if c.name != f"{alias}.{link.there.name}")
            if named.is_number or named.is_date:
                continue
            expression = f"coalesce({syntax.column(named.name)}, {syntax.column(guess.sources[0].name)})"
            why = f"{guess.why}; what {link.file.file.name} calls it"
            result[name] = guess.computed(expression, why, (named, *guess.sources), min(guess.sure, Sure.LIKELY))
    return result


def same_sales(part: Part, others: list[Part]) -> list[Part]:
    """Return the parts of purchases that tell the same orders as one that is made of lines: it joins their file."""
    files = {option["file"] for option in part.options.get("join", {}).values()}
    return [other for other in others if other.table == "transactions" and other.options.get("file") in files]


def are_of_some(part: Part, joined: Sequence[Part], others: list[Part]) -> bool:
    """Say whether lines are those of one of several exports of one kind, so that the orders of the others are totals still.

    Of `joined`, all that were joined to their orders, others may have the lines of these.
    """
    columns = [{c.name for c in other.looked_at.own} for other in same_sales(part, others)]
    known = [other for lines in joined for other in same_sales(lines, others)]
    left = (o for o in others if o.table == "transactions" and o.profile is not None and o not in known)
    return any({c.name for c in other.looked_at.own} in columns for other in left)


def names_few(part: Part, others: list[Part]) -> bool:
    """Say whether rows name less than half of the orders of another file: they came back, or are something else of orders."""
    for other in same_sales(part, others):
        order = other.guesses["order_id"].sources
        link = syntax.keys(next(o for o in part.options["join"].values() if o["file"] == other.options["file"]))
        here = [c for c in part.looked_at.own if c.name in link]
        if len(order) == 1 and here and len(here[0].counts) < HALF * len(order[0].counts):
            return True
    return False


def tells_no_lines(part: Part) -> bool:
    """Say whether rows that are joined to orders are no lines of them, but shipments or payments, by their own."""
    own = {name: guess.sources for name, guess in part.guesses.items() if name in GOODS_AND_MONEY}
    read = [name for name, sources in own.items() if any("." not in c.name for c in sources)]
    is_paid = any(
        map(OF_PAYMENTS.search, (plain_words(part.looked_at.file.name), *(c.words for c in part.looked_at.own)))
    )
    return not read or (read == ["revenue_cents"] and is_paid)


def prune(parts: list[Part]) -> None:
    """Leave out the joins by which nothing comes that is read, or that a question names: an answer may need it."""
    for part in parts:
        if "join" not in part.options:
            continue
        derived = [p for p in parts if part.table in _as_list(p.options.get("derived_from"))]
        read = {column.name for p in [part, *derived] for guess in p.guesses.values() for column in guess.sources}
        expression = " ".join(str(value) for key, value in part.options.items() if key not in {"join", "file"})
        kept: set[str] = set()
        for name in reversed(part.options["join"]):
            asked = any(column.startswith(f"{name}.") for column in read) or f"{name}." in expression
            may_be = any(c.startswith(f"{name}.") for question in part.questions for c in question.columns)
            if may_be and not asked:
                part.options["join"][name] = syntax.keeping(part.options["join"][name])
            if (
                asked
                or may_be
                or any(left.startswith(f"{name}.") for other in kept for left in part.options["join"][other]["key"])
            ):
                kept.add(name)
        part.options["join"] = {n: _short(option) for n, option in part.options["join"].items() if n in kept}
        if not part.options["join"]:
            del part.options["join"]


def _as_list(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given or [])


def _short(option: dict[str, Any]) -> dict[str, Any]:
    on = option["key"]
    return {**option, "key": next(iter(on)) if len(on) == 1 and set(on) == set(on.values()) else on}


def _rank(part: Part) -> tuple[bool, bool, int]:
    product = part.guesses["product_id"].sources if "product_id" in part.guesses else ()
    has_line = any(part.looked_at.holds(column) for column in product)
    return not has_line, "quantity" not in part.guesses, -(part.profile.n_rows if part.profile else 0)


def _of(base: Profile, profiles: list[Profile], declared: Collection[Declared]) -> Iterator[Part]:
    """Yield the purchases that a file holds together with what can be joined to it."""
    at = reach(base, profiles, declared)
    if not at.options:
        return
    is_head = {name: _is_of_orders(link) for name, link in at.links.items()}
    is_product = {name: not is_head[name] and _matches(link.here, "product_id") for name, link in at.links.items()}
    heads = [c for name, columns in at.columns.items() if is_head[name] for c in columns]
    goods = [c for name, columns in at.columns.items() if is_product[name] for c in columns]
    agreed = {
        name for name, link in at.links.items() if not (is_head[name] or is_product[name]) and contracts(link.file)
    }
    others = [
        c for n, columns in at.columns.items() if not (is_head[n] or is_product[n] or n in agreed) for c in columns
    ]
    others += [
        c for n in agreed for c in at.columns[n] if _matches(c, "customer_id", 1)
    ]  # its end and amount are no sale's
    money = [c for c in heads if _is_money(c)]
    rates = [c for c in money if exchange_rates.RATE.fullmatch(c.words)]  # which hold for each line as they stand
    visible = [c for c in heads if (c not in money or c in rates) and c.name not in at.keys]
    own = list(base.columns)
    has_amount = any(c.is_number and (_matches(c, "revenue_cents", 1) or _matches(c, "unit_price")) for c in own)
    price = next((c for c in goods if c.is_number and PRICE.fullmatch(c.words)), None)
    stand_in = [] if has_amount or price is None else [called(price, _price_words(own))]
    is_dated = any(c.is_date for c in (*own, *visible))  # else days of customers may be all there is
    more = [c for c in others if c.name not in at.keys and not vocabulary.matches(c.words, MODIFIERS["status"])]
    more = [c for c in more if not (is_dated and c.is_date)]
    total = next((c for least in (2, 1) for c in money if _matches(c, "revenue_cents", least)), None)
    if total is not None and not has_amount:
        parts = transactions(replace(base, columns=[*visible, *own, called(total, "amount"), *more]))
        for part in parts:
            _spread_total(part, total, price, at)
    else:
        parts = transactions(replace(base, columns=[*visible, *own, *stand_in, *more]))
    for part in parts:
        part.options["join"] = at.options
        part.profile = replace(base, columns=[*own, *heads, *goods, *others])
        _own_customers(part, others)
        order_heads.name_every_order(part, [link for name, link in at.links.items() if is_head[name]])
        _cost(part, goods)
        _take_off_discount(part, money, at, [name for name in at.links if is_head[name]])
    yield from parts


def _is_of_orders(link: Link) -> bool:
    """Say whether a file is that of orders: by the name of its key, or by a day, a customer and money for each."""
    if _matches(link.here, "order_id"):
        return True
    if _matches(link.here, "product_id", 1) or _matches(link.here, "customer_id", 1) or link.here.is_unique:
        return False
    own = link.file.own
    has_customer = any(_matches(c, "customer_id", 1) and not c.is_unique for c in own if c is not link.there)
    return has_customer and any(c.is_date for c in own) and any(_is_money(c) for c in own)


def _matches(column: Column, name: str, least: int = 2) -> bool:
    return vocabulary.matches(column.words, vocabulary.TRANSACTIONS[name]) >= least


def _is_money(column: Column) -> bool:
    named = any(_matches(column, name, 1) for name in ("revenue_cents", "discount_cents", "cost_cents", "unit_price"))
    return column.is_number and (named or any(number != int(number) for number in column.numbers))


def _price_words(own: list[Column]) -> str:
    return "unit price" if any(c.is_number and _matches(c, "quantity") for c in own) else "amount"


def _own_customers(part: Part, others: list[Column]) -> None:
    """Where the customer's number is another in every order, take the one that comes again."""
    guess = part.guesses["customer_id"]
    column = guess.sources[0]
    if len(column.counts) == column.counts.total() >= FEW:
        better = next((c for c in others if CUSTOMERS_OWN.fullmatch(c.words)), None)
        if better is not None:
            why = f"{column.name} is another in every order"
            part.guesses["customer_id"] = of_column(better, Kind.ID, Sure.LIKELY, why)


def _cost(part: Part, goods: list[Column]) -> None:
    """Take the cost of a unit times the quantity as what a line cost."""
    cost = next((c for c in goods if c.is_number and COST.fullmatch(c.words)), None)
    quantity = part.guesses.get("quantity")
    if cost is None or "cost_cents" in part.guesses or quantity is None:
        return
    name = syntax.column(cost.name)
    expression = f"{syntax.column(quantity.sources[0].name)} * {name}" if quantity.sources else name
    part.guesses["cost_cents"] = Guess(
        {"expression": expression}, Sure.LIKELY, "quantity times the cost of a unit", (*quantity.sources, cost)
    )
    part.guesses = {c.name: part.guesses[c.name] for c in TABLES["transactions"].columns if c.name in part.guesses}


def _over(total: Column, at: Reach) -> str:
    return str(next(iter(at.options[total.name.partition(".")[0]]["key"])))


def _spread_total(part: Part, total: Column, price: Column | None, at: Reach) -> None:
    """Where only the order has an amount, spread it over its lines: by quantity and price as far as these are known."""
    name = "order_amount_of_the_line"
    weights = [*part.guesses["quantity"].sources, *([price] if price is not None else [])]
    by = {"expression": " * ".join(syntax.column(column.name) for column in weights) or "1"}
    part.options["spread"] = {name: {"amount": total.name, "over": _over(total, at), "by": by}}
    what = " times ".join(column.name for column in weights) or "even shares"
    why = f"{total.name} is of the whole order, and is spread over its lines by {what}"
    part.guesses["revenue_cents"] = Guess({"column": name}, Sure.LIKELY, why, (total, *weights))


def _take_off_discount(part: Part, money: list[Column], at: Reach, heads: list[str]) -> None:
    """Take a discount of the whole order off its lines; ask of one that only numbers show."""
    if "spread" in part.options:
        return
    if "discount_cents" in part.guesses:
        order_heads.take_off_discounts(part, [at.links[name] for name in heads])
        return
    named = next((c for c in money if _matches(c, "discount_cents") and not PERCENT.search(c.name)), None)
    shown = {name: order_heads.less_than_lines(part, at.links[name]) for name in heads}
    less = {(name, c.name) for name, columns in shown.items() for c in columns or ()}
    if not less:
        come_to_totals = any(columns is not None for columns in shown.values())
        if named is not None and not come_to_totals:
            _spread_discount(part, named, at)
        return
    of_heads = [(name, c) for name in heads for c in at.columns[name]]
    off = [c for name, c in of_heads if (name, c.name.partition(".")[2]) in less]
    by_name = [c for c in off if c is named or sums.OFF.fullmatch(c.words) or _is_discount(c)]
    for column in off:
        if column in by_name[:1]:
            _spread_discount(part, column, at)
        else:
            _ask_of_less(part, column, [c.name for c in off if c is not column], at)


def _is_discount(column: Column) -> bool:
    return vocabulary.matches(column.words, MODIFIERS["order_discount"]) > 0


def _ask_of_less(part: Part, column: Column, others: list[str], at: Reach) -> None:
    """Ask of an amount by which totals of orders are less than their lines: a discount, or paid in advance."""

    def answer(given: str) -> None:
        if given == "take_off":
            _spread_discount(part, column, at)

    text = (
        f"In nearly all orders, the total is that of their lines less {' and '.join([column.name, *others])}: is {column.name} to be taken off "
        f"revenue (take_off), as a discount is, or not (leave), as a payment in advance is not?"
    )
    key = syntax.slug(f"orders less {column.words}")
    part.questions.append(Question(key, text, answer, ("take_off", "leave"), columns=(column.name,)))


def _spread_discount(part: Part, discount: Column, at: Reach) -> None:
    """Take a discount of the whole order off its lines, in proportion to their amounts."""
    revenue = part.guesses["revenue_cents"]
    if not any(discount.numbers):
        return
    amount = revenue.text
    spread = part.options.get("spread", {})
    name = "order_discount_of_the_line" if not spread else f"{syntax.slug(discount.words)}_of_the_line"
    by = next((each["by"] for each in spread.values()), {"expression": amount})
    part.options["spread"] = spread | {name: {"amount": discount.name, "over": _over(discount, at), "by": by}}
    off = "+" if all(number <= 0 for number in discount.numbers) else "-"
    why = f"less the line's share of {discount.name}, which is of the whole order"
    sources = (*revenue.sources, discount)
    part.guesses["revenue_cents"] = revenue.computed(f"{amount} {off} {name}", why, sources, Sure.LIKELY)
    if "discount_cents" in part.guesses:
        return
    expression = name if off == "-" else f"0 - {name}"
    part.guesses["discount_cents"] = Guess(
        {"expression": expression}, Sure.LIKELY, "the line's share of it", (discount,)
    )
    part.guesses = {c.name: part.guesses[c.name] for c in TABLES["transactions"].columns if c.name in part.guesses}
