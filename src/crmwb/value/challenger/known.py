"""What was known of customers at a moment, and what came after it."""

from dataclasses import dataclass

import numpy as np

from crmwb.features.purchase_days import PurchaseDays
from crmwb.features.seasonal_time import SeasonalTime


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
        same, day = self.place[1:] == self.place[:-1], self.days.day
        return float(np.log(time.gaps(day[:-1][same], day[1:][same])).sum())

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
        before = self.origin - self.days.day
        within = (before <= begins) if ends is None else (before <= begins) & (before > ends)
        return np.bincount(self.place[within], minlength=len(self)).astype(np.float64)


def known_at(days: PurchaseDays, origin: int, horizon_days: int) -> Known:
    """Look at customers as of `origin`, and at the `horizon_days` from it on."""
    before = days.until(origin)
    customer, begins, n_days = np.unique(before.customer, return_index=True, return_counts=True)
    first, last = before.day[begins].astype(np.float64), before.day[begins + n_days - 1].astype(np.float64)
    place_of = np.full(days.n_customers, -1, dtype=np.int64)
    place_of[customer] = np.arange(len(customer))
    ahead = (days.day >= origin) & (days.day < origin + horizon_days)
    who = place_of[days.customer[ahead]]
    is_old = who >= 0
    place, cents = place_of[before.customer], _sums(place_of[before.customer], before.cents, len(customer))
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
