"""Maximum likelihood in log parameters: a quasi-Newton climb in a box, then Newton steps.

Parameters are positive and are searched as logarithms, in units in which the data's mean is 1, so that one box and one
tolerance serve every data set and the estimates do not depend on the unit of time or money. A climb ends where slopes
are no more than rounding: along a ridge, ends with slopes that are merely small lie far apart, and a processor's last
digits decide between them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]

LIMIT = 10.0  # log parameters are searched within ±10: a factor of 22,000 around the data's own scale
EDGE = 0.5  # nearer than this to the limit counts as having run away
NEWTON_STEPS = 20
FLOOR = 1e-15  # a slope of the mean log-likelihood below it is rounding
CURVED = 1e-10  # a curvature of the mean log-likelihood below it is none: differences of slopes tell no less
PARTS = 3  # a parameter is known to a thousandth of its standard error, as a power of ten
FEWEST, MOST = 2, 6  # decimals of log parameters
SAME, NEARLY_SAME = 1e-10, 1e-8  # mean log-likelihoods that differ by less are the same; of a part, to begin from
DIFFERENCE = 1e-4  # step in log parameters by which the gradient is differenced


@dataclass(frozen=True)
class Optimum:
    """Where the climb ended.

    Attributes
    ----------
    theta : ndarray of shape (k,)
        Log parameters in the data's own scale.
    mean_log_likelihood : float
        Per customer, at `theta`.
    gradient : float
        Largest absolute slope of the mean log-likelihood at `theta`.
    information : ndarray of shape (k, k)
        Minus the Hessian of the mean log-likelihood in log parameters.
    """

    theta: np.ndarray
    mean_log_likelihood: float
    gradient: float
    information: np.ndarray

    @property
    def ran_away(self) -> np.ndarray:
        """Which parameters ended at the edge of the box: no finite maximum."""
        return np.asarray(np.abs(self.theta) > LIMIT - EDGE)

    @property
    def is_peak(self) -> bool:
        """Whether the likelihood falls in every direction."""
        return self.is_peak_in(np.ones(len(self.theta), dtype=bool))

    def is_peak_in(self, free: np.ndarray) -> bool:
        """Whether the likelihood falls in every direction of these parameters, the others held; shape (k,) of bool."""
        return bool(free.any() and np.linalg.eigvalsh(self.information[np.ix_(free, free)])[0] > CURVED)


def maximise(
    objective: Objective,
    starts: Sequence[np.ndarray],
    tol: float,
    rough: Objective | None = None,
    *,
    same: float = SAME,
) -> Optimum:
    """Find the highest likelihood from the most promising start, and from the others where that fails.

    Where there is no summit, as on the ridge of a likelihood that rises to the edge of the box, it is enough that two
    climbs end at the same height.

    Parameters
    ----------
    objective : callable
        Log parameters of shape (k,) → mean log-likelihood per customer and its gradient of shape (k,).
    starts : sequence of ndarray of shape (k,)
        Log parameters to begin from.
    tol : float
        The slope of the mean log-likelihood that counts as none.
    rough : callable, optional
        The same of a part of the customers, where there are many: its summit is near the whole's and shaped alike, so
        that a few steps from there are enough. Where it has none, the first climb begins where the part's ended; where
        both end at the edge, no other is made.
    same : float, default=SAME
        Ends whose heights differ by less are of the same height.

    Returns
    -------
    Optimum
        The best end of all climbs that were made.
    """
    begins = [np.clip(start, -LIMIT + 1, LIMIT - 1) for start in starts]
    near = None if rough is None else maximise(rough, starts, tol, same=NEARLY_SAME)
    if near is not None and near.is_peak and not near.ran_away.any():
        there = _step_over(objective, near, tol)
        if there is not None:
            return there
    begins = sorted(begins, key=lambda theta: -objective(theta)[0])
    leads_to_edge = near is not None and near.ran_away.any()
    ends: list[_Climb] = []
    for start in begins if near is None else [near.theta, *begins]:
        ends.append(_climb(objective, start, tol))
        highest = max(end.height for end in ends)
        alike = [end for end in ends if end.height >= highest - same]  # the first counts, whatever their last digits
        if ends[-1].steepest <= tol and not ends[-1].at_edge.any():
            summit = _optimum(objective, ends[-1])
            if summit.is_peak:
                return summit if ends[-1] in alike else _optimum(objective, alike[0])
        if len(alike) > 1 or (leads_to_edge and ends[-1].at_edge.any()):
            break
    return _optimum(objective, alike[0])


def rounded(objective: Objective, end: Optimum, n: int) -> Optimum:
    """Round log parameters to about a thousandth of their standard errors, so that any processor finds the same.

    One after the other, the last first, and those that are left follow to where the likelihood is highest given it: on
    a ridge two parameters are known only together, and rounded each on its own they would leave it.

    Parameters
    ----------
    objective : callable
        As for `maximise`.
    end : Optimum
        What that found.
    n : int
        Customers.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.value.models.likelihood import maximise, rounded
    >>> def valley(theta):  # how far the two are apart is known well, where they are hardly
    ...     apart, where = theta[1] - theta[0] - 1, theta[0] - 0.123456789
    ...     return -(apart**2) - 1e-6 * where**2, np.array([2 * apart - 2e-6 * where, -2 * apart])
    >>> summit = maximise(valley, [np.zeros(2)], 1e-9)
    >>> summit.theta.round(6).tolist(), rounded(valley, summit, 100).theta.tolist()
    ([0.123457, 1.123457], [0.12, 1.12])
    """
    theta, left = end.theta.copy(), np.abs(end.theta) < LIMIT
    for place in np.flatnonzero(left)[::-1]:
        information = end.information[np.ix_(left, left)]
        if np.linalg.eigvalsh(information)[0] <= CURVED:
            return replace(end, theta=np.where(left, np.round(theta, MOST), theta))
        error = np.sqrt(np.linalg.inv(information)[-1, -1] / n)
        theta[place] = np.round(theta[place], int(np.clip(PARTS - np.floor(np.log10(error)), FEWEST, MOST)))
        left[place] = False
        theta = _walk(objective, theta, left, information[:-1, :-1]).theta
    return replace(end, theta=theta)


def _step_over(objective: Objective, near: Optimum, tol: float) -> Optimum | None:
    """Walk from the summit of a part of the customers to that of all, with the part's information.

    Each step costs one look at all customers, where a step of `_climb` costs one for every direction too. None where it
    does not end at a summit.
    """
    end = _walk(objective, near.theta, np.ones(len(near.theta), bool), near.information)
    if end.steepest > tol:
        return None
    there = _optimum(objective, end)
    return there if there.is_peak and not there.ran_away.any() else None


def _walk(objective: Objective, theta: np.ndarray, free: np.ndarray, information: np.ndarray) -> "_Climb":
    """Walk to the floor in the parameters that are free, by Newton's steps with an information known nearby."""
    end = _Climb(theta, *objective(theta))
    for _ in range(NEWTON_STEPS):
        steepest = np.abs(end.slope[free]).max(initial=0.0)
        if steepest <= FLOOR:
            break
        step = np.zeros_like(theta)
        step[free] = np.linalg.solve(information, end.slope[free])
        theta = np.clip(end.theta + step, -LIMIT, LIMIT)
        ahead = _Climb(theta, *objective(theta))
        if not np.abs(ahead.slope[free]).max() < steepest / 2:
            break
        end = ahead
    return end


