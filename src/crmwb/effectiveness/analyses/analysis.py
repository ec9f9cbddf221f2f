"""What each of the seven analyses returns, and how groups of customers are counted for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import pandas as pd

from crmwb.effectiveness.inputs import Inputs
from crmwb.effectiveness.reading import fetch
from crmwb.findings import Finding, Name, Share, Unavailable, Value

MOST_ROWS = 8


@dataclass(frozen=True)
class Row:
    """A group of the table behind an analysis: its name, customers, their share, an amount, the figure of interest."""

    label: Value
    n_customers: int
    customer_share: float
    amount_cents: float | None
    figure: Value


@dataclass(frozen=True)
class Analysis:
    """One of the seven analyses: what it shows, and the table behind it (empty where it cannot be told)."""

    finding: Finding | Unavailable
    rows: tuple[Row, ...] = ()


def rows_by(
    customers: pd.DataFrame,
    column: str,
    amount: str,
    label: Callable[[str], Value],
    figure: Callable[[pd.DataFrame], Value],
    *,
    order: Sequence[str] = (),
) -> tuple[Row, ...]:
    """Count customers by the values of a column, the largest amount first; unknown values are left out.

    Parameters
    ----------
    customers : DataFrame
        One row per customer.
    column, amount : str
        Whose values make the groups; what is summed.
    label, figure : callable
        The name of a value, and the figure of the customers who have it.
    order : sequence of str, optional
        The values in their own order, where they have one.
    """
    known = customers[customers[column].notna()]
    groups = [(str(value), part, part[amount].sum(min_count=1)) for value, part in known.groupby(column)]
    groups.sort(key=lambda group: (-(0.0 if pd.isna(group[2]) else float(group[2])), group[0]))
    if order:
        groups.sort(key=lambda group: order.index(group[0]) if group[0] in order else len(order))
    return tuple(
        Row(label(value), len(part), _share(part, known), None if pd.isna(cents) else float(cents), figure(part))
        for value, part, cents in groups[:MOST_ROWS]
    )


def tiers(inputs: Inputs) -> tuple[str, ...]:
    """Return the tiers, the best first."""
    return tuple(level.name for level in inputs.params.value.scorecard.levels)


def _share(part: pd.DataFrame, known: pd.DataFrame) -> float:
    return len(part) / len(known)


def sales_by(inputs: Inputs, sales: ir.Table, column: str) -> pd.DataFrame:
    """Sum sales by a column, the largest revenue first: key, n_customers, revenue_cents, customer_share, revenue_share.

    Shares are of the customers and of the revenue for which the column is known.
    """
    known = sales.filter(sales[column].notnull())
    sums = known.group_by(key=known[column]).aggregate(
        n_customers=known.customer_id.nunique(), revenue_cents=known.revenue_cents.sum().cast("int64")
    )
    frame = fetch(inputs.con, sums)
    n_all = fetch(inputs.con, known.aggregate(n=known.customer_id.nunique()))["n"].iloc[0]
    frame = frame.sort_values(["revenue_cents", "key"], ascending=[False, True], ignore_index=True)
    total = int(frame["revenue_cents"].sum())
    return frame.assign(
        customer_share=frame["n_customers"] / max(int(n_all), 1), revenue_share=frame["revenue_cents"] / max(total, 1)
    )


def sales_rows(groups: pd.DataFrame) -> tuple[Row, ...]:
    """Return the largest of the groups that `sales_by` counts, with their share of revenue as the figure."""
    return tuple(
        Row(
            Name(str(group["key"])),
            int(group["n_customers"]),
            float(group["customer_share"]),
            float(group["revenue_cents"]),
            Share(float(group["revenue_share"])),
        )
        for _, group in groups.head(MOST_ROWS).iterrows()
    )


def named(text: str) -> Name:
    """Return a name from the data."""
    return Name(text)
