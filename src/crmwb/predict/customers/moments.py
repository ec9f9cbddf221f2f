"""Customers at past month ends: what was known of each, and what each did next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.calendar import day_number
from crmwb.features.seasonal_time import SeasonalTime
from crmwb.history.places import Places, month_end_rows
from crmwb.lifecycle.risk.hazard import Hazard
from crmwb.lifecycle.risk.panel import Known
from crmwb.predict.customers.features import Features
from crmwb.predict.logistic import commonest, indicators, levels

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

    def parts(self) -> Iterator[tuple[slice, pd.DataFrame]]:
        """Yield the places of all buyers, and their columns."""
        yield slice(0, len(self.x)), self.x


@dataclass(frozen=True)
class Present:
    """All buyers now, whose columns are read part by part.

    Attributes
    ----------
    known, risk
        As of `Moment`; customers ascending.
    features : Features
        Of every customer.
    """

    known: Known
    features: Features
    risk: np.ndarray | None

    def parts(self) -> Iterator[tuple[slice, pd.DataFrame]]:
        """Yield places of some of the buyers, and their columns to learn from."""
        counts: dict[str, pd.Series[int]] = {}
        for _, frame in self._parts(TEXTS):
            for name in (name for name in TEXTS if name in frame):
                own = frame[name].value_counts()
                counts[name] = counts[name].add(own, fill_value=0) if name in counts else own
        common = {name: commonest(of) for name, of in counts.items()}
        for rows, frame in self._parts((*LOGS, *SHARES, *TEXTS)):
            yield rows, numbers(frame, common)

    def _parts(self, columns: Sequence[str]) -> Iterator[tuple[slice, pd.DataFrame]]:
        customer = self.known.customer
        for begins, frame in self.features.parts(columns):
            first, stop = np.searchsorted(customer, [begins, begins + len(frame)])
            yield slice(first, stop), frame.iloc[customer[first:stop] - begins]


def columns(snapshots: Path, as_of: date, places: Places, customers: np.ndarray) -> pd.DataFrame:
    """Return what the features of a month end hold of some customers, in their order, as numbers to learn from."""
    there = set(storage.columns_of(snapshots))
    names = [name for name in (*LOGS, *SHARES, *TEXTS) if name in there]
    wanted, parts, found = np.sort(customers), [], []
    for rows in month_end_rows(snapshots, as_of, ["customer_id", *names]):
        place = places.of(rows["customer_id"])
        own = wanted[np.minimum(np.searchsorted(wanted, place), len(wanted) - 1)] == place
        parts.append(pa.Table.from_batches([rows.filter(pa.array(own))]).select(names))
        found.append(place[own])
    frame = pa.concat_tables(parts).to_pandas()
    return numbers(frame.set_index(np.concatenate(found)).reindex(customers))


def numbers(features: pd.DataFrame, common: Mapping[str, Sequence[str]] | None = None) -> pd.DataFrame:
    """Return features as numbers: logs of counts and days, shares as they are, a column per common text.

    Parameters
    ----------
    features : DataFrame
        Of some customers.
    common : mapping of str to sequence of str, optional
        The values of each text that have a column; the commonest of these customers where not given.
    """
    out = {}
    for name in (*LOGS, *SHARES):
        if name in features:
            values = pd.to_numeric(features[name]).to_numpy(np.float64, na_value=np.nan)
            out[name] = np.log1p(np.maximum(values, 0.0)) if name in LOGS else values
    texts = []
    for name in TEXTS:
        if name in features:
            own = pd.Series(features[name], name=name)
            texts.append(levels(own) if common is None else indicators(own, common[name]))
    return pd.concat([pd.DataFrame(out, index=features.index), *texts], axis=1).reset_index(drop=True)


def sampled(known: Known) -> Known:
    """Return every k-th of many customers; numbers follow ids, not what customers do."""
    step = -(-len(known.customer) // MAX_CUSTOMERS)
    return known if step == 1 else known.some(slice(None, None, step))


def within(known: Known, days: int, time: SeasonalTime) -> Known:
    """Return a moment with the same horizon for every customer, in days of the calendar; `time` is that of its gaps."""
    today, horizon = day_number(known.as_of), np.full(len(known.customer), float(days))
    return replace(known, horizon_days=horizon, ahead_days=time.between(today, today + horizon))


def risk(before: Sequence[Known], now: Known) -> np.ndarray | None:
    """Return the chance of no purchase within each customer's horizon, learned from earlier moments alone."""
    learned = Hazard.fit(before, now.as_of)
    return None if learned is None else learned.none(now).round(6)
