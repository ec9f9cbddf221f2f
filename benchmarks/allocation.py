"""Time and gap of the choice of actions: 1,000,000 customers, 12 actions, 200 owners, a budget."""

import resource
import time

import numpy as np

from crmwb.actions.allocation import Limits, allocate

N, ACTIONS, OWNERS = 1_000_000, 12, 200


def main() -> None:
    rng = np.random.default_rng(0)
    cost = rng.integers(1, 10, ACTIONS).astype(float)
    gain = rng.gamma(0.7, 20, (ACTIONS, N)) - cost[:, None]
    hours = np.r_[np.zeros(ACTIONS // 2), np.full(ACTIONS - ACTIONS // 2, 0.5)]
    owner = rng.integers(0, OWNERS, N)
    limits = Limits(budget=0.5 * N, hours=np.full(OWNERS, 400.0), most=np.full(ACTIONS, np.inf))
    start = time.process_time()
    chosen = allocate(gain, cost, hours, owner, limits)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    size = f"{N:,} customers x {ACTIONS} actions x {OWNERS} owners"
    print(f"{size}: {seconds:.1f} CPU s, {peak:.2f} GB, gap {chosen.gap:.4%}")


if __name__ == "__main__":
    main()
