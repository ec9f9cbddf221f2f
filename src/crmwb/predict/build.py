"""The predict stage: opportunities, customers, and what marketing money brings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd

from crmwb.engine import Backend
from crmwb.findings import Unavailable
from crmwb.history.month_days import MonthDays
from crmwb.params import Params
from crmwb.predict import spending
from crmwb.predict.customers import build as customers
from crmwb.predict.customers.build import Customers
from crmwb.predict.customers.features import Features
from crmwb.predict.opportunities import build as opportunities
from crmwb.predict.opportunities.build import Pipeline
from crmwb.predict.spending import Spending
from crmwb.value.realised.margin import margin


@dataclass(frozen=True)
class Predictions:
    """What the stage writes; see the modules of its parts."""

    pipeline: Pipeline | Unavailable
    customers: Customers
    spending: Spending


def build(
    con: Backend,
    tables: Mapping[str, ir.Table],
    features: Features,
    snapshots: Path,
    tiers: ir.Table,
    *,
    days: Iterable[MonthDays] | None,
    window: tuple[date, date],
    params: Params,
) -> Predictions:
    """Predict from what was known before the end of the window.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    features : Features
        Of every customer now.
    snapshots : Path
        Features at month ends.
    tiers : ir.Table
        as_of, customer_id, tier at month ends.
    days : iterable of MonthDays or None
        What customers bought by day, whose numbers are their places by id; None without transactions.
    window : (date, date)
        The first event's day, and as_of (exclusive).
    params : Params
        All of them.
    """
    money = pd.concat([part for _, part in features.parts(["revenue_cents", "margin_cents"])])
    share = margin(money, params.value.assumed_margin_share).share
    return Predictions(
        opportunities.build(con, tables, window[1], params.predict),
        customers.build(days, features, snapshots, window=window, params=params),
        spending.spending(con, tables, tiers, share, window=window, params=params.response),
    )
