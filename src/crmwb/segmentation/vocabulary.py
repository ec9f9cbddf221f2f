"""The columns that rules and cards may speak of, and the words for them: raw features, in units that people use.

Of columns that say much the same one thing stands for all: a card shows the strongest of a family.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmwb.params import SENSITIVE

SHORTEST_YEAR_DAYS = 90  # a customer of two weeks with two orders does not make fifty a year


@dataclass(frozen=True)
class Number:
    """A number known of customers.

    Attributes
    ----------
    column : str
        The column, or the name of what `sql` works out.
    says : str
        Its words, after "1.8× the …".
    unit : str
        share, money, days, count (whole) or ratio (any other number).
    family : str
        What it is about; one trait of a family is said.
    in_rules : bool
        A rule may ask for it: it is a feature, not an estimate.
    """

    column: str
    says: str
    unit: str
    family: str
    in_rules: bool = True

    @property
    def sql(self) -> str:
        """How to recompute it from one row of features."""
        return SQL.get(self.column, f'"{self.column}"')


SQL = {"orders_a_year": f"n_orders * 365.25 / greatest(age_days, {SHORTEST_YEAR_DAYS})"}

NUMBERS = (
    Number("orders_a_year", "orders a year", "ratio", "often"),
    Number("n_orders", "orders", "count", "often"),
    Number("mean_gap_days", "days between purchases", "days", "often"),
    Number("days_since_last", "days since the last purchase", "days", "silence"),
    Number("silence_ratio", "silence in their own usual gaps", "ratio", "silence"),
    Number("age_days", "days since the first purchase", "days", "age"),
    Number("mean_order_cents", "spend per order", "money", "basket"),
    Number("largest_order_cents", "largest order", "money", "basket"),
    Number("lines_per_order", "lines per order", "ratio", "items"),
    Number("discount_share", "share of discount", "share", "discount"),
    Number("discounted_line_share", "share of lines bought at a discount", "share", "discount"),
    Number("return_share", "share returned", "share", "returns"),
    Number("n_categories", "categories bought from", "count", "breadth"),
    Number("n_product_lines", "product lines bought from", "count", "breadth"),
    Number("n_products", "different products", "count", "breadth"),
    Number("top_category_share", "share of the top category", "share", "focus"),
    Number("top_product_line_share", "share of the top product line", "share", "focus"),
    Number("top_brand_share", "share of the top brand", "share", "brand"),
    Number("n_stores", "stores visited", "count", "stores"),
    Number("top_store_share", "share of the top store", "share", "stores"),
    Number("n_channels", "channels used", "count", "channels"),
    Number("weekend_share", "share bought at weekends", "share", "weekend"),
    Number("off_season_share", "share bought off season", "share", "season"),
    Number("n_campaigns_received", "campaigns received", "count", "contacted"),
    Number("response_share", "share of campaigns answered", "share", "response"),
    Number("n_service_contacts", "contacts with service", "count", "service"),
    Number("mean_satisfaction", "satisfaction with contacts", "share", "satisfaction"),
    Number("days_to_pay", "days to pay", "days", "payment"),
    Number("late_payment_share", "share of invoices paid late", "share", "payment"),
    Number("household_size", "people in the household", "count", "household"),
    Number("children", "children", "count", "household"),
    Number("margin_share", "margin share", "share", "margin", in_rules=False),
    Number("share_of_wallet", "share of wallet", "share", "wallet", in_rules=False),
    Number("p_alive", "chance of still being a customer", "share", "alive", in_rules=False),
    Number("n_referred", "customers referred", "count", "referred", in_rules=False),
)

LEVELS = {  # a column of levels: the words after "1.6× as likely to"
    "kind": "be a {}",
    "country": "be in {}",
    "region": "be in region {}",
    "city": "be in {}",
    "industry": "be in industry {}",
    "company_size": "be of company size {}",
    "acquisition_channel": "have come through {}",
    "acquisition_route": "have come {}",
    "gender": "be of gender {}",
    "age_band": "be of age {}",
    "income_band": "be of income {}",
    "marital_status": "be of marital status {}",
    "top_product_line": "buy most from line {}",
    "top_category": "buy most from {}",
    "top_brand": "buy most of brand {}",
    "top_channel": "buy most through {}",
    "top_store_id": "buy most in store {}",
    "stage": "be in stage {}",
}
ESTIMATED_LEVELS = ("stage",)
LABELS = {"top_store_id": "top store", "kind": "kind of customer"}


def numbers(customers: pd.DataFrame, allow: Sequence[str]) -> list[Number]:
    """Return the numbers that some customer is known by; sensitive ones only where they are allowed."""
    can_be = [n for n in NUMBERS if n.column not in SENSITIVE or n.column in allow]
    return [n for n in can_be if (have := values(customers, n.column)) is not None and not np.isnan(have).all()]


def levels(customers: pd.DataFrame, allow: Sequence[str]) -> list[str]:
    """Return the columns of levels that some customer is known by; sensitive ones only where they are allowed."""
    can_be = [name for name in LEVELS if name in customers and (name not in SENSITIVE or name in allow)]
    return [name for name in can_be if customers[name].notna().any()]


def values(customers: pd.DataFrame, column: str) -> np.ndarray | None:
    """Return a number of each customer as floats, NaN where it is unknown; None where there is no such column."""
    if column == "orders_a_year":
        if not {"n_orders", "age_days"} <= set(customers.columns):
            return None
        orders, age = _floats(customers["n_orders"]), _floats(customers["age_days"])
        return np.asarray(orders * 365.25 / np.maximum(age, SHORTEST_YEAR_DAYS))
    return _floats(customers[column]) if column in customers else None


def label(column: str) -> str:
    """Return the words for a column: "discount_share" → "share of discount"."""
    said = next((n.says for n in NUMBERS if n.column == column), None)
    return said or LABELS.get(column) or column.removesuffix("_cents").removeprefix("n_").replace("_", " ")


def unit(column: str) -> str:
    """Return the unit of a number of the vocabulary."""
    return next(n.unit for n in NUMBERS if n.column == column)


def _floats(column: pd.Series) -> np.ndarray:
    return pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan)
