"""Who the accounts are: what is true of each, and what the company's customer list says of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo import world
from crmwb.sources.b2b_demo.draws import Calendar, Chance, cents, chosen, ids, names
from crmwb.sources.b2b_demo.world import LOSS_REASONS, POOL, SEGMENTS

NOBODY = -1
PLACES = (
    ("Germany", "South", "Munich"), ("Germany", "South", "Stuttgart"), ("Germany", "North", "Hamburg"),
    ("Germany", "West", "Cologne"), ("Germany", "East", "Leipzig"), ("Austria", "East", "Vienna"),
    ("Austria", "West", "Innsbruck"), ("Switzerland", "North", "Zurich"), ("Switzerland", "West", "Geneva"),
    ("Poland", "South", "Krakow"), ("Poland", "Centre", "Warsaw"), ("Netherlands", "West", "Rotterdam"),
)  # fmt: skip
PLACE_WEIGHTS = (9, 8, 9, 10, 6, 7, 3, 6, 4, 5, 7, 8)
INDUSTRIES = ("repair", "retail", "public sector", "construction", "wholesale", "manufacturing")
INDUSTRY_WEIGHTS = {  # by segment; not alone enough to tell it
    "maintenance": (6, 1, 0, 1, 0, 2), "bargain": (1, 7, 0, 1, 1, 0), "public": (0, 0, 9, 0, 0, 1),
    "projects": (1, 0, 0, 7, 0, 2), "stockists": (0, 2, 0, 0, 7, 1),
}  # fmt: skip
SIZES = ("1-9", "10-49", "50-249", "250+")
SIZE_WEIGHTS = {
    "maintenance": (5, 4, 1, 0), "bargain": (8, 2, 0, 0), "public": (0, 3, 4, 3), "projects": (2, 4, 3, 1),
    "stockists": (1, 4, 4, 1),
}  # fmt: skip
CHANNELS = ("web search", "trade fair", "cold call", "partner", "referral")
CHANNEL_WEIGHTS = (4, 2, 2, 2, 0)
REFERRAL = CHANNELS.index("referral")
OUTBOUND = {"trade fair", "cold call"}
CHANNEL_COST = (0.8, 1.8, 1.4, 0.9, 0.3)  # times half of what a first order earns
KNOWN = {"industry": 0.96, "company_size": 0.92, "city": 0.90, "wallet_cents": 0.80}
CUSTOMERS_PER_OWNER = 400
DAYS_PER_YEAR = 365


@dataclass(frozen=True)
class Roll:
    """Which accounts of the whole company have a role that others refer to, by number."""

    is_customer: np.ndarray
    advocates: np.ndarray
    heads: np.ndarray


@dataclass(frozen=True)
class Accounts:
    """A block of accounts, one entry of each array per account; a prospect has a segment but no life.

    Attributes
    ----------
    chance, calendar : Chance, Calendar
        Where everything else about them is drawn from, and the days they live in.
    number, id : ndarray, pyarrow.Array
        Position in the whole company, and the customer_id made of it.
    is_customer : ndarray
        They have bought.
    segment : ndarray
        Place in `SEGMENTS`.
    since, until : ndarray
        Days from the first to the first purchase (a prospect's entry into the books) and to when they stopped, or to
        the end.
    stopped : ndarray
        They stopped before the end.
    rate, stop_rate : ndarray
        λ and μ, a day.
    spread : ndarray
        ν: an order brings Gamma(p, rate ν) hundredths.
    loss : ndarray
        Place in `LOSS_REASONS`, -1 for none.
    is_late, is_advocate, is_contactable : ndarray
        Pays late; brings others; may be contacted.
    wallet_share : ndarray
        What they spend with us over what they spend in our category.
    owner : ndarray
        Number of the salesperson who looks after them.
    n_owners : int
        How many salespeople the company has.
    """

    chance: Chance
    calendar: Calendar
    number: np.ndarray
    id: pa.Array
    is_customer: np.ndarray
    segment: np.ndarray
    since: np.ndarray
    until: np.ndarray
    stopped: np.ndarray
    rate: np.ndarray
    stop_rate: np.ndarray
    spread: np.ndarray
    loss: np.ndarray
    is_late: np.ndarray
    is_advocate: np.ndarray
    is_contactable: np.ndarray
    wallet_share: np.ndarray
    owner: np.ndarray
    n_owners: int

    def of_segment(self, attribute: str) -> np.ndarray:
        """Return an attribute of each account's segment."""
        return of_each(self.segment, attribute)

    def lose_by(self, reason: str) -> np.ndarray:
        """Return who costs more than they bring for this reason."""
        return np.asarray(self.loss == LOSS_REASONS.index(reason))

    @property
    def mean_order_cents(self) -> np.ndarray:
        """What an order of each is expected to bring: p / ν."""
        return np.asarray(self.of_segment("p") / self.spread)


def of_each(segment: np.ndarray, attribute: str) -> np.ndarray:
    """Return an attribute of each of these segments, given as places in `SEGMENTS`."""
    return np.asarray(np.array([getattr(s, attribute) for s in SEGMENTS])[segment])


def roll(chance: Chance, n: int) -> Roll:
    """Draw who of `n` accounts bought, brings others, or heads a group."""
    rng = chance.of("roll")
    is_customer = rng.random(n, dtype=np.float32) >= world.PROSPECT_SHARE
    advocates = np.flatnonzero((rng.random(n, dtype=np.float32) < world.ADVOCATE_SHARE) & is_customer)
    heads = np.flatnonzero((rng.random(n, dtype=np.float32) < world.HEAD_SHARE) & is_customer)
    return Roll(is_customer, advocates, heads)


def draw(chance: Chance, calendar: Calendar, numbers: range, roll: Roll) -> Accounts:
    """Draw one block of accounts; numbers rise in the order in which they were won."""
    rng = chance.of("accounts")
    number = np.arange(numbers.start, numbers.stop)
    n, n_all = len(number), len(roll.is_customer)
    is_customer = roll.is_customer[number]
    segment = chosen(rng, tuple(s.share for s in SEGMENTS), n)
    since = calendar.acquired((number + rng.random(n)) / n_all)
    rate = rng.gamma(of_each(segment, "r")) / of_each(segment, "alpha")
    stop_rate = rng.gamma(of_each(segment, "s")) / of_each(segment, "beta")
    lifetime = rng.exponential(size=n) / np.maximum(stop_rate, np.finfo(np.float64).tiny)
    until = np.minimum(since + lifetime, calendar.n_days)
    spread = rng.gamma(of_each(segment, "q")) / of_each(segment, "v")
    reason = rng.integers(0, len(LOSS_REASONS), n)
    # nothing comes back from the pool: whoever of it would cost us by returns costs us by not paying
    reason[(reason == LOSS_REASONS.index("returns")) & (segment == _pool())] = LOSS_REASONS.index("unpaid")
    loss = np.where((rng.random(n) < world.LOSS_SHARE) & is_customer, reason, NOBODY)
    is_late = (rng.random(n) < world.LATE_SHARE) & is_customer
    n_owners = max(5, n_all // CUSTOMERS_PER_OWNER)
    return Accounts(
        chance=chance,
        calendar=calendar,
        number=number,
        id=ids("C", number + 1, 8),
        is_customer=is_customer,
        segment=segment,
        since=since,
        until=until,
        stopped=is_customer & (until < calendar.n_days),
        rate=rate,
        stop_rate=stop_rate,
        spread=spread,
        loss=loss.astype(np.int8),
        is_late=is_late & (loss != LOSS_REASONS.index("unpaid")),
        is_advocate=np.isin(number, roll.advocates, assume_unique=True),
        is_contactable=rng.random(n) < world.CONTACTABLE_SHARE,
        wallet_share=rng.beta(3.0, 3.0, n),
        owner=rng.integers(0, n_owners, n),
        n_owners=n_owners,
    )


def table(accounts: Accounts, roll: Roll) -> dict[str, pa.Array]:
    """Return the columns of the customers table."""
    rng = accounts.chance.of("customer list")
    n, bought = len(accounts.number), accounts.is_customer
    referrer = _earlier(rng, accounts.number, roll.advocates)
    referrer[(rng.random(n) >= world.REFERRAL_SHARE) | ~bought] = NOBODY
    parent = _earlier(rng, accounts.number, roll.heads)
    is_head = np.isin(accounts.number, roll.heads, assume_unique=True)
    parent[(rng.random(n) >= world.MEMBER_SHARE) | ~bought | is_head] = NOBODY
    channel = np.where(referrer != NOBODY, REFERRAL, chosen(rng, CHANNEL_WEIGHTS, n))
    place = chosen(rng, PLACE_WEIGHTS, n)
    earned = accounts.of_segment("mean_order_cents") * 0.25
    cost = rng.gamma(4.0, size=n) / 4.0 * np.array(CHANNEL_COST)[channel] * earned * 0.5
    spend = accounts.rate * DAYS_PER_YEAR * accounts.mean_order_cents
    wallet = spend / np.clip(accounts.wallet_share, 0.05, 1.0) * np.exp(rng.normal(0, 0.2, n))
    limit = np.maximum(100_000, np.rint(accounts.mean_order_cents * 3 / 100_000) * 100_000)
    known = {name: rng.random(n) < share for name, share in KNOWN.items()}
    countries, regions, cities = (tuple(part) for part in zip(*PLACES, strict=True))
    routes = tuple("outbound" if name in OUTBOUND else "inbound" for name in CHANNELS)
    return {
        "customer_id": accounts.id,
        "kind": names(("company",), np.zeros(n, dtype=np.int8)),
        "acquired_on": accounts.calendar.dates(accounts.since, bought),
        "acquisition_channel": names(CHANNELS, channel, bought),
        "acquisition_route": names(routes, channel, bought),
        "acquisition_cost_cents": cents(cost, bought),
        "country": names(countries, place),
        "region": names(regions, place),
        "city": names(cities, place, known["city"]),
        "industry": names(INDUSTRIES, _of_segment(rng, INDUSTRY_WEIGHTS, accounts.segment), known["industry"]),
        "company_size": names(SIZES, _of_segment(rng, SIZE_WEIGHTS, accounts.segment), known["company_size"]),
        "owner": ids("rep-", accounts.owner + 1, 5),
        "parent_id": _id_or_null(parent),
        "referred_by": _id_or_null(referrer),
        "contactable": pa.array(accounts.is_contactable),
        "wallet_cents": cents(wallet, known["wallet_cents"] & bought),
        "credit_limit_cents": cents(limit, bought),
    }


def _pool() -> int:
    return [segment.name for segment in SEGMENTS].index(POOL)


def _earlier(rng: np.random.Generator, number: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Return for each number one of the sorted candidates before it, -1 where there is none."""
    n_before = np.searchsorted(candidates, number)
    place = (rng.random(len(number)) * n_before).astype(np.int64)
    result = candidates[np.minimum(place, len(candidates) - 1)] if len(candidates) else np.zeros_like(number)
    return np.where(n_before > 0, result, NOBODY)


def _id_or_null(number: np.ndarray) -> pa.Array:
    result = ids("C", number + 1, 8)
    return pa.compute.if_else(pa.array(number != NOBODY), result, pa.scalar(None, pa.string()))


def _of_segment(rng: np.random.Generator, weights: Mapping[str, tuple[int, ...]], segment: np.ndarray) -> np.ndarray:
    """Return a place drawn with the weights of each account's segment."""
    edges = np.cumsum([weights[s.name] for s in SEGMENTS], axis=1, dtype=np.float64)
    edges /= edges[:, -1:]
    return np.asarray((rng.random(len(segment))[:, None] >= edges[segment]).sum(axis=1))
