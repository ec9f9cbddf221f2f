"""The forecast of customers, purchases and revenue by month, with intervals, and how earlier ones came true.

Draws are made of the model's parameters, of how many newcomers there will be, of the level and its drift, and of
chance. The same is done at every earlier origin with what was known then, so that the intervals are proven, not
promised.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.value.equity import newcomers
from crmwb.value.equity.cohorts import MEASURES, Cohorts
from crmwb.value.equity.level import Level, expected_parts, level
from crmwb.value.equity.months import MONTHS_A_YEAR, month_of, start_of
from crmwb.value.equity.outlook import Outlook

Seasonal = Callable[[date], np.ndarray]
"""An origin → factors of January to December as known at it, mean 1, shape (12,)."""

N_DRAWS = 2_000
INTERVALS = (50, 80, 95)
BOUNDS = tuple(f"{end}_{percent}" for percent in INTERVALS for end in ("low", "high"))
WIDEST = 0.7  # the log of a total is never taken to be off by a greater standard deviation: a factor of two
FURTHEST = 2.3  # nor any draw of it by more than a factor of ten: with little known, Student's t has no bounds

FORECAST_SCHEMA = pa.schema(
    [
        ("measure", pa.string()),
        ("month", pa.date32()),
        ("actual", pa.float64()),
        ("expected", pa.float64()),
        ("existing", pa.float64()),
        ("newcomers", pa.float64()),
        ("known", pa.float64()),
        *((bound, pa.float64()) for bound in BOUNDS),
    ]
)
PAST_SCHEMA = pa.schema(
    [
        ("measure", pa.string()),
        ("origin", pa.date32()),
        ("month", pa.date32()),
        ("actual", pa.float64()),
        ("expected", pa.float64()),
        *((bound, pa.float64()) for bound in BOUNDS),
        ("last_month", pa.float64()),
        ("last_year", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Projection:
    """A forecast.

    Attributes
    ----------
    months : list of date
        First days of the months forecast.
    parts : ndarray of shape (n_months, 2, 3)
        What existing customers and newcomers are expected to do, by measure.
    known : ndarray of shape (3,)
        What has been done in the first month already.
    draws : ndarray of shape (n_draws, n_months, 3)
        Totals, with what is known.
    """

    months: list[date]
    parts: np.ndarray
    known: np.ndarray
    draws: np.ndarray

    @property
    def expected(self) -> np.ndarray:
        """Totals expected, with what is known, shape (n_months, 3)."""
        totals = self.parts.sum(axis=1)
        totals[0] += self.known
        return np.asarray(totals)


def project(made: Outlook, at: Level, seed: int) -> Projection:
    """Set an outlook to its level, and draw around it.

    Parameters
    ----------
    made : Outlook
        What the models expect.
    at : Level
        What earlier outlooks teach.
    seed : int
        Where chance starts from.
    """
    parts = expected_parts(made, at.season) * np.exp(at.shift)
    n = len(parts)
    rng = np.random.default_rng([seed, made.origin.toordinal()])
    totals = parts[:, 0] * np.exp(np.clip(_of_parameters(made, rng), -WIDEST, WIDEST))
    came = newcomers.recent(made.whole, at.season)[0] + 0.5
    totals = totals + parts[:, 1] * (rng.gamma(came, size=(N_DRAWS, 1, 1)) / came)
    spread = np.sqrt(at.freedom / rng.chisquare(at.freedom, size=(N_DRAWS, 1, 1)))
    shock, walk = rng.standard_normal((2, N_DRAWS, n, 1))
    variance = at.shock + at.drift * np.arange(1, n + 1)[:, None]
    narrower = np.minimum(1.0, WIDEST / np.sqrt(variance))
    off = narrower * (np.sqrt(at.shock) * shock + np.sqrt(at.drift) * np.cumsum(walk, axis=1))
    totals = totals * np.exp(np.clip(spread * off, -FURTHEST, FURTHEST))
    totals = rng.poisson(np.maximum(totals, 0.0) / made.lumps) * made.lumps
    totals[:, 0] += made.known
    return Projection([day.replace(day=1) for day in made.edges[:-1]], parts, made.known, totals)


def look_back(
    outlooks: Sequence[Outlook], cohorts: Cohorts, seasonal: Seasonal, end: int, seed: int
) -> tuple[pd.DataFrame, list[tuple[np.ndarray, Projection]]]:
    """Forecast from each earlier origin as it would have been done then, and put beside it what came.

    Parameters
    ----------
    outlooks : sequence of Outlook
        Made at beginnings of months, ascending.
    cohorts : Cohorts
        Everything.
    seasonal : callable
        Factors as known at an origin.
    end : int
        The first month of which not all is known.
    seed : int
        Where chance starts from.

    Returns
    -------
    past : DataFrame
        One row per measure, origin and month: columns of `PAST_SCHEMA`. last_month and last_year are the rules of
        thumb: as in the month before the origin, as in the same month a year before.
    projections : list of (came, Projection)
        What came in the months of each, shape (n, 3).
    """
    by_month = cohorts.by_month.astype(np.float64)
    frames, projections = [], []
    for made in outlooks:
        month = month_of(made.origin)
        n = min(len(made.existing), end - month)
        found = project(made, level(outlooks, cohorts, seasonal(made.origin), month), seed)
        i = month - cohorts.first_month
        came = by_month[i : i + n]
        year_before = [by_month[j] if j >= 0 else np.full(3, np.nan) for j in range(i - MONTHS_A_YEAR, i + n)][:n]
        columns = {"actual": came, "expected": found.expected[:n], **_bounds(found.draws[:, :n])}
        columns |= {"last_month": np.repeat(by_month[i - 1 : i], n, axis=0), "last_year": np.array(year_before)}
        frames.append(_long(found.months[:n], columns).assign(origin=made.origin))
        projections.append((came, found))
    if not frames:
        return PAST_SCHEMA.empty_table().to_pandas(), []
    return pd.concat(frames, ignore_index=True)[PAST_SCHEMA.names], projections


def look_ahead(found: Projection, cohorts: Cohorts, margin_share: float) -> pd.DataFrame:
    """Write a forecast under what came before it, one row per measure and month: columns of `FORECAST_SCHEMA`.

    A month under way has both: in `known` what has been done in it, which `expected` includes. Measures are customers
    with a purchase, purchases, revenue_cents, and margin_cents at the margin share for all.
    """
    first = found.months[0]
    past = range(month_of(first) - cohorts.first_month)
    done = _long(
        [start_of(cohorts.first_month + i) for i in past], {"actual": cohorts.by_month[: len(past)].astype(np.float64)}
    )
    known = np.zeros_like(found.expected)
    known[0] = found.known
    columns = {"expected": found.expected, "existing": found.parts[:, 0], "newcomers": found.parts[:, 1]}
    ahead = _long(found.months, columns | {"known": known, **_bounds(found.draws)})
    rows = pd.concat([done, ahead], ignore_index=True).reindex(columns=FORECAST_SCHEMA.names)
    margin = rows[rows["measure"] == "revenue_cents"].assign(measure="margin_cents")
    numbers = margin.columns.drop(["measure", "month"])
    margin[numbers] *= margin_share
    return pd.concat([rows, margin], ignore_index=True).sort_values(["measure", "month"], ignore_index=True)


def summed(draws: np.ndarray) -> dict[str, Any]:
    """Return the interval bounds of totals over all months, by measure: draws of shape (n_draws, n_months, 3)."""
    bounds = _bounds(draws.sum(axis=1, keepdims=True))
    return {measure: {name: float(b[0, i]) for name, b in bounds.items()} for i, measure in enumerate(MEASURES)}


def _of_parameters(made: Outlook, rng: np.random.Generator) -> np.ndarray:
    """Draw how far the log of what is expected of existing customers moves with the model's parameters."""
    values, vectors = np.linalg.eigh(made.covariance)
    normal = rng.standard_normal((N_DRAWS, len(values)))
    moves = normal * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    return np.asarray(np.einsum("nmk,dk->dnm", made.sensitivity, moves))


def _bounds(draws: np.ndarray) -> dict[str, np.ndarray]:
    """Return the ends of the intervals, each of shape (n_months, 3)."""
    tails = [(50 - percent / 2, 50 + percent / 2) for percent in INTERVALS]
    found = np.percentile(draws, [end for both in tails for end in both], axis=0)
    return dict(zip(BOUNDS, found, strict=True))


def _long(months: Sequence[date], columns: dict[str, np.ndarray]) -> pd.DataFrame:
    """Put arrays of shape (n_months, 3) under each other, one row per measure and month."""
    frames = [
        pd.DataFrame({"measure": measure, "month": list(months)} | {k: v[:, i] for k, v in columns.items()})
        for i, measure in enumerate(MEASURES)
    ]
    return pd.concat(frames, ignore_index=True)
