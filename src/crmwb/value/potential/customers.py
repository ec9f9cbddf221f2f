"""What each customer is worth: purchases, spend and their discounted sum, from one distribution for each customer."""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from crmwb.calendar import day_number
from crmwb.contract.value_customers import POTENTIAL
from crmwb.errors import CrmwbError
from crmwb.features.purchase_days import narrow
from crmwb.features.seasonal_time import SeasonalTime
from crmwb.findings import Count, Unavailable
from crmwb.params import ValueParams
from crmwb.value.blocks import blocks
from crmwb.value.challenger import Moment, Past, Stack
from crmwb.value.challenger.identified import Dropout
from crmwb.value.models import GammaGamma, PurchaseModel, PurchaseSummary
from crmwb.value.models.base import MIN_CUSTOMERS
from crmwb.value.potential.clv import Terms, discounted_purchases
from crmwb.value.potential.money import PROBABILITIES, Money, choose_spend, revenue_deviation, revenue_ends
from crmwb.value.potential.past_forecasts import PastForecasts, past_forecasts
from crmwb.value.potential.spend import Cap, Spends
from crmwb.value.potential.total import TotalRange
from crmwb.value.realised.margin import Margin, margin
from crmwb.value.rows import KEY, in_order

FEATURES = (
    "customer_id", "first_purchase_on", "frequency", "recency_days", "age_days", "monetary_cents", "revenue_cents",
    "margin_cents",
)  # fmt: skip

ENDS = ("lower_95", "lower_80", "lower_50", "upper_50", "upper_80", "upper_95")  # as money.PROBABILITIES
PURCHASE_ENDS = tuple(f"purchases_{end}" for end in ENDS)
CLV_ENDS = tuple(f"clv_{end}_cents" for end in ENDS)
NOTHING = 1e-12  # purchases
DIGITS = 9  # decimals of chances and counts: enough for six significant digits, too few for a processor's last ones


@dataclass(frozen=True)
class Valuing:
    """What values customers at any moment, as known then.

    Attributes
    ----------
    purchases : PurchaseModel
        The classic model that counts most.
    spend : GammaGamma
        Of repeat purchases.
    time : SeasonalTime
        The time that the model of purchases is in.
    share : float
        What is left of 1 of revenue, brought to today's level.
    """

    purchases: PurchaseModel
    spend: GammaGamma
    time: SeasonalTime
    share: float


@dataclass(frozen=True)
class Fitted:
    """The models behind the customers' values.

    Attributes
    ----------
    stack : Stack
        What forecasts purchases.
    moment : Moment or None
        All customers as of today; None once `score` has looked at them.
    time : SeasonalTime
        The time that the models of purchases are in.
    purchases : PurchaseModel
        The classic model that counts most in it: how purchases fall off with time, for those who look at months.
    candidates : tuple of PurchaseModel
        All classic models.
    spend : GammaGamma
        Of repeat purchases, extreme ones capped, whatever its verdict.
    money : Money
        What a purchase of each customer brings, and the proof.
    cap : Cap
        Above what a spend counts as less.
    margin : Margin
        What is left of it.
    past : PastForecasts
        How far forecasts of revenue were off before.
    level : float
        The value of all customers over that by `purchases` and `spend` alone.
    deviation_cents : ndarray of shape (n,)
        The standard deviation of what each buyer may come to be worth, in the order of their ids; empty before `score`.
    n_purchases : float
        What all are expected to buy within the tested horizon; 0 before `score`.
    """

    stack: Stack
    moment: Moment | None
    time: SeasonalTime
    purchases: PurchaseModel
    candidates: tuple[PurchaseModel, ...]
    spend: GammaGamma
    money: Money
    cap: Cap
    margin: Margin
    past: PastForecasts
    level: float = 1.0
    deviation_cents: np.ndarray = field(default_factory=lambda: np.empty(0))
    n_purchases: float = 0.0

    def total_range(self, horizon_days: float) -> TotalRange:
        """Return how far the total over a horizon may lie from what is expected."""
        return TotalRange.learn(self.past.totals(), horizon_days)

    @property
    def valuing(self) -> Valuing:
        """What values customers at earlier moments too."""
        return Valuing(self.purchases, self.spend, self.time, self.margin.share * self.level)

    @property
    def dropout(self) -> Dropout:
        """Whether P(alive), and what follows from it, is identified."""
        return self.stack.corrected_.base.dropout


