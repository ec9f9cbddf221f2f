"""The Pareto/NBD's integral over when life may have ended, for any history, without overflow or lost digits.

With q(τ) = (α+τ)^-R (β+τ)^-s, R = r+x, the likelihood needs the chance that life ended between t and u, relative to
q(t), which is between 0 and 1:

    G(t, u) = 1/q(t) · ∫ from t to u of s (α+τ)^-R (β+τ)^-(s+1) dτ

The integral is taken in v = log((c+τ)/(c+t)), c the smaller of α and β: its power of c+τ is then an exponential, and
the other's is smooth. Gauss & Legendre's nodes are laid where the integrand is above exp(-CUT) of what it is at t.
Hypergeometric functions, the usual form (Fader & Hardie 2005, eq. 20-22), have no slopes in their parameters and
overflow.
"""

import numpy as np

Lives = tuple[float, float, float]  # alpha, s, beta

CUT = 34.0
FEW, MANY = np.polynomial.legendre.leggauss(24), np.polynomial.legendre.leggauss(96)
SHORT = 3.0  # few nodes reach this far in v
BLOCK = 512  # rows at once, so that all nodes of them stay in the cache
CLOSINGS = 12  # Newton steps towards where the integrand is cut off; each bound is safe


def gone(rx: np.ndarray, lives: Lives, begins: np.ndarray, ends: np.ndarray | float) -> np.ndarray:
    """Return G(begins, ends), shape (n,); see the module.

    Parameters
    ----------
    rx : ndarray of shape (n,)
        r + x > 0.
    lives : tuple of three floats
        Parameters alpha, s and beta, all > 0.
    begins, ends : ndarray of shape (n,)
        Times, 0 <= begins <= ends.
    """
    total: np.ndarray = _integrate(rx, lives, begins, ends, with_slopes=False)[0]
    return total


def gone_and_slopes(rx: np.ndarray, lives: Lives, begins: np.ndarray, ends: np.ndarray | float) -> np.ndarray:
    """Return G(begins, ends) and its slopes in r, log alpha, s and log beta, shape (5, n); arguments as for `gone`."""
    return _integrate(rx, lives, begins, ends, with_slopes=True)


def _integrate(
    rx: np.ndarray, lives: Lives, begins: np.ndarray, ends: np.ndarray | float, *, with_slopes: bool
) -> np.ndarray:
    alpha, s, beta = lives
    # near: the factor with the smaller of alpha and beta, an exponential in v; far: the other one
    alpha_is_near = alpha < beta
    near, far = sorted((alpha, beta))
    power_near, power_far = (rx, s + 1.0) if alpha_is_near else (s + 1.0, rx)
    power_near, power_far = np.broadcast_to(power_near, rx.shape), np.broadcast_to(power_far, rx.shape)
    ratio = (near + begins) / (far + begins)
    reach = _reach(power_near, power_far, ratio, np.log1p((ends - begins) / (near + begins)))
    out = np.zeros((5 if with_slopes else 1, len(rx)))
    for rule, rows in ((FEW, np.flatnonzero(reach <= SHORT)), (MANY, np.flatnonzero(reach > SHORT))):
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            at = (power_near[part], power_far[part], ratio[part], reach[part])
            out[:, part] = _sums(*at, rule, with_slopes=with_slopes)
    out *= s * (near + begins) / (beta + begins)
    if not with_slopes:
        return out
    # d log G's integrand: minus log (alpha+τ)/(alpha+t) in r, minus R (1/(alpha+τ) - 1/(alpha+t)) in alpha, …
    total, log_near, log_far, less_near, less_far = out
    in_near, in_far = near / (near + begins) * power_near * less_near, far / (far + begins) * power_far * less_far
    by_alpha, by_beta = (in_near, in_far) if alpha_is_near else (in_far, in_near)
    log_alpha, log_beta = (log_near, log_far) if alpha_is_near else (log_far, log_near)
    return np.stack([total, -log_alpha, by_alpha, total / s - log_beta, by_beta - beta / (beta + begins) * total])


def _sums(
    power_near: np.ndarray,
    power_far: np.ndarray,
    ratio: np.ndarray,
    reach: np.ndarray,
    rule: tuple[np.ndarray, np.ndarray],
    *,
    with_slopes: bool,
) -> np.ndarray:
    """Sum the integrand over nodes, and, each times it: log growth of near+τ and far+τ, 1 - 1/growth of both."""
    nodes, weights = (values[:, None] for values in rule)
    half = reach / 2
    v = half * (1 + nodes)
    near = np.expm1(v)
    grown = ratio * near
    log_far = np.log1p(grown)
    here = (weights * half) * np.exp((1 - power_near) * v - power_far * log_far)
    out = [here.sum(axis=0)]
    if with_slopes:
        out += [
            (here * v).sum(axis=0),
            (here * log_far).sum(axis=0),
            (here * (near / (1 + near))).sum(axis=0),
            (here * (grown / (1 + grown))).sum(axis=0),
        ]
    return np.stack(out)


def _reach(power_near: np.ndarray, power_far: np.ndarray, ratio: np.ndarray, longest: np.ndarray) -> np.ndarray:
    """Return the v beyond which the integrand is below exp(-CUT), or `longest` where it stays above.

    The fall of the integrand's log is convex in v, so Newton's steps from beyond stay beyond.
    """
    reach = np.array(longest)
    rows = np.arange(len(reach))
    for _ in range(CLOSINGS):
        v, far, slope = reach[rows], power_far[rows], power_near[rows] - 1
        with np.errstate(over="ignore"):
            grown = 1 + ratio[rows] * np.expm1(v)
        excess = slope * v + far * np.log(grown) - CUT
        beyond = excess > 1.0
        if not beyond.any():
            break
        rows, v, excess, grown = rows[beyond], v[beyond], excess[beyond], grown[beyond]
        share = 1 - (1 - ratio[rows]) / grown
        reach[rows] = v - excess / (slope[beyond] + far[beyond] * share)
    return reach
