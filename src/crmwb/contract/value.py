"""What the value stage writes: data/value/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, maybe
from crmwb.contract.tables import Artefact, Table
from crmwb.contract.value_customers import CUSTOMER, INFLUENCE, POTENTIAL, REALISED, SCORECARD, WALLET

CUSTOMERS = Artefact(
    name="customers",
    path=layout.CUSTOMER_VALUE,
    grain="one row per customer",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        *(c for part in (POTENTIAL, REALISED, INFLUENCE, WALLET, SCORECARD) for c in part.columns if c != CUSTOMER),
    ),
)

TIER_MONTHS = Artefact(
    name="tier_months",
    path=layout.TIER_MONTHS,
    grain="one row per month end and customer who had bought",
    key=("as_of", "customer_id"),
    columns=(
        Column("as_of", Kind.DATE, "the month end, exclusive: the day before which everything was known"),
        CUSTOMER,
        Column("tier", Kind.CATEGORY, "the tier with hysteresis, by the definition of this month end"),
        Column(
            "tier_by_former_definition",
            Kind.CATEGORY,
            "the same by the definition of the month end before, which tells changes of customers from changes of it",
        ),
    ),
)

MEASURES = {
    "mae": "mean absolute error per customer, in purchase days",
    "rmse": "root of the mean squared error per customer, in purchase days",
    "bias_share": "(sum of forecasts - sum of purchases) / sum of purchases",
    "normalised_gini": "how well forecasts rank customers: 1 is the right order, 0 none",
    "spearman": "rank correlation of forecast and purchases",
    "top_decile_share": "share of all purchases made by the tenth of customers with the highest forecasts",
    "brier": "Brier score of the probability of any purchase",
    "log_loss": "log loss of the probability of any purchase",
    "coverage_50": "share of customers whose purchases fell within the 50% interval",
    "coverage_80": "the same of the 80% interval",
    "coverage_95": "the same of the 95% interval",
    "revenue_gini": "normalised Gini of revenue",
    "revenue_bias_share": "bias_share of revenue",
    "revenue_coverage_80": "share of customers whose revenue fell within its 80% interval",
}

BACKTEST = Artefact(
    name="backtest",
    path=layout.BACKTEST,
    grain="one row per origin and forecaster",
    key=("origin", "forecaster"),
    columns=(
        Column("origin", Kind.DATE, "the first day that the forecast did not know"),
        Column("forecaster", Kind.CATEGORY, "who forecast"),
        Column("kind", Kind.CATEGORY, "stack, model or rule"),
        Column("verdict", Kind.CATEGORY, "of what was learned before the origin: ok, or why it is not used"),
        maybe("n_customers", Kind.INTEGER, "customers forecast"),
        maybe("actual_total", Kind.INTEGER, "purchase days that came within the holdout"),
        maybe("forecast_total", Kind.NUMBER, "purchase days that were forecast"),
        *(maybe(name, Kind.NUMBER, meaning) for name, meaning in MEASURES.items()),
    ),
)

TRACKING = Artefact(
    name="tracking",
    path=layout.TRACKING,
    grain="one row per origin, forecaster and week",
    key=("origin", "forecaster", "week"),
    columns=(
        Column("origin", Kind.DATE, "the first day that the forecast did not know"),
        Column("forecaster", Kind.CATEGORY, "who forecast"),
        Column("week", Kind.INTEGER, "weeks since the origin, from 1"),
        Column("days", Kind.INTEGER, "days since the origin at the week's end"),
        Column("forecast_purchases", Kind.NUMBER, "purchase days forecast from the origin to then"),
        Column("purchases", Kind.INTEGER, "purchase days that came"),
    ),
)

EQUITY = Artefact(
    name="equity",
    path=layout.EQUITY,
    grain="one row per month end, and one for the present",
    key=("as_of",),
    columns=(
        Column("as_of", Kind.DATE, "the day before which everything was known"),
        Column("n_buyers", Kind.INTEGER, "customers who had bought"),
        maybe("n_active", Kind.INTEGER, "of those, who were not lost; unknown where the data do not show who left"),
        maybe("n_alive", Kind.NUMBER, "sum of P(alive); likewise"),
        Column("equity_cents", Kind.MONEY, "customer equity: the sum of lifetime values within value.horizon_days"),
    ),
)

EQUITY_BRIDGE = Artefact(
    name="equity_bridge",
    path=layout.EQUITY_BRIDGE,
    grain="one row per span, its first day and component",
    key=("span", "begins", "component"),
    columns=(
        Column("span", Kind.CATEGORY, "month, or year: the last year or what there is of it"),
        Column("begins", Kind.DATE, "the first moment, exclusive like every as_of"),
        Column("ends", Kind.DATE, "the second moment"),
        Column(
            "component",
            Kind.CATEGORY,
            "opening, new, won_back, grown, shrunk, lost and closing; kept is what both moments have of old customers",
        ),
        Column("n_customers", Kind.INTEGER, "customers whom it is of"),
        Column("equity_cents", Kind.MONEY, "equity, or its change"),
    ),
)

LEVELS = (50, 80, 95)
_BOUNDS = tuple(
    maybe(f"{end}_{percent}", Kind.NUMBER, f"{end}er end of the {percent}% interval" if end == "low" else "upper end")
    for percent in LEVELS
    for end in ("low", "high")
)
_MEASURE = Column(
    "measure", Kind.CATEGORY, "customers, new_customers, purchases (purchase days), revenue_cents or margin_cents"
)

FORECAST = Artefact(
    name="forecast",
    path=layout.FORECAST,
    grain="one row per measure and month, past and to come",
    key=("measure", "month"),
    columns=(
        _MEASURE,
        Column("month", Kind.DATE, "the month's first day"),
        maybe("actual", Kind.NUMBER, "what a whole month brought, in the unit of the measure"),
        maybe("expected", Kind.NUMBER, "what a month to come, or all of the month under way, is expected to bring"),
        maybe("known", Kind.NUMBER, "of that, what the month under way has brought already"),
        *_BOUNDS,
    ),
)

PAST_FORECASTS = Artefact(
    name="past_forecasts",
    path=layout.PAST_FORECASTS,
    grain="one row per measure, origin and month",
    key=("measure", "origin", "month"),
    columns=(
        _MEASURE,
        Column("origin", Kind.DATE, "the first day that the forecast did not know"),
        Column("month", Kind.DATE, "the month's first day"),
        Column("method", Kind.CATEGORY, "the method that was chosen at the origin"),
        Column("actual", Kind.NUMBER, "what the month brought"),
        Column("expected", Kind.NUMBER, "what was forecast at the origin"),
        *_BOUNDS,
        maybe("last_month", Kind.NUMBER, "a naive forecast: the last month before the origin"),
        maybe("last_year", Kind.NUMBER, "a naive forecast: the same month a year earlier"),
    ),
)

ARTEFACTS = (CUSTOMERS, TIER_MONTHS, BACKTEST, TRACKING, EQUITY, EQUITY_BRIDGE, FORECAST, PAST_FORECASTS)

MARKOV_STATES = Table(
    name="markov_states",
    grain="one row per state, the most recent first",
    key=("state",),
    columns=(
        Column("state", Kind.CATEGORY, "months since the last purchase, and the band of what was spent"),
        Column("recency_months", Kind.INTEGER, "months since the last purchase"),
        Column("band", Kind.CATEGORY, "the band of what was spent"),
        Column("n_customers", Kind.INTEGER, "customers in it now"),
        Column("n_observed", Kind.INTEGER, "months of customers that its transitions rest on"),
        maybe("p_purchase", Kind.SHARE, "probability of a purchase in the next month"),
        maybe("p_purchase_se", Kind.NUMBER, "its standard error"),
        maybe("margin_cents", Kind.NUMBER, "margin expected from such a purchase"),
        maybe("value_cents", Kind.NUMBER, "discounted margin to come, net of contact costs from the next one on"),
        maybe("value_se_cents", Kind.NUMBER, "its standard error"),
        maybe("keep_contacting", Kind.BOOLEAN, "contact pays"),
    ),
)
