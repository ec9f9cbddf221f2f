"""Large companies: millions of customers × 20 features: evidence, fit, score and profile; the sample against everybody.

`python benchmarks/segment_scale.py [--customers 5000000] [--features 20] [--k 3 10]`; prints seconds of each step and
the most memory held, then how well clusters found on the sample agree with those found on all customers, with the
clusters that were planted, and batches of scores with one another.
"""

import argparse
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from crmwb import params
from crmwb.params import SegmentationParams, View, ViewColumn
from crmwb.segmentation import clusters, views
from crmwb.segmentation.clusters import sample
from crmwb.segmentation.clusters.methods import METHODS

PLANTED = 6
N_STARTS = 10  # with fewer, one of the two may end in a worse place than the other
PROJECT = Path(__file__).parents[1]


@contextmanager
def timed(what: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what:<58} {time.perf_counter() - wall:6.1f} s  {time.process_time() - cpu:6.1f} s CPU  {held:5.2f} GiB")


def customers(n: int, n_features: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw customers of six kinds, of very different sizes, and which kind each is of; half the features are money."""
    rng = np.random.default_rng(0)
    kind = rng.choice(PLANTED, n, p=[0.4, 0.25, 0.15, 0.1, 0.06, 0.04]).astype(np.int8)
    centres = rng.normal(0, 1.2, (PLANTED, n_features))
    frame = {"customer_id": pd.array(np.arange(n), dtype="int64"), "n_purchase_days": rng.integers(1, 30, n)}
    for feature in range(n_features):
        values = centres[kind, feature] + rng.standard_normal(n)
        frame[f"x{feature}"] = np.exp(4 + values) if feature % 2 else values
    frame["revenue_cents"] = (frame["x1"] * 100).astype(np.int64)
    return pd.DataFrame(frame, copy=False), kind


def choices(n_features: int, k: tuple[int, int]) -> SegmentationParams:
    """Choose as the project does, with one view of all features."""
    own = params.load(PROJECT / "params.yaml").segmentation
    columns = tuple(ViewColumn(column=f"x{f}", transform="log" if f % 2 else "none") for f in range(n_features))
    declared = {"everything": View(why="A benchmark.", weight=1, columns=columns)}
    changed = {
        "views": own.views.model_copy(update={"declared": declared}),
        "clusters": own.clusters.model_copy(update={"views": ("everything",), "k_min": k[0], "k_max": k[1]}),
    }
    return own.model_copy(update=changed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=5_000_000)
    parser.add_argument("--features", type=int, default=20)
    parser.add_argument("--k", type=int, nargs=2, default=(3, 10))
    asked = parser.parse_args()
    with timed(f"(drawing {asked.customers:,} customers × {asked.features} features)"):
        frame, kind = customers(asked.customers, asked.features)
    chosen = choices(asked.features, tuple(asked.k))
    with timed("all"):
        with timed("  evidence and fit"):
            model = clusters.fit(frame, chosen, 1)
        with timed("  scoring everybody"):
            scored = clusters.score(frame, model)
        with timed("  profile: customers, revenue and means by cluster"):
            profile = frame.drop(columns="customer_id").groupby(scored["cluster"].to_numpy()).mean()
    print(model["verdict"], f"{len(profile)} profiles; {scored['is_outlier'].mean():.2%} outliers")
    own = scored["cluster"].to_numpy(dtype=np.int8)
    print(f"ARI with the planted kinds                     {adjusted_rand_score(kind, own):.4f}")
    some = frame.iloc[1_234_567 % len(frame) :].head(100_000)
    again = clusters.score(some, model)["cluster"].to_numpy(dtype=np.int8)
    print(f"scored alone as among all, of {len(some):,}          {(again == own[some.index]).mean():.6f}")
    del scored, some
    with timed("(K-means of a sample, and of everybody)"), threadpool_limits(1):
        rows, _ = sample.draw(frame, chosen.clusters.fit_rows, np.random.default_rng(1))
        x = views.apply(frame, model)
        method, k = METHODS["kmeans"], model["k"]
        small, whole = (
            method.predict(x, method.fit(part, [k], N_STARTS, np.random.default_rng(2))[k]) for part in (x[rows], x)
        )
    print(f"ARI of clusters fitted on {len(rows):,} with those on all    {adjusted_rand_score(small, whole):.4f}")


if __name__ == "__main__":
    main()
