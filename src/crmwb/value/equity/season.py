"""The season as the purchases of whole months show it: a factor for each month of the year."""

import numpy as np

from crmwb.calendar import MONTHS_A_YEAR
from crmwb.value.equity.cohorts import MEASURES, Cohorts

LEAST_MONTHS = 2 * MONTHS_A_YEAR
MOST_MONTHS = 4 * MONTHS_A_YEAR


def season(known: Cohorts) -> np.ndarray:
    """Return the factors of January to December, mean 1, shape (12,); all 1 before two years are known.

    The log of purchases, of the last four years at most, is laid on a straight line in time and a level for each month
    of the year. The levels are drawn towards none by how much of their spread the line's misses would make by chance.

    Parameters
    ----------
    known : Cohorts
        Of whole months only.
    """
    log_purchases = np.log1p(known.by_month[-MOST_MONTHS:, MEASURES.index("purchases")])
    n = len(log_purchases)
    if n < LEAST_MONTHS:
        return np.ones(MONTHS_A_YEAR)
    month = (known.first_month + known.n_months - n + np.arange(n)) % MONTHS_A_YEAR
    design = np.column_stack([np.arange(n) / MONTHS_A_YEAR, month[:, None] == np.arange(MONTHS_A_YEAR)])
    line = np.linalg.lstsq(design, log_purchases, rcond=None)[0]
    levels = line[1:] - line[1:].mean()
    misses = log_purchases - design @ line
    by_chance = float((misses**2).sum()) / (n - len(line)) * MONTHS_A_YEAR / n
    spread = float(levels.var())
    factors = np.exp(levels * max(0.0, 1 - by_chance / spread)) if spread > 0 else np.ones(MONTHS_A_YEAR)
    return np.asarray(factors / factors.mean())
