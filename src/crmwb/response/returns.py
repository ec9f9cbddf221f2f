"""What campaigns returned: the extra margin against the cost that the source states."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = ("campaign_id", "name", "design", "is_experiment", "cost_cents")
OF_MARGIN = {"difference": "margin_cents", "low": "margin_low_cents", "high": "margin_high_cents"}
OF_RETURN = {
    "margin_cents": "return_share", "margin_low_cents": "return_low_share", "margin_high_cents": "return_high_share",
}  # fmt: skip


@dataclass(frozen=True)
class Margin:
    """Margin over revenue.

    Attributes
    ----------
    share : float
        The company's, or an assumed one.
    is_assumed : bool
        The source holds no costs of goods: then a campaign has surely lost only where all of its revenue is less than
        its cost.
    """

    share: float
    is_assumed: bool

    @property
    def most(self) -> float:
        """The largest that it may be."""
        return max(self.share, 1.0) if self.is_assumed else self.share


def returns(revenue: pd.DataFrame, margin: Margin) -> pd.DataFrame:
    """Set the extra margin of each campaign against its cost.

    Parameters
    ----------
    revenue : DataFrame
        One row per campaign with a known effect on revenue: COLUMNS, n_treated, and difference, low, high (cents per
        customer contacted);
        n_days_not_counted, where known: how long it still ran after the days whose purchases count as its effect.
    margin : Margin
        Margin over revenue.

    Returns
    -------
    DataFrame
        One row per campaign whose cost is known and not 0, in the same order: COLUMNS; margin_cents with interval;
        return_share with interval (margin less cost, over cost); verdict: `paid` where the margin surely exceeds the
        cost, `lost` where it surely does not, else `open`. What ran longer than is counted is not `lost`: what
        it brought later may have paid for it.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.response.returns import Margin, returns
    >>> campaign = {"campaign_id": "m1", "name": "Spring", "design": "experiment", "is_experiment": True,
    ...             "cost_cents": 1_000.0, "n_treated": 10, "difference": 500.0, "low": 400.0, "high": 600.0}
    >>> row = returns(pd.DataFrame([campaign]), Margin(0.5, is_assumed=False)).iloc[0]
    >>> float(row["margin_cents"]), float(row["return_share"]), row["verdict"]
    (2500.0, 1.5, 'paid')
    """
    rows = revenue[revenue["cost_cents"] > 0].reset_index(drop=True)
    margins = pd.DataFrame({to: rows[of] * rows["n_treated"] * margin.share for of, to in OF_MARGIN.items()})
    shares = pd.DataFrame({to: margins[of] / rows["cost_cents"] - 1 for of, to in OF_RETURN.items()})
    is_counted = ~(rows["n_days_not_counted"] > 0) if "n_days_not_counted" in rows else True
    is_less = rows["high"] * rows["n_treated"] * margin.most < rows["cost_cents"]
    verdict = np.where(shares["return_low_share"] > 0, "paid", np.where(is_less & is_counted, "lost", "open"))
    return pd.concat([rows[list(COLUMNS)], margins, shares], axis="columns").assign(verdict=verdict.astype(object))
