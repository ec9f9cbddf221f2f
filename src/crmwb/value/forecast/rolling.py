"""Forecasts from earlier months, each made with what was known then, and how far off they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.value.forecast.methods import COMBINED, METHODS, SEEN_ONCE, means

WINDOW = 48  # months before an origin whose forecasts it learns from
FIRST_SHARE = 1 / 3  # of the history is left to learn from: its first months grow as customers are first seen
FURTHEST = 3.0  # log errors beyond a factor of twenty count as that


@dataclass(frozen=True)
class Rolling:
    """One measure's forecasts by several methods from several origins.

    Attributes
    ----------
    values : ndarray of shape (n,)
        Totals of whole months.
    lumps : ndarray of shape (n + 1,)
        What one event is worth, as known when each month begins.
    origins : ndarray of shape (o,)
        Months forecast from, as positions in `values`, ascending; the last one is n: now.
    forecasts : mapping of str to ndarray of shape (o, n_ahead)
        By method, the simplest first; NaN where a method cannot be used.
    is_known : ndarray of shape (n,), optional
        Which values are known well enough to judge forecasts by; all of them where it is not given.
    """

    values: np.ndarray
    lumps: np.ndarray
    origins: np.ndarray
    forecasts: Mapping[str, np.ndarray]
    is_known: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        values: np.ndarray,
        lumps: np.ndarray,
        origins: Sequence[int],
        n_ahead: int,
        others: Mapping[str, np.ndarray] | None = None,
        *,
        is_known: np.ndarray | None = None,
    ) -> Self:
        """Forecast from every origin by every method of `METHODS` and means; put `others` (as `forecasts`) beside."""
        by_method = {
            name: np.array([method(values[:o], float(lumps[o]), n_ahead) for o in origins]).reshape(-1, n_ahead)
            for name, method in METHODS.items()
        }
        of_several = [means(o, float(lumps[o]), {k: v[i] for k, v in by_method.items()}) for i, o in enumerate(origins)]
        by_method |= {k: np.array([of[k] for of in of_several]).reshape(-1, n_ahead) for k in (SEEN_ONCE, COMBINED)}
        return cls(values, lumps, np.asarray(origins), by_method | dict(others or {}), is_known)

    @property
    def outcomes(self) -> np.ndarray:
        """The values that forecasts are judged by, shape (n,); NaN where not known well enough."""
        return self.values if self.is_known is None else np.where(self.is_known, self.values, np.nan)

    @property
    def n_ahead(self) -> int:
        """Months ahead."""
        return int(next(iter(self.forecasts.values())).shape[1])

    def at(self, origin: int) -> int:
        """Return the row of an origin."""
        return int(np.searchsorted(self.origins, origin))

    def month_errors(self, method: str, now: int) -> np.ndarray:
        """Return log(actual / forecast) by origin and month ahead, shape (o, n_ahead); NaN where not known at `now`."""
        return self._errors(self.forecasts[method], self._actual(now), now)

    def total_errors(self, method: str, now: int, skip: int) -> np.ndarray:
        """Return the log errors of totals over 1, 2, … months after `skip`, shape (o, n_ahead - skip)."""
        forecast, actual = (np.cumsum(part[:, skip:], axis=1) for part in (self.forecasts[method], self._actual(now)))
        return self._errors(forecast, actual, now)

    def _actual(self, now: int) -> np.ndarray:
        month = self.origins[:, None] + np.arange(self.n_ahead)
        origins = self.origins[:, None]
        known = (month < now) & (origins < now) & (origins >= max(now - WINDOW, int(now * FIRST_SHARE)))
        values = np.append(self.outcomes, np.nan)
        return np.where(known, values[np.minimum(month, len(self.values))], np.nan)

    def _errors(self, forecast: np.ndarray, actual: np.ndarray, now: int) -> np.ndarray:
        lump = float(self.lumps[now])
        ratio = np.log(np.maximum(actual, 0.0) + lump) - np.log(np.maximum(forecast, 0.0) + lump)
        return np.asarray(np.clip(ratio, -FURTHEST, FURTHEST))
