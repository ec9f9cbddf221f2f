"""How often the verdict on segments errs: writes docs/segment_evidence.md.

`python benchmarks/segment_evidence.py [--seeds 20]`: every kind of customers of `segment_kinds.py`, with the project's
own params but fewer resamples; about 2 CPU seconds each, 20 CPU minutes for 20 seeds.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import segment_kinds
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from crmwb import params
from crmwb.segmentation.clusters import choice, evidence

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "segment_evidence.md"
LEAST_ARI = 0.9
K_MAX = 6
N_BOOTSTRAP = 6  # fewer than the stage: with more draws the null is stricter, not laxer
FIRST_SEED = 2_000  # those below were looked at while the evidence was designed


TEXT = """\
# How often the verdict on segments errs

Written by `make nulls`. Every row: 1,000 customers drawn with each of {n} seeds, judged as the segment stage judges
them (K-means, normal mixture and Ward's hierarchy; 2 to 6 clusters), with 6 resamples and draws, not 20. Kinds marked
*yes* were looked at while the evidence was designed, with other seeds; the others were not. How it works is in
`src/crmwb/segmentation/clusters/evidence.py` and `separation.py`, the kinds are in `benchmarks/segment_kinds.py`.

## No segments: how often they are called natural

| customers | looked at | natural |
|---|---|---|
{without}

## Planted segments: called natural, and found (adjusted Rand index at least {ari})

| customers | looked at | natural | natural and found |
|---|---|---|---|
{planted}
"""


def judge(draw: Callable[[np.random.Generator], Any], seed: int, k_max: int = K_MAX) -> tuple[bool, float]:
    """Return whether customers' clusters are called natural, and their agreement with the planted ones (else NaN)."""
    drawn = draw(np.random.default_rng([seed, 5]))
    x, own = drawn if isinstance(drawn, tuple) else (drawn, None)
    x = np.round((x - x.mean(axis=0)) / x.std(axis=0), 6)
    chosen = params.load(PROJECT / "params.yaml").segmentation.clusters.model_copy(update={"n_bootstrap": N_BOOTSTRAP})
    blocks = [[column] for column in range(x.shape[1])]
    with threadpool_limits(1):
        candidates = evidence.gather(x, x, blocks, k_max=k_max, params=chosen, seed=seed)
    clustering, kind, _ = choice.choose(candidates)
    return kind == "natural", float("nan") if own is None else float(adjusted_rand_score(own, clustering.labels))


def words_of(draw: Callable[[np.random.Generator], Any]) -> str:
    """Return what the customers of a kind are."""
    return (draw.__doc__ or "").removeprefix("Draw ").rstrip(".")


def rows_of(page: Path, kinds: dict[str, Callable[[np.random.Generator], Any]], n_seeds: int) -> dict[str, str]:
    """Return the rows of kinds that a page already holds, of as many seeds."""
    lines = page.read_text(encoding="utf-8").splitlines() if page.exists() else []
    judged = [line for line in lines if f" of {n_seeds} |" in line]
    named = {line.split(" | ")[0].removeprefix("| "): line for line in judged}
    return {name: named[words_of(draw)] for name, draw in kinds.items() if words_of(draw) in named}


def row(name: str, draw: Callable[[np.random.Generator], Any], judged: list[tuple[bool, float]]) -> str:
    """Return a table's row: what the kind is, whether it was looked at, how often natural, how often rightly so."""
    n, natural = len(judged), sum(is_natural for is_natural, _ in judged)
    words = words_of(draw)
    seen = "no" if name in segment_kinds.UNSEEN else "yes"
    right = sum(is_natural and ari >= LEAST_ARI for is_natural, ari in judged)
    last = [f"{right} of {n}"] if name in segment_kinds.PLANTED else []
    return " | ".join(["", words, seen, f"{natural} of {n}", *last, ""]).strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="keep the rows that the page has of as many seeds")
    asked = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + asked.seeds)
    kinds = segment_kinds.STRUCTURELESS | segment_kinds.PLANTED
    rows = rows_of(PAGE, kinds, len(seeds)) if asked.resume else {}
    # the unseen first, and the page after each kind: half an hour is long
    with ProcessPoolExecutor(asked.workers) as pool:
        for name in sorted(kinds.keys() - rows.keys(), key=lambda kind: (kind not in segment_kinds.UNSEEN, kind)):
            rows[name] = row(name, kinds[name], list(pool.map(partial(judge, kinds[name]), seeds)))
            print(rows[name], flush=True)
            without, planted = (
                "\n".join(rows[each] for each in some if each in rows)
                for some in (segment_kinds.STRUCTURELESS, segment_kinds.PLANTED)
            )
            text = TEXT.format(n=len(seeds), ari=LEAST_ARI, without=without, planted=planted)
            PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