def buyers_of(customers: pd.DataFrame) -> pd.DataFrame:
    """Return `FEATURES` of the customers who ever bought, in the order of their ids.

    Raises
    ------
    CrmwbError
        Nobody did.
    """
    bought = customers["frequency"].notna()
    if not bought.any():
        raise CrmwbError("value: no customer has a purchase before as_of; check as_of and the clean transactions.")
    # of its columns those that are read: wide copies of many customers take memory
    return in_order(customers.loc[bought, list(FEATURES)]).reset_index(drop=True)


def fit(buyers: pd.DataFrame, params: ValueParams, past: Past, as_of: date) -> Fitted | Unavailable:
    """Fit when customers buy and what they spend.

    Parameters
    ----------
    buyers : DataFrame of shape (n, >= 8)
        `FEATURES` of every customer who bought.
    params : ValueParams
        The horizon that is tested, and the margin share to assume where the source has no costs.
    past : Past
        What is learned from.
    as_of : date
        The first day that is not known.

    Returns
    -------
    Fitted or Unavailable
        `value.no_forecast`, where too few customers bought twice for any model of purchases.
    """
    today = day_number(as_of)
    stack = Stack(params.backtest.holdout_days, params.horizon_days).fit(past, today)
    repeaters = int((buyers["frequency"] > 0).sum())
    if stack.why_not_ or repeaters < MIN_CUSTOMERS:
        return _no_forecast(repeaters, len(buyers))
    moment, base = past.at(today, stack.horizon_days), stack.corrected_.base
    if not set(base.weights) <= set(moment.expected):
        return _no_forecast(repeaters, len(buyers))
    name = max(sorted(base.weights), key=base.weights.__getitem__)
    spends = Spends.of(moment.known)
    money = choose_spend(stack, moment, stack.holdouts(past))
    return Fitted(
        stack,
        moment,
        moment.classics.time,
        next(model for model in moment.classics.fitted if model.name == name),
        moment.classics.models,
        GammaGamma(cap=spends.cap.ceiling).fit(spends.frequency, spends.repeat_mean),
        money,
        spends.cap,
        margin(buyers, params.assumed_margin_share),
        past_forecasts(stack.seen(past), today, stack.tested_days, params.horizon_days, money.forecast.rule),
    )


def _no_forecast(repeaters: int, buyers: int) -> Unavailable:
    known = {"has": Count(repeaters), "of": Count(buyers), "needs": Count(MIN_CUSTOMERS)}
    return Unavailable("value.no_forecast", (), known)


def terms_of(fitted: Fitted, params: ValueParams) -> Terms:
    """Return the terms on which the future is valued."""
    return Terms(params.horizon_days, params.annual_discount_rate, fitted.margin.share)


