"""What sales works on: orders that were won this way, others that were lost, what is still open, and its stages."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo.accounts import Accounts
from crmwb.sources.b2b_demo.draws import cents, chosen, ids, names, numbered, rank_within
from crmwb.sources.b2b_demo.purchases import Orders
from crmwb.sources.b2b_demo.world import (
    COLLISION_SHARE,
    LOST_AT_SHARES,
    STALE_SHARE,
    STATED_PROBABILITIES,
    WIN_SHARE,
)

OPEN_STAGES = ("prospecting", "qualified", "proposal", "negotiation")
STAGES = (*OPEN_STAGES, "won", "lost")
WON, LOST = len(OPEN_STAGES), len(OPEN_STAGES) + 1
WORK_DAYS = (15.0, 120.0)  # from opening to closing
STALE_DAYS = (200.0, 330.0)
OPEN_SHARE = 0.5  # chance of an open one, of prospects and (times opportunity_share) of customers who still buy
PROSPECT_LOST_SHARE = 0.3
FORECAST_ERROR_DAYS = 20.0  # standard deviation of the day that people expect an opportunity to close on
TIMES_OF_DAY = (0.2, 0.9)  # when changes are noted


def tables(
    accounts: Accounts, placed: Orders, product_ids: pa.Array
) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """Return the columns of the opportunities and of their history."""
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
    numbers = numbered("P", customers, rank_within(account) + 1)
    opened = np.clip(opened, 0.0, calendar.n_days - 1.0)
    steps = _steps(accounts, opened, closed, stage)
    last = steps.last_of_each
    worked_on = {
        "opportunity_id": numbers,
        "customer_id": customers,
        "opened_on": calendar.dates(opened),
        "closed_on": calendar.dates(closed, is_closed),
        "stage": names(STAGES, stage),
        "amount_cents": cents(worth),
        "won": pa.array(stage == WON, mask=~is_closed),
        "owner": ids("rep-", np.where(rng.random(len(owner)) < COLLISION_SHARE, others, owner) + 1, 5),
        "product_id": product_ids.take(pa.array(rng.integers(0, len(product_ids), len(account)))),
        "win_probability": pa.array(np.where(is_closed, stage == WON, STATED[np.minimum(stage, WON - 1)])),
        "expected_close_on": calendar.dates(steps.expected[last], ~is_closed),
    }
    of = steps.deal
    is_last = steps.stage >= WON
    history = {
        "opportunity_id": numbers.take(pa.array(of)),
        "changed_at": calendar.timestamps(steps.time),
        "customer_id": customers.take(pa.array(of)),
        "stage": names(STAGES, steps.stage),
        "win_probability": pa.array(np.where(is_last, steps.stage == WON, STATED[np.minimum(steps.stage, WON - 1)])),
        "expected_close_on": calendar.dates(steps.expected, ~is_last),
    }
    return worked_on, history


STATED = np.array(STATED_PROBABILITIES)


@dataclass(frozen=True)
class Steps:
    """The stages that opportunities went through, in order: arrays with one entry per opportunity and stage.

    Attributes
    ----------
    deal : ndarray of int
        Place of the opportunity.
    stage : ndarray of int
        Place in STAGES.
    time, expected : ndarray of float
        When it was entered, and when people then expected it to close, in days.
    """

    deal: np.ndarray
    stage: np.ndarray
    time: np.ndarray
    expected: np.ndarray

    @property
    def last_of_each(self) -> np.ndarray:
        """Places of the last stage of each opportunity."""
        return np.flatnonzero(np.append(self.deal[1:] != self.deal[:-1], True))


def _steps(accounts: Accounts, opened: np.ndarray, closed: np.ndarray, stage: np.ndarray) -> Steps:
    """Draw the stages before the last: entered one after the other between opening and close, on different days."""
    rng, n = accounts.chance.of("opportunity_history"), len(opened)
    lost_at = chosen(rng, LOST_AT_SHARES, n)
    reached = np.where(stage == WON, WON - 1, np.where(stage == LOST, lost_at, stage))
    end = np.minimum(closed, accounts.calendar.n_days)
    first, room = np.floor(opened), np.maximum(np.floor(end) - np.floor(opened), 0.0)
    expected = np.where(np.isfinite(closed), closed, opened + rng.uniform(*WORK_DAYS, n))
    parts = np.sort(rng.random((n, len(OPEN_STAGES) - 1)), axis=1)
    day = np.column_stack([first, first[:, None] + np.floor(parts * room[:, None])])
    day += np.arange(len(OPEN_STAGES)) / 10 * (TIMES_OF_DAY[1] - TIMES_OF_DAY[0]) + TIMES_OF_DAY[0]
    entered = np.arange(len(OPEN_STAGES)) <= reached[:, None]
    deal, place = np.nonzero(entered)
    over = np.flatnonzero(stage >= WON)
    deal, place = np.append(deal, over), np.append(place, stage[over])
    at = np.append(day[entered], np.floor(closed[over]) + TIMES_OF_DAY[1])
    order = np.lexsort((at, deal))
    deal, place, at = deal[order], place[order], at[order]
    wrong = rng.normal(0.0, FORECAST_ERROR_DAYS, len(deal))
    return Steps(deal, place, at, np.maximum(expected[deal] + wrong, at))


def _between(rng: np.random.Generator, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    return np.asarray(begin + rng.random(len(begin)) * (end - begin))
