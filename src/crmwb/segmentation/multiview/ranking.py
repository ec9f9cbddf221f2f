"""The cells that matter: the largest, and those that grow or shrink beyond chance."""

import pandas as pd

from crmwb.segmentation.multiview.crossings import GROWING, SHRINKING

CELL = ["dimension", "level", "other_dimension", "other_level"]


def largest(cells: pd.DataFrame, n: int = 10, by: str = "revenue_cents") -> pd.DataFrame:
    """Return the `n` cells with most of a measure: n_customers, revenue_cents or recent_revenue_cents."""
    return cells.sort_values([by, *CELL], ascending=[False] + [True] * 4, na_position="last").head(n)


def growing(cells: pd.DataFrame, n: int = 10) -> pd.DataFrame:
    """Return the `n` cells with the most certain growth against all customers: by the lower end of the interval."""
    rows = cells[cells["trend"] == GROWING]
    return rows.sort_values(["growth_lower", *CELL], ascending=[False] + [True] * 4).head(n)


def shrinking(cells: pd.DataFrame, n: int = 10) -> pd.DataFrame:
    """Return the `n` cells with the most certain decline against all customers: by the upper end of the interval."""
    rows = cells[cells["trend"] == SHRINKING]
    return rows.sort_values(["growth_upper", *CELL]).head(n)
