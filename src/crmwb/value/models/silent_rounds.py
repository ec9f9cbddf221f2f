"""The sum over the rounds in which a customer who fell silent may have stopped, for the BG/BB.

A customer bought in x rounds, last in round t at the latest. Had they stopped right after round j >= t, what they did
until then weighs

    w(j) = B(α+x, β+j-x) B(γ+1, δ+j)

and the likelihood asks for the sum of w(j)/w(t) over j from t to the last round. It is worked out backwards,

    s(t) = 1 + w(t+1)/w(t) s(t+1),    w(j+1)/w(j) = (β+j-x)/(α+β+j) · (δ+j)/(γ+δ+j+1) < 1,

which adds positive numbers only: nothing overflows, underflows or cancels, for 10,000 rounds as for ten. Its slopes
follow the same recursion with something else in place of 1. For LAPACK it is a triangular system with two diagonals.
"""

from collections.abc import Iterator

import numpy as np
from scipy.linalg.lapack import dtbtrs

MOST_AT_ONCE = 500_000  # numbers s(t) in memory


class SilentRounds:
    """The sums s(t) for pairs of x and t, and their slopes in the parameters.

    Parameters
    ----------
    frequency, rounds : ndarray of shape (n,)
        The pairs x and t, t >= x.
    """

    def __init__(self, frequency: np.ndarray, rounds: np.ndarray) -> None:
        self.rounds = rounds.astype(np.int64)
        self.last = int(self.rounds.max(initial=0))
        self.x_values, self.of_x = np.unique(frequency.astype(np.int64), return_inverse=True)

    def sums(self, alpha: float, beta: float, gamma: float, delta: float) -> np.ndarray:
        """Return s(t), from t to before the last round of all pairs, for each pair, shape (n,)."""
        out = np.zeros(len(self.rounds))
        for x, t, pairs, places in self._blocks():
            ratio = (beta + t - x) / (alpha + beta + t) * (delta + t) / (gamma + delta + t + 1)
            out[pairs] = _backwards(ratio, t < self.last - 1, np.ones((len(t), 1)))[places, 0]
        return out

    def sums_and_slopes(self, alpha: float, beta: float, gamma: float, delta: float) -> np.ndarray:
        """Return s(t) and its slopes in alpha, beta, gamma and delta for each pair, shape (5, n)."""
        out = np.zeros((5, len(self.rounds)))
        for x, t, pairs, places in self._blocks():
            skips, stays = (beta + t - x) / (alpha + beta + t), (delta + t) / (gamma + delta + t + 1)
            goes_on = t < self.last - 1
            s = _backwards(skips * stays, goes_on, np.ones((len(t), 1)))[:, 0]
            ahead = np.where(goes_on, skips * stays * np.append(s[1:], 0.0), 0.0)
            by_alpha, by_gamma = -ahead / (alpha + beta + t), -ahead / (gamma + delta + t + 1)
            by_beta = by_alpha + np.where(goes_on, stays * np.append(s[1:], 0.0), 0.0) / (alpha + beta + t)
            added = np.column_stack([by_alpha, by_beta, by_gamma, by_gamma + ahead / (delta + t)])
            out[0, pairs] = s[places]
            out[1:, pairs] = _backwards(skips * stays, goes_on, added)[places].T
        return out

    def _blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
        """Yield some values of x at a time: x and t for t from x to the last round, the pairs there, and where."""
        lengths = np.maximum(self.last - self.x_values, 0)
        block = np.cumsum(lengths) // MOST_AT_ONCE
        for number in np.unique(block):
            chosen = block == number
            n = lengths[chosen]
            begins = np.cumsum(n) - n
            x = np.repeat(self.x_values[chosen], n)
            t = np.arange(len(x)) - np.repeat(begins, n) + x
            pairs = np.flatnonzero(chosen[self.of_x] & (self.rounds < self.last))
            mine = self.of_x[pairs] - int(np.argmax(chosen))
            yield x, t, pairs, begins[mine] + self.rounds[pairs] - self.x_values[self.of_x[pairs]]


def _backwards(ratio: np.ndarray, goes_on: np.ndarray, added: np.ndarray) -> np.ndarray:
    """Return s with s[i] = added[i] + ratio[i] s[i+1] where it goes on, else added[i]; shapes (m,), (m,), (m, k)."""
    if not len(ratio):
        return added
    above = np.concatenate([[0.0], np.where(goes_on, -ratio, 0.0)[:-1]])
    return np.asarray(dtbtrs(np.vstack([above, np.ones_like(above)]), added, uplo="U", diag="U")[0])
