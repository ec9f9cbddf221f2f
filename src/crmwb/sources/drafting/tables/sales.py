"""Which rows of a file are sales of somebody, what came back of them, and in which currency: said, or asked."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import Counter
from typing import Any

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.amounts import (
    before_discounts,
    blank_currencies,
    currency_columns,
    discounts,
    exchange_rates,
    order_totals,
    prices,
    refunds,
    shipped,
)
from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question, listed
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import FALSE, Column
from crmwb.sources.drafting.reading.scales import scale_of
from crmwb.sources.drafting.reading.words import Outcome
from crmwb.sources.drafting.rows import (
    billed_anyway,
    charged_anyway,
    credit_notes,
    outcomes,
    periods,
    references,
    refunded_orders,
    row_kinds,
    statuses_in_sentences,
)
from crmwb.sources.drafting.rows.order_lines import OrderLines
from crmwb.sources.drafting.tables import billing

MOST_UNKNOWN = 0.01
SHORT = 3  # letters: such a word in small letters may be any
MOSTLY = 0.5
MERGED = 0.2  # of the rows, blank below the value that they belong to
LEFT_BESIDE = {"tax": "tax", "shipping": "shipping", "fee": "fees"}


def is_return(value: str) -> bool:
    """Say whether a kind of row is a return."""
    return words.came_back(value)


def complete(part: Part, roles: Modifiers, lines: OrderLines | None, kinds: list[Column]) -> None:
    """Put into a part of purchases what its other columns change: which rows count, currencies, discounts."""
    filters = {
        **_somebody(part), **row_kinds.conditions(part, roles, kinds), **_statuses(part, roles, lines), **_flags(part, roles), **_ended(roles)
    }  # fmt: skip
    references.ask(part, roles)
    statuses_in_sentences.ask(part, roles)
    billing.ask_of_unpaid(part, roles)
    periods.ask_of_months(part)
    part.keep_rows(*filters)
    part.remarks += filters.values()
    charged_anyway.ask(part, roles)
    billing.ask_of_days_paid(part)
    _fill_heads(part, roles, lines)
    discounts.take_off(part, roles, lines)
    order_totals.take_off(part, roles)
    set_currency(part, roles)
    if roles.get("currency") is None and roles.get("converted_amount") is None:
        exchange_rates.ask_without_code(part)
    shipped.ask(part)
    prices.ask_of_steps(part)
    _name_the_rest(part, roles)
    refunds.point_at_excess(part, roles)
    before_discounts.ask(part, roles)
    ids.check(part)


def leave_out(part: Part, roles: Modifiers) -> None:
    """Leave out what is a test or was deleted."""
    filters = _flags(part, roles)
    part.keep_rows(*filters)
    part.remarks += filters.values()


def complete_journal(part: Part, roles: Modifiers) -> None:
    """Leave out what is not booked, of a journal, and say what its amounts are in."""
    filters = {**_statuses(part, roles, None), **_flags(part, roles), **_ended(roles)}
    part.keep_rows(*filters)
    part.remarks += filters.values()
    set_currency(part, roles)
    ids.check(part)


def leave_out_no_invoices(part: Part, roles: Modifiers) -> None:
    """Leave out invoices that were cancelled or never sent, and say what the others are in."""
    filters = {**_flags(part, roles), **_ended(roles)}
    for column in roles.statuses:
        out = sorted(v for v in column.counts if words.outcome(v) is Outcome.CANCELLED or words.is_draft(v))
        if out and len(out) < len(column.counts):
            filters[row_kinds.not_in(column, out)] = (
                f"its {column.name} is {' or '.join(out)} in {row_kinds.rows(column, out)}: no invoices, left out by the filter"
            )
    part.keep_rows(*filters)
    part.remarks += filters.values()
    set_currency(part, roles, "amount_cents")
    ids.check(part)


def _somebody(part: Part) -> dict[str, str]:
    """Return which rows name a customer and bring an amount, as conditions, and what each leaves out, in words."""
    who, revenue = part.guesses["customer_id"], part.guesses["revenue_cents"]
    n_rows = max(part.looked_at.n_rows, 1)
    result: dict[str, str] = {}
    column = who.sources[0]
    guests, perhaps = ids.guests(column)
    n_guests = sum(column.counts[value] for value in guests)
    unknown = n_rows - column.n_known + n_guests
    name = syntax.column(column.name)
    if guests:
        part.guesses["customer_id"] = ids.with_options(who, null_values=guests)
    if _is_merged(column, part):
        _ask_to_fill_down(part, column)
    elif unknown > MOST_UNKNOWN * n_rows:
        condition = f"{name} is not null" + (f" and not {syntax.is_in(column.name, guests)}" if guests else "")
        as_guests = f" ({', '.join(map(repr, guests))} stands for a guest)" if guests else ""
        result[condition] = (
            f"{unknown / n_rows:.0%} of its rows name no customer{as_guests}: the filter leaves them out, and ingest "
            f"counts them and their revenue"
        )
    if perhaps:
        _ask_of_guests(part, perhaps)
    if len(revenue.sources) == 1 and (lost := 1 - revenue.sources[0].n_known / n_rows) > MOST_UNKNOWN:
        result[f"{syntax.column(revenue.sources[0].name)} is not null"] = (
            f"{lost:.0%} of its rows bring no amount: the filter leaves them out, and ingest counts them"
        )
    return result


def _is_merged(column: Column, part: Part) -> bool:
    """Say whether a column's cells were merged: each value stands once, above blanks."""
    n_blank = column.n_rows - column.n_known
    return (
        n_blank > MERGED * column.n_rows
        and column.n_known == len(column.counts)
        and bool((part.looked_at.texts(column) or [None])[0])
    )


