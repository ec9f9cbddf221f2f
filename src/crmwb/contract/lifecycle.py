"""What the lifecycle stage writes: data/lifecycle/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact

CUSTOMER = id_("customer_id", "the customer", references="customers")

CUSTOMERS = Artefact(
    name="customers",
    path=layout.CUSTOMER_LIFECYCLE,
    grain="one row per customer",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe("stage", Kind.CATEGORY, "stage of the customer's life"),
        maybe("previous_stage", Kind.CATEGORY, "the stage before it, within the history"),
        maybe("stage_since", Kind.DATE, "the first month end at which the stage held"),
        maybe(
            "n_months_in_stage",
            Kind.INTEGER,
            "whole months since then; at least so many where the beginning is unknown",
        ),
        maybe(
            "usual_gap_days", Kind.NUMBER, "the own median gap between purchases, drawn towards that of all customers"
        ),
        maybe("late_after_days", Kind.NUMBER, "silent for longer than this, they are late"),
        maybe("lapsed_after_days", Kind.NUMBER, "silent for longer than this, they have lapsed"),
        maybe("stage_reason", Kind.CATEGORY, "why this stage: the stage itself, or of a decline late or fewer_orders"),
    ),
)

RISK = Artefact(
    name="risk",
    path=layout.CUSTOMER_RISK,
    grain="one row per customer",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe(
            "risk",
            Kind.SHARE,
            "calibrated chance of no purchase within risk_horizon_days; of those at risk, at least 1 - p_purchase",
        ),
        maybe("risk_class", Kind.CATEGORY, "low, at_risk or likely_lost, by risk"),
        maybe("risk_horizon_days", Kind.INTEGER, "the customer's own horizon, from their own gaps between purchases"),
        maybe("margin_at_stake_cents", Kind.MONEY, "risk times clv_cents: to rank those at risk by"),
        maybe("was_at_risk", Kind.BOOLEAN, "were at risk or likely lost at the month end before (facts.json)"),
    ),
)

RELIABILITY = Artefact(
    name="risk_reliability",
    path=layout.RISK_RELIABILITY,
    grain="one row per tenth of the risks that were tested at past moments, by rising risk",
    key=("group",),
    columns=(
        Column("group", Kind.INTEGER, "the tenth, from 1"),
        Column("n_customers", Kind.INTEGER, "forecasts in it"),
        Column("mean_risk", Kind.SHARE, "mean risk that was forecast"),
        Column("silent_share", Kind.SHARE, "of them, customers who then did not buy within their horizon"),
    ),
)

MONTHS = Artefact(
    name="customer_months",
    path=layout.LIFECYCLE_MONTHS,
    grain="one row per moment and customer known then",
    key=("as_of", "customer_id"),
    columns=(
        Column("as_of", Kind.DATE, "a month end, or the present; exclusive"),
        CUSTOMER,
        Column("stage", Kind.CATEGORY, "stage of the customer's life then"),
        Column("revenue_cents", Kind.MONEY, "revenue of the month that ended, net of returns"),
    ),
)

STAGES = Artefact(
    name="stages",
    path=layout.LIFECYCLE_STAGES,
    grain="one row per moment and stage",
    key=("as_of", "position"),
    columns=(
        Column("as_of", Kind.DATE, "a month end, or the present; exclusive"),
        Column("position", Kind.INTEGER, "the stage's place in the order of life, from 1"),
        Column("stage", Kind.CATEGORY, "the stage"),
        Column("is_whole_month", Kind.BOOLEAN, "the month that ended was watched in full"),
        Column("n_customers", Kind.INTEGER, "customers in the stage"),
        maybe("customer_share", Kind.SHARE, "of all customers known then"),
        Column("revenue_cents", Kind.MONEY, "what they brought in the month that ended, net of returns"),
        maybe("clv_cents", Kind.MONEY, "their lifetime value; at the present only"),
        maybe("profit_cents", Kind.MONEY, "their profit so far; at the present only"),
        maybe("p_alive", Kind.SHARE, "their mean P(alive); at the present only"),
    ),
)

CONVERSIONS = Artefact(
    name="conversions",
    path=layout.LIFECYCLE_CONVERSIONS,
    grain="one row per stage and next stage, and one per stage for any other",
    key=("position", "next_stage"),
    columns=(
        Column("position", Kind.INTEGER, "the stage's place in the order of life, from 1"),
        Column("stage", Kind.CATEGORY, "the stage that customers left"),
        maybe("next_stage", Kind.CATEGORY, "the stage that they went to; unknown: any other"),
        Column("n_stays", Kind.INTEGER, "stays in the stage whose beginning was watched"),
        Column("n_moves", Kind.INTEGER, "of those, that ended in the next stage"),
        *(
            maybe(f"share_within_{n}_months", Kind.SHARE, f"share gone there within {n} months (Aalen-Johansen)")
            for n in (1, 3, 6, 12)
        ),
        maybe("median_months", Kind.NUMBER, "months until half have left for any other stage"),
    ),
)

BUCKET = Artefact(
    name="bucket",
    path=layout.LIFECYCLE_BUCKET,
    grain="one row per month and component of the change of the customer base (leaky bucket)",
    key=("ends", "position"),
    columns=(
        Column("begins", Kind.DATE, "the month end before, exclusive: the month's first day"),
        Column("ends", Kind.DATE, "the day after its last one"),
        Column("position", Kind.INTEGER, "the component's place, from 1"),
        Column("component", Kind.CATEGORY, "opening, new, won_back, grown, same, shrunk, lost or closing"),
        Column("is_whole_month", Kind.BOOLEAN, "the month was watched in full"),
        Column("is_full_window", Kind.BOOLEAN, "so were the months that revenue_cents is added up over"),
        Column("n_customers", Kind.INTEGER, "customers in the component"),
        Column("revenue_cents", Kind.MONEY, "their revenue of the last lifecycle.money_months, or its change"),
        Column("month_revenue_cents", Kind.MONEY, "their revenue of the month itself"),
    ),
)

COHORTS = Artefact(
    name="cohorts",
    path=layout.LIFECYCLE_COHORTS,
    grain="one row per month of first purchase and whole month since",
    key=("cohort", "months_since"),
    columns=(
        Column("cohort", Kind.DATE, "first day of the month of first purchase"),
        Column("months_since", Kind.INTEGER, "months since, 0 being that month itself"),
        Column("is_left_edge", Kind.BOOLEAN, "so early that many of it may have bought before the data begin"),
        Column("n_customers", Kind.INTEGER, "customers of the cohort"),
        Column("n_active", Kind.INTEGER, "of those, who bought in the month"),
        Column("retention_share", Kind.SHARE, "n_active over n_customers"),
        Column("revenue_cents", Kind.MONEY, "their revenue of the month, net of returns"),
        Column("cumulative_revenue_cents", Kind.MONEY, "their revenue up to its end"),
        Column("cumulative_per_customer_cents", Kind.NUMBER, "the same per customer of the cohort, in hundredths"),
    ),
)

ARTEFACTS = (CUSTOMERS, RISK, RELIABILITY, MONTHS, STAGES, CONVERSIONS, BUCKET, COHORTS)
