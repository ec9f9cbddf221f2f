"""How far the total of the classic models was off before, and how much of that is believed now.

Each earlier holdout gives one log ratio r of what came to what was forecast. A level that lasts shows in all of them; a
season or a passing mood shows in some. r is taken to be a lasting error ~ N(0, LASTING²), which is wanted, and a
passing one ~ N(0, s²); s is what the holdouts show, with two holdouts' worth of belief in PASSING. What is believed is
the mean of r, drawn towards none by LASTING² / (LASTING² + s²/n); where r is larger than LASTING makes likely, the
positive part of r² - s²/n stands for LASTING² (James & Stein).

Where holdouts that began whole years before the origin are known, they show what this time of the year does; how much
of their difference from the others is believed depends on how far holdouts differ beyond ORDINARY, and counts m of
m + 1 where m years are known: a season seen once may have been chance. While the history is shorter than two years no
more than LIMITED is ever believed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.stats import t as student

LASTING, PASSING = 0.15, 0.15
BELIEF = 2.0  # holdouts' worth of it in PASSING
LIMITED, MOST = math.log(1.1), math.log(1.5)
ORDINARY = 0.10  # standard deviation of r that needs no season to explain it
TWO_YEARS = 730
DECIMALS = 4
EIGHTY = 0.9  # upper end of the 80% interval


@dataclass(frozen=True)
class Level:
    """What a forecast total is multiplied by, and how sure that is.

    Attributes
    ----------
    scale : float
        1 where nothing is believed.
    spread : float
        Standard deviation of the log of what comes over what is forecast.
    n_holdouts : int
        How many it was learned from.
    """

    scale: float = 1.0
    spread: float = PASSING * math.sqrt(2)
    n_holdouts: int = 0

    @classmethod
    def learn(
        cls, forecast: Sequence[float], came: Sequence[float], history_days: int, years_ago: Sequence[float] = ()
    ) -> Self:
        """Learn from totals of earlier holdouts, no two of which share a day.

        Parameters
        ----------
        forecast, came : sequence of float
            Totals, above 0.
        history_days : int
            From the first day known to the origin of the forecast.
        years_ago : sequence of float, optional
            r of the holdouts that began one year, two years … before the origin.
        """
        ratios = np.log(np.asarray(came) / np.asarray(forecast))
        n = len(ratios)
        if not n:
            return cls()
        around = float(((ratios - ratios.mean()) ** 2).sum())
        passing = (BELIEF * PASSING**2 + around) / (BELIEF + n - 1)
        lasting = max(LASTING**2, float(ratios.mean()) ** 2 - passing / n)
        believed = float(ratios.mean()) * lasting / (lasting + passing / n)
        most = MOST if history_days >= TWO_YEARS else LIMITED
        if years_ago and n > 1:
            variance, m = around / (n - 1), len(years_ago)
            of_season = m / (m + 1) * max(variance - ORDINARY**2, 0.0) / max(variance, ORDINARY**2)
            believed += of_season * (sum(years_ago) / m - float(ratios.mean()))
            passing *= (1 - of_season) ** 2 + of_season**2 / m
        left = lasting * (passing / n) / (lasting + passing / n)
        spread = math.sqrt(passing + left)
        return cls(round(math.exp(min(max(believed, -most), most)), DECIMALS), round(spread, DECIMALS), n)

    @property
    def interval_80(self) -> tuple[float, float]:
        """The ends of the 80% interval of what comes over what is forecast."""
        reach = float(student.ppf(EIGHTY, BELIEF + max(self.n_holdouts - 1, 0))) * self.spread
        return math.exp(-reach), math.exp(reach)