def _ask_to_fill_down(part: Part, column: Column) -> None:
    def answer(given: str) -> None:
        if given == "yes":
            part.options["fill_down"] = column.name
            part.remarks.append(f"blank cells of {column.name} hold the value above them, as merged cells do")
        else:
            condition = f"{syntax.column(column.name)} is not null"
            part.keep_rows(condition, first=True)
            part.remarks.append(f"rows without {column.name} name no customer, and are left out by the filter")

    part.questions.append(
        Question(
            "fill_down",
            f"{column.name} is blank in {column.n_rows - column.n_known:,} of {column.n_rows:,} rows, and no value stands "
            f"twice, as where cells were merged: do blanks hold the value above them?",
            answer,
            ("yes", "no"),
        )
    )


def _ask_of_guests(part: Part, values: list[str]) -> None:
    column = part.guesses["customer_id"].sources[0]

    def answer(given: str) -> None:
        if given == "guest":
            part.guesses["customer_id"] = ids.with_options(part.guesses["customer_id"], null_values=values)
            condition = f"not {syntax.is_in(column.name, values)}"
            part.keep_rows(condition)

    part.questions.append(
        Question(
            "customer_0",
            f"{column.name} is {' or '.join(map(repr, values))} in {sum(column.counts[v] for v in values):,} rows: is that "
            f"a customer, or does it stand for guests, whose rows are left out?",
            answer,
            ("customer", "guest"),
        )
    )


def _statuses(part: Part, roles: Modifiers, lines: OrderLines | None) -> dict[str, str]:
    """Return conditions that leave out orders that are no sales, by their statuses; ask of those refunded in part."""
    refund = roles.get("converted_refund") or roles.get("refund")
    tells_returns = refund is not None or "constant" not in _dict(part.guesses["is_return"].value)
    result = {}
    for column in roles.statuses:
        by_outcome = outcomes.by_outcome(part, column, roles.statuses)
        no_sales = by_outcome.get(Outcome.CANCELLED, []) + by_outcome.get(Outcome.UNPAID, [])
        refunded = [] if credit_notes.are_in(part.looked_at) else by_outcome.get(Outcome.REFUNDED, [])
        if no_sales and len(no_sales) < len(column.counts):
            condition = row_kinds.not_in(column, no_sales)
            result[condition] = (
                f"its {column.name} is {' or '.join(no_sales)} in {row_kinds.rows(column, no_sales)}: no sales, left out by the filter"
            )
            billed_anyway.ask(part, column, no_sales, condition)
            billed_anyway.ask_of_charges(part, column, no_sales, condition)
        elif no_sales and any(words.outcome(v) is Outcome.CANCELLED for v in column.counts):
            part.remarks.append(f"its {column.name} is {' or '.join(no_sales)} in every row, so it tells nothing apart")
        unknown = by_outcome.get(Outcome.UNKNOWN, [])
        is_open = any(words.outcome(value) is Outcome.UNPAID for value in unknown)
        if unknown and (no_sales or refunded or is_open or modifiers.is_of_orders(column)):
            ask_of_unknown(part, column, unknown)
        if refunded and not tells_returns:
            part.refunded[row_kinds.not_in(column, refunded)] = (
                f"its {column.name} is {' or '.join(refunded)} in {row_kinds.rows(column, refunded)}: refunded in full, so nothing "
                f"remains (filter: not {syntax.is_in(column.name, refunded)})"
            )
            result |= part.refunded
        elif refunded and refund is not None and not (lines and lines.head):
            money = f"coalesce({syntax.column(refund.name)}, 0) <> 0"
            if _some_without_refund(part, column, refunded, refund):
                result[f"({row_kinds.not_in(column, refunded)} or {money})"] = (
                    f"rows refunded in full by their {column.name} and without {refund.name} leave nothing, and are left out"
                )
        elif refunded and refund is None:
            refunded_orders.ask(part, column, refunded)
        if (partly := by_outcome.get(Outcome.PARTLY, [])) and not tells_returns:
            _ask_of_partly(part, column, partly)
    return result


