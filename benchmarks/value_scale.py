"""Large companies: 5 million customers valued with intervals, and the counts of 100 million merged and fitted.

`python benchmarks/value_scale.py {score,merge} [--model bg_nbd|pareto_nbd] [--customers N]`; prints seconds
of each step, and the most memory held.
"""

import argparse
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from simulated import customers

from crmwb.value.challenger import Counts
from crmwb.value.models import BetaGeoNBD, GammaGamma, ParetoNBD, PurchaseModel, PurchaseSummary
from crmwb.value.potential.clv import Terms, lifetime_values
from crmwb.value.potential.money import PROBABILITIES, revenue_ends

KINDS: dict[str, type[PurchaseModel]] = {"bg_nbd": BetaGeoNBD, "pareto_nbd": ParetoNBD}
PARTITION, BLOCK = 5_000_000, 200_000
TERMS = Terms(365, 0.10, margin_share=0.3)


@contextmanager
def timed(what: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what:<58} {time.perf_counter() - wall:6.1f} s  {time.process_time() - cpu:6.1f} s CPU  {held:5.2f} GiB")


def spends(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    rates = rng.gamma(4.0, 1 / 1500.0, len(x))
    return np.divide(rng.gamma(6.0 * np.maximum(x, 1)) / rates, x, out=np.full(len(x), np.nan), where=x > 0)


def score(kind: type[PurchaseModel], n: int) -> None:
    """Value every customer with intervals, from histories in memory to the last block of customers."""
    rng = np.random.default_rng(0)
    x, t_x, age = customers(rng, n)
    spent = spends(rng, x)
    spend = GammaGamma().fit(x[:1_000_000], spent[:1_000_000])
    model = kind().fit(PurchaseSummary.of(x[:1_000_000], t_x[:1_000_000], age[:1_000_000]))
    with timed(f"{model.name}: {n:,} customers scored"):
        with timed("  distinct histories"):
            summary, row_of = PurchaseSummary.compress(x, t_x, age)
        with timed(f"  P(alive) and purchases of {len(summary):,} histories"):
            alive, bought = model.p_alive(summary), model.expected_purchases(summary, TERMS.horizon_days)
        with timed("  their distributions"):
            some = model.p_at_least(summary, 1, TERMS.horizon_days)
            of_history = Counts.matching(alive, bought, some)
            purchase_ends = of_history.quantiles(np.array(PROBABILITIES))
        with timed("  every customer's value and intervals, by blocks"):
            total = 0.0
            per_history = lifetime_values(model, summary, np.arange(len(summary)), np.ones(len(summary)), TERMS)
            for start in range(0, n, BLOCK):
                rows = row_of[start : start + BLOCK]
                some_x, some_spent = x[start : start + BLOCK], spent[start : start + BLOCK]
                mean = spend.expected_spend(some_x, some_spent)
                of_mean = 1 / np.maximum(spend.p_ * some_x + spend.q_ - 2, 0.3)
                ends = revenue_ends(of_history.rows(rows), mean, (of_mean, (1 + of_mean) / spend.p_), 1.0)
                total += float((per_history[rows] * mean).sum() + 0 * (ends.sum() + purchase_ends[rows].sum()))
    print(f"customer equity {total / 100:,.0f}")


def merge(kind: type[PurchaseModel], n: int) -> None:
    """Count partitions of customers one after the other, merge the counts as they come, and fit on them."""

    def parts() -> Iterator[PurchaseSummary]:
        for part in range(n // PARTITION):
            yield PurchaseSummary.of(*customers(np.random.default_rng(part), PARTITION))

    with timed(f"{n:,} customers drawn and counted, {n // PARTITION} partitions"):
        counted = list(parts())
    with timed("merging") as _:
        whole = PurchaseSummary.merged(counted)
    print(f"  {len(whole):,} distinct histories of {whole.total_customers:,} customers")
    with timed(f"fitting {kind.name}"):
        model = kind().fit(whole)
    print(f"  {model.parameters_} ({model.verdict_.status})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("score", "merge"))
    parser.add_argument("--model", choices=tuple(KINDS), default="bg_nbd")
    parser.add_argument("--customers", type=int)
    asked = parser.parse_args()
    if asked.what == "score":
        score(KINDS[asked.model], asked.customers or 5_000_000)
    else:
        merge(KINDS[asked.model], asked.customers or 100_000_000)


if __name__ == "__main__":
    main()
