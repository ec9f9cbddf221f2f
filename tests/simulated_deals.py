"""Opportunities drawn from known hazards: every ten days one in four closes, and is won with a chance of its own."""

from datetime import date

import numpy as np
import pandas as pd

from crmwb.params import PredictParams
from crmwb.predict.opportunities.deals import PROFILE, Deals, day_of

FIRST, TODAY = date(2023, 1, 1), date(2026, 1, 1)
CLOSES, STEP = 0.25, 10
PARAMS = PredictParams(
    horizon_days=365,
    n_quarters=4,
    stuck_quantile=0.95,
    targets={"2026-Q1": 1e9},
    buy_days=90,
    n_origins=4,
    ahead_months=12,
    best_share=0.2,
    max_purchases=2,
)


def simulate(n: int, seed: int, *, signal: float) -> tuple[Deals, np.ndarray]:
    """Return opportunities, and the true chance of each to be won if it closes.

    The log odds are -0.4, plus `signal` times how far the amount lies from its mean in standard deviations of its log.
    """
    rng = np.random.default_rng(seed)
    opened = rng.integers(day_of(FIRST), day_of(TODAY), n).astype(float)
    size = rng.normal(size=n)
    p = 1 / (1 + np.exp(0.4 - signal * size))
    closed = opened + STEP * rng.geometric(CLOSES, n) - rng.integers(0, STEP, n)
    won = rng.random(n) < p
    today = day_of(TODAY)
    rows = pd.DataFrame(
        {
            "opportunity_id": [f"o{i:06d}" for i in range(n)],
            "customer_id": [f"c{i % 997:04d}" for i in range(n)],
            "owner": [f"rep{i % 7}" for i in range(n)],
            "product_id": [f"p{i % 5}" for i in range(n)],
            "stage": "any",
            "amount_cents": np.round(np.exp(10 + 0.5 * size)),
            "opened": opened,
            "closed": np.where(closed < today, closed, np.inf),
            "won": won & (closed < today),
            "win_probability": np.nan,
            "expected_close": np.nan,
            **dict.fromkeys(PROFILE),
        }
    )
    nobody = pd.DataFrame({"customer_id": pd.Series(dtype=object), "day": pd.Series(dtype=float)})
    return Deals(rows, None, nobody, nobody, today), p