def ask_of_unknown(part: Part, column: Column, unknown: list[str], what: str = "sales") -> None:
    """Ask whether orders, or what else counts, with a status that no word of ours says anything about are sales."""

    def answer(given: str) -> None:
        left_out = [] if given == "none" else listed(given, column.counts)
        if strange := sorted(set(left_out) - set(column.counts)):
            raise ValueError(f"{column.name} is never {strange[0]!r}; write its values, or none")
        if left_out:
            row_kinds.leave_out(part, row_kinds.not_in(column, left_out))

    part.questions.append(
        Question(
            syntax.slug(f"no {what.partition(' ')[0]} by {column.words}"),
            f"{column.name} is {' or '.join(map(repr, unknown))} in {row_kinds.rows(column, unknown)}, and nothing tells whether "
            f"these are {what}: which values are none (several by commas), or none of them?",
            answer,
            default="none",
            columns=(column.name,),
            values=tuple(unknown),
        )
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"column": value}


def _some_without_refund(part: Part, status: Column, refunded: list[str], refund: Column) -> bool:
    read = refund.numbers_read.values if refund.numbers_read else {}
    zero = {text for text, number in read.items() if number == 0} | {None}
    pairs = zip(part.looked_at.texts(status), part.looked_at.texts(refund), strict=False)
    return any(value in refunded and money in zero for value, money in pairs)


def _ask_of_partly(part: Part, column: Column, partly: list[str]) -> None:
    def answer(given: str) -> None:
        if given == "leave_out":
            row_kinds.leave_out(part, row_kinds.not_in(column, partly))

    part.questions.append(
        Question(
            "partly_refunded",
            f"{column.name} is {' or '.join(partly)} in {row_kinds.rows(column, partly)}, and no column says how much went back: "
            f"count them in full, or leave them out? (Better: export the refunds too.)",
            answer,
            ("in_full", "leave_out"),
            columns=(column.name,),
        )
    )


def _flags(part: Part, roles: Modifiers) -> dict[str, str]:
    """Return conditions that leave out tests, what was deleted, and what was never captured."""
    result = {}
    for role, what, keeps in (
        ("test", "tests", False), ("deleted", "deleted", False), ("live", "tests", True), ("captured", "not captured", True)
    ):  # fmt: skip
        column = roles.get(role)
        if column is None or (role == "captured" and billing.is_asked(part.looked_at, column)):
            continue
        out = [v for v in column.counts if (v.lower() in FALSE) == keeps]
        if out and (len(out) < len(column.counts) or role in {"test", "deleted"}):
            result[row_kinds.not_in(column, out)] = (
                f"left out as {what} by {column.name}: {row_kinds.rows(column, out)}"
            )
    return result


def _ended(roles: Modifiers) -> dict[str, str]:
    column = roles.get("ended_on")
    if column is None or not column.n_known:
        return {}
    expression = (
        f"{column.n_known:,} {'row has' if column.n_known == 1 else 'rows have'} a {column.name}: no sales, left out"
    )
    return {f"{syntax.column(column.name)} is null": expression}


def _fill_heads(part: Part, roles: Modifiers, lines: OrderLines | None) -> None:
    """Fill down what stands on the first line of an order only and is asked of every line."""
    if lines is None or not lines.head:
        return
    most = max(part.looked_at.column(name).n_known for name in lines.head)
    part.heads = frozenset(lines.head if most >= MOSTLY * len(lines.order.counts) else ())  # else they mark some lines
    amounts = {c.name for c in part.guesses["revenue_cents"].sources}  # filled, it would count on each line
    asked = {name for name in lines.head - amounts if syntax.column(name) in part.condition}
    for name, guess in part.guesses.items():
        if name not in {"revenue_cents", "discount_cents"}:
            asked |= {c.name for c in guess.sources} & lines.head
    if (currency := roles.get("currency")) is not None and currency.name in lines.head:
        asked.add(currency.name)
    if asked:
        ordered = [c.name for c in part.looked_at.columns if c.name in asked]
        part.options["fill_down"] = {"columns": ordered, "within": lines.order.name}
        part.remarks.append(
            f"{', '.join(ordered)} {'stands' if len(ordered) == 1 else 'stand'} on the first line of each {lines.order.name} "
            f"only, and {'holds' if len(ordered) == 1 else 'hold'} for all its lines"
        )


