"""What sales works on: orders that were won this way, others that were lost, and what is still open."""

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo.accounts import Accounts
from crmwb.sources.b2b_demo.draws import cents, ids, names, numbered, rank_within
from crmwb.sources.b2b_demo.purchases import Orders
from crmwb.sources.b2b_demo.world import COLLISION_SHARE, STALE_SHARE, WIN_SHARE

OPEN_STAGES = ("prospecting", "qualified", "proposal", "negotiation")
STAGES = (*OPEN_STAGES, "won", "lost")
WON, LOST = len(OPEN_STAGES), len(OPEN_STAGES) + 1
WORK_DAYS = (15.0, 120.0)  # from opening to closing
STALE_DAYS = (200.0, 330.0)
OPEN_SHARE = 0.5  # chance of an open one, of prospects and (times opportunity_share) of customers who still buy
PROSPECT_LOST_SHARE = 0.3


def table(accounts: Accounts, placed: Orders, product_ids: pa.Array) -> dict[str, pa.Array]:
    """Return the columns of the opportunities table."""
    rng, calendar = accounts.chance.of("opportunities"), accounts.calendar
    worked_for = accounts.of_segment("opportunity_share")
    won = np.flatnonzero(rng.random(len(placed.account)) < worked_for[placed.account])
    lost = np.repeat(won, rng.negative_binomial(1, WIN_SHARE, len(won)))  # fewer or more for each that was won
    lost_closed = _between(rng, accounts.since[placed.account[lost]], accounts.until[placed.account[lost]])
    n = len(accounts.number)
    refused = np.flatnonzero(~accounts.is_customer & (rng.random(n) < PROSPECT_LOST_SHARE))
    refused_closed = _between(rng, accounts.since[refused], np.full(len(refused), float(calendar.n_days)))
    chance = np.where(accounts.is_customer, worked_for * ~accounts.stopped, 1.0) * OPEN_SHARE
    still = np.flatnonzero(rng.random(n) < chance)
    is_stale = rng.random(len(still)) < STALE_SHARE
    age = np.where(is_stale, rng.uniform(*STALE_DAYS, len(still)), rng.uniform(0.0, WORK_DAYS[1], len(still)))

    account = np.concatenate([placed.account[won], placed.account[lost], refused, still])
    closed = np.concatenate([placed.time[won], lost_closed, refused_closed, np.full(len(still), np.inf)])
    opened = np.where(np.isinf(closed), calendar.n_days, closed) - np.concatenate(
        [rng.uniform(*WORK_DAYS, len(account) - len(still)), age]
    )
    stage = np.repeat([WON, LOST, LOST], [len(won), len(lost), len(refused)])
    stage = np.concatenate([stage, rng.integers(0, len(OPEN_STAGES), len(still))])
    worth = accounts.mean_order_cents[account] * rng.uniform(0.6, 1.6, len(account))
    worth[: len(won)] = placed.cents[won]

    order = np.lexsort((closed, opened, account))
    account, closed, opened, stage, worth = (a[order] for a in (account, closed, opened, stage, worth))
    is_closed = stage >= WON
    owner = accounts.owner[account]
    others = (owner + rng.integers(1, accounts.n_owners, len(owner))) % accounts.n_owners
    customers = accounts.id.take(pa.array(account))
    return {
        "opportunity_id": numbered("P", customers, rank_within(account) + 1),
        "customer_id": customers,
        "opened_on": calendar.dates(np.clip(opened, 0.0, calendar.n_days - 1.0)),
        "closed_on": calendar.dates(closed, is_closed),
        "stage": names(STAGES, stage),
        "amount_cents": cents(worth),
        "won": pa.array(stage == WON, mask=~is_closed),
        "owner": ids("rep-", np.where(rng.random(len(owner)) < COLLISION_SHARE, others, owner) + 1, 5),
        "product_id": product_ids.take(pa.array(rng.integers(0, len(product_ids), len(account)))),
    }


def _between(rng: np.random.Generator, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    return np.asarray(begin + rng.random(len(begin)) * (end - begin))
