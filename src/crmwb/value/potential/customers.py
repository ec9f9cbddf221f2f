"""What each customer is worth: models fitted on the buyers, then every buyer scored."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.errors import CrmwbError
from crmwb.params import ValueParams
from crmwb.value.challenger import Moment, Past, Stack
from crmwb.value.challenger.purchase_days import number_of
from crmwb.value.challenger.spread import p_any
from crmwb.value.models import GammaGamma, PurchaseModel, PurchaseSummary, Status
from crmwb.value.potential.clv import Terms, discounted_purchases
from crmwb.value.potential.intervals import intervals, scale_of
from crmwb.value.potential.spend import spend_to_expect
from crmwb.value.potential.stack_intervals import purchase_ends, spend_ends
from crmwb.value.proof.backtest import Backtest
from crmwb.value.proof.choice import Choice, choose, stack_is_best
from crmwb.value.realised.margin import Margin, margin

FEATURES = (
    "customer_id", "first_purchase_on", "frequency", "recency_days", "age_days", "monetary_cents", "revenue_cents",
    "margin_cents",
)  # fmt: skip

ENDS = ("lower_95", "lower_80", "lower_50", "upper_50", "upper_80", "upper_95")  # as intervals.PROBABILITIES
PURCHASE_ENDS = tuple(f"purchases_{end}" for end in ENDS)
CLV_ENDS = tuple(f"clv_{end}_cents" for end in ENDS)

SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("p_alive", pa.float64()),
        ("p_purchase", pa.float64()),
        ("expected_purchases", pa.float64()),
        *((name, pa.int64()) for name in PURCHASE_ENDS),
        ("expected_spend_cents", pa.float64()),
        ("clv_cents", pa.int64()),
        *((name, pa.int64()) for name in CLV_ENDS),
    ]
)


@dataclass(frozen=True)
class Fitted:
    """The models behind the customers' values.

    Attributes
    ----------
    choice : Choice
        The classic model that says who is still a customer, and how purchases fall off with time.
    spend : GammaGamma
        What purchases bring.
    margin : Margin
        What is left of it.
    stack : Stack or None
        What says how much each customer will buy; None where it was not better, or could not be made: then the model
        chosen says that too.
    level : float
        The value of all customers by the stack over that by the model chosen; 1 without a stack.
    """

    choice: Choice
    spend: GammaGamma
    margin: Margin
    stack: Stack | None = None
    level: float = 1.0

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


def fit(
    buyers: pd.DataFrame, tested: Backtest, params: ValueParams, past: Past | None = None, as_of: date | None = None
) -> Fitted:
    """Fit when customers buy and what they spend.

    Parameters
    ----------
    buyers : DataFrame of shape (n, >= 8)
        `FEATURES` of every customer who bought.
    tested : Backtest
        How the forecasters did before: it decides which of them is chosen.
    params : ValueParams
        The score to choose by, the tested horizon, and the margin share to assume where the source has no costs.
    past : Past, optional
        What the stack learns from; without it there is none.
    as_of : date, optional
        Goes with `past`.

    Raises
    ------
    CrmwbError
        Too few repeat purchases to fit anything.
    """
    summary = _summary(buyers)[0]
    choice = choose(summary, tested, params.backtest.score)
    if choice.model.verdict_.status is Status.TOO_LITTLE_DATA:
        raise CrmwbError(f"value: {choice.model.verdict_.explanation}")
    spend = GammaGamma().fit(_array(buyers, "frequency"), _array(buyers, "monetary_cents"))
    stack = None
    if past is not None and as_of is not None and stack_is_best(tested, choice, params.backtest.score):
        stack = Stack(params.backtest.holdout_days).fit(past, number_of(as_of))
        stack = None if stack.why_not_ else stack
    return Fitted(choice, spend, margin(buyers, params.assumed_margin_share), stack)


def terms_of(fitted: Fitted, params: ValueParams) -> Terms:
    """Return the terms on which the future is valued."""
    return Terms(params.horizon_days, params.annual_discount_rate, fitted.margin.share)


def clv_then(buyers: pd.DataFrame, fitted: Fitted, params: ValueParams) -> pd.DataFrame:
    """Value customers at any moment by the model chosen, brought to today's level.

    Parameters
    ----------
    buyers : DataFrame of shape (n, >= 8)
        As for `fit`, as known at that moment.
    fitted : Fitted
        What `score` returned.
    params : ValueParams
        Horizon and annual effective discount rate.

    Returns
    -------
    DataFrame of shape (n, 2)
        customer_id and clv_cents.
    """
    summary, row_of = _summary(buyers)
    discounted = discounted_purchases(fitted.purchases, summary, params.horizon_days, params.annual_discount_rate)
    clv = discounted[row_of] * expected_spend(buyers, fitted.spend) * (fitted.margin.share * fitted.level)
    return buyers[["customer_id"]].assign(clv_cents=np.rint(clv).astype(np.int64))


def score(
    buyers: pd.DataFrame,
    fitted: Fitted,
    params: ValueParams,
    past: Past | None = None,
    as_of: date | None = None,
) -> tuple[pd.DataFrame, Fitted]:
    """Value every customer by the best that the backtest found.

    The stack forecasts the horizon that it was tested on. Over `params.horizon_days` purchases are taken to fall off
    as the classic models say, each customer's factor and size (how sure their rate is) staying what they are at the
    tested horizon.

    Parameters
    ----------
    buyers, params, past, as_of
        As for `fit`.
    fitted : Fitted
        What `fit` returned.

    Returns
    -------
    DataFrame of shape (n, 18)
        Columns of `SCHEMA`. p_alive at as_of, by the model chosen; p_purchase, the chance of a purchase within the
        horizon; expected_purchases over it, not discounted; expected_spend_cents per purchase occasion; clv_cents:
        discounted purchases × spend × margin share, rounded; and the ends of the 50, 80 and 95% intervals of purchases
        and of value.
    Fitted
        The same, with its `level`.
    """
    if fitted.stack is None or past is None or as_of is None:
        return _by_model(buyers, fitted, params), fitted
    scored = _by_stack(buyers, fitted, fitted.stack, params, past.at(number_of(as_of), fitted.stack.horizon_days))
    total, before = (float(f["clv_cents"].sum()) for f in (scored, clv_then(buyers, fitted, params)))
    return scored, replace(fitted, level=total / before if before > 0 and total > 0 else 1.0)


def _by_model(buyers: pd.DataFrame, fitted: Fitted, params: ValueParams) -> pd.DataFrame:
    summary, row_of = _summary(buyers)
    model, terms = fitted.purchases, terms_of(fitted, params)
    spend, used = expected_spend(buyers, fitted.spend), _used(fitted.spend)
    ends = intervals(model, summary, used, terms)
    scale = scale_of(used, _array(buyers, "frequency"), _array(buyers, "monetary_cents"), spend)
    return _frame(
        buyers,
        p_alive=model.p_alive(summary)[row_of],
        p_purchase=model.p_at_least(summary, 1, params.horizon_days)[row_of],
        expected_purchases=model.expected_purchases(summary, params.horizon_days)[row_of],
        expected_spend_cents=spend,
        clv=clv_then(buyers, fitted, params)["clv_cents"].to_numpy(),
        ends=(ends.purchases[row_of], ends.values(row_of, scale)),
    )


def _by_stack(buyers: pd.DataFrame, fitted: Fitted, stack: Stack, params: ValueParams, moment: Moment) -> pd.DataFrame:
    rows, made, terms = _rows(buyers, moment), stack.forecast(moment), terms_of(fitted, params)
    purchases = stack.over(made, moment.classics.expected(params.horizon_days))[rows]
    worth = stack.over(made, moment.classics.discounted(terms.daily_rate, params.horizon_days))[rows]
    size, spend = made.size[rows], expected_spend(buyers, fitted.spend)  # what is not known of a customer stays so
    ends = spend_ends(purchases, size, spend, spend=_used(fitted.spend), frequency=_array(buyers, "frequency"))
    of_one = np.divide(worth, purchases, out=np.ones_like(worth), where=purchases > 0) * fitted.margin.share
    summary, row_of = _summary(buyers)
    return _frame(
        buyers,
        p_alive=fitted.purchases.p_alive(summary)[row_of],
        p_purchase=p_any(purchases, size),
        expected_purchases=purchases,
        expected_spend_cents=spend,
        clv=worth * spend * fitted.margin.share,
        ends=(purchase_ends(purchases, size), ends * of_one[:, None]),
    )


def expected_spend(buyers: pd.DataFrame, model: GammaGamma) -> np.ndarray:
    """Return what each customer's next purchases will bring on average, in cents, shape (n,); see `spend`."""
    return spend_to_expect(model, _array(buyers, "frequency"), _array(buyers, "monetary_cents"))


