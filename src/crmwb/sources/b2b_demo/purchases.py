"""When customers order, for how much, what stands on the lines, and what comes back."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo import products, world
from crmwb.sources.b2b_demo.accounts import Accounts
from crmwb.sources.b2b_demo.draws import names, numbered, rank_within
from crmwb.sources.b2b_demo.world import SEGMENTS

CHANNELS = (*dict.fromkeys(segment.channel for segment in SEGMENTS), "phone")
USUAL_CHANNEL_SHARE = 0.9  # of a segment's orders; the others come by phone
USUAL_LINE_SHARE = 0.8
LINES_AROUND_USUAL = (0.6, 1.4)  # times the usual number of lines of an order
RETURN_DAYS = (3.0, 30.0)
RECOVERED_SHARE = 0.9  # of the cost of goods that come back from customers who do not overdo it
HIGHEST_RATE = 0.9


@dataclass(frozen=True)
class Orders:
    """Orders of a block, sorted by customer and time, one entry of each array per order.

    Attributes
    ----------
    account : ndarray
        Place in the block.
    time : ndarray
        Days from the first.
    cents : ndarray
        What it brings, as whole hundredths.
    id : pyarrow.Array
        The order_id.
    """

    account: np.ndarray
    time: np.ndarray
    cents: np.ndarray
    id: pa.Array


def orders(accounts: Accounts, won: tuple[np.ndarray, np.ndarray]) -> Orders:
    """Draw the orders of a block.

    Parameters
    ----------
    accounts : Accounts
        Who orders.
    won : (ndarray, ndarray)
        Account and time of the orders that campaigns brought on top.
    """
    rng = accounts.chance.of("orders")
    account, time = _occasions(rng, accounts)
    account, time = np.concatenate([account, won[0]]), np.concatenate([time, won[1]])
    order = np.lexsort((time, account))
    account, time = account[order], time[order]
    cents = np.rint(rng.gamma(accounts.of_segment("p")[account]) / accounts.spread[account]).astype(np.int64)
    ids = numbered("O", accounts.id.take(pa.array(account)), rank_within(account) + 1)
    return Orders(account, time, np.maximum(cents, 1), ids)


def _occasions(rng: np.random.Generator, accounts: Accounts) -> tuple[np.ndarray, np.ndarray]:
    """Return account and time of every order that customers place of themselves, the first one included.

    A Poisson process in busy time is drawn as its number of events and where they fall. A customer's orders of one day
    are booked as one, so the rate is raised just so much that days with an order come at the rate λ.
    """
    calendar = accounts.calendar
    bought = np.flatnonzero(accounts.is_customer)
    rate = -np.log1p(-np.minimum(accounts.rate[bought], HIGHEST_RATE))
    is_seasonal = accounts.of_segment("is_seasonal")[bought]
    begin, end = accounts.since[bought], accounts.until[bought]
    begin_busy = np.where(is_seasonal, calendar.busy_time(begin), begin)
    end_busy = np.where(is_seasonal, calendar.busy_time(end), end)
    n_repeats = rng.poisson(rate * (end_busy - begin_busy))
    who = np.repeat(np.arange(len(bought)), n_repeats)
    passed = begin_busy[who] + rng.random(len(who)) * (end_busy - begin_busy)[who]
    again = np.where(is_seasonal[who], calendar.time(passed), passed)
    account, time = np.concatenate([bought, bought[who]]), np.concatenate([begin, again])
    order = np.lexsort((time, account))
    account, time = account[order], time[order]
    day = np.floor(time)
    is_first_of_day = np.concatenate([[True], (account[1:] != account[:-1]) | (day[1:] != day[:-1])])
    return account[is_first_of_day[: len(account)]], time[is_first_of_day[: len(account)]]


def table(accounts: Accounts, placed: Orders, product_ids: pa.Array) -> dict[str, pa.Array]:
    """Return the columns of the transactions table: the lines of the orders, and what came back of them."""
    rng = accounts.chance.of("lines")
    usual_lines = accounts.of_segment("lines_per_order")[placed.account]
    n_lines = np.maximum(1, np.rint(usual_lines * rng.uniform(*LINES_AROUND_USUAL, len(usual_lines)))).astype(np.int64)
    order = np.repeat(np.arange(len(placed.account)), n_lines)
    who = placed.account[order]
    line_no = rank_within(order) + 1
    revenue = _split(rng, placed.cents, order, n_lines)
    usual = accounts.of_segment("discount_share") * (0.8 + 0.4 * rng.random(len(accounts.number)))
    taken = np.where(accounts.lose_by("discounts"), world.LOSS_DISCOUNT_SHARE, usual)[who]
    discount = np.rint(revenue * taken / (1 - taken)).astype(np.int64)
    is_own = rng.random(len(order)) < accounts.of_segment("own_brand_share")[who]
    choice = products.choose(rng, _product_lines(rng, accounts.segment[who]), is_own, revenue + discount)
    usual_channel = np.array([CHANNELS.index(s.channel) for s in SEGMENTS])[accounts.segment[placed.account]]
    is_usual = rng.random(len(placed.account)) < USUAL_CHANNEL_SHARE
    channel = np.where(is_usual, usual_channel, CHANNELS.index("phone"))[order]
    back, back_time = _returned(rng, accounts, placed, order)
    recovered = np.where(accounts.lose_by("returns"), world.LOSS_RECOVERED_SHARE, RECOVERED_SHARE)[who[back]]

    rows = np.concatenate([np.arange(len(order)), back])
    is_return = np.arange(len(rows)) >= len(order)
    sign = np.where(is_return, -1, 1)
    cost = np.concatenate([choice.cost_cents, -np.rint(choice.cost_cents[back] * recovered).astype(np.int64)])
    order_ids = placed.id.take(pa.array(order[rows]))
    ids = pa.compute.if_else(pa.array(is_return), pa.compute.binary_join_element_wise(order_ids, "R", ""), order_ids)
    return {
        "customer_id": accounts.id.take(pa.array(who[rows])),
        "order_id": ids,
        "line_no": pa.array(line_no[rows]),
        "ordered_at": accounts.calendar.timestamps(np.concatenate([placed.time[order], back_time])),
        "product_id": product_ids.take(pa.array(choice.product[rows])),
        "quantity": pa.array(choice.quantity[rows] * sign),
        "revenue_cents": pa.array(revenue[rows] * sign),
        "gross_cents": pa.array((revenue + discount)[rows] * sign),
        "discount_cents": pa.array(discount[rows]),
        "cost_cents": pa.array(cost),
        "channel": names(CHANNELS, channel[rows]),
        "is_return": pa.array(is_return),
    }


def _split(rng: np.random.Generator, cents: np.ndarray, order: np.ndarray, n_lines: np.ndarray) -> np.ndarray:
    """Return what each line brings: random parts of its order, whole hundredths that add up to it exactly."""
    part = rng.gamma(2.0, size=len(order))
    upto = np.cumsum(part)
    ends = np.cumsum(n_lines) - 1
    before = np.concatenate([[0.0], upto[ends]])[:-1]
    total = upto[ends] - before
    edge = np.rint((upto - before[order]) / total[order] * cents[order]).astype(np.int64)
    edge[ends] = cents
    first = np.concatenate([[0], ends[:-1] + 1])
    previous = np.concatenate([[0], edge[:-1]])
    previous[first] = 0
    return np.asarray(edge - previous)


def _product_lines(rng: np.random.Generator, segment: np.ndarray) -> np.ndarray:
    """Return which product line each order line is about."""
    lines = tuple(products.LINES)
    usual = np.array([[lines.index(name) for name in s.product_lines] for s in SEGMENTS])
    is_usual = rng.random(len(segment)) < USUAL_LINE_SHARE
    favourite = usual[segment, rng.integers(0, usual.shape[1], len(segment))]
    return np.where(is_usual, favourite, rng.integers(0, len(lines), len(segment)))


def _returned(
    rng: np.random.Generator, accounts: Accounts, placed: Orders, order: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return which lines came back, sorted, and when: what comes back of an order comes back at once."""
    share = np.where(accounts.lose_by("returns"), world.LOSS_RETURN_SHARE, accounts.of_segment("return_share"))
    back_time = (placed.time + rng.uniform(*RETURN_DAYS, len(placed.time)))[order]
    is_back = rng.random(len(order)) < share[placed.account][order]
    back = np.flatnonzero(is_back & (back_time < accounts.calendar.n_days))
    return back, back_time[back]
