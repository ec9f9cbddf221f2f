"""Two schemes of segments against each other."""

import pandas as pd
from matplotlib.axes import Axes

from crmwb.findings import Finding, Term, numbers
from crmwb.findings.say import say
from crmwb.plots import style


def crosswalk(table: pd.DataFrame, scheme: str, other: str, ax: Axes | None = None) -> Axes:
    """Draw who of one scheme is where in another: customers, shaded by their share of the row.

    Parameters
    ----------
    table : DataFrame
        Customers; one row per segment of the one scheme, one column per segment of the other.
    scheme, other : str
        What the rows and the columns are: kinds of terms.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    import seaborn as sns

    ax = ax or style.new_axes(3.0 + 1.2 * table.shape[1], 1.8 + 0.5 * len(table))
    shares = table.div(table.sum(axis=1).clip(lower=1), axis=0).astype(float)
    texts = table.map(lambda n: numbers.count(n) if n else "").to_numpy()
    sns.heatmap(shares.to_numpy(), annot=texts, fmt="", cmap="Blues", vmin=0, vmax=1, linewidths=2, cbar=False, ax=ax)
    named = {"scheme": Term("column", scheme), "other": Term("column", other)}
    title = say(Finding("segmentation.plot.crosswalk", named))
    ax.set(title=title, xlabel=say(named["other"]), ylabel=say(named["scheme"]))
    ax.set_xticks([i + 0.5 for i in range(table.shape[1])], [say(Term(other, str(name))) for name in table.columns])
    ax.set_yticks(
        [i + 0.5 for i in range(len(table))], [say(Term(scheme, str(name))) for name in table.index], rotation=0
    )
    ax.tick_params(length=0)
    return ax
