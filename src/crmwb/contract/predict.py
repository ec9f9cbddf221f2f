"""What the predict stage writes: data/predict/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact

CUSTOMER = id_("customer_id", "the customer", references="customers")
METHOD = Column("method", Kind.CATEGORY, "how it was predicted")
GAIN = (
    maybe("gain_low", Kind.NUMBER, "lower end of its 95% interval"),
    maybe("gain_high", Kind.NUMBER, "upper end"),
)

OPPORTUNITIES = Artefact(
    name="opportunities",
    path=layout.predict("opportunities"),
    grain="one row per open opportunity",
    key=("opportunity_id",),
    columns=(
        id_("opportunity_id", "the opportunity", references="opportunities"),
        id_("customer_id", "with whom", nullable=True, references="customers"),
        maybe("owner", Kind.CATEGORY, "who works on it"),
        maybe("stage", Kind.CATEGORY, "how far it is"),
        maybe("opened_on", Kind.DATE, "when it was opened"),
        maybe("age_days", Kind.INTEGER, "days since then"),
        maybe("amount_cents", Kind.NUMBER, "what it is worth, in hundredths"),
        maybe("is_usual_amount", Kind.BOOLEAN, "the amount is not stated: it is the usual one of its like"),
        maybe("win_probability", Kind.SHARE, "chance to be won within predict.horizon_days"),
        maybe("window_probability", Kind.SHARE, "chance to be won in the quarter that is forecast"),
        maybe("days_to_close", Kind.INTEGER, "days until it closes with even chance"),
        maybe("expected_cents", Kind.NUMBER, "win_probability times amount_cents, in hundredths"),
        maybe("stated_probability", Kind.SHARE, "chance to win it that people state"),
        maybe("is_stuck", Kind.BOOLEAN, "open, or in its stage, longer than predict.stuck_quantile of its like"),
    ),
)

WIN_TESTS = Artefact(
    name="win_tests",
    path=layout.predict("win_tests"),
    grain="one row per method, tested on earlier quarters",
    key=("method",),
    columns=(
        METHOD,
        Column("n_opportunities", Kind.INTEGER, "opportunities forecast"),
        Column("n_won", Kind.INTEGER, "of those, won in their quarter"),
        maybe("log_loss", Kind.NUMBER, "mean log loss of the chance to be won; 0 is best"),
        maybe("auc", Kind.SHARE, "chance that a won one had the higher chance than one not won"),
        maybe("slope", Kind.NUMBER, "calibration slope: 1 is right, below 1 too sure"),
        maybe("gain", Kind.NUMBER, "log loss less than that of the next plainer method"),
        *GAIN,
    ),
)

QUARTERS = Artefact(
    name="quarters",
    path=layout.predict("quarters"),
    grain="one row per quarter, past ones and the one to come, and method",
    key=("starts_on", "method"),
    columns=(
        Column("starts_on", Kind.DATE, "first day of the quarter"),
        maybe("origin", Kind.DATE, "the first day that the forecast did not know"),
        maybe("ends_on", Kind.DATE, "the day after the quarter's last one"),
        METHOD,
        maybe("forecast_cents", Kind.NUMBER, "amount forecast to be won, in hundredths"),
        maybe("low_cents", Kind.NUMBER, "lower end of its 80% interval"),
        maybe("high_cents", Kind.NUMBER, "upper end"),
        maybe("begun_cents", Kind.NUMBER, "of the forecast, what was won already when it was made"),
        maybe("new_cents", Kind.NUMBER, "of the forecast, what opportunities not open yet bring"),
        maybe("actual_cents", Kind.NUMBER, "what was won; unknown while the quarter is not over"),
    ),
)

LEAKAGE = Artefact(
    name="leakage",
    path=layout.predict("leakage"),
    grain="one row per column of opportunities that any of them has a value of",
    key=("column",),
    columns=(
        Column("column", Kind.CATEGORY, "the column, or attribute of the customer"),
        maybe("known_open_share", Kind.SHARE, "open opportunities of which it is known"),
        maybe("known_won_share", Kind.SHARE, "won ones"),
        maybe("known_lost_share", Kind.SHARE, "lost ones"),
        maybe("separation", Kind.SHARE, "chance that the column alone tells a won from a lost one; 0.5 is none"),
        Column(
            "verdict", Kind.CATEGORY, "ok, or why it is not learned from: filled in after the end, or telling too much"
        ),
    ),
)

STAGES = Artefact(
    name="stages",
    path=layout.predict("stages"),
    grain="one row per stage of opportunities, in the order in which they are entered",
    key=("place",),
    columns=(
        Column("stage", Kind.CATEGORY, "the stage"),
        Column("place", Kind.INTEGER, "place by the mean day on which it is entered"),
        Column("n_entered", Kind.INTEGER, "opportunities that entered it"),
        Column("n_moved_on", Kind.INTEGER, "of those, moved on to another stage"),
        Column("n_lost", Kind.INTEGER, "lost in it"),
        Column("n_open", Kind.INTEGER, "open in it now"),
        Column("n_won", Kind.INTEGER, "won in the end"),
        maybe("won_share", Kind.SHARE, "of those closed; unknown of few"),
        maybe("median_days", Kind.NUMBER, "median days in it, of stays that ended"),
    ),
)

SPEED = Artefact(
    name="speed",
    path=layout.predict("speed"),
    grain="one row per quarter",
    key=("starts_on",),
    columns=(
        Column("starts_on", Kind.DATE, "first day of the quarter"),
        Column("n_opened", Kind.INTEGER, "opportunities opened in it"),
        Column("n_closed", Kind.INTEGER, "opportunities closed in it"),
        maybe("won_share", Kind.SHARE, "of those closed, won"),
        maybe("won_cents", Kind.NUMBER, "amount won, in hundredths"),
        maybe("median_days", Kind.NUMBER, "median days from opening to the end, of those closed"),
    ),
)


def _drivers(name: str, what: str) -> Artefact:
    return Artefact(
        name=name,
        path=layout.predict(name),
        grain=f"one row per column that moves the chance {what}",
        key=("column",),
        columns=(
            Column("column", Kind.CATEGORY, "what the model looks at"),
            Column("weight", Kind.NUMBER, "log odds per standard deviation of it"),
        ),
    )


WIN_DRIVERS = _drivers("win_drivers", "to win an opportunity")
BUY_DRIVERS = _drivers("buy_drivers", "of a customer to buy")

CUSTOMERS = Artefact(
    name="customers",
    path=layout.predict("customers"),
    grain="one row per customer of whom anything is predicted",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe(
            "buy_probability", Kind.SHARE, "chance to buy within predict.buy_days; unknown where it cannot be predicted"
        ),
        maybe("driver_1", Kind.CATEGORY, "what moves that chance most"),
        maybe("effect_1", Kind.NUMBER, "by how much, in log odds"),
        maybe("driver_2", Kind.CATEGORY, "what moves it next"),
        maybe("effect_2", Kind.NUMBER, "by how much, in log odds"),
        maybe(
            "best_customer_probability",
            Kind.SHARE,
            "of new customers: chance to become one of the best (predict.best_share) within predict.ahead_months",
        ),
        maybe("likeness_rank", Kind.INTEGER, "place among new customers, or among prospects, by likeness to the best"),
        maybe("is_prospect", Kind.BOOLEAN, "likeness_rank is among those who have not bought yet"),
    ),
)

PROPENSITY_TESTS = Artefact(
    name="propensity_tests",
    path=layout.predict("propensity_tests"),
    grain="one row per target and method, tested on later moments",
    key=("target", "method"),
    columns=(
        Column("target", Kind.CATEGORY, "what is predicted: buys or leaves"),
        METHOD,
        Column("n_customers", Kind.INTEGER, "forecasts"),
        maybe("share", Kind.SHARE, "of those, of whom the target came true"),
        maybe("log_loss", Kind.NUMBER, "mean log loss of the chance; 0 is best"),
        maybe("auc", Kind.SHARE, "chance that one of whom it came true had the higher chance"),
        maybe("lift", Kind.NUMBER, "share among the tenth with the highest chance over the share of all"),
        maybe("slope", Kind.NUMBER, "calibration slope: 1 is right, below 1 too sure"),
        maybe("gain", Kind.NUMBER, "log loss less than that of the method that it is compared with"),
        *GAIN,
    ),
)

LOOKALIKE_TESTS = Artefact(
    name="lookalike_tests",
    path=layout.predict("lookalike_tests"),
    grain="one row per method, tested on later new customers",
    key=("method",),
    columns=(
        METHOD,
        Column("n_customers", Kind.INTEGER, "new customers ranked"),
        maybe("best_share", Kind.SHARE, "of those, who became one of the best"),
        maybe("top_best_share", Kind.SHARE, "the same of the tenth listed first"),
        maybe("lift", Kind.NUMBER, "top_best_share over best_share"),
        maybe("auc", Kind.SHARE, "chance that one who became one of the best was listed before one who did not"),
        maybe("gain", Kind.NUMBER, "lift more than that of the rule; of the rule, more than without order"),
        *GAIN,
    ),
)

SPENDING = Artefact(
    name="spending",
    path=layout.predict("spending"),
    grain="one row per tier",
    key=("tier",),
    columns=(
        Column("tier", Kind.CATEGORY, "tier of the customers contacted; all of them have a name of their own"),
        Column("n_campaigns", Kind.INTEGER, "campaigns with a control group and a cost"),
        Column("n_customers", Kind.INTEGER, "customers in them"),
        maybe("cost_cents", Kind.NUMBER, "what contacting cost a head, in hundredths"),
        maybe("per_unit", Kind.NUMBER, "margin that one unit of money brought"),
        maybe("low", Kind.NUMBER, "lower end of its 95% interval, for all tiers together"),
        maybe("high", Kind.NUMBER, "upper end"),
        Column("shape", Kind.CATEGORY, "few_doses (amounts too alike to tell), straight, falling or rising returns"),
        Column("n_doses", Kind.INTEGER, "amounts a head that differ"),
        maybe("p_curved", Kind.SHARE, "p-value of curvature, for all tiers together"),
        maybe("next_unit", Kind.NUMBER, "where returns fall: margin that the next unit brings at this cost"),
        maybe("next_low", Kind.NUMBER, "lower end of its 95% interval, for all tiers together"),
        maybe("next_high", Kind.NUMBER, "upper end"),
    ),
)

SPENDING_POINTS = Artefact(
    name="spending_points",
    path=layout.predict("spending_points"),
    grain="one row per campaign and tier",
    key=("campaign_id", "tier"),
    columns=(
        id_("campaign_id", "the campaign", references="campaigns"),
        Column("tier", Kind.CATEGORY, "tier of the customers contacted; all of them have a name of their own"),
        Column("n_treated", Kind.INTEGER, "customers contacted"),
        Column("n_control", Kind.INTEGER, "customers held back"),
        maybe("cost_cents", Kind.NUMBER, "what it cost a head contacted, in hundredths"),
        maybe("margin_cents", Kind.NUMBER, "margin that it added a head, in hundredths"),
        maybe("margin_error_cents", Kind.NUMBER, "standard error of that"),
    ),
)

ARTEFACTS = (
    OPPORTUNITIES,
    WIN_TESTS,
    QUARTERS,
    LEAKAGE,
    STAGES,
    SPEED,
    WIN_DRIVERS,
    CUSTOMERS,
    PROPENSITY_TESTS,
    BUY_DRIVERS,
    LOOKALIKE_TESTS,
    SPENDING,
    SPENDING_POINTS,
)
