"""Opportunities as they were known before a day, with what else is known of those customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.calendar import EPOCH, day_number
from crmwb.engine import Backend
from crmwb.features.purchases import purchase_days
from crmwb.history.asof import before, days_between

PROFILE = ("kind", "industry", "company_size", "acquisition_channel")
CHANGES = ["opportunity_id", "day", "stage", "win_probability", "expected_close"]


@dataclass(frozen=True)
class Deals:
    """What sales worked on, and what it knows; days are counted from 1970.

    Attributes
    ----------
    rows : DataFrame
        One row per opportunity, by its id: opportunity_id, customer_id, owner, product_id, stage, amount_cents, opened
        (NaN where unknown), closed (infinite while open), won, win_probability, expected_close, PROFILE.
    changes : DataFrame or None
        CHANGES, one row per opportunity and change while it was open, by both; None where they are not recorded.
    purchases, contacts : DataFrame
        customer_id, day: when customers of `rows` bought, and were spoken to.
    today : int
        Everything before this day is known, and nothing else.
    """

    rows: pd.DataFrame
    changes: pd.DataFrame | None
    purchases: pd.DataFrame
    contacts: pd.DataFrame
    today: int


def day_of(day: date) -> int:
    """Return the number of a day."""
    return day_number(day)


def read(con: Backend, tables: Mapping[str, ir.Table], as_of: date) -> Deals:
    """Read the opportunities known before `as_of`; one closed at or after it is still open.

    An opportunity that is closed without being known as won or lost is left out.
    """
    today = day_of(as_of)
    t = tables["opportunities"]
    known = t.filter(t.opened_on.isnull() | (t.opened_on < ibis.literal(as_of)))
    rows = known.select(
        "opportunity_id", "customer_id", "owner", "product_id", "stage", "won", "win_probability",
        amount_cents=known.amount_cents.cast("float64"), opened=_number(known.opened_on),
        closed=_number(known.closed_on), expected_close=_number(known.expected_close_on),
    )  # fmt: skip
    people = tables["customers"].select("customer_id", *PROFILE)
    joined = rows.left_join(people, "customer_id").drop("customer_id_right")
    frame = engine.batches(con, joined.order_by("opportunity_id")).read_pandas()
    is_closed = frame["closed"].notna()
    frame = frame[~is_closed | frame["won"].notna()].reset_index(drop=True)
    is_over = (frame["closed"] < today).to_numpy()  # NaN compares as False
    frame["closed"] = np.where(is_over, frame["closed"], np.inf)
    frame["won"] = is_over & (frame["won"] == True).to_numpy()  # noqa: E712  # NULL is neither
    ids = known.select("customer_id").distinct()
    bought = contacts = pd.DataFrame({"customer_id": pd.Series(dtype=object), "day": pd.Series(dtype=float)})
    if "transactions" in tables:
        days = purchase_days(tables["transactions"], as_of).semi_join(ids, "customer_id")
        bought = _days(con, days.select("customer_id", day=_number(days.day)))
    if "interactions" in tables:
        met = before(tables["interactions"], "occurred_at", as_of).semi_join(ids, "customer_id")
        contacts = _days(con, met.select("customer_id", day=_number(met.occurred_at.date())).distinct())
    return Deals(frame, _changes(con, tables, frame, today), bought, contacts, today)


def _days(con: Backend, rows: ir.Table) -> pd.DataFrame:
    return pd.DataFrame(engine.batches(con, rows.order_by("customer_id", "day")).read_pandas())


def _number(day: ir.Value) -> ir.Value:
    return days_between(ibis.literal(EPOCH), day).cast("float64")


def _changes(con: Backend, tables: Mapping[str, ir.Table], rows: pd.DataFrame, today: int) -> pd.DataFrame | None:
    """Return the changes of opportunities while they were open: those of the closing day tell how it ended."""
    if "opportunity_history" not in tables:
        return None
    t = tables["opportunity_history"]
    listed = t.select(
        "opportunity_id", "changed_at", "stage", "win_probability",
        day=_number(t.changed_at.date()), expected_close=_number(t.expected_close_on),
    )  # fmt: skip
    frame = engine.batches(con, listed.order_by("opportunity_id", "changed_at")).read_pandas()
    frame = frame.merge(rows[["opportunity_id", "closed"]], on="opportunity_id", how="inner")
    kept = frame[(frame["day"] < frame["closed"]) & (frame["day"] < today)]
    return kept[CHANGES].reset_index(drop=True) if len(kept) else None
