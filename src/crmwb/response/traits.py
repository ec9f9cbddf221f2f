"""What was known of customers before a campaign, as numbers for learners."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from crmwb import storage
from crmwb.params import SENSITIVE

ATTRIBUTES = ("kind", "country", "region", "industry", "company_size", "acquisition_channel", "acquisition_route")
NUMBERS = (
    "tenure_days", "n_purchase_days", "days_since_last", "age_days", "mean_gap_days", "silence_ratio", "revenue_cents",
    "recent_revenue_cents", "mean_order_cents", "lines_per_order", "n_products", "n_categories", "return_share",
    "discount_share", "n_campaigns_received", "n_campaigns_answered", "n_contacts",
)  # fmt: skip
LEVELS = 8  # of an attribute with a column of its own, the commonest
DECIMALS = 6  # so that learners read the same numbers on every processor


def before(snapshots: Path, features: pd.DataFrame, customers: pd.Series, day: date) -> pd.DataFrame:
    """Return what was known at the last month end on or before `day`.

    Parameters
    ----------
    snapshots : Path
        Features at month ends.
    features : DataFrame
        Of every customer as of now, of which only attributes without a date are read.
    customers : Series
        Ids, in the order of the result.
    day : date
        The campaign's first day, exclusive.

    Returns
    -------
    DataFrame
        One row per customer: ATTRIBUTES that are not sensitive, and NUMBERS (unknown of who had not bought).
    """
    attributes = [name for name in ATTRIBUTES if name in features.columns and name not in SENSITIVE]
    known = features.set_index("customer_id")[attributes].reindex(customers)
    ends = [end for end in storage.values_of(snapshots, "as_of") if end <= day]
    there = set(storage.columns_of(snapshots))
    numbers = [name for name in NUMBERS if name in there]
    if ends:
        frame = storage.read_frame(snapshots, ["customer_id", *numbers], ("as_of", [max(ends)]))
        known = known.join(frame.set_index("customer_id"))
    return known.reset_index(drop=True)


def matrix(traits: pd.DataFrame) -> np.ndarray:
    """Return traits as numbers: logs of amounts and counts, a column per common level, unknown told apart.

    Returns
    -------
    ndarray of shape (n, p)
        Not NaN, rounded to six digits after the point.
    """
    known = traits.loc[:, traits.notna().any() & (traits.nunique() > 1)]
    if known.empty:
        return np.zeros((len(traits), 1))
    texts = [name for name in known.columns if name in ATTRIBUTES]
    numbers = [name for name in known.columns if name not in ATTRIBUTES]
    frame = known.astype(dict.fromkeys(numbers, "float64")).astype(dict.fromkeys(texts, "object"))
    frame[texts] = frame[texts].where(frame[texts].notna(), "")
    logs = FunctionTransformer(lambda x: np.sign(x) * np.log1p(np.abs(x)))
    transformer = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), logs), numbers),
            ("texts", OneHotEncoder(max_categories=LEVELS, sparse_output=False), texts),
        ]
    )
    return np.asarray(np.round(transformer.fit_transform(frame), DECIMALS))
