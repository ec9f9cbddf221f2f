"""What is left of revenue after the cost of goods: from the source where it has costs, assumed where it has none."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Margin:
    """Margin over revenue.

    Attributes
    ----------
    share : float
        Over all customers whose costs are known; the assumed share where nobody's are.
    is_assumed : bool
        Whether the source has no costs at all.
    n_known : int
        Customers whose costs are known.
    """

    share: float
    is_assumed: bool
    n_known: int


def margin(buyers: pd.DataFrame, assumed_share: float) -> Margin:
    """Find the margin share to value future purchases by: one share for all, for a customer's own is mostly noise.

    Parameters
    ----------
    buyers : DataFrame
        revenue_cents, and margin_cents (NULL where costs are unknown).
    assumed_share : float
        Used where the source has no costs.
    """
    known = buyers[buyers["margin_cents"].notna()]
    revenue = int(known["revenue_cents"].sum())
    if revenue <= 0:
        return Margin(assumed_share, is_assumed=True, n_known=0)
    return Margin(int(known["margin_cents"].sum()) / revenue, is_assumed=False, n_known=len(known))


def realised_margin(buyers: pd.DataFrame, margin: Margin) -> pd.DataFrame:
    """Say what each customer has brought so far.

    Returns
    -------
    DataFrame of shape (n, 3)
        On the index of `buyers`: realised_revenue_cents, realised_margin_cents (revenue times the margin share,
        rounded, where the customer's costs are unknown) and margin_is_assumed (true just there).
    """
    known = buyers["margin_cents"].notna() & (not margin.is_assumed)
    estimate = np.rint(buyers["revenue_cents"].to_numpy(dtype=np.float64) * margin.share)
    return pd.DataFrame(
        {
            "realised_revenue_cents": buyers["revenue_cents"].astype("int64"),
            "realised_margin_cents": np.where(known, buyers["margin_cents"].fillna(0), estimate).astype(np.int64),
            "margin_is_assumed": ~known,
        },
        index=buyers.index,
    )
