"""The results of checking a mapping, as lines of text for a terminal."""

from collections.abc import Iterator

from crmwb.findings import Count, Finding, Listing, Money, Name, Value, numbers
from crmwb.findings.say import say
from crmwb.sources.checking import Checked, TableSample
from crmwb.sources.control_totals import ControlTotals, Group
from crmwb.sources.privacy import identifiers

ORIGIN_WIDTH, VALUES_WIDTH = 36, 60
MOST_TIMES = 5  # a row without a customer may bring so many times what an order does; rows of totals bring more


def lines(checked: Checked) -> Iterator[str]:
    """Yield the result of the sampled rows, then the mistakes in some of them."""
    for table in checked.tables:
        yield from _table(table)
    if checked.totals is not None:
        yield from _totals(checked.totals)
    for remark in checked.remarks:
        yield _text("remark", remark=Name(remark))
    if not checked.mistakes:
        yield _text("would_run" if checked.remarks else "clean")


def _table(table: TableSample) -> Iterator[str]:
    parts = [_text("tried", rows=Count(table.n_rows, "row"))]
    for key, n in (("unreadable", table.n_unreadable), ("filtered", table.n_filtered)):
        parts += [_text(key, n=Count(n))] if n else []
    yield f"{table.name}: {', '.join(parts)}"
    name_width = max((len(c.name) for c in table.columns), default=0)
    for c in table.columns:
        origin = _cut(c.origin, ORIGIN_WIDTH)
        values = _cut(", ".join(c.values), VALUES_WIDTH) or _text("no_values")
        yield f"  {c.name:<{name_width}}  {origin:<{ORIGIN_WIDTH}}  {numbers.share(c.known_share):>5}  {values}"
    yield ""


def _totals(t: ControlTotals) -> Iterator[str]:
    """Yield what the purchases come to, for comparing with a report of the system that they are from."""

    def groups(each: list[Group]) -> Listing:
        shown = ({"value": _value(g.value), "money": _money(t, g.cents), "rows": Count(g.n_rows, "row")} for g in each)
        return Listing(tuple(Finding("sources.check.group", values) for values in shown))

    whole = {
        "money": _money(t, t.cents),
        "orders": Count(t.n_orders, "order"),
        "customers": Count(t.n_customers, "customer"),
    }
    mean = _money(t, round(t.cents / t.n_orders))
    yield _text("totals", **whole, mean=mean, largest=_money(t, t.largest_cents), at=Name(t.largest_at))
    if not t.is_of_all:
        yield _text("of_some")
    yield from _without_customer(t)
    years = (
        Finding("sources.check.year", {"year": Name(str(y)), "money": _money(t, c)})
        for y, c in sorted(t.by_year.items())
    )
    yield _text("by_year", years=Listing(tuple(years)))
    if t.n_returns:
        yield _text("returned", money=_money(t, t.returned_cents), rows=Count(t.n_returns, "row"))
    if t.n_left_out:
        yield _text("left_out", money=_money(t, t.left_out_cents), rows=Count(t.n_left_out, "row"))
    for column, each in t.left_out.items():
        yield _text("by_value", column=Name(column), groups=groups(each))
    if t.unread_sums:
        sums = (
            Finding("sources.check.sum", {"column": Name(name), "sum": Name(f"{n:,.2f}")})
            for name, n in t.unread_sums.items()
        )
        yield _text("unread_sums", sums=Listing(tuple(sums)))
    if t.unread_kinds:
        yield _text("unread_kinds")
    for column, each in t.unread_kinds.items():
        yield _text("by_value", column=Name(column), groups=groups(each))
    if not t.is_stated:
        yield _text("books_not_stated", option=Name(f"--control-total {t.largest_year}=…"))
    yield from compared(t)
    yield ""


def _without_customer(t: ControlTotals) -> Iterator[str]:
    """Yield what the company's own total has beside that of known customers: walk-ins and guests, no rows of totals."""
    is_usual = t.without_customer_cents * t.n_orders <= MOST_TIMES * t.cents * t.n_without_customer
    if t.n_without_customer and is_usual:
        nobodys = {"money": _money(t, t.without_customer_cents), "rows": Count(t.n_without_customer, "row")}
        yield _text("without_customer", **nobodys, whole=_money(t, t.cents + t.without_customer_cents))


def _money(t: ControlTotals, cents: int) -> Money:
    return Money(cents, t.currency, exact=True)


def _value(text: str) -> Value:
    return Name(identifiers.shown(text)) if text else Finding("sources.check.blank")


def compared(t: ControlTotals) -> Iterator[str]:
    """Yield where the company's books say the same, and what comes to the difference where they do not."""
    if t.is_stated and not t.is_of_all:
        yield _text("books_later")
    for each in t.compared:
        beside = {"period": Name(each.period), "stated": _money(t, each.stated), "read": _money(t, each.cents)}
        if each.agrees:
            yield _text("books_agree", **beside)
            continue
        yield _text("books_differ", **beside, apart=_money(t, each.cents - each.stated))
        for reason in each.reasons:
            named = {"column": Name(reason.column), "value": _value(reason.value)}
            yield _text(f"because_{reason.code}", **named, money=_money(t, reason.cents))
        if not each.reasons:
            yield _text("because_unknown")


def _text(key: str, **values: Value) -> str:
    return say(Finding(f"sources.check.{key}", values))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
