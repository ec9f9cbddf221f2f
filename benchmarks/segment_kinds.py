"""Customers of known structure: without segments, in many shapes, and with planted ones.

Those named in `UNSEEN` were added when the evidence and its thresholds stood; the others were looked at before.
Each draws prepared-like features of 1,000 customers; the planted kinds also return who belongs where.
"""

from collections.abc import Callable, Sequence

import numpy as np

N = 1_000
Rng = np.random.Generator
Planted = tuple[np.ndarray, np.ndarray]


def long_cloud(rng: Rng) -> np.ndarray:
    """Draw four features tied by one common cause."""
    return rng.standard_normal((N, 4)) + 1.5 * rng.standard_normal((N, 1))


def uniform(rng: Rng) -> np.ndarray:
    """Draw a filled square."""
    return rng.random((N, 2))


def banana(rng: Rng) -> np.ndarray:
    """Draw a bent band."""
    t = rng.uniform(-1.5, 1.5, N)
    noise = rng.standard_normal((N, 2)) * [0.2, 0.5]
    return np.column_stack([t, t**2 + noise[:, 0], noise[:, 1]])


def thin_curve(rng: Rng) -> np.ndarray:
    """Draw a bent line in three dimensions."""
    t = rng.uniform(-1.5, 1.5, N)
    return np.column_stack([t, t**2, 0.5 * t]) + 0.03 * rng.standard_normal((N, 3))


def spike_of_zeros(rng: Rng) -> np.ndarray:
    """Draw 45% at zero in one feature, which has nothing to do with the others."""
    x = rng.standard_normal((N, 3))
    x[:, 0] = np.where(rng.random(N) < 0.45, 0, 2 + np.exp(0.5 * x[:, 0]))
    return x


def discrete(rng: Rng) -> np.ndarray:
    """Draw three features of four values each."""
    return rng.integers(0, 4, (N, 3)).astype(float)


def skewed(rng: Rng) -> np.ndarray:
    """Draw lognormal features as they are."""
    return np.exp(rng.standard_normal((N, 3)))


def sphere(rng: Rng) -> np.ndarray:
    """Draw the surface of a ball."""
    x = rng.standard_normal((N, 3))
    return x / np.linalg.norm(x, axis=1)[:, None] + 0.1 * rng.standard_normal((N, 3))


def ring(rng: Rng) -> np.ndarray:
    """Draw a circle."""
    t = rng.uniform(0, 2 * np.pi, N)
    return np.column_stack([np.cos(t), np.sin(t)]) + 0.15 * rng.standard_normal((N, 2))


def s_curve(rng: Rng) -> np.ndarray:
    """Draw a sheet bent twice."""
    t = 3 * np.pi * (rng.random(N) - 0.5)
    sheet = np.column_stack([np.sin(t), 2 * rng.random(N), np.sign(t) * (np.cos(t) - 1)])
    return sheet + 0.1 * rng.standard_normal((N, 3))


def heavy_tails(rng: Rng) -> np.ndarray:
    """Draw correlated features with tails of Student's t with two degrees of freedom."""
    return _correlated(rng) / np.sqrt(rng.chisquare(2, N) / 2)[:, None]


def one_far_group(rng: Rng) -> np.ndarray:
    """Draw one cloud, and 1% of customers together far away from it."""
    x = rng.standard_normal((N, 3))
    x[:10] += 25
    return x


def correlated_zeros(rng: Rng) -> np.ndarray:
    """Draw four correlated features, two of them with half of the customers at zero."""
    x = _correlated(rng)
    x[:, :2] = np.where(x[:, :2] < 0, -2.0, x[:, :2])
    return x


def zeros_together(rng: Rng) -> np.ndarray:
    """Draw 45% who are at zero in two features at once, and like all others in the rest."""
    x = rng.standard_normal((N, 4))
    x[rng.random(N) < 0.45, :2] = -4
    return x


def counts(rng: Rng) -> np.ndarray:
    """Draw small counts with a common rate."""
    rate = rng.gamma(2, 1, N)
    return np.column_stack([rng.poisson(rate * mean) for mean in (1, 2, 0.7)]).astype(float)


