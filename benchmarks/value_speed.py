"""Fitting purchases, side by side: ours against lifetimes and pymc-marketing, each in an environment of its own.

`python benchmarks/value_speed.py CACHE [--customers N] [--models ...]`: CACHE is a folder for the rivals' environments,
made by `uv` where they are missing, and for the simulated customers. CPU seconds are those of the fit, without starting
Python. Log-likelihoods are ours at everybody's parameters.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

import numpy as np
from environments import environment
from simulated import customers

from crmwb.value.models import BetaGeoNBD, ParetoNBD, PurchaseModel, PurchaseSummary, Status, Verdict

RIVALS = ("lifetimes", "pymc_marketing")
KINDS: dict[str, type[PurchaseModel]] = {"bg_nbd": BetaGeoNBD, "pareto_nbd": ParetoNBD}
PATIENCE = 120  # seconds that a rival's fit may take


def rival(cache: Path, name: str, kind: str, data: Path) -> dict | None:
    """Return CPU seconds and parameters, or None where it fails or takes too long."""
    script = Path(__file__).parent / "rivals" / f"fit_{name}.py"
    command = [environment(cache, name), "-W", "ignore", script, kind, data]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        print(f"  {name:<16} did not finish in {PATIENCE} s")
        return None
    if ended.returncode:
        print(f"  {name:<16} failed: {ended.stderr.strip().splitlines()[-1]}")
        return None
    return json.loads(ended.stdout.strip().splitlines()[-1])


def ours(kind: str, x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> tuple[float, PurchaseModel, PurchaseSummary]:
    began = time.process_time()
    summary = PurchaseSummary.of(x, t_x, age)
    model = KINDS[kind]().fit(summary)
    return time.process_time() - began, model, summary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--models", nargs="+", choices=tuple(KINDS), default=tuple(KINDS))
    asked = parser.parse_args()
    asked.cache.mkdir(parents=True, exist_ok=True)
    x, t_x, age = customers(np.random.default_rng(0), asked.customers)
    data = asked.cache / f"customers_{asked.customers}.npz"
    np.savez(data, frequency=x, recency_days=t_x, age_days=age)
    for kind in asked.models:
        spent, model, summary = ours(kind, x, t_x, age)
        print(f"{kind}, {asked.customers:,} customers, {len(summary):,} distinct histories")
        print(f"  {'ours':<16} {spent:7.2f} s CPU   log-likelihood {model.log_likelihood_:,.3f}")
        for name in RIVALS:
            fit_of_rival = rival(asked.cache, name, kind, data)
            if fit_of_rival:
                theirs = KINDS[kind]().restore(fit_of_rival["parameters"], np.eye(4), 0.0, 0, Verdict(Status.OK))
                likelihood = float(theirs.log_likelihood(summary) @ summary.n_customers)
                print(
                    f"  {name:<16} {fit_of_rival['cpu_seconds']:7.2f} s CPU   log-likelihood {likelihood:,.3f}   "
                    f"ours: {fit_of_rival['cpu_seconds'] / spent:.1f} times less CPU, "
                    f"log-likelihood higher by {model.log_likelihood_ - likelihood:.3f}"
                )


if __name__ == "__main__":
    main()
