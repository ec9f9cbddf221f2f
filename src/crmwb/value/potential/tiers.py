"""How far what the customers of a tier bring together may lie from what is expected of them.

The best customers have been lucky, or have just been won: what they bring is less sure than what all bring, and is off
to other sides. So each tier is judged by customers in the same place: at each earlier origin, as large a part of those
known there, by what they had spent until then.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmwb.value.potential.customers import Fitted
from crmwb.value.potential.total import TotalRange

LEAST = 1.0  # cents: of a tier that is expected to bring less, no share is known


def tier_ranges(
    fitted: Fitted, customers: pd.DataFrame, names: Sequence[str], horizon_days: float
) -> dict[str, TotalRange]:
    """Learn the 80% range of each tier's value from earlier forecasts of customers in the same place.

    Parameters
    ----------
    fitted : Fitted
        As `score` returns it.
    customers : DataFrame
        tier and clv_cents, in the order of their ids; those whose value is not known have bought nothing.
    names : sequence of str
        Tiers, best first.
    horizon_days : float
        How far ahead values look.

    Returns
    -------
    dict of str to TotalRange
        Of tiers that somebody is in and something is expected of.
    """
    buyers = customers[customers["clv_cents"].notna()]
    clv, out, begins = buyers["clv_cents"].to_numpy(dtype=np.float64), {}, 0.0
    for name in names:
        of_it = (buyers["tier"] == name).to_numpy(dtype=bool)
        ends = begins + float(of_it.mean())
        expected = float(clv[of_it].sum())
        if expected >= LEAST:
            scatter = math.sqrt(math.log1p(float((fitted.deviation_cents[of_it] ** 2).sum()) / expected**2))
            out[name] = TotalRange.learn(fitted.past.totals(begins, ends), horizon_days, scatter)
        begins = ends
    return out