def funnel(rng: Rng) -> np.ndarray:
    """Draw features that widen along another one."""
    s = rng.standard_normal(N)
    return np.column_stack([s, *(np.exp(0.7 * s) * rng.standard_normal(N) for _ in range(3))])


def choices(rng: Rng) -> np.ndarray:
    """Draw a yes or no, one of three, and a number."""
    return np.column_stack([rng.random(N) < 0.3, rng.integers(0, 3, N), rng.standard_normal(N)]).astype(float)


def banana_and_spike(rng: Rng) -> np.ndarray:
    """Draw a bent band, and a third feature with 40% at zero."""
    spike = np.where(rng.random(N) < 0.4, 0, 3 + 0.5 * rng.standard_normal(N))
    return np.column_stack([banana(rng)[:, :2], spike])


def unequal_sizes(rng: Rng) -> Planted:
    """Draw 70%, 15%, 10% and 5%."""
    return _mixture(rng, [0.70, 0.15, 0.10, 0.05], 4)


def equal_sizes(rng: Rng) -> Planted:
    """Draw three thirds."""
    return _mixture(rng, [0.34, 0.33, 0.33], 3)


def unequal_densities(rng: Rng) -> Planted:
    """Draw widths of 0.4, 1 and 2."""
    return _mixture(rng, [0.5, 0.3, 0.2], 3, apart=8, widths=[0.4, 1, 2])


def small_and_large(rng: Rng) -> Planted:
    """Draw 93% and 7%."""
    return _mixture(rng, [0.93, 0.07], 4)


def six(rng: Rng) -> Planted:
    """Draw six, down to 5%."""
    return _mixture(rng, [0.3, 0.25, 0.2, 0.12, 0.08, 0.05], 5)


def ten_features(rng: Rng) -> Planted:
    """Draw four in ten dimensions."""
    return _mixture(rng, [0.4, 0.3, 0.2, 0.1], 10)


def twenty_features(rng: Rng) -> Planted:
    """Draw four in twenty dimensions, down to 5%."""
    return _mixture(rng, [0.5, 0.3, 0.15, 0.05], 20, apart=7)


def heavy_tailed_groups(rng: Rng) -> Planted:
    """Draw with tails of Student's t with four degrees of freedom."""
    return _mixture(rng, [0.5, 0.3, 0.2], 4, apart=8, freedom=4)


def elongated(rng: Rng) -> Planted:
    """Draw 3.6 times as long as wide, each in a direction of its own."""
    own, middle = _members(rng, [0.5, 0.3, 0.2]), _centres(rng, 3, 3, 9)
    x = np.empty((len(own), 3))
    for k in range(3):
        turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
        x[own == k] = middle[k] + (rng.standard_normal(((own == k).sum(), 3)) * [2.5, 0.7, 0.7]) @ turn.T
    return x, own


def corners(rng: Rng) -> Planted:
    """Draw any two of three differ in one or two features only, and one feature says nothing."""
    own = _members(rng, [0.5, 0.3, 0.2])
    return np.array([[0, 0, 0], [6, 0, 0], [0, 6, 0]])[own] + rng.standard_normal((len(own), 3)), own


def balls(rng: Rng) -> Planted:
    """Draw filled balls without tails."""
    own, middle = _members(rng, [0.6, 0.25, 0.15]), _centres(rng, 3, 3, 3.2)
    e = rng.standard_normal((len(own), 3))
    return middle[own] + e / np.linalg.norm(e, axis=1)[:, None] * rng.random(len(own))[:, None] ** (1 / 3), own


def with_noise(rng: Rng) -> Planted:
    """Draw three features that tell them apart, two that say nothing."""
    x, own = _mixture(rng, [0.5, 0.3, 0.2], 3)
    return np.column_stack([x, 3 * rng.standard_normal((len(own), 2))]), own


def swiss_roll(rng: Rng) -> np.ndarray:
    """Draw a rolled-up sheet."""
    t = 1.5 * np.pi * (1 + 2 * rng.random(N))
    return np.column_stack([t * np.cos(t), 21 * rng.random(N), t * np.sin(t)]) + 0.5 * rng.standard_normal((N, 3))


