"""Who spoke with whom: mailings, calls and visits, service cases, with what each cost."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo import world
from crmwb.sources.b2b_demo.accounts import DAYS_PER_YEAR, Accounts
from crmwb.sources.b2b_demo.campaigns import Members, kind, ordered, starts
from crmwb.sources.b2b_demo.draws import Calendar, names, numbered, rank_within
from crmwb.sources.b2b_demo.initiatives import FASTER_SERVICE, RESOLUTION_DAYS, start
from crmwb.sources.b2b_demo.purchases import Orders
from crmwb.sources.b2b_demo.world import CAMPAIGN_KINDS

DEPARTMENTS = ("marketing", "sales", "service")
MARKETING, SALES, SERVICE = range(3)
KINDS = (*(k.name for k in CAMPAIGN_KINDS), "call", "visit", "question", "complaint", "repair", "visit on site")
CALL, VISIT, QUESTION, _, _, ON_SITE = range(len(CAMPAIGN_KINDS), len(KINDS))
DIRECTIONS = ("inbound", "outbound")
INBOUND, OUTBOUND = range(2)
CALL_CENTS, VISIT_CENTS, TICKET_CENTS = 1_200, 9_000, 900
VISIT_SHARE = 0.25  # of sales contacts
PROSPECT_CALLS_PER_YEAR = 2.0
REACHED_SHARE = 0.6  # of sales contacts, those who took part
RATED_SHARE = 0.5
CASE_AFTER_DAYS = 20.0
VISITS_PER_ORDER = 2


@dataclass(frozen=True)
class Contacts:
    """Contacts, one entry of each array per contact. Not known: responded -1, satisfaction NaN, resolved infinite."""

    account: np.ndarray
    time: np.ndarray
    department: np.ndarray
    kind: np.ndarray
    direction: np.ndarray
    cents: np.ndarray
    responded: np.ndarray
    satisfaction: np.ndarray
    resolved: np.ndarray


def table(accounts: Accounts, drawn: Members, placed: Orders) -> dict[str, pa.Array]:
    """Return the columns of the interactions table."""
    rng, calendar = accounts.chance.of("contacts"), accounts.calendar
    parts = (
        _marketing(drawn, placed, calendar),
        _sales(rng, accounts),
        _cases(rng, accounts, placed),
        _visits_on_site(rng, accounts, placed),
    )
    c = Contacts(*(np.concatenate([getattr(part, name) for part in parts]) for name in Contacts.__dataclass_fields__))
    order = np.lexsort((c.kind, c.time, c.account))
    order = order[c.time[order] < calendar.n_days]
    c = Contacts(*(getattr(c, name)[order] for name in Contacts.__dataclass_fields__))
    customers = accounts.id.take(pa.array(c.account))
    return {
        "interaction_id": numbered("I", customers, rank_within(c.account) + 1),
        "customer_id": customers,
        "occurred_at": calendar.timestamps(c.time),
        "department": names(DEPARTMENTS, c.department),
        "kind": names(KINDS, c.kind),
        "direction": names(DIRECTIONS, c.direction),
        "cost_cents": pa.array(np.rint(c.cents).astype(np.int64)),
        "responded": pa.array(c.responded == 1, mask=c.responded < 0),
        "satisfaction": pa.array(np.nan_to_num(c.satisfaction), mask=np.isnan(c.satisfaction)),
        "resolved_at": calendar.timestamps(c.resolved, c.resolved < calendar.n_days),
    }


def _marketing(drawn: Members, placed: Orders, calendar: Calendar) -> Contacts:
    """Return one contact for each treated member; who ordered in the days after answered."""
    treated = drawn.is_treated
    campaign = drawn.campaign[treated]
    _, first_at = ordered(drawn, placed, calendar)
    which = kind(campaign)
    costs = np.array([k.contact_cents for k in CAMPAIGN_KINDS], dtype=np.float64)
    return _contacts(
        drawn.account[treated],
        starts(calendar)[campaign],
        (MARKETING, OUTBOUND),
        which,
        costs[which],
        responded=np.isfinite(first_at[treated]).astype(np.int8),
    )


def _sales(rng: np.random.Generator, accounts: Accounts) -> Contacts:
    """Return calls and visits: of customers while they buy, of prospects from when they are known."""
    per_year = np.where(accounts.is_customer, accounts.of_segment("calls_per_year"), PROSPECT_CALLS_PER_YEAR)
    end = np.where(accounts.is_customer, accounts.until, accounts.calendar.n_days)
    n = rng.poisson(per_year / DAYS_PER_YEAR * (end - accounts.since))
    account = np.repeat(np.arange(len(n)), n)
    time = accounts.since[account] + rng.random(len(account)) * (end - accounts.since)[account]
    is_visit = rng.random(len(account)) < VISIT_SHARE
    return _contacts(
        account,
        time,
        (SALES, OUTBOUND),
        np.where(is_visit, VISIT, CALL),
        np.where(is_visit, VISIT_CENTS, CALL_CENTS) * rng.uniform(0.7, 1.3, len(account)),
        responded=(rng.random(len(account)) < REACHED_SHARE).astype(np.int8),
    )


def _cases(rng: np.random.Generator, accounts: Accounts, placed: Orders) -> Contacts:
    """Return service cases in the weeks after an order; they are settled faster once the service desk is there."""
    share = accounts.of_segment("ticket_share")[placed.account]
    order = np.flatnonzero(rng.random(len(share)) < share)
    n = len(order)
    time = placed.time[order] + rng.uniform(1.0, CASE_AFTER_DAYS, n)
    which = QUESTION + rng.integers(0, 3, n)
    mean_days = np.where(time < start(FASTER_SERVICE, accounts.calendar), *RESOLUTION_DAYS)
    took = rng.exponential(size=n) * mean_days
    satisfaction = np.where(rng.random(n) < RATED_SHARE, np.round(rng.beta(5.0, 2.0, n), 2), np.nan)
    return _contacts(
        placed.account[order],
        time,
        (SERVICE, INBOUND),
        which,
        TICKET_CENTS * rng.gamma(2.0, 0.5, n),
        satisfaction=satisfaction,
        resolved=time + took,
    )


def _visits_on_site(rng: np.random.Generator, accounts: Accounts, placed: Orders) -> Contacts:
    """Return what makes some customers cost more than they bring: an engineer comes twice for every order."""
    order = np.repeat(np.flatnonzero(accounts.lose_by("service")[placed.account]), VISITS_PER_ORDER)
    time = placed.time[order] + rng.uniform(0.0, CASE_AFTER_DAYS, len(order))
    costs = placed.cents[order] * world.LOSS_SERVICE_SHARE / VISITS_PER_ORDER
    return _contacts(placed.account[order], time, (SERVICE, OUTBOUND), np.full(len(order), ON_SITE), costs)


def _contacts(
    account: np.ndarray,
    time: np.ndarray,
    who: tuple[int, int],
    which: np.ndarray,
    costs: np.ndarray,
    *,
    responded: np.ndarray | None = None,
    satisfaction: np.ndarray | None = None,
    resolved: np.ndarray | None = None,
) -> Contacts:
    """Return contacts of one department and direction (`who`); what is not given is not known."""
    n = len(account)
    return Contacts(
        account=account,
        time=time,
        department=np.full(n, who[0], dtype=np.int8),
        kind=which,
        direction=np.full(n, who[1], dtype=np.int8),
        cents=costs,
        responded=np.full(n, -1, dtype=np.int8) if responded is None else responded,
        satisfaction=np.full(n, np.nan) if satisfaction is None else satisfaction,
        resolved=np.full(n, np.inf) if resolved is None else resolved,
    )
