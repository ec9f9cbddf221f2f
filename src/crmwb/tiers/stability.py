"""How often labels change from month to month, and how far they lag behind a fresh look."""

import pandas as pd


def stability(history: pd.DataFrame, last: int = 6) -> dict[str, float | int | None]:
    """Return how many labels change in a month, and how many are those that a fresh look would give.

    Parameters
    ----------
    history : DataFrame
        n_customers, n_before, n_changed and n_held of month ends, in order.
    last : int
        How many of the latest month ends count.

    Returns
    -------
    dict
        n_months, monthly_change_share and agreement_share; None where there is nothing to count.

    Examples
    --------
    Of 200 customers with a tier a month before, 12 changed it:

    >>> import pandas as pd
    >>> from crmwb.tiers import stability
    >>> counts = {"n_customers": [100, 110], "n_before": [90, 110], "n_changed": [5, 7], "n_held": [2, 4]}
    >>> stability(pd.DataFrame(counts))
    {'n_months': 2, 'monthly_change_share': 0.06, 'agreement_share': 0.971429}
    """
    rows = history.tail(last)
    with_before = rows[rows["n_before"] > 0]
    n_before, n = int(with_before["n_before"].sum()), int(rows["n_customers"].sum())
    return {
        "n_months": len(with_before),
        "monthly_change_share": round(int(with_before["n_changed"].sum()) / n_before, 6) if n_before else None,
        "agreement_share": round(1 - int(rows["n_held"].sum()) / n, 6) if n else None,
    }
