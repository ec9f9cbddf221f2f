"""A real trial made observational: how much nearer to its effect the estimate comes than the plain difference.

`python benchmarks/observational_effects.py FOLDER [DRAWS]`: FOLDER holds hillstrom/hillstrom.csv.gz. Controls are drawn
again with a chance that falls with what customers spent in the past year, so that the e-mail seems to bring more than
it does. The effect of the whole trial is what it really brought.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from crmwb.response.observational import Observed, estimate

CONFOUNDERS = ["recency", "log_history", "mens", "womens", "newbie", "rural", "web"]


def trial(folder: Path) -> pd.DataFrame:
    """Return the customers of the women's e-mail and of no e-mail: CONFOUNDERS, treated, visit."""
    frame = pd.read_csv(folder / "hillstrom" / "hillstrom.csv.gz")
    frame = frame[frame["segment"].isin(["Womens E-Mail", "No E-Mail"])]
    return frame.assign(
        treated=frame["segment"] == "Womens E-Mail",
        log_history=np.log(frame["history"]),
        rural=(frame["zip_code"] == "Rural").astype(float),
        web=(frame["channel"] == "Web").astype(float),
    ).reset_index(drop=True)


def drawn(rows: pd.DataFrame, strength: float, rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Return n treated and n controls; the more of the confounder a control has, the rarer it is drawn."""
    treated, control = (rows[rows["treated"] == arm] for arm in (True, False))
    weight = np.exp(-strength * (control["womens"] + (control["log_history"] - control["log_history"].mean())))
    return pd.concat(
        [
            treated.iloc[rng.choice(len(treated), n, replace=False)],
            control.iloc[rng.choice(len(control), n, replace=True, p=(weight / weight.sum()).to_numpy())],
        ]
    )


def judged(rows: pd.DataFrame, strength: float, seed: int, n: int) -> Observed:
    """Estimate the effect on visits of one draw."""
    sample = drawn(rows, strength, np.random.default_rng(seed), n)
    traits = sample[CONFOUNDERS].to_numpy(float)
    return estimate(traits, sample["treated"].to_numpy(), sample["visit"].to_numpy(float), seed=seed)


def main(folder: Path, n_draws: int) -> None:
    rows = trial(folder)
    truth = rows.loc[rows["treated"], "visit"].mean() - rows.loc[~rows["treated"], "visit"].mean()
    results = [judged(rows, 0.7, seed, 20_000) for seed in range(n_draws)]
    known = [r for r in results if r.effect is not None]
    nearer = sum(abs(r.effect.difference - truth) < abs(r.naive - truth) for r in known)
    naive, adjusted = np.mean([r.naive for r in known]), np.mean([r.effect.difference for r in known])
    print(f"truth {truth:.4f}, plain difference {naive:.4f}, estimate {adjusted:.4f}")
    print(f"nearer than the plain difference in {nearer} of {n_draws} draws, {n_draws - len(known)} refused")
    refused = sum(judged(rows, 8.0, seed, 20_000).effect is None for seed in range(10))
    print(f"without overlap: {refused} of 10 refused")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100)
