"""Order lines for tests of customer equity."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.contract.canonical import TABLES

SAMPLE = Path(__file__).parents[1] / "fixtures" / "cdnow_sample.txt"


def order_lines(customer: pd.Series, day: pd.Series, cents: np.ndarray) -> pa.Table:
    """Return transactions of one line each, no returns."""
    frame = pd.DataFrame({
        "customer_id": customer.astype(str).to_numpy(), "order_id": [f"o{i:07d}" for i in range(len(day))],
        "line_no": 1, "ordered_at": day.to_numpy(), "quantity": 1.0, "revenue_cents": cents, "is_return": False,
    })  # fmt: skip
    schema = TABLES["transactions"].schema
    return pa.Table.from_pandas(frame.reindex(columns=schema.names), schema=schema, preserve_index=False)


def cdnow_lines() -> pa.Table:
    """Return the 1/10 sample of CDNOW."""
    log = pd.read_csv(SAMPLE, sep=r"\s+", names=["master", "id", "day", "n", "dollars"], dtype={"day": str})
    cents = (log["dollars"] * 100).round().astype("int64").to_numpy()
    return order_lines(log["id"], pd.to_datetime(log["day"], format="%Y%m%d"), cents)


def steady_lines(seed: int, n: int = 3_000, days: int = 900) -> pa.Table:
    """Return purchases of customers who come evenly, buy as Pareto/NBD customers do, and spend 40.00 on average."""
    rng = np.random.default_rng(seed)
    came = rng.integers(0, days, n)
    rate, life = rng.gamma(0.8, 1 / 40, n), rng.exponential(1, n) / rng.gamma(1.2, 1 / 300, n)
    seen = np.minimum(life, days - came)
    repeats = rng.poisson(rate * seen)
    who = np.repeat(np.arange(n), repeats)
    day = np.floor(came[who] + rng.random(len(who)) * seen[who])
    who, day = np.concatenate([np.arange(n), who]), np.concatenate([came, day])
    when = pd.Series(pd.Timestamp("2021-07-01") + pd.to_timedelta(day, unit="D"))
    cents = np.rint(rng.gamma(2.0, 2_000, len(who))).astype(np.int64) + 1
    return order_lines(pd.Series(who).map("{:06d}".format), when, cents)