@dataclass(frozen=True, eq=False)
class _Climb:
    """Where one climb ended: log parameters, the mean log-likelihood, and its slopes there."""

    theta: np.ndarray
    height: float
    slope: np.ndarray

    @property
    def steepest(self) -> float:
        return float(np.abs(self.slope).max())

    @property
    def at_edge(self) -> np.ndarray:
        return np.asarray(np.abs(self.theta) > LIMIT - EDGE)

    @property
    def free(self) -> np.ndarray:
        return np.asarray(np.abs(self.theta) < LIMIT)

    @property
    def steepest_inside(self) -> float:
        return float(np.abs(self.slope[self.free]).max(initial=0.0))


def _optimum(objective: Objective, end: _Climb) -> Optimum:
    return Optimum(end.theta, end.height, end.steepest, _information(objective, end.theta))


def _climb(objective: Objective, start: np.ndarray, tol: float) -> _Climb:
    """Climb from one start.

    What ran away stays at the limit while the others go on to the floor. Once their slopes are small, the last
    information serves for all further steps.
    """

    def downhill(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = objective(theta)
        return -value, -slope

    theta = minimize(
        downhill,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-LIMIT, LIMIT)] * len(start),
        options={"maxiter": 500, "maxfun": 2000, "ftol": 1e-13, "gtol": 1e-7},
    ).x
    end = _Climb(theta, *objective(theta))
    free, information = ~end.free, np.empty((0, 0))
    for _ in range(NEWTON_STEPS):
        if end.steepest_inside <= FLOOR:
            break
        if end.steepest_inside > tol * 1e-2 or (free != end.free).any():
            free = end.free
            information = _information(objective, end.theta)[np.ix_(free, free)]
            if np.linalg.eigvalsh(information)[0] <= CURVED:
                break
        step = np.zeros_like(end.theta)
        step[free] = np.linalg.solve(information, end.slope[free])
        theta = np.clip(end.theta + step / max(1.0, float(np.abs(step).max())), -LIMIT, LIMIT)
        ahead = _Climb(theta, *objective(theta))
        if not ahead.steepest_inside < end.steepest_inside:
            break
        end = ahead
    return end


def _information(objective: Objective, theta: np.ndarray) -> np.ndarray:
    """Return minus the Hessian: central differences of the analytic gradient, made symmetric."""
    steps = DIFFERENCE * np.eye(len(theta))
    rows = [(objective(theta - step)[1] - objective(theta + step)[1]) / (2 * DIFFERENCE) for step in steps]
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2
