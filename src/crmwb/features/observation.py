"""What was observed, and as of which day customers are described."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from crmwb import layout
from crmwb.errors import CrmwbError
from crmwb.history.asof import before, sales_before
from crmwb.params import FeatureParams

ONE_DAY = timedelta(days=1)

EVENTS = {
    "transactions": ("ordered_at",),
    "interactions": ("occurred_at", "resolved_at"),
    "campaign_members": ("contacted_at", "responded_at"),
    "invoices": ("issued_on", "paid_on"),
    "opportunities": ("opened_on", "closed_on"),
    "payments": ("paid_on",),
    "contracts": ("starts_on",),
    "customer_summaries": ("summarised_on",),
}


@dataclass(frozen=True)
class Observation:
    """The window that customers are seen through.

    Attributes
    ----------
    as_of : date
        The day before whose midnight everything was known.
    first_event, last_event : date
        The first day with an event, and the last one before `as_of`.
    n_customers, n_buyers : int
        Customers, and those of them with a purchase before `as_of`.
    currency : str
        What money is in, hundredths of it.
    """

    as_of: date
    first_event: date
    last_event: date
    n_customers: int
    n_buyers: int
    currency: str

    def content(self) -> dict[str, str | int]:
        """Return the observation as JSON knows it: days in ISO form."""
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(self).items()}


def observe(tables: Mapping[str, ir.Table], as_of: date | None, params: FeatureParams, currency: str) -> Observation:
    """Settle `as_of`, by default the day after the last sale, and check that customers can be described then.

    Time is read off the sales: silence is counted from the last purchase, so neither a campaign planned for next month
    nor a refund booked after the export of sales may make everyone look a month more silent. A source without sales
    tells time by its other events.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    as_of : date or None
        What params asks for.
    params : FeatureParams
        How far after the last event is too far, and how few customers are too few.
    currency : str
        Passed on.

    Raises
    ------
    CrmwbError
        There is no customer, no event, nothing known yet at `as_of`, nothing known any more, or too few customers.

    Examples
    --------
    Customers are described as of the day after the last purchase, where nothing else is asked for:

    >>> from datetime import datetime
    >>> from pathlib import Path
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb import params
    >>> from crmwb.contract.canonical import TABLES
    >>> from crmwb.features.observation import observe
    >>> rows = [("a", datetime(2024, 3, 5)), ("b", datetime(2024, 5, 2))]
    >>> whole = {"is_return": False, "quantity": 1.0, "revenue_cents": 900}
    >>> lines = [whole | dict(zip(("customer_id", "ordered_at"), row)) for row in rows]
    >>> given = {"transactions": lines, "customers": [{"customer_id": "a"}, {"customer_id": "b"}, {"customer_id": "c"}]}
    >>> tables = {name: ibis.memtable(pa.Table.from_pylist(given[name], TABLES[name].schema)) for name in given}
    >>> choices = params.load(Path("params.yaml")).features.model_copy(update={"min_customers": 2})
    >>> observation = observe(tables, None, choices, currency="EUR")
    >>> str(observation.as_of), observation.n_customers, observation.n_buyers
    ('2024-05-03', 3, 2)
    """
    if "customers" not in tables:
        raise CrmwbError(f"{layout.CLEAN}: no customers table, and features are one row per customer; map one in.")
    moments = _moments(tables)
    days = _first_and_last(moments)
    if days is None:
        raise CrmwbError(f"{layout.CLEAN}: no dated event in any table, so customers cannot be described; map one in.")
    resolved = _allowed(as_of, *days, params)
    first, last = (as_of and _first_and_last(before(moments, "at", resolved))) or days
    n_customers = tables["customers"].count().to_pyarrow().as_py()
    n_buyers = 0
    if "transactions" in tables:
        sales = sales_before(tables["transactions"], resolved)
        n_buyers = sales.filter(sales.revenue_cents > 0).customer_id.nunique().to_pyarrow().as_py()
    _check_enough(n_buyers, n_customers, resolved, params, has_transactions="transactions" in tables)
    return Observation(resolved, first, last, n_customers, n_buyers, currency)


def _moments(tables: Mapping[str, ir.Table]) -> ir.Table:
    """Return every moment that time is told by, as one column `at`."""
    told_by = [name for name in EVENTS if name in tables]
    if not told_by:
        return ibis.memtable(pa.table({"at": pa.array([], pa.timestamp("us"))}))
    if "transactions" in told_by:
        sales = tables["transactions"].filter(~tables["transactions"].is_return)
        moments = sales.select(at=sales.ordered_at)
        if moments.count().to_pyarrow().as_py():
            return moments
    columns = [tables[name].select(at=tables[name][c].cast("timestamp")) for name in told_by for c in EVENTS[name]]
    if "contracts" in told_by and _end_when_they_are_left(tables["contracts"]):
        columns.append(tables["contracts"].select(at=tables["contracts"].ends_on.cast("timestamp")))
    return ibis.union(*columns)


def _end_when_they_are_left(contracts: ir.Table) -> bool:
    """Whether ends are events: where every contract has one, they are terms agreed on, most of them yet to come."""
    return bool(contracts.ends_on.isnull().any().to_pyarrow().as_py())


def _first_and_last(moments: ir.Table) -> tuple[date, date] | None:
    """Return the days of the first and the last moment; None where there is no moment."""
    ends = moments.aggregate(first=moments.at.min().date(), last=moments.at.max().date()).to_pyarrow().to_pylist()[0]
    return (ends["first"], ends["last"]) if ends["first"] else None


def _allowed(as_of: date | None, first: date, last: date, params: FeatureParams) -> date:
    """Return the day to describe customers at, or raise where `as_of` is outside what the data allows."""
    earliest = first + ONE_DAY
    latest = last + ONE_DAY + timedelta(days=params.max_days_after_last_event)
    if as_of is None:
        return last + ONE_DAY
    if not earliest <= as_of <= latest:
        why = "nothing is known before it" if as_of < earliest else "everyone would look lost"
        raise CrmwbError(
            f"{layout.PARAMS}: as_of: {as_of} does not fit the data, whose events run from {first} to {last} "
            f"({why}); choose a day from {earliest} to {latest}, or null for {last + ONE_DAY}."
        )
    return as_of


def _check_enough(
    n_buyers: int, n_customers: int, as_of: date, params: FeatureParams, *, has_transactions: bool
) -> None:
    """Raise where too few customers bought; in a source without transactions, where there are too few customers."""
    n, who = (n_buyers, f"bought before {as_of}") if has_transactions else (n_customers, "are known")
    if n < params.min_customers:
        raise CrmwbError(
            f"{layout.CLEAN}: only {n:,} of {n_customers:,} customers {who}, and fewer than {params.min_customers:,} "
            f"cannot be analysed; bring more data, or lower features.min_customers in {layout.PARAMS}."
        )
