"""What is true of every account and member, and what no company would know: kept beside the data, never within."""

from typing import Any

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo import initiatives
from crmwb.sources.b2b_demo.accounts import Accounts
from crmwb.sources.b2b_demo.campaigns import Members, campaign_ids
from crmwb.sources.b2b_demo.draws import names
from crmwb.sources.b2b_demo.world import LOSS_REASONS, POOL, SEGMENTS, planted


def customers(accounts: Accounts) -> dict[str, pa.Array]:
    """Return the columns of `TRUTH_CUSTOMERS`; what only customers have is NULL for prospects."""
    unknown = ~accounts.is_customer
    segments = tuple(segment.name for segment in SEGMENTS)

    def number(values: np.ndarray) -> pa.Array:
        return pa.array(values.astype(np.float64), mask=unknown)

    def flag(values: np.ndarray) -> pa.Array:
        return pa.array(values, mask=unknown)

    return {
        "customer_id": accounts.id,
        "is_customer": pa.array(accounts.is_customer),
        "segment": names(segments, accounts.segment, accounts.is_customer),
        "is_in_pool": pa.array(accounts.is_customer & (accounts.segment == segments.index(POOL))),
        "orders_per_day": number(accounts.rate),
        "stops_per_day": number(accounts.stop_rate),
        "mean_order_cents": number(accounts.mean_order_cents),
        "is_alive": flag(~accounts.stopped),
        "stopped_on": accounts.calendar.dates(accounts.until, accounts.stopped),
        "loss_reason": names(LOSS_REASONS, np.maximum(accounts.loss, 0), accounts.loss >= 0),
        "is_late_payer": flag(accounts.is_late),
        "is_advocate": flag(accounts.is_advocate),
        "answers_share": number(accounts.of_segment("answers_share")),
        "wallet_share": number(accounts.wallet_share),
    }


def members(accounts: Accounts, drawn: Members) -> dict[str, pa.Array]:
    """Return the columns of `TRUTH_MEMBERS`: what a contact is expected to bring, and whom it did bring."""
    return {
        "campaign_id": campaign_ids(drawn.campaign),
        "customer_id": accounts.id.take(pa.array(drawn.account)),
        "extra_orders": pa.array(drawn.extra_orders),
        "extra_cents": pa.array(drawn.extra_cents),
        "answered": pa.array(drawn.answered),
    }


def parameters(n_customers: int, years: int, seed: int) -> dict[str, Any]:
    """Return everything that the company was drawn from, for truth.json."""
    before, after = initiatives.RESOLUTION_DAYS
    return {
        **planted(),
        "n_customers": n_customers,
        "years": years,
        "seed": seed,
        "resolution_days": {"initiative": initiatives.FASTER_SERVICE, "before": before, "after": after},
    }
