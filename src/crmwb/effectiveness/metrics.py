"""What an initiative may be judged by: measures of the customers' days, from the clean tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.effectiveness.published import GROUP_OF, OUTCOMES
from crmwb.features.purchases import purchase_days
from crmwb.findings import Money, Number, Share, Value

Tables = Mapping[str, ir.Table]
MONTH_DAYS = 365.25 / 12
SECONDS_PER_DAY = 86_400
MILLION = 1_000_000
REPEAT_DAYS = 90


@dataclass(frozen=True)
class Metric:
    """A measure: a sum over a count, both known day by day.

    Attributes
    ----------
    effect : str
        The kind of effect, of `published.EFFECTS`.
    unit : str
        days, share, money (cents) or number.
    tables : tuple of str
        The canonical tables that it needs.
    events : callable
        Given tables, the day of the analysis and `metric_of`, the events: customer_id, day, total, n (integers).
    factor : float
        Makes the sum of `total` over that of `n` the measure in its unit.
    per : str
        What is counted: the events, the customers who have bought before (times days), or days.
    lag_days : int
        Days after which an event is fully known; later ones are left out.
    metric_of : bool
        It is about one channel, which the initiative names.
    """

    effect: str
    unit: str
    tables: tuple[str, ...]
    events: Callable[[Tables, date, str | None], ir.Table]
    factor: float = 1.0
    per: str = "event"
    lag_days: int = 0
    metric_of: bool = False

    @property
    def is_outcome(self) -> bool:
        """Whether it measures what customers do or the company earns, rather than how the work is done."""
        return GROUP_OF[self.effect] in OUTCOMES

    @property
    def is_scaled(self) -> bool:
        """Whether groups of customers move in proportion, as amounts do, rather than by equal steps."""
        return self.unit in {"money", "number"}

    def value(self, number: float | None, currency: str) -> Value:
        """Return a number as a value of findings; days as a number, for their decimals count."""
        if self.unit == "money":
            return Money(number, currency)
        return Share(number) if self.unit == "share" else Number(number)


def _resolution(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    cases = tables["interactions"]
    cases = cases.filter(cases.resolved_at.notnull(), cases.resolved_at < _midnight(as_of))
    seconds = cases.resolved_at.epoch_seconds() - cases.occurred_at.epoch_seconds()
    return _events(cases, cases.occurred_at.date(), seconds)


def _satisfaction(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    rated = tables["interactions"].filter(lambda t: t.satisfaction.notnull() & (t.occurred_at < _midnight(as_of)))
    return _events(rated, rated.occurred_at.date(), (rated.satisfaction * MILLION).round().cast("int64"))


def _responses(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    asked = tables["interactions"].filter(lambda t: t.responded.notnull() & (t.occurred_at < _midnight(as_of)))
    return _events(asked, asked.occurred_at.date(), asked.responded.cast("int64"))


def _service_cost(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    paid = tables["interactions"].filter(lambda t: t.cost_cents.notnull() & (t.occurred_at < _midnight(as_of)))
    return _events(paid, paid.occurred_at.date(), paid.cost_cents)


def _channel(tables: Tables, as_of: date, of: str | None) -> ir.Table:
    lines = tables["transactions"]
    lines = lines.filter(lines.channel.notnull(), ~lines.is_return, lines.ordered_at < _midnight(as_of))
    orders = lines.group_by("customer_id", "order_id").aggregate(
        day=lines.ordered_at.min().date(), by_it=(lines.channel == of).any().cast("int64")
    )
    return _events(orders, orders.day, orders.by_it)


def _revenue(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    lines = tables["transactions"].filter(lambda t: t.ordered_at < _midnight(as_of))
    return _events(lines, lines.ordered_at.date(), lines.revenue_cents)


def _margin(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    lines = tables["transactions"].filter(lambda t: t.cost_cents.notnull() & (t.ordered_at < _midnight(as_of)))
    return _events(lines, lines.ordered_at.date(), lines.revenue_cents - lines.cost_cents)


def _purchases(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    bought = purchase_days(tables["transactions"], as_of)
    return _events(bought, bought.day, ibis.literal(1))


def _repeats(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    bought = purchase_days(tables["transactions"], as_of)
    following = bought.day.lead().over(ibis.window(group_by=bought.customer_id, order_by=bought.day))
    gap = following.delta(bought.day, unit="day")
    again = gap.notnull() & (gap <= REPEAT_DAYS)
    return _events(bought, bought.day, again.fill_null(False).cast("int64"))


def _new(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    first = first_purchases(tables, as_of)
    return _events(first, first.day, ibis.literal(1))


def _wins(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    closed = tables["opportunities"].filter(lambda t: t.won.notnull() & (t.closed_on < as_of))
    return _events(closed, closed.closed_on, closed.won.cast("int64"))


def _payment(tables: Tables, as_of: date, _of: str | None) -> ir.Table:
    paid = tables["invoices"].filter(lambda t: t.paid_on.notnull() & (t.paid_on < as_of))
    return _events(paid, paid.issued_on, paid.paid_on.delta(paid.issued_on, unit="day"))


def first_purchases(tables: Tables, as_of: date) -> ir.Table:
    """Return the day of the first purchase of each customer: customer_id, day."""
    bought = purchase_days(tables["transactions"], as_of)
    return bought.group_by("customer_id").aggregate(day=bought.day.min())


def _events(table: ir.Table, day: ir.DateValue, total: ir.IntegerValue) -> ir.Table:
    return table.select(customer_id=table.customer_id, day=day, total=total.cast("int64"), n=ibis.literal(1, "int64"))


def _midnight(day: date) -> ir.TimestampScalar:
    return ibis.literal(day).cast("timestamp")


METRICS = {
    "resolution_days": Metric(
        "service_quality", "days", ("interactions",), _resolution, factor=1 / SECONDS_PER_DAY, lag_days=60
    ),
    "contact_response_share": Metric("market_response", "share", ("interactions",), _responses),
    "order_channel_share": Metric("productivity", "share", ("transactions",), _channel, metric_of=True),
    "service_cost_per_customer": Metric(
        "lower_cost", "money", ("interactions", "transactions"), _service_cost, factor=MONTH_DAYS, per="customer"
    ),
    "days_to_pay": Metric("lower_cost", "days", ("invoices",), _payment, lag_days=120),
    "win_share": Metric("sales_efficiency", "share", ("opportunities",), _wins),
    "satisfaction": Metric("satisfaction", "share", ("interactions",), _satisfaction, factor=1 / MILLION),
    "repeat_share": Metric("loyalty", "share", ("transactions",), _repeats, lag_days=REPEAT_DAYS),
    "purchases_per_customer": Metric(
        "loyalty", "number", ("transactions",), _purchases, factor=MONTH_DAYS, per="customer"
    ),
    "new_customers": Metric("acquisition", "number", ("transactions",), _new, factor=MONTH_DAYS, per="day"),
    "revenue_per_customer": Metric(
        "sales_growth", "money", ("transactions",), _revenue, factor=MONTH_DAYS, per="customer"
    ),
    "margin_per_customer": Metric(
        "profit_growth", "money", ("transactions",), _margin, factor=MONTH_DAYS, per="customer"
    ),
}
