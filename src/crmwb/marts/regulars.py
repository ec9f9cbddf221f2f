"""Regular buyers among those at risk of leaving.

Where most customers buy once, most of all are at risk by definition: their number says nothing, and who bought again
and again is whom one can still decide on.
"""

from dataclasses import dataclass
from typing import Self

import pandas as pd

from crmwb.params.lifecycle import LEAVING, RISK_CLASSES

REGULAR = 3  # purchase days
LEAST_REGULARS = 30  # customers
MOSTLY = 0.5  # of those who have bought
_, AT_RISK, LIKELY_LOST = RISK_CLASSES


@dataclass(frozen=True)
class Regulars:
    """Customers with `REGULAR` purchase days or more.

    Attributes
    ----------
    n_customers : int
        All of them.
    at_risk, likely_lost : DataFrame
        Those of each class of risk.
    n_once : int
        Customers at risk or likely lost who bought once.
    is_mostly_once : bool
        They are more than half of all at risk or likely lost.
    """

    n_customers: int
    at_risk: pd.DataFrame
    likely_lost: pd.DataFrame
    n_once: int
    is_mostly_once: bool

    @classmethod
    def where_most_leave(cls, buyers: pd.DataFrame) -> Self | None:
        """Return them where more than half of the buyers are at risk or likely lost; None elsewhere.

        Parameters
        ----------
        buyers : DataFrame
            One row per customer who has bought: risk_class, n_purchase_days and what else is to be summed up.
        """
        is_leaving = buyers["risk_class"].isin(LEAVING)
        regulars = buyers[buyers["n_purchase_days"] >= REGULAR]
        if not is_leaving.sum() > MOSTLY * len(buyers):
            return None
        at_risk, lost = (regulars[regulars["risk_class"] == name] for name in (AT_RISK, LIKELY_LOST))
        n_once = int((buyers.loc[is_leaving, "n_purchase_days"] == 1).sum())
        return cls(len(regulars), at_risk, lost, n_once, n_once > MOSTLY * int(is_leaving.sum()))

    @property
    def are_news(self) -> bool:
        """Whether there are enough of them to lead with."""
        return self.n_customers >= LEAST_REGULARS

    @property
    def leaving(self) -> pd.DataFrame:
        """Those at risk or likely lost."""
        return pd.concat([self.at_risk, self.likely_lost])

    def has_few(self, least: int) -> bool:
        """Whether a count of them would show what fewer than `least` do."""
        counts = (len(self.at_risk), len(self.likely_lost), self.n_customers - len(self.leaving), self.n_once)
        return any(0 < n < least for n in counts)
