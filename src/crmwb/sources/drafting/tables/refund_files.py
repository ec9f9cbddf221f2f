"""Files of money that name the orders of another file: what came back of these, or the same money again."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from crmwb.contract import Kind
from crmwb.sources import expressions
from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.guess import ORDER, Guess, Part, Sure, best, of_column, only_date
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question, pairs
from crmwb.sources.drafting.reading import syntax, vocabulary, words
from crmwb.sources.drafting.reading.links import JoinedColumn
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.words import Outcome
from crmwb.sources.drafting.rows import row_kinds, taking_back
from crmwb.sources.drafting.tables import left_out, overlaps, sales

NEARLY_ALL, MOST = 0.9, 0.5
LEAST = 3  # rows that name orders
MADE = re.compile(
    r"\b(done|approved|completed?|paid|refunded|processed|success(ful)?|succeeded|settled|closed|erledigt|erstattet|ausgezahlt|abgeschlossen)\b|完成|已退款|成功|完了|済"
)
MOST_KINDS = 20


@dataclass(frozen=True)
class Orders:
    """Where the orders stand that a file names.

    Attributes
    ----------
    link, key : Column
        The number of the order in the file, and among the orders.
    options : dict
        The join to them, as a mapping has it.
    names : dict of str to str
        Their columns, by the names that they have through the join.
    """

    link: Column
    key: Column
    options: dict[str, Any]
    names: dict[str, str]


def plain(file: Profile, bought: Part) -> Part | None:
    """Return a file of refunds that names the orders of a part of purchases as returns of these; None where it is none.

    What was bought, by whom and on which day stands in the file of orders, which is joined; the day of a refund is its
    own where the file has one.
    """
    amount, key = modifiers.find(file).get("refund"), bought.guesses["order_id"].sources
    if amount is None or not any(amount.numbers) or len(key) != 1:
        return None
    links = [c for c in file.columns if not c.is_date and c.counts and c.counts.keys() <= key[0].all_values]
    orders = _orders(links[0], bought) if len(links) == 1 else None
    part = None if orders is None else _returns(file, bought, orders, amount)
    if part is not None:
        bought.refunds.append(part)
        _leave_out_what_failed(part)
        _keep_what_was_sold(bought, file, links[0])
    return part


def _keep_what_was_sold(bought: Part, file: Profile, link: Column) -> None:
    """Take rows as sales whose kind says that they were refunded, where a file of refunds names their orders."""
    key, came_back, amount = (bought.guesses[name] for name in ("order_id", "is_return", "revenue_cents"))
    kind = came_back.sources[0] if len(came_back.sources) == 1 else None
    values = sorted(filter(words.came_back, kind.counts)) if kind is not None else []
    money = amount.sources[:1]
    if kind is None or not values or not money or not bought.looked_at.holds(kind, *key.sources, *money):
        return
    columns = (bought.looked_at.texts(kind), bought.looked_at.texts(key.sources[0]), bought.looked_at.numbers(money[0]))
    rows = [(order, number) for text, order, number in zip(*columns, strict=True) if text in values]
    n_named = sum(order in link.counts for order, _ in rows)
    if n_named < NEARLY_ALL * len(rows) or any(number is not None and number < 0 for _, number in rows):
        return
    taking_back.keep_as_sales(bought, kind, values)
    bought.questions = [q for q in bought.questions if q.key != syntax.slug(f"returned by {kind.words}")]
    bought.remarks.append(
        f"rows whose {kind.name} is {' or '.join(values)} are sales: {file.file.name} tells what came back of their orders"
    )


def ask(parts: list[Part], files: Collection[Profile]) -> None:
    """Ask of files with money that name the orders of purchases whether that came back; put what may have into the parts.

    Asked are files that name a few of the orders only, kinds of rows of which some are refunds, and amounts below zero.
    What names most orders and tells no refunds is the same money again, as payments are.

    Parameters
    ----------
    parts : list of Part
        All parts of a draft.
    files : collection of Profile
        Those of which nothing is read.
    """
    every = [p for p in parts if p.table == "transactions" and p.profile is not None and not p.through]
    kinds: dict[frozenset[str], list[Part]] = {}  # of several years, say
    for part in every:
        kinds.setdefault(frozenset(c.name for c in part.looked_at.own), []).append(part)
    groups = [*([part] for part in every), *(same for same in kinds.values() if len(same) > 1)]
    for file in files:
        parts += next((result for group in groups if (result := _perhaps(file, group, parts))), [])


def _perhaps(file: Profile, group: Sequence[Part], parts: list[Part]) -> list[Part]:
    """Return what may have come back of purchases in one file or several of one kind, with the question whether it did."""
    named = _orders_of(file, group)
    amount = _money(file, group[0])
    if not named or amount is None:
        return []
    back = [part for bought, orders in named if (part := _returns(file, bought, orders, amount)) is not None]
    link = named[0][1].link
    names_most = len(link.counts) >= MOST * sum(len(orders.key.counts) for _, orders in named)
    has_below = any(n < 0 for n in amount.numbers)
    kind = next((c for c in file.own if _tells_refunds(c)), None)
    if len(back) < len(named) or (names_most and kind is None and not has_below):
        return []
    for part, (bought, orders) in zip(back, named, strict=True):
        bought.refunds.append(part)
        if len(back) > 1:
            _keep_own(part, orders)
    first = back[0]
    first.twins += back[1:]
    _leave_out_what_failed(first)
    if kind is not None:
        _ask_of_kinds(back, kind, amount, parts)
        return back
    what = f"{amount.name} of {file.file.name}"
    if names_most:
        row_kinds.leave_out(first, f"{syntax.column(amount.name)} < 0")
        what = f"{sum(bool(n and n < 0) for n in file.numbers(amount)):,} amounts below zero in {what}"
    files = " and ".join(str(bought.options["file"]) for bought, _ in named)
    _ask_whether_returned(back, f"{files} ({link.name})", what, parts)
    return back


def _orders_of(file: Profile, group: Sequence[Part]) -> list[tuple[Part, Orders]]:
    """Return purchases whose orders a file names, with where these stand; of several, only where each has some of them."""
    keys = [bought.guesses["order_id"].sources for bought in group]
    if any(len(key) != 1 for key in keys):
        return []
    link = _link(file, {value for key in keys for value in key[0].all_values})
    if link is None or not all(left_out.are_of_those_days(file, link, bought) for bought in group):
        return []
    if len(group) > 1 and not all(link.counts.keys() & key[0].all_values for key in keys):
        return []
    every = [(bought, orders) for bought in group if (orders := _orders(link, bought)) is not None]
    return every if len(every) == len(group) else []


def _keep_own(part: Part, orders: Orders) -> None:
    """Keep those rows of a file of refunds whose orders stand in one of several files."""
    there = next(iter(orders.options["key"].values()))
    part.options["join"] = {ORDER: syntax.keeping(orders.options)}
    part.keep_rows(f"{syntax.column(f'{ORDER}.{there}')} is not null")


def _ask_whether_returned(back: Sequence[Part], orders: str, what: str, parts: list[Part]) -> None:
    """Ask whether money went back to customers, as it stands or with its tax, or is that of the orders again."""
    part = back[0]
    file, amount = part.looked_at, part.guesses["revenue_cents"].sources
    tax = modifiers.find(file).get("tax")
    less = f", less {tax.name} (less_tax)" if tax is not None and tax not in amount else ""
    text = (
        f"{file.file.name} names orders of {orders}: is {what} money that went back to customers and is to be taken off sales as it stands "
        f"(returns){less}, or the same money again, such as payments, or none of the company's (leave_out)?"
    )
    key = syntax.slug(f"rows of {file.file.name}")
    choices = ("returns", *(("less_tax",) if less else ()), "leave_out")
    part.questions.append(Question(key, text, _taken(back, parts, tax), choices, columns=(amount[0].name,)))


def _taken(back: Sequence[Part], parts: list[Part], tax: Column | None) -> Callable[[str], None]:
    """Return what an answer does: keep returns as they stand or without their tax, or drop them."""

    def answer(given: str) -> None:
        for part in back:
            if given == "leave_out":
                parts.remove(part)
            if given == "less_tax" and tax is not None:
                now = part.guesses["revenue_cents"]
                text = f"{now.text} + abs(coalesce({syntax.column(tax.name)}, 0))"  # what came back stands below zero
                part.guesses["revenue_cents"] = now.computed(text, f"{now.why}, less its tax", (*now.sources, tax))
        if given == "leave_out":
            return
        overlaps.keep_refunded(parts)

    return answer


def _ask_of_kinds(back: Sequence[Part], kind: Column, amount: Column, parts: list[Part]) -> None:
    """Ask which kinds of rows went back to customers; the others are the same money again."""
    part = back[0]
    sounding = sorted(filter(words.came_back, kind.counts))

    def answer(given: str) -> None:
        kinds = {} if given == "none" else pairs(given)
        if strange := sorted({*kinds} - {*kind.counts}) or sorted({*kinds.values()} - {"return", "sale", "none"}):
            raise ValueError(f"{strange[0]!r}; write VALUE=return, or VALUE=sale, of values of {kind.name}, or none")
        returned, reinstated = (sorted(v for v, each in kinds.items() if each == what) for what in ("return", "sale"))
        for each in back:
            if not returned:
                parts.remove(each)
            each.keep_rows(syntax.is_in(kind.name, [*returned, *reinstated]))
            if reinstated:
                now = each.guesses["revenue_cents"]
                text = f"case when {syntax.is_in(kind.name, reinstated)} then -({now.text}) else {now.text} end"
                each.guesses["revenue_cents"] = now.computed(text, now.why, (*now.sources, kind))
        if not returned:
            return
        overlaps.keep_refunded(parts)

    text = (
        f"{kind.name} of {part.looked_at.file.name} is {' or '.join(map(repr, sorted(kind.counts)))}, and its rows name orders that are read: which kinds of "
        f"{amount.name} went back to customers and are to be taken off sales (VALUE=return, several by commas), which take that back again (VALUE=sale)? "
        f"The others are left out, as the same money again; none where all are. {' and '.join(sounding)} sound like returns."
    )
    key = syntax.slug(f"refunds by {kind.words}")
    part.questions.append(Question(key, text, answer, default="none", columns=(kind.name,), values=tuple(kind.counts)))


def _leave_out_what_failed(part: Part) -> None:
    """Leave out refunds that were cancelled, by their status; ask of those that may not have been made yet."""
    for column in modifiers.find(part.looked_at).statuses:
        failed = sorted(v for v in column.counts if words.outcome(v) is Outcome.CANCELLED)
        if failed and len(failed) < len(column.counts):
            row_kinds.leave_out(part, row_kinds.not_in(column, failed))
            part.remarks.append(
                f"its {column.name} is {' or '.join(failed)} in {row_kinds.rows(column, failed)}: not refunded, left out"
            )
        open_ones = sorted(v for v in column.counts if v not in failed and not MADE.search(words.simple(v)))
        if open_ones and len(column.counts) > 1:
            sales.ask_of_unknown(part, column, open_ones, "money that went back")


def _tells_refunds(column: Column) -> bool:
    """Say whether a column tells kinds of rows apart of which some are refunds."""
    is_kind = 1 < len(column.counts) <= MOST_KINDS and not (column.is_number or column.is_flag or column.is_date)
    is_other = words.REASON.fullmatch(column.words) is not None or modifiers.is_of_orders(column)
    return is_kind and any(map(words.came_back, column.counts)) and not is_other


def _link(file: Profile, orders: AbstractSet[str]) -> Column | None:
    """Return the column of a file that names orders in nearly all its rows; None where there is none."""
    fitting = [
        (len(c.counts.keys() & orders), c)
        for c in file.own
        if not (c.is_date or c.is_flag or any(n != int(n) for n in c.numbers))
    ]
    named = [(n, c) for n, c in fitting if n >= LEAST and n >= NEARLY_ALL * len(c.counts)]
    return max(named, key=lambda each: each[0])[1] if named else None


def _money(file: Profile, bought: Part) -> Column | None:
    """Return what a file says went back: what is called so, or as the amount of the orders is, an amount by its name, or below zero."""
    own = [c for c in file.own if c.is_number and not c.is_flag and any(c.numbers)]
    named = modifiers.find(file).get("refund")
    same = [c for c in own for sold in bought.guesses["revenue_cents"].sources[:1] if c.own_words == sold.own_words]
    amount = best(own, vocabulary.TRANSACTIONS["revenue_cents"], Kind.MONEY)
    back = [c for c in own if words.came_back(c.name)]
    below = [c for c in own if max(c.numbers) <= 0]  # "Tax Excluded Signed" of credit notes
    every = [named, *same, *back, amount.sources[0] if amount is not None else None, *below]
    return next((c for c in every if c is not None), None)


def _orders(link: Column, bought: Part) -> Orders | None:
    """Return where the orders of a part of purchases stand, with who bought and when; None where no one file tells it."""
    key, who, when = (bought.guesses[name].sources for name in ("order_id", "customer_id", "ordered_at"))
    if len(key) != 1 or len(who) != 1 or bought.profile is None:
        return None
    joined = {c.name.partition(".")[0] for c in (*key, *who, *when) if isinstance(c, JoinedColumn)}
    if not joined:
        options = {k: v for k, v in bought.options.items() if k in syntax.OF_FILES}
        once = {} if key[0].is_unique else {"several": "first"}
        names = {
            c.name: f"{ORDER}.{c.name}" for c in bought.looked_at.own if not once or _is_of_orders(bought, key[0], c)
        }
        return Orders(link, key[0], {**options, "key": {link.name: key[0].name}, **once}, names)
    alias = joined.pop()
    option = bought.options.get("join", {}).get(alias)
    is_all = all(isinstance(c, JoinedColumn) for c in (*who, *when))
    is_keyed = isinstance(key[0], JoinedColumn) or (option is not None and list(syntax.keys(option)) == [key[0].name])
    if joined or option is None or not is_all or not is_keyed:
        return None
    options = {k: v for k, v in option.items() if k in syntax.OF_FILES}
    of_orders = key[0].name.removeprefix(f"{alias}.")
    there = of_orders if isinstance(key[0], JoinedColumn) else next(iter(syntax.keys(option).values()))
    own = [c.name for c in bought.looked_at.columns if c.name.startswith(f"{alias}.")]
    names = {name: f"{ORDER}.{name.removeprefix(f'{alias}.')}" for name in own}
    return Orders(link, key[0], {**options, "key": {link.name: there}}, names)


def _is_of_orders(bought: Part, key: Column, column: Column) -> bool:
    """Say whether a column is the same in all rows of nearly every order, as the status of items mostly is."""
    pairs_of = set(zip(bought.looked_at.texts(key), bought.looked_at.texts(column), strict=True))
    n_orders = len({order for order, _ in pairs_of})
    return len(pairs_of) - n_orders <= (1 - NEARLY_ALL) * n_orders


def _returns(file: Profile, bought: Part, orders: Orders, amount: Column) -> Part | None:
    """Return a file as returns of a part of purchases; None where the currency of its money is not known."""
    roles = modifiers.find(file)
    if isinstance(bought.options.get("currency"), str) and roles.get("currency") is None:
        return None
    when = best(file.columns, vocabulary.REFUNDED_ON, Kind.TIMESTAMP) or only_date(file.columns, Kind.TIMESTAMP)
    name = syntax.column(amount.name)
    apart = _not_sold(bought, roles, amount)
    text = " - ".join([name, *(f"coalesce({syntax.column(c.name)}, 0)" for c in apart)])
    text = f"({text})" if apart else name
    guesses = {
        "customer_id": bought.guesses["customer_id"].through(orders.names),
        "order_id": of_column(orders.link, Kind.ID, Sure.SURE, f"it names orders of {bought.options['file']}"),
        "ordered_at": when or bought.guesses["ordered_at"].through(orders.names),
        "quantity": Guess({"constant": -1}, Sure.LIKELY, "how many came back is not said"),
        "revenue_cents": Guess(
            {"expression": f"-abs({text})", **_unit(bought, amount)},
            Sure.LIKELY,
            " less ".join(["what was refunded", *(f"{c.name}, as sales are" for c in apart)]),
            (amount, *apart),
        ),
        "is_return": Guess({"constant": True}, Sure.SURE, "a refund"),
    }
    condition = bought.condition
    for refunded in bought.refunded:
        condition = condition.replace(refunded, "true")
    counted = expressions.renamed(condition, orders.names) if condition else None
    options = syntax.file_options(file) | {
        "join": {ORDER: orders.options},
        "filter": syntax.both(f"coalesce({name}, 0) <> 0", counted),
    }
    part = Part(
        "transactions", options, guesses, file, [f"refunds of orders of {bought.options['file']}"], bought.is_stand_in
    )
    part.through = orders.names
    if isinstance(bought.options.get("currency"), str):
        sales.set_currency(part, roles)
    return part


def _unit(bought: Part, amount: Column) -> dict[str, str]:
    """Return the unit of what was refunded: hundredths where its name says so, or that of sales of the same name."""
    sold = bought.guesses["revenue_cents"]
    unit = sold.value.get("unit") if isinstance(sold.value, dict) else None
    if amount.is_in_cents:
        return {"unit": "hundredths"}
    return {"unit": str(unit)} if unit and any(c.own_words == amount.own_words for c in sold.sources) else {}


def _not_sold(bought: Part, roles: Modifiers, amount: Column) -> list[Column]:
    """Return tax and shipping of a refund where the amount of sales is without these, and not called as the refund is."""
    sold, own = bought.guesses["revenue_cents"], modifiers.find(bought.looked_at)
    if any(c.own_words == amount.own_words for c in sold.sources):
        return []
    shipping = own.get("shipping")
    without = [
        *(["tax"] if sold.why.startswith("without tax") else []),
        *(["shipping"] if shipping is not None and shipping not in sold.sources else []),
    ]
    return [c for role in without if (c := roles.get(role)) is not None and c is not amount]
