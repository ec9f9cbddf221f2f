"""The page docs/forecasts.md, from forecasts and what came."""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

import numpy as np

WITHIN = 0.25
HEAD = """# How monthly forecasts came true

Written by `make forecasts`, never by hand. Each history is cut at a day, the forecast is made from what came before it,
and the whole months after the cut are compared with it: how many lie within their 80% range, how far off all of them
are together, and how far off the total is where one is stated. A total is stated over as many months as its 95% range
stays within a quarter of it; else it is withheld. The last column shows what the sum of the customer models with new
customers alone would have said.

The rules were chosen on simulated series of other seeds, except one: that forecasts learn nothing from the first third
of a history was added after wide ranges had been seen on CDNOW and the simulated company b2b_demo. That ranges rest
less on forecasts made before two years were known was chosen without the two kinds of fast growth, and judged on them.
"""

SIMULATED = (
    "flat, seasonal, trend, random walk, decay of a cohort, a break, sparse orders, steady growth of 8 or 20% a year "
    "either way and of 50 to 100%, with and without season: see `benchmarks/simulated_months.py`. Twelve months are "
    "held out after each length."
)


def write(real: list[Any], simulated: list[Any]) -> str:
    """Return the page as Markdown."""
    parts = [HEAD]
    if real:
        parts += ["## Real data and the simulated company", _table(real), _summary(real, "of the cuts above")]
    if simulated:
        parts += [
            "## Simulated series",
            SIMULATED,
            _groups(simulated, lambda o: (o.title, ""), "kind"),
            _groups(simulated, lambda o: (o.cut, ""), "history"),
            _summary(simulated, "of the simulated series"),
        ]
    return "\n\n".join(parts) + "\n"


def _table(outcomes: list[Any]) -> str:
    heads = ("history", "cut at", "months known", "measure", "method", "months within 80%", "together off by")
    lines = [f"| {' | '.join(heads)} | total stated | off by | customer models alone |", f"|{'---|' * 10}"]
    for o in outcomes:
        months = f"{sum(o.within)} of {len(o.within)}" if o.within else "none to compare"
        together = "–" if o.error is None else f"{o.error:+.0%}"
        stated = "withheld" if o.total_months is None else f"{o.total_months} months"
        off = "–" if o.total_error is None else f"{o.total_error:+.0%}"
        alone = "–" if o.models_error is None else f"{o.models_error:+.0%} over {o.models_months} months"
        measure = o.measure.removesuffix("_cents")
        cells = (o.title, o.cut, o.n_months, measure, o.method, months, together, stated, off, alone)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _groups(outcomes: list[Any], key: Callable[[Any], tuple[str, str]], name: str) -> str:
    heads = (name, "months within 80%", "together off by, median", "totals stated", "within a quarter", "median error")
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * 6}"]
    order = list(dict.fromkeys(key(o) for o in outcomes))
    for group, members in groupby(sorted(outcomes, key=lambda o: order.index(key(o))), key=key):
        lines.append(f"| {group[0]} | {_line(list(members))} |")
    return "\n".join(lines)


def _line(outcomes: list[Any]) -> str:
    within = [w for o in outcomes for w in o.within]
    errors = [abs(o.total_error) for o in outcomes if o.total_error is not None]
    stated = sum(o.total_months is not None for o in outcomes)
    near = f"{np.mean([e <= WITHIN for e in errors]):.0%}" if errors else "–"
    median = f"{np.median(errors):.0%}" if errors else "–"
    together = f"{np.median([abs(o.error) for o in outcomes if o.error is not None]):.0%}"
    return f"{np.mean(within):.0%} of {len(within):,} | {together} | {stated} of {len(outcomes)} | {near} | {median}"


def _summary(outcomes: Iterable[Any], of: str) -> str:
    outcomes = list(outcomes)
    within = [w for o in outcomes for w in o.within]
    errors = [abs(o.total_error) for o in outcomes if o.total_error is not None]
    near = sum(e <= WITHIN for e in errors)
    sentence = f"**In all**, {np.mean(within):.0%} of {len(within):,} months {of} lie within their 80% range; "
    if not errors:
        return sentence + "no total was sure enough to be stated."
    return sentence + f"of {len(errors)} totals that were stated and can be compared, {near} are within a quarter."