def _frame(
    buyers: pd.DataFrame, *, clv: np.ndarray, ends: tuple[np.ndarray, np.ndarray], **columns: Any
) -> pd.DataFrame:
    """Put the columns of SCHEMA side by side."""
    columns |= {"clv_cents": np.rint(clv).astype(np.int64)}
    for names, values in zip((PURCHASE_ENDS, CLV_ENDS), ends, strict=True):
        columns |= dict(zip(names, np.rint(values).astype(np.int64).T, strict=True))
    return buyers[["customer_id"]].assign(**columns).reindex(columns=SCHEMA.names)


def _rows(buyers: pd.DataFrame, moment: Moment) -> np.ndarray:
    """Return each buyer's place in a moment."""
    known = pd.Index(moment.known.days.ids[moment.known.customer])
    rows = known.get_indexer(buyers["customer_id"].to_numpy())
    if (rows < 0).any():
        who = buyers["customer_id"].to_numpy()[rows < 0][0]
        raise CrmwbError(f"value: customer {who} has bought by the features and not by the transactions; run features.")
    return np.asarray(rows)


def _used(spend: GammaGamma) -> GammaGamma | None:
    return spend if spend.verdict_.is_ok else None


def _summary(buyers: pd.DataFrame) -> tuple[PurchaseSummary, np.ndarray]:
    return PurchaseSummary.compress(*(_array(buyers, column) for column in ("frequency", "recency_days", "age_days")))


def _array(buyers: pd.DataFrame, column: str) -> np.ndarray:
    return buyers[column].to_numpy(dtype=np.float64, na_value=np.nan)
