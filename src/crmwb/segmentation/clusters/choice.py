"""Which method and number of clusters, and what kind of segments these are.

Three verdicts (after Dolnicar, Grün & Leisch 2018, "Market Segmentation Analysis"):

natural       stable, large enough and separated: real segments
reproducible  stable and large enough, but customers fill the space between, or single features show as much by
              themselves (two prices make small and large orders): a useful cut, not a discovery
constructive  not even that: a description only

Within the best verdict that any candidate reaches, those that pass the acceptance tests go first. Among natural ones
the most clusters are chosen, since each is a dense region of its own, and of as many, those that overlap least. Among
others it is the largest gain over the null, and of equal ones fewer clusters: the smallest number that passes would
nearly always be two, since two clusters are the most stable and the largest, whatever the truth.
"""

from collections.abc import Callable

import numpy as np

from crmwb.findings import Count, Finding, Interval, Number, Share, Term, Value
from crmwb.segmentation.clusters.evidence import LEAST_SEPARATION, Candidate

SEPARATION = ((0.7, "clearly"), (0.45, "mostly"), (0.0, "partly"))  # least separation, key of a term


def choose(
    candidates: list[Candidate], passes: Callable[[np.ndarray], bool] | None = None
) -> tuple[Candidate, str, Finding]:
    """Choose a candidate and say what kind of segments these are.

    Parameters
    ----------
    candidates : list of Candidate
        At least one.
    passes : callable, optional
        Says of a candidate's labels whether its clusters pass the acceptance tests; asked from the largest gain down.

    Returns
    -------
    chosen : Candidate
        See the module's text for the rule.
    kind : str
        natural, reproducible or constructive.
    verdict : Finding
        Whether there are natural segments; `grounds` has the figures that this rests on.
    """
    usable = [c for c in candidates if c.row["is_stable"] and c.row["is_substantial"]]
    natural = [c for c in usable if c.row["is_separated"]]
    large = [c for c in candidates if c.row["is_substantial"]]
    kind = "natural" if natural else "reproducible" if usable else "constructive"
    if natural:
        ranked = sorted(natural, key=lambda c: (-c.row["k"], c.row["overlap"]))
    else:
        ranked = sorted(usable or large or candidates, key=lambda c: (-c.row["gain"], c.row["k"]))
    chosen = next((c for c in ranked if passes(c.labels)), ranked[0]) if passes else ranked[0]
    return chosen, kind, _verdict(kind, chosen, candidates)


def grounds(chosen: Candidate) -> Finding:
    """Return the figures that a verdict rests on."""
    row = chosen.row
    values: dict[str, Value] = {
        "method": Term("cluster_method", chosen.method),
        "jaccard": Number(row["min_jaccard"]),
        "separation": Number(row["separation"]),
        "needed": Number(row["separation_needed"]),
    }
    null = row["null_separation"]
    if null is None:
        return Finding("clusters.grounds", values)
    return Finding("clusters.grounds_null", values | {"null": Number(null)})


def _verdict(kind: str, chosen: Candidate, candidates: list[Candidate]) -> Finding:
    row, tried = chosen.row, sorted({c.row["k"] for c in candidates})
    groups, least = Count(row["k"], "group"), Share(row["min_share"])
    if kind == "natural":
        separation = next(key for lowest, key in SEPARATION if row["separation"] >= lowest)
        values = {"groups": groups, "separation": Term("separation", separation), "least": least}
        return Finding("clusters.natural", values)
    if kind == "reproducible":
        is_apart = row["separation"] >= LEAST_SEPARATION
        return Finding("clusters.reproducible_apart" if is_apart else "clusters.reproducible", {"groups": groups})
    if len(tried) == 1:
        return Finding("clusters.constructive_one", {"groups": groups, "least": least})
    range_tried = Interval(Count(tried[0]), Count(tried[-1]))
    return Finding("clusters.constructive", {"tried": range_tried, "groups": groups, "least": least})
