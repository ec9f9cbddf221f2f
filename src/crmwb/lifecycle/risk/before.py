"""Who was at risk already at an earlier month end: today's rule, applied to what was known of customers then.

One rule for both days, so that who has become at risk has changed, and not the rule that says so.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crmwb.lifecycle.risk.panel import Known

LEAST_DAYS = 28  # between the two days: within less, hardly anybody changes


@dataclass(frozen=True)
class Before:
    """Who was at risk at an earlier day.

    Attributes
    ----------
    as_of : date
        That day; what happened on it or later is not used of any customer.
    was_at_risk : Series of boolean, shape (n_customers,)
        Whether they were at risk or likely lost; unknown of who had not bought by then, or had no risk then.
    """

    as_of: date
    was_at_risk: "pd.Series[bool]"

    @classmethod
    def of(cls, then: Known, risk: np.ndarray, least: float, n_customers: int) -> "Before":
        """Tell who had a risk of `least` or more, from the risk of each of the buyers known then."""
        was = pd.Series(pd.NA, index=range(n_customers), dtype="boolean")
        was.iloc[then.customer] = risk >= least
        return cls(then.as_of, was)
