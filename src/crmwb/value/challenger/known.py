"""What was known of customers at a moment, and what came after it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crmwb.features.purchase_days import PurchaseDays
from crmwb.features.seasonal_time import SeasonalTime
from crmwb.value.blocks import blocks, sum_of


@dataclass(frozen=True)
class Known:
    """What was known of the customers who had bought before an origin, and what they did after it.

    Attributes
    ----------
    origin, horizon_days : int
        The first day not known, and the days from it on that are counted.
    days : PurchaseDays
        Before the origin.
    place : ndarray of shape (n_days,)
        The place below of each of `days`.
    customer : ndarray of shape (n,)
        Places in `days.ids` of those who had bought, ascending.
    frequency, recency_days, age_days : ndarray of shape (n,)
        x, t_x and T of the models.
    cents, repeat_cents : ndarray of shape (n,)
        What all purchase days, and those after the first, brought.
    later, later_cents : ndarray of shape (n,)
        Purchases from the origin on within `horizon_days`, and their revenue: what is to be forecast.
    newcomers : int
        Purchases in that time of customers who had never bought before.
    n_newcomers : int
        How many those are.
    """

    origin: int
    horizon_days: int
    days: PurchaseDays
    place: np.ndarray
    customer: np.ndarray
    frequency: np.ndarray
    recency_days: np.ndarray
    age_days: np.ndarray
    cents: np.ndarray
    repeat_cents: np.ndarray
    later: np.ndarray
    later_cents: np.ndarray
    newcomers: int
    n_newcomers: int

    def log_gaps(self, time: SeasonalTime) -> float:
        """Sum over all customers of the logs of the days between successive purchases."""
        ends, begins = np.cumsum(self.frequency.astype(np.int64)), self.begins

        def logs(first: int, after: int) -> np.ndarray:
            """Return those of some gaps, counted over all customers."""
            who, last = np.searchsorted(ends, [first, after - 1], side="right").tolist()
            place, day = (each[begins[who] : begins[last + 1]] for each in (self.place, self.days.day))
            skipped = first - (int(ends[who - 1]) if who else 0)
            at = np.flatnonzero(place[1:] == place[:-1])[skipped : skipped + after - first]
            return np.asarray(np.log(time.gaps(day[at], day[at + 1])))

        n = int(ends[-1]) if len(ends) else 0
        return sum_of(n, logs) if n else 0.0

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def mean_spend(self) -> np.ndarray:
        """Mean revenue of a repeat purchase day, shape (n,); NaN without one."""
        return np.where(self.frequency > 0, self.repeat_cents / np.maximum(self.frequency, 1), np.nan)

    @property
    def silent_days(self) -> np.ndarray:
        """Days since each customer's last purchase, shape (n,)."""
        return np.asarray(self.age_days - self.recency_days)

    def count(self, begins: float, ends: float | None = None) -> np.ndarray:
        """Return each customer's purchases from `begins` on and before `ends` days, both before the origin."""
        out = np.zeros(len(self))
        for who, rows in self.blocks():
            before = self.origin - self.days.day[rows]
            within = (before <= begins) if ends is None else (before <= begins) & (before > ends)
            out[who] = np.bincount(self.place[rows][within] - who.start, minlength=who.stop - who.start)
        return out

    @property
    def begins(self) -> np.ndarray:
        """Where in `days` each customer's begin, and where the last one's end, shape (n + 1,)."""
        return np.concatenate([[0], np.cumsum(self.frequency.astype(np.int64) + 1)])

    def blocks(self) -> Iterator[tuple[slice, slice]]:
        """Yield some customers at a time, with the rows of their `days`."""
        begins = self.begins
        yield from ((who, slice(int(begins[who.start]), int(begins[who.stop]))) for who in blocks(len(self)))


def known_at(days: PurchaseDays, origin: int, horizon_days: int) -> Known:
    """Look at customers as of `origin`, and at the `horizon_days` from it on."""
    before = days.until(origin)
    begins = np.flatnonzero(np.diff(before.customer, prepend=-1))
    customer, n_days = before.customer[begins], np.diff(begins, append=len(before.day))
    first, last = before.day[begins].astype(np.float64), before.day[begins + n_days - 1].astype(np.float64)
    place_of = np.full(days.n_customers, -1, dtype=np.int32)
    place_of[customer] = np.arange(len(customer), dtype=np.int32)
    ahead = slice(0) if before is days else (days.day >= origin) & (days.day < origin + horizon_days)
    who = place_of[days.customer[ahead]]
    is_old = who >= 0
    place = before.customer if len(customer) == days.n_customers else place_of[before.customer]
    cents = np.add.reduceat(before.cents, begins, dtype=np.int64) if len(begins) else np.zeros(0, dtype=np.int64)
    return Known(
        origin=origin,
        horizon_days=horizon_days,
        days=before,
        place=place,
        customer=customer,
        frequency=(n_days - 1).astype(np.float64),
        recency_days=last - first,
        age_days=origin - first,
        cents=cents,
        repeat_cents=cents - before.cents[begins],
        later=np.bincount(who[is_old], minlength=len(customer)).astype(np.float64),
        later_cents=_sums(who[is_old], days.cents[ahead][is_old], len(customer)),
        newcomers=int((~is_old).sum()),
        n_newcomers=len(np.unique(days.customer[ahead][~is_old])),
    )


def _sums(place: np.ndarray, cents: np.ndarray, n: int) -> np.ndarray:
    """Sum whole cents by place."""
    out = np.zeros(n, dtype=np.int64)
    np.add.at(out, place, cents)
    return out
