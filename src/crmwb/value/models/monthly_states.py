"""Which state each customer was in at each month's end, from the feature snapshots: recency by one more trait."""

from datetime import date
from itertools import pairwise, product

import numpy as np
import pandas as pd

from crmwb.calendar import MONTHS_A_YEAR
from crmwb.errors import CrmwbError


class Grid:
    """The states: recency in months by band, most recent first.

    Attributes
    ----------
    bands : list of str
        Of `band_by`: "<2", "2–<5", ">=5"; "all" where there are no cuts.
    names : tuple of str
        Of states: months since the last purchase, 1 for one in the last month, and the band: "1m <2", "6m+ >=5".
    """

    def __init__(self, n_recency: int, band_by: str, cuts: tuple[float, ...]) -> None:
        if n_recency < 2 or list(cuts) != sorted(set(cuts)):
            raise CrmwbError(f"states need at least 2 months of recency ({n_recency}) and cuts that rise ({cuts}).")
        self.n_recency, self.band_by, self.cuts = n_recency, band_by, np.array(cuts, dtype=np.float64)
        edges = [f"{cut:g}" for cut in cuts]
        self.bands = [f"<{edges[0]}"] if edges else ["all"]
        self.bands += [f"{low}–<{high}" for low, high in pairwise(edges)]
        self.bands += [f">={edges[-1]}"] if edges else []
        months = [f"{m}m" for m in range(1, n_recency)] + [f"{n_recency}m+"]
        self.names = tuple(f"{m} {band}" if edges else m for m, band in product(months, self.bands))

    def states_of(self, known: pd.DataFrame) -> np.ndarray:
        """Return the number of each row's state, shape (n,)."""
        recency = np.minimum(known["recency_months"].to_numpy(), self.n_recency) - 1
        band = np.searchsorted(self.cuts, known[self.band_by].to_numpy(np.float64), side="right")
        return np.asarray(recency * len(self.bands) + band)


def known_by(snapshots: pd.DataFrame, as_of: date, band_by: str) -> pd.DataFrame:
    """Return what was known by `as_of`, sorted by customer and month, both with numbers of their own.

    Raises
    ------
    CrmwbError
        A column is missing, or a row lacks a value or is of no month's end.
    """
    needed = list(dict.fromkeys(["customer_id", "as_of", "days_since_last", "revenue_cents", band_by]))
    if missing := sorted(set(needed) - set(snapshots.columns)):
        raise CrmwbError(f"snapshots lack the column {missing[0]!r}; make them again with `dvc repro features`.")
    ends = pd.to_datetime(snapshots["as_of"])
    known = snapshots.loc[ends <= pd.Timestamp(as_of), needed].assign(end=ends)
    if known.empty:
        raise CrmwbError(f"there is no snapshot of {as_of} or before; use a later as_of or raise features.n_snapshots.")
    if known.isna().any(axis=None) or not (known["end"].dt.day == 1).all() or (known["days_since_last"] < 1).any():
        raise CrmwbError(
            f"snapshots to {as_of}: every row needs a value in {', '.join(needed)}, as_of the first day of a month and "
            "days_since_last at least 1; make them again with `dvc repro features`."
        )
    last = known["end"] - pd.to_timedelta(known["days_since_last"], unit="D")
    month = known["end"].dt.year * MONTHS_A_YEAR + known["end"].dt.month
    customer = pd.factorize(known["customer_id"], sort=True)[0]
    recency = month - (last.dt.year * MONTHS_A_YEAR + last.dt.month)
    known = known.assign(customer=customer, month=month, recency_months=recency)
    return known.iloc[np.lexsort((month, customer))].reset_index(drop=True)


def next_months(customer: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Return the rows that have a next month; CrmwbError where a customer's next month is missing or double."""
    same = customer[1:] == customer[:-1]
    step = np.diff(month)
    gone = (np.append(~same, True)) & (month < month.max(initial=0))
    if (step[same] != 1).any() or gone.any():
        raise CrmwbError(
            "snapshots lack a month of some customer, or hold one twice: every customer needs one row for each month "
            "from the first to the last; make them again with `dvc repro features`."
        )
    if not same.any():
        raise CrmwbError("snapshots hold a single month, so nobody is seen to move; raise features.n_snapshots.")
    return np.flatnonzero(same)


def thirds(known: pd.DataFrame, band_by: str) -> tuple[float, ...]:
    """Return the values of a column that cut the customers of the latest month into three bands as even as can be."""
    latest = known.loc[known["month"] == known["month"].max(), band_by].to_numpy(np.float64)
    cuts = np.quantile(latest, [1 / 3, 2 / 3], method="higher")
    return tuple(float(cut) for cut in np.unique(cuts) if cut > latest.min())