def clv_then(buyers: pd.DataFrame, valuing: Valuing, params: ValueParams) -> pd.DataFrame:
    """Value customers at any moment by the classic model that counts most, brought to today's level.

    Parameters
    ----------
    buyers : DataFrame of shape (n, >= 8)
        As for `fit`, as known at that moment.
    valuing : Valuing
        Of what `score` returned.
    params : ValueParams
        Horizon and annual effective discount rate.

    Returns
    -------
    DataFrame of shape (n, 2)
        customer_id and clv_cents.
    """
    frequency, recency, age = (_array(buyers, column) for column in ("frequency", "recency_days", "age_days"))
    ends = age + pd.to_datetime(buyers["first_purchase_on"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    at = int(ends.max(initial=0))  # the same for all
    summary, row_of = PurchaseSummary.compress(*valuing.time.histories(frequency, recency, age, at))
    ahead = float(valuing.time.between(at, at + params.horizon_days))
    discounted = discounted_purchases(valuing.purchases, summary, ahead, params.annual_discount_rate)
    clv = discounted[row_of] * expected_spend(buyers, valuing.spend)
    return buyers[["customer_id"]].assign(clv_cents=np.rint(clv * valuing.share).astype(np.int64))


def active(
    valued: pd.DataFrame, fitted: Fitted, moment: Moment, horizon_days: float, lost_below: float
) -> tuple[int, int]:
    """Count the customers whose chance to buy within a horizon is no lower than `lost_below`.

    Returns
    -------
    tuple of (int, int)
        By the classic model that counts most, with which past months are valued, and by the chances stated of each.
    """
    classics = moment.classics
    p_purchase = fitted.purchases.p_at_least(classics.summary, 1, classics.ahead(horizon_days))[classics.row_of]
    by_model = p_purchase >= lost_below
    return int(by_model.sum()), int((valued["p_purchase"] >= lost_below).sum())


def score(buyers: pd.DataFrame, fitted: Fitted, params: ValueParams) -> tuple[pd.DataFrame, Fitted]:
    """Value every customer.

    Parameters
    ----------
    buyers : DataFrame
        As for `fit`.
    fitted : Fitted
        What `fit` returned.
    params : ValueParams
        Horizon and annual effective discount rate.

    Returns
    -------
    DataFrame of shape (n, 18)
        Columns of `POTENTIAL`. p_alive at as_of, NaN for all where dropout is not identified; p_purchase, the chance of
        a purchase within the horizon, never above it; expected_purchases over it, not discounted; expected_spend_cents
        per purchase occasion; clv_cents: discounted purchases × spend × margin share, rounded (where revenue is shared
        out by past totals, spend is not bounded by what a purchase ever brought, as what is stated of it is); and the
        ends of the 50, 80 and 95% intervals of purchases and of value, of the same distribution. Those of value reach
        as far as clv_cents: of who will most likely buy nothing it lies above all of them but the rarest outcomes.
    Fitted
        The same, with its `level`, `deviation_cents` and `n_purchases`, and without its `moment`.
    """
    stack, moment, terms = fitted.stack, fitted.moment, terms_of(fitted, params)
    if moment is None:
        raise ValueError("these customers are scored already")
    rows = _rows(buyers, moment)
    counts = stack.forecast(moment, params.horizon_days).rows(rows)
    worth = _worth(stack, moment, terms, counts.mean, rows)
    spends, of_money = Spends.of(moment.known), fitted.money.forecast
    tested = stack.means(moment)
    n_purchases = float(tested.sum())
    expected = of_money.expected(spends, tested * stack.times_after_silence(moment))  # past totals are divided by it
    spend, of_a_purchase = expected[rows], of_money.of_a_purchase(spends, expected)[rows]
    of_mean, of_spend = (values[rows] for values in of_money.variances(spends))
    stack.forget()
    of_one = np.divide(worth, counts.mean, out=np.ones_like(worth), where=counts.mean > 0) * fitted.margin.share
    clv = worth * spend * fitted.margin.share
    p_any, deviation = np.empty(len(buyers)), np.empty(len(buyers))
    ends = {name: np.empty(len(buyers), dtype=np.int64) for name in CLV_ENDS}
    for some in blocks(len(buyers)):
        own = counts.rows(some)
        about = (own, spend[some], (of_mean[some], of_spend[some]), fitted.money.width)
        p_any[some], deviation[some] = own.p_any, revenue_deviation(*about) * of_one[some]
        reach = _reaching(revenue_ends(*about) * of_one[some][:, None], clv[some])
        for column, values in zip(ends.values(), reach.T, strict=True):
            column[some] = np.rint(values)
    p_any = np.round(p_any, DIGITS)
    alive = np.maximum(np.round(counts.alive, DIGITS), p_any)
    scored = _frame(
        buyers,
        p_alive=alive if fitted.dropout.is_identified else np.full(len(buyers), np.nan),
        p_purchase=p_any,
        expected_purchases=np.round(counts.mean, DIGITS),
        expected_spend_cents=np.round(of_a_purchase, 3),
        clv_cents=np.rint(clv).astype(np.int64),
        **dict(zip(PURCHASE_ENDS, counts.quantile_columns(np.array(PROBABILITIES)), strict=True)),
        **ends,
    )
    total, before = (float(f["clv_cents"].sum()) for f in (scored, clv_then(buyers, fitted.valuing, params)))
    # nine digits: equity is these values to a cent for each customer, of whom some are worth millions
    level = round(total / before, 9) if before > 0 and total > 0 else 1.0
    return scored, replace(fitted, level=level, deviation_cents=deviation, n_purchases=n_purchases, moment=None)


def _reaching(ends: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return the ends of intervals, lowest first, shape (n, 6), as far out as what is expected, shape (n,)."""
    lower, upper = np.split(ends, 2, axis=1)
    return np.hstack([np.minimum(lower, expected[:, None]), np.maximum(upper, expected[:, None])])


def _worth(stack: Stack, moment: Moment, terms: Terms, mean: np.ndarray, rows: np.ndarray | slice) -> np.ndarray:
    """Return discounted purchases: of those that are expected, the share that the models discount them to.

    Of whom the models expect nothing, it is the share of all.
    """
    classics, weighted = moment.classics, {name for name, weight in stack.weights.items() if weight}
    # of no model that counts where those that do are of no number so far ahead: then all count alike
    expected = classics.expected(terms.horizon_days, weighted) or classics.expected(terms.horizon_days)
    plain = stack.over(moment, expected)[rows]
    worth = stack.over(moment, classics.discounted(terms.daily_rate, terms.horizon_days, weighted))[rows]
    of_all = float(worth.sum()) / max(float(plain.sum()), NOTHING)
    return np.asarray(mean * np.divide(worth, plain, out=np.full_like(mean, of_all), where=plain > NOTHING))


def expected_spend(buyers: pd.DataFrame, model: GammaGamma) -> np.ndarray:
    """Return what each customer's next purchases bring on average by a Gamma-Gamma alone, in cents, shape (n,).

    Everybody's mean where its fit is not ok.
    """
    x, mean = _array(buyers, "frequency"), _array(buyers, "monetary_cents")
    if model.verdict_.is_ok:
        return model.expected_spend(x, mean)
    own = np.where(x > 0, np.maximum(np.nan_to_num(mean), 0.0), 0.0)
    own = own if model.cap is None else np.minimum(own, model.cap)
    return np.full(len(x), float((own * x).sum() / max(x.sum(), 1)))


def _frame(buyers: pd.DataFrame, **columns: np.ndarray) -> pd.DataFrame:
    """Put the columns of POTENTIAL side by side, whole numbers in few bits."""
    narrowed = {name: narrow(each) if each.dtype == np.int64 else each for name, each in columns.items()}
    return pd.DataFrame({KEY: buyers[KEY]} | {name: narrowed[name] for name in POTENTIAL.names if name != KEY})


def _rows(buyers: pd.DataFrame, moment: Moment) -> np.ndarray | slice:
    """Return each buyer's place in a moment; all as they come where that is the same."""
    ids = pd.Index(moment.known.days.ids[moment.known.customer])
    if len(ids) == len(buyers) and (ids == buyers[KEY].to_numpy()).all():
        return slice(None)
    rows = ids.get_indexer(buyers[KEY].to_numpy())
    if (rows < 0).any():
        who = buyers[KEY].to_numpy()[rows < 0][0]
        raise CrmwbError(f"value: customer {who} has bought by the features and not by the transactions; run features.")
    return np.asarray(rows)


def _array(buyers: pd.DataFrame, column: str) -> np.ndarray:
    return buyers[column].to_numpy(dtype=np.float64, na_value=np.nan)
