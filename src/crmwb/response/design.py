"""Whether an experiment can be trusted: its arms are as large as meant, and were alike before the campaign."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

SUSPICIOUS = 0.001  # of arms' sizes: seldom by chance, so something went wrong (Fabijan et al. 2019, KDD)
UNBALANCED = 0.1  # standardised difference that is worth a look (Austin 2009, Statistics in Medicine 28(25))


@dataclass(frozen=True)
class Design:
    """How an experiment was laid out.

    Attributes
    ----------
    n_treated, n_control : int
        Customers in each arm.
    p_sizes : float
        Chance of arms so far from the intended sizes; NaN where no sizes were intended.
    balance : DataFrame
        One row per trait known before: trait, mean_treated, mean_control, difference in standard deviations.
    p_balance : float
        Chance of means so far apart in all traits together, if customers were drawn by lot.
    """

    n_treated: int
    n_control: int
    p_sizes: float
    balance: pd.DataFrame
    p_balance: float

    @property
    def has_wrong_sizes(self) -> bool:
        """The arms are not as large as intended: some customers are missing for a reason (sample-ratio mismatch)."""
        return self.p_sizes < SUSPICIOUS

    @property
    def is_unbalanced(self) -> bool:
        """The arms differed before the campaign by more than chance explains."""
        return self.p_balance < SUSPICIOUS


def check(traits: pd.DataFrame, treated: np.ndarray, intended_share: float | None = None) -> Design:
    """Check the arms of an experiment against what was known before it.

    Parameters
    ----------
    traits : DataFrame
        Numbers known before the campaign, one row per customer; unknown ones are filled with the column's mean.
    treated : ndarray of shape (n,)
        True for those contacted.
    intended_share : float, optional
        Share of customers who were meant to be contacted.
    """
    from scipy import stats  # slow to import

    n, n_treated = len(treated), int(treated.sum())
    sizes = stats.binomtest(n_treated, n, intended_share).pvalue if intended_share and n else float("nan")
    known = traits.loc[:, traits.notna().any() & (traits.nunique() > 1)].astype(float)
    filled = known.fillna(known.mean())
    means = filled[treated].mean(), filled[~treated].mean()
    spread = np.sqrt((filled[treated].var() + filled[~treated].var()) / 2)
    balance = pd.DataFrame(
        {
            "trait": filled.columns,
            "mean_treated": means[0].to_numpy(),
            "mean_control": means[1].to_numpy(),
            "difference": ((means[0] - means[1]) / spread.where(spread > 0)).to_numpy(),
        }
    )
    return Design(n_treated, n - n_treated, float(sizes), balance, _hotelling(filled.to_numpy(), treated))


def _hotelling(x: np.ndarray, treated: np.ndarray) -> float:
    """Return the p-value of Hotelling's two-sample test: all means at once, correlations respected."""
    from scipy import stats  # slow to import

    n, m, p = int(treated.sum()), int((~treated).sum()), x.shape[1]
    if p == 0 or min(n, m) < 2 or n + m - p - 1 < 1:
        return float("nan")
    pooled = ((n - 1) * np.cov(x[treated].T) + (m - 1) * np.cov(x[~treated].T)) / (n + m - 2)
    gap = x[treated].mean(axis=0) - x[~treated].mean(axis=0)
    inverse = np.linalg.pinv(np.atleast_2d(pooled), rcond=1e-10, hermitian=True)
    rank = np.linalg.matrix_rank(np.atleast_2d(pooled), hermitian=True)
    t_squared = n * m / (n + m) * float(gap @ inverse @ gap)
    f = t_squared * (n + m - rank - 1) / (rank * (n + m - 2))
    return float(stats.f.sf(f, rank, n + m - rank - 1))
