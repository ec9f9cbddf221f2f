"""What each customer is worth: models fitted on the buyers, then every buyer scored."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.errors import CrmwbError
from crmwb.params import ValueParams
from crmwb.value.models import GammaGamma, PurchaseModel, PurchaseSummary, Status
from crmwb.value.potential.clv import Terms, discounted_purchases
from crmwb.value.proof.backtest import Backtest
from crmwb.value.proof.choice import Choice, choose
from crmwb.value.realised.margin import Margin, margin

FEATURES = (
    "customer_id", "first_purchase_on", "frequency", "recency_days", "age_days", "monetary_cents", "revenue_cents",
    "margin_cents",
)  # fmt: skip

SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("p_alive", pa.float64()),
        ("expected_purchases", pa.float64()),
        ("expected_spend_cents", pa.float64()),
        ("clv_cents", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Fitted:
    """The models behind the customers' values."""

    choice: Choice
    spend: GammaGamma
    margin: Margin

    @property
    def purchases(self) -> PurchaseModel:
        """The model of purchases chosen."""
        return self.choice.model


def buyers_of(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the customers who ever bought, in the order of their ids.

    Raises
    ------
    CrmwbError
        Nobody did.
    """
    buyers = customers[customers["frequency"].notna()].sort_values("customer_id").reset_index(drop=True)
    if buyers.empty:
        raise CrmwbError("value: no customer has a purchase before as_of; check as_of and the clean transactions.")
    return buyers


def fit(buyers: pd.DataFrame, tested: Backtest, params: ValueParams) -> Fitted:
    """Fit when customers buy and what they spend.

    Parameters
    ----------
    buyers : DataFrame of shape (n, >= 8)
        `FEATURES` of every customer who bought.
    tested : Backtest
        How the models did before: it decides which of them is chosen.
    params : ValueParams
        The margin share to assume where the source has no costs.

    Raises
    ------
    CrmwbError
        Too few repeat purchases to fit anything.
    """
    choice = choose(_summary(buyers)[0], tested)
    if choice.model.verdict_.status is Status.TOO_LITTLE_DATA:
        raise CrmwbError(f"value: {choice.model.verdict_.explanation}")
    spend = GammaGamma().fit(_array(buyers, "frequency"), _array(buyers, "monetary_cents"))
    return Fitted(choice, spend, margin(buyers, params.assumed_margin_share))


def terms_of(fitted: Fitted, params: ValueParams) -> Terms:
    """Return the terms on which the future is valued."""
    return Terms(params.horizon_days, params.annual_discount_rate, fitted.margin.share)


def score(buyers: pd.DataFrame, fitted: Fitted, params: ValueParams) -> pd.DataFrame:
    """Value every customer.

    Parameters
    ----------
    buyers : DataFrame of shape (n, >= 8)
        As for `fit`.
    fitted : Fitted
        What `fit` returned.
    params : ValueParams
        Horizon and annual effective discount rate.

    Returns
    -------
    DataFrame of shape (n, 5)
        Columns of `SCHEMA`. p_alive at as_of; expected_purchases over the horizon, not discounted;
        expected_spend_cents per purchase occasion; clv_cents: discounted purchases × spend × margin share, rounded.
    """
    summary, row_of = _summary(buyers)
    model = fitted.purchases
    discounted = discounted_purchases(model, summary, params.horizon_days, params.annual_discount_rate)[row_of]
    spend = expected_spend(buyers, fitted.spend)
    out = buyers[["customer_id"]].assign(
        p_alive=model.p_alive(summary)[row_of],
        expected_purchases=model.expected_purchases(summary, params.horizon_days)[row_of],
        expected_spend_cents=spend,
        clv_cents=np.rint(discounted * spend * fitted.margin.share).astype(np.int64),
    )
    return out.reindex(columns=SCHEMA.names)


def expected_spend(buyers: pd.DataFrame, model: GammaGamma) -> np.ndarray:
    """Return what each customer's next purchases will bring on average, in cents, shape (n,).

    By the Gamma-Gamma model; where its fit is not ok, the customer's own mean over repeat purchases (not below zero),
    and for those without any the mean over all repeat purchases.
    """
    frequency, mean_spend = _array(buyers, "frequency"), _array(buyers, "monetary_cents")
    if model.verdict_.is_ok:
        return model.expected_spend(frequency, mean_spend)
    own = np.where(frequency > 0, np.maximum(np.nan_to_num(mean_spend), 0.0), 0.0)
    return np.where(frequency > 0, own, (own * frequency).sum() / frequency.sum())


def _summary(buyers: pd.DataFrame) -> tuple[PurchaseSummary, np.ndarray]:
    return PurchaseSummary.compress(*(_array(buyers, column) for column in ("frequency", "recency_days", "age_days")))


def _array(buyers: pd.DataFrame, column: str) -> np.ndarray:
    return buyers[column].to_numpy(dtype=np.float64, na_value=np.nan)
