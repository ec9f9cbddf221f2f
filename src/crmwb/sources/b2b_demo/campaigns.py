"""Campaigns with a control group: whom they reach by chance, and what they bring because of it."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo.accounts import Accounts
from crmwb.sources.b2b_demo.draws import Calendar, cents, ids, names
from crmwb.sources.b2b_demo.purchases import Orders
from crmwb.sources.b2b_demo.world import (
    CAMPAIGN_EVERY_DAYS,
    CAMPAIGN_FIRST_DAY,
    CAMPAIGN_KINDS,
    MEMBER_OF_CAMPAIGN_SHARE,
    OUTCOME_DAYS,
    TREATMENT_SHARE,
)

ARMS = ("control", "treatment")
KINDS = tuple(kind.name for kind in CAMPAIGN_KINDS)
STRENGTHS = np.array([kind.strength for kind in CAMPAIGN_KINDS])


@dataclass(frozen=True)
class Members:
    """Members of campaigns in a block, sorted by campaign and account, one entry of each array per member.

    Attributes
    ----------
    campaign, account : ndarray
        Number of the campaign; place in the block.
    is_treated : ndarray
        Contacted, not held back.
    extra_orders : ndarray
        Expected effect of a contact on the orders of the `OUTCOME_DAYS` after it.
    extra_cents : ndarray
        The same in money, hundredths.
    answered : ndarray
        The contact brought an order that there would not have been.
    answered_at : ndarray
        When; NaN without.
    """

    campaign: np.ndarray
    account: np.ndarray
    is_treated: np.ndarray
    extra_orders: np.ndarray
    extra_cents: np.ndarray
    answered: np.ndarray
    answered_at: np.ndarray

    @property
    def won(self) -> tuple[np.ndarray, np.ndarray]:
        """Account and time of the orders that campaigns brought."""
        return self.account[self.answered], self.answered_at[self.answered]


def starts(calendar: Calendar) -> np.ndarray:
    """Return the first day of each campaign: one every quarter, the last early enough for its outcome to be seen."""
    return np.arange(CAMPAIGN_FIRST_DAY, calendar.n_days - OUTCOME_DAYS - 1, CAMPAIGN_EVERY_DAYS, dtype=np.float64)


def kind(campaign: np.ndarray) -> np.ndarray:
    """Return the place of each campaign's kind in `CAMPAIGN_KINDS`: they take turns."""
    return campaign % len(CAMPAIGN_KINDS)


def members(accounts: Accounts) -> Members:
    """Draw who belongs to which campaign, who of them is contacted, and whom that brings to order once more."""
    rng = accounts.chance.of("campaigns")
    first = starts(accounts.calendar)
    reachable = accounts.is_customer & accounts.is_contactable
    begins = np.ceil(accounts.since)  # known by the evening before
    is_member = (
        reachable & (begins <= first[:, None]) & (rng.random((len(first), len(reachable))) < MEMBER_OF_CAMPAIGN_SHARE)
    )
    campaign, account = np.nonzero(is_member)
    is_treated = rng.random(len(campaign)) < TREATMENT_SHARE
    stays = accounts.until[account] >= first[campaign] + OUTCOME_DAYS
    extra = accounts.of_segment("answers_share")[account] * STRENGTHS[kind(campaign)] * stays
    answered = is_treated & (rng.random(len(campaign)) < extra)
    at = first[campaign] + rng.uniform(1.0, OUTCOME_DAYS, len(campaign))
    return Members(
        campaign=campaign,
        account=account,
        is_treated=is_treated,
        extra_orders=extra,
        extra_cents=extra * accounts.mean_order_cents[account],
        answered=answered,
        answered_at=np.where(answered, at, np.nan),
    )


def ordered(drawn: Members, placed: Orders, calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """Return for each member what they ordered in the `OUTCOME_DAYS` after the first day, and when first (NaN: not)."""
    spent, first_at = np.zeros(len(drawn.campaign)), np.full(len(drawn.campaign), np.nan)
    for number, start in enumerate(starts(calendar)):
        rows = slice(*np.searchsorted(drawn.campaign, [number, number + 1]))
        within = (placed.time >= start + 1) & (placed.time < start + OUTCOME_DAYS)
        n_accounts = int(max(placed.account.max(initial=0), drawn.account.max(initial=0))) + 1
        # whole hundredths stay exact in a float64 up to 9e15
        total = np.bincount(placed.account[within], weights=placed.cents[within], minlength=n_accounts)
        earliest = np.full(n_accounts, np.nan)
        earliest[placed.account[within][::-1]] = placed.time[within][::-1]
        spent[rows], first_at[rows] = total[drawn.account[rows]], earliest[drawn.account[rows]]
    return spent, first_at


def members_table(accounts: Accounts, drawn: Members, placed: Orders) -> dict[str, pa.Array]:
    """Return the columns of the campaign_members table: both arms with what they spent in the same days."""
    calendar = accounts.calendar
    spent, first_at = ordered(drawn, placed, calendar)
    return {
        "campaign_id": campaign_ids(drawn.campaign),
        "customer_id": accounts.id.take(pa.array(drawn.account)),
        "arm": names(ARMS, drawn.is_treated.astype(np.int8)),
        "contacted_at": calendar.timestamps(starts(calendar)[drawn.campaign], drawn.is_treated),
        "responded_at": calendar.timestamps(first_at, drawn.is_treated & np.isfinite(first_at)),
        "outcome_cents": cents(spent),
    }


def table(calendar: Calendar) -> dict[str, pa.Array]:
    """Return the columns of the campaigns table; contacts are paid for one by one (interactions), not here."""
    first = starts(calendar)
    number = np.arange(len(first))
    dates = calendar.dates(first)
    fixed = np.array([k.fixed_cents for k in CAMPAIGN_KINDS], dtype=np.int64)[kind(number)]
    kinds = kind(number)
    called = [f"{KINDS[k].capitalize()} {day:%B %Y}" for k, day in zip(kinds, dates.to_pylist(), strict=True)]
    return {
        "campaign_id": campaign_ids(number),
        "name": pa.array(called),
        "kind": names(KINDS, kind(number)),
        "starts_on": dates,
        "ends_on": calendar.dates(first + OUTCOME_DAYS - 1),
        "cost_cents": pa.array(fixed),
    }


def campaign_ids(number: np.ndarray) -> pa.Array:
    """Return the ids of campaigns."""
    return ids("M", number + 1, 3)
