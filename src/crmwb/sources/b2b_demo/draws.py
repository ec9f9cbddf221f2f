"""Random numbers, times and columns: what every part of the demo company is drawn and written with."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crmwb.calendar import EPOCH
from crmwb.sources.b2b_demo.world import SEASON, YEARLY_GROWTH, Window

MICROSECONDS_PER_DAY = 86_400_000_000
OPENS, CLOSES = 7 / 24, 19 / 24  # what happens, happens in business hours


@dataclass(frozen=True)
class Chance:
    """Where the random numbers of one block of accounts come from."""

    seed: int
    block: int = 0

    def of(self, what: str) -> np.random.Generator:
        """Return the random numbers of one concern: no other concern, block or thread moves them."""
        return np.random.default_rng([self.seed, crc32(what.encode()), self.block])


class Calendar:
    """Days, and how busy they are.

    Parameters
    ----------
    window : Window
        The years.

    Attributes
    ----------
    n_days : int
        How many days there are; times are days from the first one's midnight.
    busy : ndarray of shape (n_days + 1,)
        Days that have passed when each one counts as much as its season.
    """

    def __init__(self, window: Window) -> None:
        self.n_days = window.n_days
        self.offset = (window.first_day - EPOCH).days
        self._edges = np.arange(self.n_days + 1, dtype=np.float64)
        days = np.datetime64(window.first_day) + np.arange(self.n_days)
        season = np.array(SEASON)[days.astype("datetime64[M]").astype(np.int64) % 12]
        self.busy = np.concatenate([[0.0], np.cumsum(season)])
        won = np.cumsum(season * (1 + YEARLY_GROWTH) ** (self._edges[:-1] / 365.25))
        self._won = np.concatenate([[0.0], won / won[-1]])

    def busy_time(self, time: np.ndarray) -> np.ndarray:
        """Return how much busy time has passed at each time."""
        return np.asarray(np.interp(time, self._edges, self.busy))

    def time(self, busy: np.ndarray) -> np.ndarray:
        """Return when so much busy time has passed."""
        return np.asarray(np.interp(busy, self.busy, self._edges))

    def acquired(self, share: np.ndarray) -> np.ndarray:
        """Return when the given share of all customers was won."""
        return np.asarray(np.interp(share, self._won, self._edges))

    def dates(self, time: np.ndarray, known: np.ndarray | None = None) -> pa.Array:
        """Return times as dates, NULL where not known."""
        days = np.floor(np.where(np.isfinite(time), time, 0.0)).astype(np.int32) + self.offset
        return pa.array(days, mask=None if known is None else ~known).cast(pa.date32())

    def timestamps(self, time: np.ndarray, known: np.ndarray | None = None) -> pa.Array:
        """Return times as timestamps in business hours of their day, to the second; NULL where not known."""
        finite = np.where(np.isfinite(time), time, 0.0)
        day = np.floor(finite)
        seconds = np.floor((OPENS + (finite - day) * (CLOSES - OPENS)) * 86_400).astype(np.int64)
        micros = (day.astype(np.int64) + self.offset) * MICROSECONDS_PER_DAY + seconds * 1_000_000
        return pa.array(micros, mask=None if known is None else ~known).cast(pa.timestamp("us"))


def ids(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
    """Return ids of a fixed width, so that they sort as their numbers do: C00000042."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def numbered(prefix: str, parents: pa.Array, numbers: np.ndarray, width: int = 4) -> pa.Array:
    """Return ids within a parent's: O00000042-0007 for the seventh order of C00000042."""
    tails = pc.utf8_slice_codeunits(parents, 1)
    return pc.binary_join_element_wise(prefix, tails, ids("-", numbers, width), "")


def names(values: tuple[str, ...], places: np.ndarray, known: np.ndarray | None = None) -> pa.Array:
    """Return the value at each place, NULL where not known."""
    return pa.array(values).take(pa.array(places, mask=None if known is None else ~known))


def cents(amounts: np.ndarray, known: np.ndarray | None = None) -> pa.Array:
    """Return amounts as whole hundredths, NULL where not known."""
    whole = np.rint(np.where(np.isfinite(amounts), amounts, 0.0)).astype(np.int64)
    return pa.array(whole, mask=None if known is None else ~known)


def chosen(rng: np.random.Generator, weights: tuple[float, ...], n: int) -> np.ndarray:
    """Return `n` places drawn with the given weights, as int8."""
    edges = np.cumsum(weights) / sum(weights)
    return np.minimum(np.searchsorted(edges, rng.random(n), side="right"), len(weights) - 1).astype(np.int8)


def rank_within(group: np.ndarray) -> np.ndarray:
    """Return the position of each row within its run of equal groups, from 0; `group` is sorted."""
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
    return np.arange(len(group)) - np.repeat(starts, np.diff(np.append(starts, len(group))))
