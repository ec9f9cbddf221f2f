"""Customer equity through time, what moved it, and what the next months will bring."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from crmwb.calendar import MONTHS_A_YEAR, day_number, month_ends, month_of, start_of
from crmwb.contract.value import EQUITY, EQUITY_BRIDGE
from crmwb.engine import Backend
from crmwb.features.seasonal_time import EVEN, SeasonalTime
from crmwb.params import EquityParams
from crmwb.progress import track
from crmwb.value.equity.activity import Histories, histories_at, read_activity
from crmwb.value.equity.bridge import bridge
from crmwb.value.equity.cohorts import Cohorts
from crmwb.value.equity.facts import facts
from crmwb.value.equity.holes import Holes
from crmwb.value.equity.monthly import Monthly, Seasonal, frame, monthly, past_frame
from crmwb.value.equity.outlook import outlook
from crmwb.value.equity.season import season
from crmwb.value.equity.worth import Worth, worth
from crmwb.value.models import GammaGamma, PurchaseModel, PurchaseSummary
from crmwb.value.potential.clv import Terms
from crmwb.value.potential.total import TotalRange

MIN_HISTORY_MONTHS = 6  # before the customer models are fitted
FIT_CUSTOMERS = 100_000  # for the models of earlier origins; the forecast itself is of all customers

Models = tuple[PurchaseModel, GammaGamma]


@dataclass(frozen=True)
class Equity:
    """What `build` finds.

    Attributes
    ----------
    months : DataFrame
        One row per month end, and one for as_of: columns of `EQUITY`. n_buyers: customers who had bought;
        n_active: of them not lost, and n_alive: the sum of P(alive), both unknown where it cannot be told who left;
        equity_cents: the sum of lifetime values.
    bridge : DataFrame
        Columns of `EQUITY_BRIDGE`: month by month (span "month"), and over the last year or what there is of it
        ("year").
    forecast, past : DataFrame
        Columns of `FORECAST` and `PAST_FORECASTS`.
    facts : dict
        As `facts.facts` returns them.
    monthly : Monthly
        The forecasts behind `forecast` and `past`.
    """

    months: pd.DataFrame
    bridge: pd.DataFrame
    forecast: pd.DataFrame
    past: pd.DataFrame
    facts: dict[str, Any]
    monthly: Monthly


def build(
    con: Backend,
    transactions: ir.Table,
    models: Models,
    terms: Terms,
    *,
    time: SeasonalTime = EVEN,
    total: TotalRange,
    correction: float = 1.0,
    as_of: date,
    params: EquityParams,
    currency: str,
    seasonal: Seasonal | None = None,
    counts_active: bool = True,
    n_to_buy: float | None = None,
    holes: Sequence[tuple[date, date]] = (),
    one_order: date | None = None,
) -> Equity:
    """Follow customer equity through time and forecast the months ahead.

    Equity at every month end is by the models given, on what was known of customers then: its changes are changes in
    customers, not in the models. (These know all data, so the past equity describes, it does not test.) Forecasts of
    earlier origins are by models of the same kind, fitted on what was known at each.

    Parameters
    ----------
    con : Backend
        The engine that holds the transactions.
    transactions : ir.Table
        Clean transactions, with a purchase before `as_of`.
    models : PurchaseModel and GammaGamma
        Fitted on what is known at `as_of`; the former with parameters.
    time : SeasonalTime
        The time that the model of purchases is in. Months are forecast by one in days that are all alike, with a season
        of their own.
    terms : Terms
        Horizon (finite), rate, margin and costs, as customers are valued by.
    total : TotalRange
        How far the total over that horizon may lie from what is expected.
    correction : float, default=1
        What lifetime values are multiplied by, so that today's add up to the customers' own.
    as_of : date
        The first day that is not looked at.
    params : EquityParams
        How far back and ahead, and when a customer counts as lost.
    currency : str
        For the findings.
    seasonal : callable, optional
        An origin → factors of January to December as known at it; `season.season` where not given.
    counts_active : bool, default=True
        Whether the models can tell who has left. Where not, nobody counts as lost or won back, and n_active and n_alive
        are unknown.
    n_to_buy : float, optional
        Customers expected to buy again within the horizon, the sum of their own chances: stated beside how many are
        active, for whom a small chance is enough.
    holes : sequence of (date, date), optional
        Days without sales that no season explains, each with the first day with sales again.
    one_order : date, optional
        The day of an order that no forecast by month is to learn from, or be tested on; see `circumstances.one_order`.
    """
    activity = read_activity(con, transactions, as_of)
    cohorts = Cohorts.of(activity, as_of)
    lost_below = params.lost_below if counts_active else 0.0
    valued_on = replace(terms, margin_share=terms.margin_share * correction)
    first = start_of(int(activity.month[activity.n_purchases > 0][0]))
    ends = month_ends(first, as_of)
    valued, origins = set(ends[-params.n_months :]), _origins(ends, first, as_of, params.n_origins)
    opening_of_year = _year_before(sorted(valued), as_of)
    known_months = Holes.of(holes, cohorts.first_month, cohorts.n_months)
    learned = cohorts if one_order is None else Cohorts.of(activity.without_one_order(month_of(one_order)), as_of)
    usual = known_months.filled(learned)
    seasonal = seasonal or (lambda origin: season(usual.before(month_of(origin))))

    months, bridges, outlooks = [], [], []
    n_periods = params.forecast_months + int(as_of.day != 1)
    before: Worth | None = None
    year_ago: Worth | None = None
    with threadpool_limits(1):
        for known, at in zip(track(histories_at(activity, ends), "month ends", len(ends)), ends, strict=True):
            if at in origins and (own := _fit(known, models)) is not None:
                outlooks.append(outlook(known, usual, own, at, n_periods))
            if at not in valued:
                continue
            now = worth(known, activity.n_customers, models, valued_on, lost_below, time=time, at=day_number(at))
            active = (int(now.is_active.sum()), now.n_alive) if counts_active else (None, None)
            months.append((at, len(known), *active, int(now.clv_cents.sum())))
            if before is not None:
                bridges.append(bridge("month", months[-2][0], at, before, now))
            if at == as_of and year_ago is not None:
                bridges.append(bridge("year", opening_of_year, at, year_ago, now))
            before = now
            year_ago = now if at == opening_of_year else year_ago
        in_days = (_fit(known, models) if time.pace else None) or models
        outlooks.append(outlook(known, usual, in_days, as_of, params.forecast_months))
        ahead = monthly(
            outlooks,
            usual,
            seasonal,
            as_of,
            counted=cohorts,
            holes=known_months,
            n_ahead=params.forecast_months,
            n_origins=params.n_origins,
        )
    by_month = pd.DataFrame(months, columns=EQUITY.names)
    if not counts_active:
        by_month = by_month.astype({"n_active": "Int64", "n_alive": "Float64"})
    changes = _stacked(bridges)
    past = past_frame(ahead)
    statements = facts(
        by_month,
        changes,
        ahead=ahead,
        past=past,
        cohorts=cohorts,
        terms=terms,
        total=total,
        n_months=params.forecast_months,
        lost_below=params.lost_below,
        n_to_buy=n_to_buy,
        currency=currency,
    )
    return Equity(by_month, changes, frame(ahead, terms.margin_share), past, statements, ahead)


def _origins(ends: Sequence[date], first: date, as_of: date, n_origins: int) -> set[date]:
    """Return the month beginnings that a forecast is tested from: with months enough before and a whole one after."""
    able = [end for end in ends if month_of(end) - month_of(first) >= MIN_HISTORY_MONTHS and end.day == 1]
    return set([end for end in able if month_of(end) < month_of(as_of)][-n_origins:])


def _year_before(valued: Sequence[date], as_of: date) -> date:
    """Return the last month end a year or more before `as_of`, the first month end where there is none."""
    return max((end for end in valued if month_of(end) <= month_of(as_of) - MONTHS_A_YEAR), default=valued[0])


def _fit(known: Histories, models: Models) -> Models | None:
    """Fit models of the same kind on what was known, on every so many customers; None where that is too little."""
    few = slice(None, None, len(known) // FIT_CUSTOMERS + 1)
    x = known.frequency[few]
    own: PurchaseModel = clone(models[0]).fit(PurchaseSummary.of(x, known.recency_days[few], known.age_days[few]))
    if not own.parameters_:
        return None
    return own, clone(models[1]).fit(x, known.monetary_cents[few])


def _stacked(bridges: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(bridges, ignore_index=True) if bridges else EQUITY_BRIDGE.schema.empty_table().to_pandas()
