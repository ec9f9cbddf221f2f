"""The columns that rules and cards may speak of: raw features, in units that people use.

Of columns that say much the same one thing stands for all: a card shows the strongest of a family. Their words are
those of `columns.toml`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmwb.findings import Money, Share, Term, Value
from crmwb.findings import Number as Plain
from crmwb.params import SENSITIVE
from crmwb.segmentation.columns import Columns

SHORTEST_YEAR_DAYS = 90  # a customer of two weeks with two orders does not make fifty a year


@dataclass(frozen=True)
class Number:
    """A number known of customers.

    Attributes
    ----------
    column : str
        The column, or the name of what `sql` works out.
    unit : str
        share, money, days, count (whole) or ratio (any other number).
    family : str
        What it is about; one trait of a family is said.
    in_rules : bool
        A rule may ask for it: it is a feature, not an estimate.
    sql : str
        How to recompute it from one row of features; the column where not given.
    grows_with_orders : bool
        Who orders more often has more of it (or less, of a share of the largest) even if all else is the same: segments
        are compared with customers who have as many orders.
    """

    column: str
    unit: str
    family: str
    in_rules: bool = True
    grows_with_orders: bool = False
    sql: str = ""


NUMBERS = (
    Number("orders_a_year", "ratio", "often", sql=f"n_orders * 365.25 / greatest(age_days, {SHORTEST_YEAR_DAYS})"),
    Number("n_orders", "count", "often"),
    Number("mean_gap_days", "days", "often"),
    Number("days_since_last", "days", "silence"),
    Number("silence_ratio", "ratio", "silence"),
    Number("age_days", "days", "age"),
    Number("mean_order_cents", "money", "basket"),
    Number("largest_order_cents", "money", "basket", grows_with_orders=True),
    Number("lines_per_order", "ratio", "items"),
    Number("discount_share", "share", "discount"),
    Number("discounted_line_share", "share", "discount"),
    Number("return_share", "share", "returns"),
    Number("n_categories", "count", "breadth", grows_with_orders=True),
    Number("n_product_lines", "count", "breadth", grows_with_orders=True),
    Number("n_products", "count", "breadth", grows_with_orders=True),
    Number("top_category_share", "share", "focus", grows_with_orders=True),
    Number("top_product_line_share", "share", "focus", grows_with_orders=True),
    Number("top_brand_share", "share", "brand", grows_with_orders=True),
    Number("n_stores", "count", "stores", grows_with_orders=True),
    Number("top_store_share", "share", "stores", grows_with_orders=True),
    Number("n_channels", "count", "channels", grows_with_orders=True),
    Number("weekend_share", "share", "weekend"),
    Number("off_season_share", "share", "season"),
    Number("n_campaigns_received", "count", "contacted"),
    Number("response_share", "share", "response"),
    Number("n_service_contacts", "count", "service", grows_with_orders=True),
    Number("mean_satisfaction", "share", "satisfaction"),
    Number("days_to_pay", "days", "payment"),
    Number("late_payment_share", "share", "payment"),
    Number("household_size", "count", "household"),
    Number("children", "count", "household"),
    Number("margin_share", "share", "margin", in_rules=False),
    Number("share_of_wallet", "share", "wallet", in_rules=False),
    Number("p_alive", "share", "alive", in_rules=False),
    Number("n_referred", "count", "referred", in_rules=False),
)

LEVELS = (  # columns of levels
    *("kind", "country", "region", "city", "industry", "company_size", "acquisition_channel", "acquisition_route"),
    *("gender", "age_band", "income_band", "marital_status"),
    *("top_product_line", "top_category", "top_brand", "top_channel", "top_store_id", "stage"),
)
COLUMNS = (*(n.column for n in NUMBERS if not n.sql), *LEVELS)  # all that are read
LEVELS_BY_ORDERS = frozenset(name for name in LEVELS if name.startswith("top_"))  # of many orders, the commonest wins
ESTIMATED_LEVELS = ("stage",)


def numbers(customers: Columns, allow: Sequence[str]) -> Iterator[tuple[Number, np.ndarray]]:
    """Yield the numbers that some customer is known by, with `values`; sensitive ones only where they are allowed."""
    for number in NUMBERS:
        have = values(customers, number.column) if number.column not in SENSITIVE or number.column in allow else None
        if have is not None and not np.isnan(have).all():
            yield number, have


def levels(customers: Columns, allow: Sequence[str]) -> Iterator[tuple[str, pd.Series]]:
    """Yield the columns of levels that some customer is known by; sensitive ones only where they are allowed."""
    for name in LEVELS:
        if name in customers and (name not in SENSITIVE or name in allow):
            column = customers[name]
            if column.notna().any():
                yield name, column


def values(customers: Columns, column: str) -> np.ndarray | None:
    """Return a number of each customer as floats, NaN where it is unknown; None where there is no such column."""
    if column == "orders_a_year":
        if "n_orders" not in customers or "age_days" not in customers:
            return None
        orders, age = _floats(customers["n_orders"]), _floats(customers["age_days"])
        return np.asarray(orders * 365.25 / np.maximum(age, SHORTEST_YEAR_DAYS))
    return _floats(customers[column]) if column in customers else None


def level(column: str, text: str) -> Term:
    """Return a level of a column as a value of findings: one from the data stands as it is."""
    return Term(column, text)


def amount(value: float | None, unit: str, currency: str = "") -> Value:
    """Return a number in its unit as a value of findings."""
    if unit == "share":
        return Share(value)
    return Money(value, currency) if unit == "money" else Plain(value)


def sql(column: str) -> str:
    """Return how a column or number of the vocabulary is read from one row of features."""
    return next((n.sql for n in NUMBERS if n.column == column and n.sql), f'"{column}"')


def unit(column: str) -> str:
    """Return the unit of a number of the vocabulary."""
    return next(n.unit for n in NUMBERS if n.column == column)


def _floats(column: pd.Series) -> np.ndarray:
    return pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan)
