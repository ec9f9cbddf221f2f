"""Open opportunities at a past moment, with what was known of each then.

A moment at which open opportunities are looked at, and from which time is counted, is a landmark (van Houwelingen 2007,
Scandinavian Journal of Statistics 34): what is learned from past landmarks applies to what is open now, which is not so
of opportunities followed from their first day on.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from crmwb.predict.opportunities.deals import PROFILE, Deals

PRIOR = 20.0  # opportunities that an owner's, or a product's, win rate is drawn towards the mean with
CONTACT_DAYS = 30
NEVER_DAYS = 1000.0
SPAN = 10**6  # more than there are days
NAN = float("nan")


@dataclass(frozen=True)
class Days:
    """Days of events by owner (a place from 0), to be looked up.

    Attributes
    ----------
    key : ndarray of int
        Sorted: place times SPAN, plus the day.
    """

    key: np.ndarray

    @classmethod
    def of(cls, place: np.ndarray, day: np.ndarray) -> Self:
        """Index events; those of place -1 are nobody's."""
        mine = place >= 0
        return cls(np.sort(place[mine].astype(np.int64) * SPAN + day[mine].astype(np.int64)))

    def before(self, place: np.ndarray, day: int, since: int = 0) -> np.ndarray:
        """Count the events of each place from one day to before another."""
        start = place.astype(np.int64) * SPAN
        return np.asarray(np.searchsorted(self.key, start + day) - np.searchsorted(self.key, start + since))

    def last(self, place: np.ndarray, day: int) -> np.ndarray:
        """Return the last day before a day, NaN where there is none; shape (n,)."""
        at = np.searchsorted(self.key, place.astype(np.int64) * SPAN + day) - 1
        is_known = (
            (at >= 0) & (self.key[np.maximum(at, 0)] // SPAN == place) if len(self.key) else np.zeros(len(at), bool)
        )
        return np.where(is_known, self.key[np.maximum(at, 0)] % SPAN if len(self.key) else NAN, NAN)


class Landmarks:
    """Landmarks of opportunities, each made once.

    Parameters
    ----------
    deals : Deals
        Of outcomes, purchases, contacts and changes, a landmark reads only what lies before its day.
    refused : collection of str
        Columns that must not be read; see `leakage`.
    """

    def __init__(self, deals: Deals, refused: Collection[str] = ()) -> None:
        self.deals, self.refused = deals, refused
        self._made: dict[int, pd.DataFrame] = {}
        rows = deals.rows
        self._code = {name: pd.factorize(rows[name])[0] for name in ("owner", "product_id")}
        self._customer, ids = pd.factorize(rows["customer_id"])
        self._bought, self._met = (
            Days.of(pd.Index(ids).get_indexer(events["customer_id"]), events["day"].to_numpy())
            for events in (deals.purchases, deals.contacts)
        )
        self._changes = None if deals.changes is None else _Changes.of(deals.changes, rows["opportunity_id"])

    def at(self, day: int) -> pd.DataFrame:
        """Return the opportunities open at a day, by what was known before it.

        Returns
        -------
        DataFrame
            One row per opportunity opened before `day` and not closed before it, in the order of `Deals.rows`:
            opportunity_id, place (in those rows), landmark (the day), stage (then; None where not recorded), the
            people's own forecast, attributes of the customer, and numbers to learn from.
        """
        if day not in self._made:
            self._made[day] = self._at(day)
        return self._made[day]

    def _at(self, day: int) -> pd.DataFrame:
        rows = self.deals.rows
        opened, closed = rows["opened"].to_numpy(), rows["closed"].to_numpy()
        place = np.flatnonzero((opened < day) & (closed >= day))
        over = np.flatnonzero(closed < day)
        age = day - opened[place]
        out: dict[str, object] = {"opportunity_id": rows["opportunity_id"].to_numpy()[place], "place": place}
        out |= {"landmark": np.full(len(place), day), "age": age, "log_age": np.log1p(age)}
        if "amount_cents" not in self.refused:
            amount = rows["amount_cents"].to_numpy()[place]
            known = np.isfinite(amount) & (amount > 0)
            out["log_amount"] = np.where(known, np.log1p(np.where(known, amount, 0.0)), NAN)
        for name, column in (("owner", "owner_win_share"), ("product_id", "product_win_share")):
            if name not in self.refused:
                out[column] = self._win_share(over, place, self._code[name])
        if "customer_id" not in self.refused:
            out |= self._of_customers(over, place, day)
        for name in PROFILE:
            out[name] = rows[name].to_numpy(dtype=object)[place] if name not in self.refused else None
        unknown = {"stage": np.full(len(place), None, dtype=object), "win_probability": NAN, "expected_close": NAN}
        return pd.DataFrame(out | (unknown if self._changes is None else self._changes.before(place, day)))

    def _win_share(self, over: np.ndarray, place: np.ndarray, code: np.ndarray) -> np.ndarray:
        """Return the win rate of earlier opportunities with the same value, drawn towards that of all."""
        if not len(over):
            return np.full(len(place), NAN)
        won = self.deals.rows["won"].to_numpy()[over].astype(np.float64)
        n, sums = (np.bincount(code[over] + 1, weight, code.max(initial=-1) + 2) for weight in (None, won))
        shrunk = (sums + PRIOR * won.mean()) / (n + PRIOR)
        return np.where(code[place] >= 0, shrunk[code[place] + 1], NAN)

    def _of_customers(self, over: np.ndarray, place: np.ndarray, day: int) -> dict[str, np.ndarray]:
        """Return what was known of the customer: purchases, contacts, and earlier opportunities."""
        who, n_who = self._customer, int(self._customer.max(initial=-1)) + 2
        own, is_known = who[place], who[place] >= 0
        won = self.deals.rows["won"].to_numpy()[over]
        n_won, n_lost = (np.bincount(who[over][flag] + 1, minlength=n_who)[own + 1] for flag in (won, ~won))
        n_bought = self._bought.before(own, day)
        since = np.nan_to_num(day - self._bought.last(own, day), nan=NEVER_DAYS)
        columns = {
            "log_won_before": np.log1p(n_won),
            "log_lost_before": np.log1p(n_lost),
            "log_purchases": np.log1p(n_bought),
            "has_bought": (n_bought > 0).astype(np.float64),
            "log_since_purchase": np.log1p(np.minimum(since, NEVER_DAYS)),
            "log_recent_contacts": np.log1p(self._met.before(own, day, day - CONTACT_DAYS)),
        }
        known = {name: np.where(is_known, values, NAN) for name, values in columns.items()}
        return known | {"customer_known": is_known.astype(np.float64)}


@dataclass(frozen=True)
class _Changes:
    """Changes of opportunities by place and day, to be looked up."""

    key: np.ndarray
    frame: pd.DataFrame

    @classmethod
    def of(cls, changes: pd.DataFrame, ids: pd.Series) -> Self:
        """Index changes, with the day since which the stage has been the same."""
        frame = changes.assign(place=pd.Index(ids).get_indexer(changes["opportunity_id"]))
        frame = frame.sort_values(["place", "day"], kind="stable", ignore_index=True)
        frame["stage"] = frame.groupby("place")["stage"].ffill()
        is_new = (frame["place"] != frame["place"].shift()) | (frame["stage"] != frame["stage"].shift())
        frame["since"] = frame["day"].where(is_new).ffill()
        key = frame["place"].to_numpy(np.int64) * SPAN + frame["day"].to_numpy(np.int64)
        return cls(key, frame)

    def before(self, place: np.ndarray, day: int) -> dict[str, np.ndarray]:
        """Return the stage, the people's own forecast and the days in the stage, as recorded before a day."""
        at = np.searchsorted(self.key, place.astype(np.int64) * SPAN + day) - 1
        is_known = (at >= 0) & (self.frame["place"].to_numpy()[np.maximum(at, 0)] == place)
        rows = self.frame.iloc[np.maximum(at, 0)]
        numbers = {
            name: np.where(is_known, rows[name].to_numpy(np.float64), NAN)
            for name in ("win_probability", "expected_close", "since")
        }
        return {
            "stage": rows["stage"].where(is_known, None).to_numpy(dtype=object),
            "win_probability": numbers["win_probability"],
            "expected_close": numbers["expected_close"],
            "log_stage_days": np.log1p(day - numbers["since"]),
        }
