"""MBG/CNBD-k: customers who buy more regularly than at random, and may stop after any purchase, the first included.

Reutterer, Platzer & Schröder (2021), "Leveraging purchase regularity for predicting customer behavior the easy way",
International Journal of Research in Marketing 38(1); their R package BTYDplus. Gaps between purchases are Erlang-k: the
k-th event of a Poisson process with rate λ ~ Gamma(r, α) is a purchase, and after each purchase the customer stops with
probability p ~ Beta(a, b). With k = 1 it is the MBG/NBD. The likelihood of one customer with gaps g:

    L = Π g^(k-1) / (k-1)!^x · α^r / Γ(r) / B(a, b) · [ B(a+1, b+x) Γ(r+kx) (α+t_x)^-(r+kx)
        + B(a, b+x+1) Σ_{j<k} (T-t_x)^j / j! Γ(r+kx+j) (α+T)^-(r+kx+j) ]

The j-th term is a customer alive, of whose next gap j of k events have passed: what is to come depends on that too, so
forecasts are means over j. How many of n events ahead end in purchases q^(purchases) is periodic in n but for a power
of q; sums over n are therefore sums of k powers of k-th roots of unity, and no series has to be cut off.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
from scipy.special import betainc, betaln, digamma, gammaln

from crmwb.value.models import beta_geometric_ahead as ahead
from crmwb.value.models.beta_geometric import BetaGeometric
from crmwb.value.models.beta_geometric_likelihood import slopes_of_staying
from crmwb.value.models.discounting import moments
from crmwb.value.models.likelihood import Objective
from crmwb.value.models.log_sums import log_sum_exp
from crmwb.value.models.purchase_model import Discounted
from crmwb.value.models.summary import PurchaseSummary

KS = (1, 2, 3, 4)
LEAST_CHANCE = 1e-7  # to stop: below it nobody does within any horizon, and 1 - q loses its digits
HALVINGS = 60
BLOCK = 256


class ModifiedBetaGeoCNBDk(BetaGeometric):
    """MBG/CNBD-k purchases (Reutterer, Platzer & Schröder 2021).

    Parameters
    ----------
    k : int, default=1
        How regular purchases are: gaps are Erlang-k, with a coefficient of variation of 1/√k.
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood is below this.

    Attributes
    ----------
    r_, alpha_, a_, b_ : float
        Maximum-likelihood estimates; alpha_ in days. Purchases come at the rate λ/k, λ ~ Gamma(r_, alpha_).
    verdict_ : Verdict
        `ok`, or what is wrong with the fit.

    Notes
    -----
    `log_likelihood` leaves the gaps themselves out: they do not depend on the parameters. `of_gaps` adds them, and is
    what likelihoods of different k, or of other models, are compared by.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.value.models import ModifiedBetaGeoCNBDk, PurchaseSummary
    >>> rng = np.random.default_rng(0)
    >>> x = rng.poisson(4, 500)
    >>> t_x = np.where(x > 0, np.round(300 * rng.random(500) ** 0.2) + 1, 0)
    >>> summary = PurchaseSummary.of(x, t_x, np.full(500, 365))
    >>> model = ModifiedBetaGeoCNBDk(k=2).fit(summary)
    >>> bool((model.p_at_least(summary, 1, 90) <= model.p_alive(summary)).all())
    True
    """

    name = "mbg_cnbd_k"
    first_chances = 1

    def __init__(self, k: int = 1, tol: float = 1e-9) -> None:
        super().__init__(tol)
        self.k = k

    @classmethod
    def fit_best(cls, summary: PurchaseSummary, log_gaps: float, ks: Sequence[int] = KS, tol: float = 1e-9) -> Self:
        """Fit for the most likely k.

        Parameters
        ----------
        summary : PurchaseSummary
            Purchase histories.
        log_gaps : float
            Sum over all customers of the logs of the days between successive purchases.
        ks : sequence of int
            Rising; the climb over k ends where the likelihood falls.
        tol : float
            As for the class.
        """
        best = cls(ks[0], tol).fit(summary)
        for k in ks[1:]:
            if not best.parameters_:
                return best
            other = cls(k, tol).fit(summary)
            if not other.of_gaps(summary, log_gaps) > best.of_gaps(summary, log_gaps):
                return best
            best = other
        return best

    def of_gaps(self, summary: PurchaseSummary, log_gaps: float) -> float:
        """Return the log-likelihood of all customers with the days between their purchases."""
        total = float((summary.frequency * summary.n_customers).sum())
        return float(self.log_likelihood_ + (self.k - 1) * log_gaps - total * math.lgamma(self.k))

    def _objective(self, summary: PurchaseSummary, unit: float) -> Objective:
        x, n = summary.frequency, summary.n_customers.astype(np.float64)
        t_x, age = summary.recency_days / unit, summary.age_days / unit
        fates, total = _Fates(x, t_x, age, self.k), float(n.sum())
        return lambda theta: fates.mean_and_gradient(theta, n, total)

    def log_likelihood(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the log-likelihood of one customer of each history, but for the gaps themselves, shape (n,)."""
        return np.asarray(log_sum_exp(self._terms(summary)))

    def p_alive(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the probability of still being a customer, shape (n,)."""
        terms = self._terms(summary)
        return np.asarray(np.exp(log_sum_exp(terms[1:]) - log_sum_exp(terms)))

    def expected_purchases(self, summary: PurchaseSummary, horizon_days: float) -> np.ndarray:
        """Return the purchases to expect in the next `horizon_days` from each history, shape (n,)."""
        x, age, pair_of = summary.at_age
        by_phase = [_ahead(state, horizon_days)[0] for state in self._states(x, age)]
        return np.asarray((self._phases(summary) * np.array(by_phase)[:, pair_of]).sum(axis=0))

    def p_at_least(self, summary: PurchaseSummary, counts: np.ndarray | int, horizon_days: float) -> np.ndarray:
        """Return the probability of at least `counts` purchases in `horizon_days`; see `PurchaseModel.p_at_least`."""
        counts = np.asarray(counts, dtype=np.float64)
        weights = self._phases(summary)
        x, age = summary.frequency, summary.age_days
        if counts.ndim == 2:
            weights, x, age = weights[:, :, None], x[:, None], age[:, None]
        out = weights.sum(axis=0) * np.zeros_like(counts)
        if horizon_days > 0:
            at_least = np.maximum(counts, 1.0)
            for j, weight in enumerate(weights):
                out = out + weight * self._reach(at_least, x, age, horizon_days, j)
        return np.where(counts > 0, out, 1.0)

    def discounted(self, summary: PurchaseSummary, rate: float, horizon: float = math.inf) -> Discounted:
        """Return the purchases and the time as a customer to expect, discounted; see `PurchaseModel.discounted`."""
        if not (rate >= 0 and horizon >= 0 and (rate > 0 or math.isfinite(horizon))):
            raise ValueError(f"discounting needs rate >= 0, horizon >= 0, and one that ends it: {rate:g}, {horizon:g}.")
        if horizon == 0:
            return Discounted(np.zeros(len(summary)), np.zeros(len(summary)))
        x, age, pair_of = summary.at_age
        weights = self._phases(summary)
        parts = np.array([_discounted(state, rate, horizon) for state in self._states(x, age)])
        purchases, time_alive = ((weights * parts[:, which][:, pair_of]).sum(axis=0) for which in (0, 1))
        return Discounted(purchases, time_alive)

    def days_to_next_purchase(self, summary: PurchaseSummary, share: float = 0.5) -> np.ndarray:
        """Return the days within which that share of customers will have bought again; see `PurchaseModel`."""
        out = np.full(len(summary), np.inf)
        could = self.p_alive(summary) > share
        low, high = np.full(len(summary), -5.0), np.full(len(summary), 60.0)  # logs of days
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            weights = self._phases(summary)
            reached = sum(
                w * self._reach(np.ones(1), summary.frequency, summary.age_days, np.exp(middle), j)
                for j, w in enumerate(weights)
            )
            low, high = np.where(reached < share, middle, low), np.where(reached < share, high, middle)
        out[could] = np.exp(high[could])
        return out

    def expected_if_alive(self, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return what a customer alive, who has just bought, is expected to buy in `horizon`, shape (n,)."""
        return _ahead(next(self._states(x, age)), horizon)[0]

    def at_least_if_alive(self, counts: np.ndarray, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return P(at least `counts` > 0 purchases in `horizon`) of a customer alive who has just bought."""
        return self._reach(counts, x, age, horizon, 0)

    def discounted_if_alive(self, x: np.ndarray, age: np.ndarray, rate: float, horizon: float) -> Discounted:
        """Return purchases and time alive, discounted, to expect from who is alive and has just bought."""
        return Discounted(*_discounted(next(self._states(x, age)), rate, horizon))

    def _reach(
        self, counts: np.ndarray, x: np.ndarray, age: np.ndarray, horizon: np.ndarray | float, passed: int
    ) -> np.ndarray:
        """Return P(at least so many purchases), `passed` events into the gap: time for them, and each survived."""
        b = self.b_ + x + 1
        survived = np.exp(betaln(self.a_, b + counts - 1) - betaln(self.a_, b))
        shape = self.r_ + self.k * x + passed
        events = betainc(self.k * counts - passed, shape, horizon / (self.alpha_ + age + horizon))
        return np.asarray(events * survived)

    def _states(self, x: np.ndarray, age: np.ndarray) -> Iterator["_State"]:
        for j in range(self.k):
            yield _State(self.k, j, self.r_ + self.k * x + j, self.alpha_ + age, self.a_, self.b_ + x + 1)

    def _phases(self, summary: PurchaseSummary) -> np.ndarray:
        """Return P(alive, and j events into the gap) of each history, shape (k, n)."""
        terms = self._terms(summary)
        return np.asarray(np.exp(terms[1:] - log_sum_exp(terms)))

    def _terms(self, summary: PurchaseSummary) -> np.ndarray:
        self._require_parameters()
        fates = _Fates(summary.frequency, summary.recency_days, summary.age_days, self.k)
        return fates.log_terms(self.r_, self.alpha_, self.a_, self.b_)


class _Fates:
    """What may have become of customers: stopped at t_x, or alive j events into the next gap; shape (k + 1, n)."""

    def __init__(self, x: np.ndarray, t_x: np.ndarray, age: np.ndarray, k: int) -> None:
        self.x_values, self.row = np.unique(x, return_inverse=True)
        self.k, self.events = k, k * self.x_values
        self.t_x, self.age = t_x, age
        silence = np.maximum(age - t_x, 1e-300)
        self.passed = [j * np.log(silence) - math.lgamma(j + 1) for j in range(k)]

    def log_terms(self, r: float, alpha: float, a: float, b: float) -> np.ndarray:
        known = r * math.log(alpha) - gammaln(r) - betaln(a, b)
        x, row = self.x_values, self.row
        stopped = (betaln(a + 1, b + x) + gammaln(r + self.events))[row]
        alive = betaln(a, b + x + 1)
        terms = [stopped - (r + self.events)[row] * np.log(alpha + self.t_x)]
        log_age = np.log(alpha + self.age)
        for j, passed in enumerate(self.passed):
            terms.append((alive + gammaln(r + self.events + j))[row] - (r + self.events + j)[row] * log_age + passed)
        return np.array(terms) + known

    def mean_and_gradient(self, theta: np.ndarray, n: np.ndarray, total: float) -> tuple[float, np.ndarray]:
        """Return the mean log-likelihood and its slope in each log parameter."""
        r, alpha, a, b = np.exp(theta)
        terms = self.log_terms(r, alpha, a, b)
        either = log_sum_exp(terms)
        weights = np.exp(terms - either) * n
        by_x = np.array([np.bincount(self.row, weights=w, minlength=len(self.x_values)) for w in weights])
        x, gone, alive = self.x_values, by_x[0], by_x[1:].sum(axis=0)
        slope_r = total * (theta[1] - digamma(r)) - (weights[0] * np.log(alpha + self.t_x)).sum()
        slope_r -= (weights[1:].sum(axis=0) * np.log(alpha + self.age)).sum()
        slope_alpha = total * r / alpha - (weights[0] * (r + self.events)[self.row] / (alpha + self.t_x)).sum()
        slope_r += (gone * digamma(r + self.events)).sum()
        for j in range(self.k):
            slope_r += (by_x[1 + j] * digamma(r + self.events + j)).sum()
            slope_alpha -= (weights[1 + j] * (r + self.events + j)[self.row] / (alpha + self.age)).sum()
        in_a, in_b = slopes_of_staying(a, b, x + 1)
        slope_a = gone.sum() / a + (gone + alive) @ in_a
        slope_b = (gone + alive) @ in_b - (gone / (b + x)).sum()
        slopes = np.array([slope_r * r, slope_alpha * alpha, slope_a * a, slope_b * b])
        return float((n * either).sum() / total), slopes / total


class _State(NamedTuple):
    """Customers alive, j events into a gap: events at rates Gamma(shape, 1/wait), stopping with Beta(a, b)."""

    k: int
    j: int
    shape: np.ndarray
    wait: np.ndarray
    a: float
    b: np.ndarray


def _ahead(state: _State, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the purchases to expect in `horizon` and the probability of being alive at its end, each shape (n,)."""
    if horizon <= 0:
        return np.zeros(len(state.shape)), np.ones(len(state.shape))
    purchases, alive = (np.empty(len(state.shape)) for _ in range(2))
    for start in range(0, len(purchases), BLOCK):
        rows = slice(start, start + BLOCK)
        stop, weights = _chances(state, rows)
        kept = _kept(_turns(state, stop), state.shape[rows], horizon / state.wait[rows])
        purchases[rows] = (weights * (1 - kept) / stop).sum(axis=0)
        alive[rows] = (weights * kept).sum(axis=0)
    return purchases, alive


def _discounted(state: _State, rate: float, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return purchases and time alive, discounted: purchases by parts, for their mean is known at any time."""
    purchases, time_alive = (np.empty(len(state.shape)) for _ in range(2))
    for start in range(0, len(purchases), BLOCK):
        rows = slice(start, start + BLOCK)
        stop, weights = _chances(state, rows)
        shape, wait = state.shape[rows], state.wait[rows]
        times, worth = moments(state.k * wait / (1 + shape), rate, horizon)
        bought, stayed = np.zeros(len(shape)), np.zeros(len(shape))
        turns = _turns(state, stop)
        for t, w in zip(times, worth, strict=True):
            kept = _kept(turns, shape, t / wait)
            stayed += w * (weights * kept).sum(axis=0)
            bought += w * rate * (weights * (1 - kept) / stop).sum(axis=0)
        if math.isfinite(horizon):
            last = _kept(turns, shape, horizon / wait)
            bought += math.exp(-rate * horizon) * (weights * (1 - last) / stop).sum(axis=0)
        purchases[rows], time_alive[rows] = bought, stayed
    return purchases, time_alive


def _chances(state: _State, rows: slice) -> tuple[np.ndarray, np.ndarray]:
    values, row_of = np.unique(state.b[rows], return_inverse=True)
    stop, weights = ahead.chances(state.a, values)
    return np.maximum(stop, LEAST_CHANCE)[:, row_of], weights[:, row_of]


def _turns(state: _State, stop: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return what `_kept` adds up, whatever the time: factors, and 1 - u for each root of unity, shapes of `stop`.

    Roots come in pairs that add the same: one of a pair counts twice, and the real ones stay real.
    """
    k, log_z = state.k, np.log1p(-np.minimum(stop, 1 - 1e-9)) / state.k
    z, turns = np.exp(log_z), []
    for turn in range(k // 2 + 1):
        is_real = 2 * turn % k == 0
        u = z * (math.cos(2 * np.pi * turn / k) if is_real else np.exp(2j * np.pi * turn / k))
        share = sum(u**-s for s in range(k)) / k
        rest = 1 - u if turn else -np.expm1(log_z)  # near 0 where few stop
        turns.append(((1 if is_real else 2) * share * u**state.j, rest))
    return turns


def _kept(turns: list[tuple[np.ndarray, np.ndarray]], shape: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Return E[q^purchases], q = 1 - stop, over events that are negative binomial; shape of the turns.

    q^floor((j+m)/k) = Σ_l c_l (z w^l)^(j+m) with z = q^(1/k) and w the k-th root of unity, and the mean of u^m is
    (1 + time (1 - u))^-shape.
    """
    out = np.zeros(turns[0][0].shape)
    for factor, rest in turns:
        out += (factor * np.exp(-shape * np.log1p(time * rest))).real
    return out
