"""What customers do next: the chance to buy, the comparison of forecasts of leaving, and likeness to the best."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.calendar import month_ends
from crmwb.engine import memory
from crmwb.findings import Count, Term, Unavailable
from crmwb.history.month_days import MonthDays
from crmwb.history.places import Places
from crmwb.lifecycle.risk.build import PART_OF_HISTORY as PART_OF_RISK
from crmwb.lifecycle.risk.panel import Known
from crmwb.lifecycle.risk.watch import Watch
from crmwb.lifecycle.seasons import follow
from crmwb.params import Params
from crmwb.predict.customers import moments
from crmwb.predict.customers.features import Features
from crmwb.predict.customers.lookalikes import READ, Lookalikes, lookalikes
from crmwb.predict.customers.newcomers import candidates
from crmwb.predict.customers.propensity import BUYS, LEAVES, Propensity, cases, propensity
from crmwb.progress import step

PART_OF_HISTORY = 4  # the days to buy in are at most this part of the history
COLUMNS = [
    *("customer_id", "buy_probability", "driver_1", "effect_1", "driver_2", "effect_2"),
    *("best_customer_probability", "likeness_rank", "is_prospect"),
]  # fmt: skip


@dataclass(frozen=True)
class Customers:
    """What is said of customers.

    Attributes
    ----------
    buys, leaves : Propensity or Unavailable
    lookalikes : Lookalikes or Unavailable
    customers : DataFrame
        COLUMNS, one row per customer of whom anything is stated.
    buy_days : int
        The days that the chance to buy holds for.
    """

    buys: Propensity | Unavailable
    leaves: Propensity | Unavailable
    lookalikes: Lookalikes | Unavailable
    customers: pd.DataFrame
    buy_days: int


def build(
    days: Iterable[MonthDays] | None,
    features: Features,
    snapshots: Path,
    *,
    window: tuple[date, date],
    params: Params,
) -> Customers:
    """Predict customers from the features of month ends.

    Parameters
    ----------
    days : iterable of MonthDays or None
        What customers bought by day, whose numbers are their places by id; None without transactions.
    features : Features
        Of every customer as of now.
    snapshots : Path
        Features at month ends.
    window : (date, date)
        The first event's day, and as_of (exclusive).
    params : Params
        All of them.
    """
    first, as_of = window
    buy_days = min(params.predict.buy_days, (as_of - first).days // PART_OF_HISTORY)
    if days is None:
        none = Unavailable("predict.no_purchases", needs=(Term("table", "transactions"),))
        return Customers(none, none, none, pd.DataFrame(columns=COLUMNS), buy_days)
    with step("propensity"):
        buys, leaves, last = _propensities(days, features, snapshots, buy_days, window=window, params=params)
    memory.give_back()  # what chances are fitted on, several times all customers
    with step("lookalikes"):
        now = pd.concat([candidates(part, params.predict) for _, part in features.parts(READ)], ignore_index=True)
        alike = lookalikes(snapshots, features.places, now, params.predict, params.seed)
    frame = _customers(buys, alike, features.places, last)
    return Customers(buys, leaves, alike, frame, buy_days)


def _propensities(
    days: Iterable[MonthDays],
    features: Features,
    snapshots: Path,
    buy_days: int,
    *,
    window: tuple[date, date],
    params: Params,
) -> tuple[Propensity | Unavailable, Propensity | Unavailable, np.ndarray]:
    """Return the chances to buy and to leave, and the places of the customers of whom they are stated."""
    first, as_of = window
    n, ends, longest = len(features.places.ids), month_ends(first, as_of), (as_of - first).days / PART_OF_RISK
    bought, seasons = follow(days, n)
    memory.give_back()  # what files were read with
    watch = Watch(bought.entries, ends, n, params.lifecycle.risk, seasons)
    own, now = list(watch.moments(longest)), watch.now
    seen = cache(watch.as_seen_at(own, longest))  # for both targets
    del bought, watch
    fixed = [moments.within(one, buy_days, now) for one in own]

    def fixed_as_seen_at(place: int) -> list[Known]:
        time = seasons.time_at(own[place].as_of) if now.pace else now
        return [moments.within(one, buy_days, time) for one in seen(place)]

    n_origins = params.predict.n_origins
    buys = _of(BUYS, fixed, fixed_as_seen_at, snapshots, features, n_origins=n_origins)
    leaves = _of(LEAVES, own, seen, snapshots, features, n_origins=n_origins)
    return buys, leaves, own[-1].customer if own else np.array([], dtype=np.int64)


def _of(
    target: str,
    every: Sequence[Known],
    as_seen_at: Callable[[int], Sequence[Known]],
    snapshots: Path,
    features: Features,
    *,
    n_origins: int,
) -> Propensity | Unavailable:
    if len(every) < 2:
        return Unavailable("predict.too_few_moments", values={"n": Count(0, "month_end")})
    examples = cases(target, every, as_seen_at, snapshots, features, n_origins=n_origins)
    return examples if isinstance(examples, Unavailable) else propensity(examples, n_origins)


def _customers(
    buys: Propensity | Unavailable, alike: Lookalikes | Unavailable, places: Places, last: np.ndarray
) -> pd.DataFrame:
    """Set side by side what is stated of customers, by their places, which are quicker to compare than ids."""
    frame = pd.DataFrame(index=pd.Index([], dtype=np.int64))
    if isinstance(buys, Propensity) and np.isfinite(buys.now).any():
        names, columns = np.array(buys.columns, dtype=object), {"buy_probability": buys.now}
        for place in range(buys.main.shape[1]):
            columns[f"driver_{place + 1}"] = names[buys.main[:, place]]
            columns[f"effect_{place + 1}"] = buys.effects[:, place]
        frame = pd.DataFrame(columns, index=last)
    if isinstance(alike, Lookalikes) and len(alike.customers):
        own = alike.customers.set_index(places.of(Places.among(alike.customers["customer_id"]).ids))
        frame = frame.join(own.drop(columns="customer_id"), how="outer")
    return frame.assign(customer_id=places.ids.take(pa.array(frame.index)).to_pandas().array).reindex(columns=COLUMNS)
