"""The feature table: everything known of each customer before one date, side by side."""

from collections.abc import Iterator, Mapping

import ibis
import ibis.expr.types as ir

from crmwb.contract import ARROW_TYPES
from crmwb.contract.feature_columns import FEATURES, Feature
from crmwb.features.balance import balance
from crmwb.features.bought import bought
from crmwb.features.campaigns import campaigns
from crmwb.features.contacts import contacts
from crmwb.features.credit import credit
from crmwb.features.deals import deals
from crmwb.features.profile import profile
from crmwb.features.summaries import PREFIX, summaries
from crmwb.features.trend import periods, trend, watched
from crmwb.history import History, advance
from crmwb.history.asof import Day
from crmwb.params import FeatureParams

Tables = Mapping[str, ir.Table]

ZEROS = {f.name for f in FEATURES if f.zero}


def customers(
    tables: Tables, as_of: Day, params: FeatureParams, past: History | None = None, *, buyers_only: bool = False
) -> ir.Table:
    """Describe every customer by what was known before `as_of`.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        Clean canonical tables by name; `customers` must be among them.
    as_of : date or ir.DateValue
        Exclusive: events before that day's midnight count.
    params : FeatureParams
        Lengths of periods and the off season.
    past : History, optional
        The history to look it up in: of the order lines before `as_of`, or, where that is the first day of a month, of
        any number of later ones. Worked out where not given.
    buyers_only : bool, default=False
        Leave out who had not bought before `as_of`.

    Returns
    -------
    ir.Table
        One row per row of `customers`, or per buyer; always the columns of the catalogue, in its order and its types.

    Examples
    --------
    Two customers as known before 1 June: the purchase of that day is not seen. In a project's folder, with the choices
    of its params.yaml:

    >>> from datetime import date, datetime
    >>> from pathlib import Path
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb import params
    >>> from crmwb.contract.canonical import TABLES
    >>> from crmwb.features.customers import customers
    >>> rows = [("a", datetime(2024, 3, 5), 4_000), ("a", datetime(2024, 5, 2), 600), ("b", datetime(2024, 6, 1), 900)]
    >>> whole = {"order_id": "o1", "line_no": 1, "quantity": 1.0, "is_return": False}
    >>> lines = [whole | dict(zip(("customer_id", "ordered_at", "revenue_cents"), row)) for row in rows]
    >>> given = {"transactions": lines, "customers": [{"customer_id": "a"}, {"customer_id": "b"}]}
    >>> tables = {name: ibis.memtable(pa.Table.from_pylist(given[name], TABLES[name].schema)) for name in given}
    >>> choices = params.load(Path("params.yaml")).features
    >>> described = customers(tables, date(2024, 6, 1), choices).order_by("customer_id").to_pyarrow()
    >>> described.select(["customer_id", "n_purchase_days", "days_since_last", "revenue_cents"]).to_pylist()
    [{'customer_id': 'a', 'n_purchase_days': 2, 'days_since_last': 30, 'revenue_cents': 4600},
     {'customer_id': 'b', 'n_purchase_days': 0, 'days_since_last': None, 'revenue_cents': 0}]
    """
    described = profile(tables["customers"], as_of)
    past = (past or advance(tables, as_of, params.off_season_months)) if "transactions" in tables else None
    row_of: dict[str, str] = {}  # feature that starts at zero → the column that is NULL where its part has no row
    if past is not None:
        sums = _purchases(tables, as_of, past)
        if buyers_only:
            described = sums.filter(sums.n_purchase_days > 0).inner_join(described, "customer_id")
        else:
            described = described.left_join(sums, "customer_id", rname="{name}_bought")
            row_of |= dict.fromkeys(ZEROS.intersection(sums.columns), "customer_id_bought")
    for i, part in enumerate(_parts(tables, as_of, params, past)):
        described = described.left_join(part, "customer_id", rname=f"{{name}}_{i}")
        row_of |= dict.fromkeys(ZEROS.intersection(part.columns), f"customer_id_{i}")
    if past is not None:
        described = described.cross_join(watched(past))  # not looked up by every column that needs it
        described = described.mutate(**trend(described, as_of, params.recent_days))
    if (summarised := tables.get("customer_summaries")) is not None:
        described = described.left_join(summaries(summarised, as_of), "customer_id", rname="{name}_summarised")

    def column(feature: Feature) -> ir.Value:
        kind = ibis.dtype(ARROW_TYPES[feature.kind])
        summarised = PREFIX + feature.name
        if not tables.keys() >= set(feature.needs):
            return described[summarised].cast(kind) if summarised in described.columns else ibis.null(kind)
        if feature.group == "profile" and summarised in described.columns:
            return described[feature.name].fill_null(described[summarised]).cast(kind)
        known = described[feature.name]
        if feature.name in row_of:
            known = ibis.ifelse(described[row_of[feature.name]].isnull(), 0, known)
        return known.cast(kind)

    return described.select(**{f.name: column(f) for f in FEATURES})


def _purchases(tables: Tables, as_of: Day, past: History) -> ir.Table:
    return bought(past.last_before(as_of), as_of, has_products="products" in tables)


def _parts(tables: Tables, as_of: Day, params: FeatureParams, past: History | None) -> Iterator[ir.Table]:
    """Yield what each feature module makes of the tables that are there, beside `_purchases`."""
    if past is not None:
        yield periods(past, as_of, params.recent_days)
    if (members := tables.get("campaign_members")) is not None:
        yield campaigns(members, tables.get("campaigns"), as_of)
    if (interactions := tables.get("interactions")) is not None:
        yield contacts(interactions, as_of)
    if (invoices := tables.get("invoices")) is not None:
        yield credit(invoices, as_of)
        if (payments := tables.get("payments")) is not None:
            yield balance(tables["customers"], invoices, payments, as_of)
    if (opportunities := tables.get("opportunities")) is not None:
        yield deals(opportunities, as_of)
