"""The values of customers after a learnt step, and where they are unknown; each column is read once."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.errors import CrmwbError
from crmwb.params import INTERESTS
from crmwb.segmentation.views import steps
from crmwb.segmentation.views.steps import OF_LEVELS, Array

KEY = "customer_id"
EVERYTHING_ELSE = "everything else"


class Values:
    """Customers as the steps see them.

    Parameters
    ----------
    customers : DataFrame of shape (n, ...)
        With customer_id and the columns that the steps name.
    interests : DataFrame or None
        customer_id, category, revenue_share; of these customers and perhaps others.
    """

    def __init__(self, customers: pd.DataFrame, interests: pd.DataFrame | None) -> None:
        self.customers, self.interests = customers, interests
        self._numbers: dict[str, Array] = {}
        self._levels: dict[str, tuple[np.ndarray, list[str]]] = {}
        self._spent: tuple[np.ndarray, pd.DataFrame] | None = None

    def numbers(self, column: str) -> Array:
        """Return a column as float64, unknown as NaN."""
        if column not in self._numbers:
            self._numbers[column] = steps.numbers(self._column(column))
        return self._numbers[column]

    def levels(self, column: str) -> tuple[np.ndarray, list[str]]:
        """Return each row's place in the list of levels (-1: unknown), and that list."""
        if column not in self._levels:
            self._levels[column] = steps.levels(self._column(column))
        return self._levels[column]

    def spent(self) -> tuple[np.ndarray, pd.DataFrame]:
        """Return who bought from any category, and the interests of these customers with their `place` among them."""
        if self.interests is None:
            raise CrmwbError(
                "the clusters' model looks at interests, and none were given; choose views without them "
                "(params.yaml: segmentation.clusters.views), or make data/features/interests.parquet first."
            )
        if self._spent is None:
            place = pd.Index(self.customers[KEY]).get_indexer(pd.Index(self.interests[KEY]))
            mine = self.interests.assign(place=place)[place >= 0]
            known = np.zeros(len(self.customers), dtype=bool)
            known[mine["place"].to_numpy()] = True
            self._spent = known, mine
        return self._spent

    def after(self, step: dict[str, Any]) -> tuple[Array, np.ndarray]:
        """Return the values after a step, before centring, and which of them are unknown (and were filled).

        Parameters
        ----------
        step : dict
            One of a model's columns.

        Returns
        -------
        values : float64 ndarray of shape (n,)
        unknown : bool ndarray of shape (n,)
        """
        column, transform = step["column"], step["transform"]
        if transform == INTERESTS:
            return self._interest(step)
        if transform in OF_LEVELS:
            codes, names = self.levels(column)
            matrix = steps.of_level if transform == "one_hot" else steps.of_levels
            return matrix(codes, names, step), codes < 0
        values = self.numbers(column)
        return steps.of_numbers(values, step), np.isnan(values)

    def _interest(self, step: dict[str, Any]) -> tuple[Array, np.ndarray]:
        """Return the square root of the share of spending on one category, or on all that have no column."""
        known, mine = self.spent()
        own = mine["category"].isin(step["others"])
        picked = mine[~own if step["is_other"] else mine["category"] == step["level"]]
        share = np.zeros(len(known))
        np.add.at(share, picked["place"].to_numpy(), picked["revenue_share"].to_numpy(dtype=np.float64))
        return np.where(known, np.sqrt(share), step["fill"]), ~known

    def _column(self, name: str) -> pd.Series:
        if name not in self.customers:
            raise CrmwbError(
                f"the clusters' model looks at {name}, which these customers do not have; month ends only have what "
                "data/snapshots holds, so choose views of such columns "
                "(params.yaml: segmentation.clusters.views)."
            )
        return self.customers[name]