def set_currency(part: Part, roles: Modifiers, amount: str = "revenue_cents") -> None:
    """Say what the amounts are in; where they are in several currencies, each is converted, and never just summed."""
    column = roles.get("currency")
    if roles.get("converted_amount") is not None:
        column = roles.get("converted_currency")
    is_bought = part.table == "transactions" and amount in part.guesses
    money = [c for c in part.guesses[amount].sources if words.currency_of_name(c.name)] if is_bought else []
    if any(currency_columns.take(part, column, c) for c in money):
        return
    if column is not None and (code := _code_of_name(part, amount)) and len(modifiers.codes(column)) > 1:
        part.currencies = Counter({code: column.n_known})
        part.remarks.append(f"its amounts are in {code} by their name, whatever {column.name} says")
        return
    if column is not None:
        part.currencies = modifiers.codes(column)
        other = {v: code for v in column.counts if (code := words.currency(v)) and code != v.upper()}
        is_blank = bool(part.currencies) and blank_currencies.count(part, column, amount) > 0
        if len(part.currencies) > 1 or is_blank:
            part.options["currency"] = {"column": column.name, "replace": other} if other else column.name
            part.remarks.append(f"its amounts are in {' and '.join(sorted(part.currencies))}, as {column.name} says")
            rate = exchange_rates.column_of(part, column) if is_bought or part.table == "invoices" else None
            if rate is not None and part.guesses[amount].sources:
                exchange_rates.ask(part, column, rate, part.guesses[amount].sources[-1])
        return
    for guess_column in part.guesses[amount].sources if amount in part.guesses else ():
        sign = guess_column.style.currency_sign if guess_column.style else None
        if code := (words.currency(sign) if sign else None) or words.currency_of_name(scale_of(guess_column.name)[0]):
            part.currencies[code] += guess_column.n_known
            return
    tokens = [t for title in part.looked_at.shape.titles for t in re.findall(r"[^\W\d_]+|[$€£¥₹]", title)]
    if code := next((c for t in tokens if (t.isupper() or len(t) > SHORT) and (c := words.currency(t))), None):
        part.currencies[code] += part.looked_at.n_rows


def _code_of_name(part: Part, amount: str) -> str | None:
    """Return the currency that the name of an amount ends with: USD of "revenue in usd"."""
    names = [c.name for c in part.guesses[amount].sources] if amount in part.guesses else []
    tokens = [re.findall(r"[A-Za-z]+", name)[-1:] for name in names]
    codes = {words.currency(token) for each in tokens for token in each if len(token) == 3}
    return codes.pop() if len(codes) == 1 else None


def _name_the_rest(part: Part, roles: Modifiers) -> None:
    """Name what stands beside the amounts and is left out, and what follows."""
    amount = part.guesses["revenue_cents"]
    is_net = roles.get("net") is not None and roles.get("net") in amount.sources
    beside = [c for role in LEFT_BESIDE if (c := roles.get(role)) is not None and any(c.numbers)]
    beside = [c for c in beside if c not in amount.sources]
    tax = roles.get("tax")
    if tax in beside and len(amount.sources) == 1 and prices.is_tax_within(part, amount.sources[0], tax) is False:
        part.remarks.append(f"{tax.name} comes on top of {amount.sources[0].name}, and is left out")
        beside.remove(tax)
    if beside and not is_net and len(amount.sources) == 1:
        names = " and ".join(c.name for c in beside)
        less = " - ".join(syntax.column(c.name) for c in (amount.sources[0], *beside))
        part.remarks.append(
            f"{names} {'stands' if len(beside) == 1 else 'stand'} beside {amount.sources[0].name} and "
            f"{'is' if len(beside) == 1 else 'are'} left out; where it includes them, revenue is too high by them: write "
            f"revenue_cents: {{expression: {less}}}"
        )
    elif beside:
        part.remarks.append(f"{', '.join(c.name for c in beside)}: left out, for tax, shipping and fees are no revenue")