def same_centre(rng: Rng) -> np.ndarray:
    """Draw narrow and wide customers around one centre."""
    return rng.standard_normal((N, 4)) * np.where(rng.random(N) < 0.5, 0.3, 1.5)[:, None]


def rounded_and_skewed(rng: Rng) -> np.ndarray:
    """Draw correlated lognormal features, one of them in whole numbers."""
    x = np.exp(0.8 * _correlated(rng)[:, :3])
    x[:, 0] = np.round(x[:, 0])
    return x


def cross(rng: Rng) -> np.ndarray:
    """Draw two crossing bands."""
    x = rng.standard_normal((N, 3)) * [3, 0.4, 1]
    turned = rng.random(N) < 0.5
    x[turned, :2] = x[turned][:, [1, 0]]
    return x


def skewed_groups(rng: Rng) -> Planted:
    """Draw groups with exponential tails, 60%, 30% and 10%."""
    own, middle = _members(rng, [0.6, 0.3, 0.1]), _centres(rng, 3, 4, 8)
    return middle[own] + rng.exponential(1.0, (len(own), 4)), own


def five_unequal_widths(rng: Rng) -> Planted:
    """Draw five in eight dimensions, down to 5%, of different widths."""
    return _mixture(rng, [0.4, 0.25, 0.2, 0.1, 0.05], 8, apart=8, widths=[1, 0.6, 1.4, 0.8, 0.5])


def stripes(rng: Rng) -> Planted:
    """Draw three parallel bands, 6.7 times as long as wide."""
    own = _members(rng, [0.4, 0.35, 0.25])
    x = rng.standard_normal((len(own), 3)) * [4, 0.6, 0.6]
    return x + np.array([[0, 0, 0], [0, 5, 5], [0, 10, 0]])[own], own


UNSEEN = {"swiss_roll", "same_centre", "rounded_and_skewed", "cross", "skewed_groups", "five_unequal_widths"}
_WITHOUT = (swiss_roll, same_centre, rounded_and_skewed, cross)
_WITHOUT += (long_cloud, uniform, banana, thin_curve, spike_of_zeros, discrete, skewed, sphere, ring, s_curve)
_WITHOUT += (heavy_tails, one_far_group, correlated_zeros, zeros_together, counts, funnel, choices, banana_and_spike)
_WITH = (skewed_groups, five_unequal_widths)
_WITH += (unequal_sizes, equal_sizes, unequal_densities, small_and_large, six, ten_features, twenty_features, stripes)
_WITH += (heavy_tailed_groups, elongated, corners, balls, with_noise)
STRUCTURELESS: dict[str, Callable[[Rng], np.ndarray]] = {each.__name__: each for each in _WITHOUT}
PLANTED: dict[str, Callable[[Rng], Planted]] = {each.__name__: each for each in _WITH}


def _correlated(rng: Rng) -> np.ndarray:
    return rng.standard_normal((N, 4)) @ np.linalg.cholesky(np.full((4, 4), 0.6) + 0.4 * np.eye(4)).T


def _members(rng: Rng, shares: Sequence[float]) -> np.ndarray:
    return rng.permutation(np.repeat(np.arange(len(shares)), np.round(np.array(shares) * N).astype(int)))


def _centres(rng: Rng, k: int, d: int, apart: float) -> np.ndarray:
    """Return centres of which the two nearest are `apart`, none of them far from all others."""
    while True:
        centres = rng.standard_normal((k, d))
        between = np.linalg.norm(centres[:, None] - centres[None], axis=2)[np.triu_indices(k, 1)]
        centres *= apart / between.min()
        if np.linalg.norm(centres, axis=1).max() < 3 * apart:
            return centres


def _mixture(
    rng: Rng,
    shares: Sequence[float],
    d: int,
    *,
    apart: float = 6,
    widths: Sequence[float] | None = None,
    freedom: int | None = None,
) -> Planted:
    own = _members(rng, shares)
    middle = _centres(rng, len(shares), d, apart)
    noise = rng.standard_normal((len(own), d))
    if freedom:
        noise /= np.sqrt(rng.chisquare(freedom, len(own)) / freedom)[:, None]
    return middle[own] + noise * np.array(widths or [1] * len(shares))[own][:, None], own
