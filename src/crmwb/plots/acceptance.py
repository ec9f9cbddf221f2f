"""Figure of the acceptance tests: segments × tests, passed or not, with the number."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from crmwb.findings import Finding, Term, numbers
from crmwb.findings.say import say
from crmwb.plots import colours, style

ORDER = (
    *("substantial", "identifiable", "reachable", "profitable"),
    *("stable", "differentiable", "actionable", "goal_relevant"),
)


def table(tests: pd.DataFrame, currency: str = "", ax: Axes | None = None) -> Axes:
    """Draw which segment passes which test.

    Parameters
    ----------
    tests : DataFrame
        One row per cluster and test: cluster, cluster_name, test, number, is_passed (NULL where it could not be made).
    currency : str, optional
        Of profit.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    import seaborn as sns

    names = list(dict.fromkeys(tests.sort_values("cluster")["cluster_name"]))
    order = sorted(tests["test"].unique(), key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    ax = ax or style.new_axes(1.6 + 1.12 * max(len(order), 1) + 1.6, 1.3 + 0.55 * max(len(names), 1))
    states, words = np.zeros((len(names), len(order))), np.full((len(names), len(order)), numbers.UNKNOWN, dtype=object)
    for row in tests.itertuples():
        place = names.index(str(row.cluster_name)), order.index(str(row.test))
        if not pd.isna(row.is_passed):  # type: ignore[arg-type]  # itertuples has no types
            states[place] = 1 if row.is_passed else 2
            words[place] = f"{'✓' if row.is_passed else '✗'} {_number(str(row.test), float(row.number), currency)}"  # type: ignore[arg-type]
    sns.heatmap(
        states,
        annot=words,
        fmt="",
        cmap=ListedColormap([colours.NOT_MADE, colours.PASSED, colours.FAILED]),
        vmin=0,
        vmax=2,
        cbar=False,
        linewidths=2,
        linecolor="white",
        annot_kws={"color": style.INK, "fontsize": 9, "fontfamily": "DejaVu Sans"},
        xticklabels=False,
        yticklabels=False,
        ax=ax,
    )
    tests_named = [style.wrapped(say(Term("acceptance_test", name)), 15) for name in order]
    ax.set_xticks(np.arange(len(order)) + 0.5, tests_named, rotation=25, ha="right", rotation_mode="anchor")
    ax.set_yticks(np.arange(len(names)) + 0.5, [style.wrapped(say(Term("cluster_name", name)), 24) for name in names])
    ax.tick_params(length=0)
    ax.tick_params(axis="y", rotation=0)
    ax.set(title=say(Finding("acceptance.plot.title")), xlabel="", ylabel="")
    return ax


def _number(test: str, number: float, currency: str) -> str:
    if test == "profitable":
        return style.money(number, currency)
    if test == "actionable":
        return numbers.count(number)
    return numbers.number(number, 2) if test == "stable" else numbers.share(number)
