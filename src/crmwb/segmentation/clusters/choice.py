"""Which method and number of clusters, and what kind of segments these are.

Three verdicts (after Dolnicar, Grün & Leisch 2018, "Market Segmentation Analysis"):

natural       stable, large enough and separated: real segments
reproducible  stable and large enough, but customers fill the space between: a useful cut, not a discovery
constructive  not even that: a description only

Within the best verdict that any candidate reaches, those that pass the acceptance tests go first. Among natural ones
the most clusters are chosen, since each is a dense region of its own, and of as many, those that overlap least. Among
others it is the largest gain over the null, and of equal ones fewer clusters: the smallest number that passes would
nearly always be two, since two clusters are the most stable and the largest, whatever the truth.
"""

from collections.abc import Callable

import numpy as np

from crmwb.segmentation.clusters.evidence import Candidate
from crmwb.segmentation.clusters.methods import METHODS

SEPARATION = ((0.7, "clearly"), (0.45, "mostly"), (0.0, "partly"))  # least separation


def choose(found: list[Candidate], passes: Callable[[np.ndarray], bool] | None = None) -> tuple[Candidate, str, str]:
    """Choose a candidate and say what kind of segments these are.

    Parameters
    ----------
    found : list of Candidate
        At least one.
    passes : callable, optional
        Says of a candidate's labels whether its clusters pass the acceptance tests; asked from the largest gain down.

    Returns
    -------
    chosen : Candidate
        See the module's text for the rule.
    kind : str
        natural, reproducible or constructive.
    verdict : str
        One sentence for people; `grounds` has the figures that it rests on.
    """
    usable = [c for c in found if c.row["is_stable"] and c.row["is_substantial"]]
    natural = [c for c in usable if c.row["is_separated"]]
    large = [c for c in found if c.row["is_substantial"]]
    kind = "natural" if natural else "reproducible" if usable else "constructive"
    if natural:
        ranked = sorted(natural, key=lambda c: (-c.row["k"], c.row["overlap"]))
    else:
        ranked = sorted(usable or large or found, key=lambda c: (-c.row["gain"], c.row["k"]))
    chosen = next((c for c in ranked if passes(c.labels)), ranked[0]) if passes else ranked[0]
    return chosen, kind, _verdict(kind, chosen, found)


def _separation(separation: float) -> str:
    return next(word for least, word in SEPARATION if separation >= least)


def grounds(chosen: Candidate) -> str:
    """Return the figures that a verdict rests on, in one sentence."""
    row, by = chosen.row, METHODS[chosen.method].words
    null = row["null_separation"]
    without = "" if null is None else f" and customers without segments have {null:.2f}"
    return (
        f"{by[:1].upper()}{by[1:]}: Jaccard at least {row['min_jaccard']:.2f}; separation {row['separation']:.2f}, "
        f"where {row['separation_needed']:.2f} is needed{without}."
    )


def _verdict(kind: str, chosen: Candidate, found: list[Candidate]) -> str:
    row, tried = chosen.row, sorted({c.row["k"] for c in found})
    numbers = f"{tried[0]} to {tried[-1]}" if len(tried) > 1 else f"{tried[0]}"
    if kind == "natural":
        return (
            f"{row['k']} real segments, {_separation(row['separation'])} separated: each comes back when customers are "
            f"resampled, holds at least {row['min_share']:.0%} of them, and customers are sparse between them."
        )
    if kind == "reproducible":
        return (
            f"No real segments: {row['k']} groups come back when customers are resampled, but customers fill the space "
            "between them; they are a useful cut through a continuum, not a discovery."
        )
    return (
        f"No real segments: no number of groups from {numbers} is both stable and large enough; the {row['k']} shown, "
        f"the smallest with {row['min_share']:.0%} of customers, only describe."
    )
