"""What customers owe: one invoice per order, paid in time, late, in part or never."""

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo import world
from crmwb.sources.b2b_demo.accounts import Accounts
from crmwb.sources.b2b_demo.draws import numbered, rank_within
from crmwb.sources.b2b_demo.purchases import Orders

PROMPT = (0.5, 1.0)  # of the days they may take, those that customers who pay in time take
PART_PAID_SHARE = 0.05  # of open invoices
MOST_DAYS_TO_ISSUE = 3


def table(accounts: Accounts, placed: Orders) -> dict[str, pa.Array]:
    """Return the columns of the invoices table; goods that come back are refunded, not invoiced."""
    rng, calendar = accounts.chance.of("invoices"), accounts.calendar
    issued = np.floor(placed.time) + rng.integers(0, MOST_DAYS_TO_ISSUE, len(placed.time))
    # drawn for all orders, kept for those invoiced by the end: who pays how does not depend on when the data ends
    terms = accounts.of_segment("terms_days")[placed.account]
    due = issued + terms
    late = np.maximum(1.0, np.rint(rng.gamma(4.0, world.LATE_DAYS / 4.0, len(issued))))
    prompt = terms * rng.uniform(*PROMPT, len(issued))
    disputed = rng.random(len(issued)) < world.DISPUTE_SHARE
    argued = np.where(disputed, rng.gamma(2.0, world.DISPUTE_DAYS / 2.0, len(issued)), 0.0)
    paid = np.floor(np.where(accounts.is_late[placed.account], due + late, issued + prompt) + argued)
    never = accounts.lose_by("unpaid")[placed.account] & (rng.random(len(issued)) < world.LOSS_UNPAID_SHARE)
    is_paid = ~never & (paid < calendar.n_days)
    in_part = rng.random(len(issued)) < PART_PAID_SHARE
    received = np.where(is_paid, placed.cents, np.where(in_part, placed.cents // 2, 0))

    kept = np.flatnonzero(issued < calendar.n_days)
    account = placed.account[kept]
    customers = accounts.id.take(pa.array(account))
    return {
        "invoice_id": numbered("V", customers, rank_within(account) + 1),
        "customer_id": customers,
        "issued_on": calendar.dates(issued[kept]),
        "due_on": calendar.dates(due[kept]),
        "paid_on": calendar.dates(paid[kept], is_paid[kept]),
        "amount_cents": pa.array(placed.cents[kept]),
        "paid_cents": pa.array(received[kept]),
        "disputed": pa.array(disputed[kept]),
    }
