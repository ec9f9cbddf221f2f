"""Who has become at risk since an earlier month end, and who no longer is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import pandas as pd

from crmwb.marts.regulars import REGULAR
from crmwb.params.lifecycle import LEAVING

UNSURE = tuple(f"circumstances.{name}" for name in ("ids_replaced", "closes_now", "numbers_per_order"))
NEEDS = ("risk_class", "was_at_risk", "n_purchase_days")  # columns of the mart


def compared_with(lifecycle: Mapping[str, Any], circumstances: Mapping[str, Any]) -> str | None:
    """Return the earlier day in ISO form; None where no risk of then is known, or silence does not show who left.

    Parameters
    ----------
    lifecycle, circumstances : mapping
        lifecycle/facts.json and features/circumstances.json.
    """
    if any(finding["code"] in UNSURE for finding in circumstances["findings"]):
        return None
    since: str | None = lifecycle["risk"]["before"]
    return since


@dataclass(frozen=True)
class Newly:
    """Changes of risk between two days, by one rule; who first bought between them is in neither.

    Attributes
    ----------
    since : date
        The earlier day.
    at_risk : DataFrame
        Customers at risk or likely lost who were not then.
    n_no_longer : int
        Customers who were, and are not.
    """

    since: date
    at_risk: pd.DataFrame
    n_no_longer: int

    @classmethod
    def of(cls, buyers: pd.DataFrame, since: str | None) -> Self | None:
        """Compare the two days; None where the risk of the earlier one is not known.

        Parameters
        ----------
        buyers : DataFrame
            One row per customer who has bought: `NEEDS`, and what else is to be listed.
        since : str or None
            The earlier day, as `compared_with` returns it.

        Examples
        --------
        >>> import pandas as pd
        >>> from crmwb.marts.newly import Newly
        >>> rows = [("low", True, 4), ("at_risk", False, 5), ("likely_lost", True, 1), ("at_risk", None, 1)]
        >>> buyers = pd.DataFrame(rows, columns=["risk_class", "was_at_risk", "n_purchase_days"])
        >>> newly = Newly.of(buyers, "2026-05-01")
        >>> len(newly.at_risk), newly.n_no_longer
        (1, 1)
        """
        if since is None:
            return None
        was = buyers["was_at_risk"].astype("boolean")
        leaving = buyers["risk_class"].isin(LEAVING)
        known = buyers["risk_class"].notna()
        no_longer = known & ~leaving & was.fillna(False)
        return cls(date.fromisoformat(since), buyers[leaving & ~was.fillna(True)], int(no_longer.sum()))

    @property
    def regulars(self) -> pd.DataFrame:
        """Those of them with `REGULAR` purchase days or more."""
        return self.at_risk[self.at_risk["n_purchase_days"] >= REGULAR]
