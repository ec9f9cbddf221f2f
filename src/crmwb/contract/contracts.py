"""What the contracts stage writes: data/contracts/; beside customers only of a source that has contracts."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact

CUSTOMERS = Artefact(
    name="customers",
    path=layout.CONTRACT_CUSTOMERS,
    grain="one row per customer with a contract",
    key=("customer_id",),
    columns=(
        id_("customer_id", "the customer", references="customers"),
        maybe("n_contracts", Kind.INTEGER, "contracts so far"),
        maybe("n_contracts_running", Kind.INTEGER, "contracts that run"),
        maybe("contract_status", Kind.CATEGORY, "running, returned (running after a time without any) or ended"),
        maybe("contract_since", Kind.DATE, "from when on the latest unbroken time with contracts runs"),
        maybe("contract_until", Kind.DATE, "when it ended; unknown while it runs"),
        maybe("contract_months", Kind.INTEGER, "whole months of it"),
        maybe("mrr_cents", Kind.MONEY, "monthly recurring revenue: what running contracts bring in a month"),
        maybe(
            "contract_clv_cents",
            Kind.MONEY,
            "discounted margin that running contracts are expected to bring within value.horizon_days "
            "(renewals by sBG)",
        ),
    ),
)

SURVIVAL = Artefact(
    name="survival",
    path=layout.CONTRACT_SURVIVAL,
    grain="one row per plan and month",
    key=("plan", "month"),
    columns=(
        Column("plan", Kind.CATEGORY, "the plan; all plans together have a name of their own"),
        Column("month", Kind.INTEGER, "months since contracts began, from 0"),
        Column("n_at_risk", Kind.INTEGER, "contracts that ran longer than that"),
        Column("n_ended", Kind.INTEGER, "contracts that had ended by then"),
        Column("survival", Kind.SHARE, "contracts that run on after so many months (Kaplan-Meier)"),
        Column("low", Kind.SHARE, "lower end of its 95% interval"),
        Column("high", Kind.SHARE, "upper end"),
    ),
)

CHANGES = {
    "new": "of customers without a contract before",
    "returned": "of customers who had a contract earlier",
    "expansion": "of customers who pay more",
    "contraction": "of customers who pay less",
    "churn": "of customers who stopped paying",
}

BRIDGE = Artefact(
    name="bridge",
    path=layout.CONTRACT_BRIDGE,
    grain="one row per month end",
    key=("day",),
    columns=(
        Column("day", Kind.DATE, "the month end, exclusive"),
        Column("start_cents", Kind.MONEY, "monthly recurring revenue at the month end before"),
        *(Column(f"{name}_cents", Kind.MONEY, f"its change {whose}, as an amount") for name, whose in CHANGES.items()),
        *(Column(f"n_{name}", Kind.INTEGER, f"number {whose}") for name, whose in CHANGES.items()),
        Column("end_cents", Kind.MONEY, "monthly recurring revenue on the day"),
        Column("n_customers", Kind.INTEGER, "customers with a running contract on the day"),
    ),
)

RENEWALS = Artefact(
    name="renewals",
    path=layout.CONTRACT_RENEWALS,
    grain="one row per kind of group and group",
    key=("by", "group"),
    columns=(
        Column("by", Kind.CATEGORY, "what contracts are divided by: plan, cohort, or a column of customers"),
        Column("group", Kind.CATEGORY, "the group"),
        Column("n_contracts", Kind.INTEGER, "its contracts so far"),
        Column("n_running", Kind.INTEGER, "of those, that run"),
        Column("n_ended", Kind.INTEGER, "of those, that ended"),
        Column("mrr_cents", Kind.MONEY, "monthly recurring revenue of those that run"),
        maybe("churn_share", Kind.NUMBER, "contracts that ended per month and contract, over the last twelve months"),
        maybe("is_own_model", Kind.BOOLEAN, "renewals are forecast by a model of the group, not of all"),
        maybe("verdict", Kind.CATEGORY, "how well that model fits"),
        *(
            maybe(f"renewal_{n}_share", Kind.SHARE, f"share of contracts expected to be renewed at renewal {n}")
            for n in (1, 2, 12)
        ),
    ),
)

ARTEFACTS = (CUSTOMERS, SURVIVAL, BRIDGE, RENEWALS)
