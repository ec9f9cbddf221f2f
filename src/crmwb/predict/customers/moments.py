"""Customers at past month ends: what was known of each, and what each did next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from crmwb import storage
from crmwb.calendar import day_number
from crmwb.features.seasonal_time import SeasonalTime
from crmwb.lifecycle.risk.hazard import Hazard
from crmwb.lifecycle.risk.panel import Known
from crmwb.predict.logistic import levels

LOGS = (
    "n_purchase_days", "days_since_last", "age_days", "mean_gap_days", "silence_ratio", "recent_orders",
    "previous_orders", "mean_order_cents", "lines_per_order", "n_categories", "n_channels", "n_campaigns_received",
    "n_campaigns_answered", "days_since_campaign", "n_sales_contacts", "n_service_contacts", "days_since_contact",
    "mean_settle_days", "n_opportunities_open", "n_overdue",
)  # fmt: skip
SHARES = (
    "gap_variation", "order_trend", "active_month_share", "discount_share", "return_share", "response_share",
    "mean_satisfaction", "late_payment_share", "won_share", "off_season_share",
)  # fmt: skip
TEXTS = ("top_channel",)
MAX_CUSTOMERS = 4_000  # of a moment that is learned from; of more, every k-th by id


@dataclass(frozen=True)
class Moment:
    """Buyers at one moment.

    Attributes
    ----------
    known : Known
        What the risk of the lifecycle reads, and when each bought next.
    x : DataFrame of shape (n, n_columns)
        Columns to learn from.
    risk : ndarray of shape (n,) or None
        The risk of the lifecycle, learned from earlier moments alone; None where those are too few.
    """

    known: Known
    x: pd.DataFrame
    risk: np.ndarray | None


def columns(snapshots: Path, as_of: date, ids: np.ndarray) -> pd.DataFrame:
    """Return what the features of a month end hold of some customers, in their order, as numbers to learn from."""
    there = set(storage.columns_of(snapshots))
    names = [name for name in (*LOGS, *SHARES, *TEXTS) if name in there]
    frame = storage.read_frame(snapshots, ["customer_id", *names], ("as_of", [as_of]))
    return numbers(frame.set_index("customer_id").reindex(ids))


def numbers(features: pd.DataFrame) -> pd.DataFrame:
    """Return features as numbers: logs of counts and days, shares as they are, a column per common text."""
    out = {}
    for name in (*LOGS, *SHARES):
        if name in features:
            values = pd.to_numeric(features[name]).to_numpy(np.float64, na_value=np.nan)
            out[name] = np.log1p(np.maximum(values, 0.0)) if name in LOGS else values
    texts = [levels(pd.Series(features[name], name=name)) for name in TEXTS if name in features]
    return pd.concat([pd.DataFrame(out, index=features.index), *texts], axis=1).reset_index(drop=True)


def sampled(known: Known) -> Known:
    """Return every k-th of many customers; numbers follow ids, not what customers do."""
    step = -(-len(known.customer) // MAX_CUSTOMERS)
    return known if step == 1 else taken(known, np.arange(0, len(known.customer), step))


def taken(known: Known, rows: np.ndarray) -> Known:
    """Return some of the customers of a moment."""
    own = {name: getattr(known, name)[rows] for name in known.__dataclass_fields__ if name not in ("as_of", "rhythm")}
    rhythm = type(known.rhythm)(known.rhythm.shape[rows], known.rhythm.mean_days[rows])
    return Known(as_of=known.as_of, rhythm=rhythm, **own)


def within(known: Known, days: int, time: SeasonalTime) -> Known:
    """Return a moment with the same horizon for every customer, in days of the calendar; `time` is that of its gaps."""
    today, horizon = day_number(known.as_of), np.full(len(known.customer), float(days))
    return replace(known, horizon_days=horizon, ahead_days=time.between(today, today + horizon))


def risk(before: Sequence[Known], now: Known) -> np.ndarray | None:
    """Return the chance of no purchase within each customer's horizon, learned from earlier moments alone."""
    learned = Hazard.fit(before, now.as_of)
    return None if learned is None else learned.none(now).round(6)
