"""What sources tell of what customers owe and have agreed: invoices, payments and contracts."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe, money
from crmwb.contract.tables import Artefact, Rule, Severity

INVOICES = Artefact(
    name="invoices",
    path=layout.CANONICAL / "invoices.parquet",
    grain="one row per invoice",
    key=("invoice_id",),
    columns=(
        id_("invoice_id", "the invoice's number"),
        id_("customer_id", "who owes", references="customers"),
        Column("issued_on", Kind.DATE, "when it was sent"),
        Column("due_on", Kind.DATE, "when it is due"),
        maybe("paid_on", Kind.DATE, "when it was paid in full; unknown while open"),
        money("amount_cents", "what it asks for", nullable=False),
        money("paid_cents", "what was paid so far", minimum=0),
        maybe("disputed", Kind.BOOLEAN, "the customer contested it"),
    ),
    rules=(
        Rule("due_after_issue", "an invoice is due on or after it was sent", lambda t: t.due_on >= t.issued_on),
        Rule(
            "paid_after_issue",
            "an invoice is paid on or after it was sent",
            lambda t: t.paid_on.isnull() | (t.paid_on >= t.issued_on),
            Severity.WARNING,
        ),
        Rule(
            "paid_at_most_amount",
            "no more is paid than was asked for",
            lambda t: t.paid_cents.isnull() | (t.paid_cents <= t.amount_cents),
            Severity.WARNING,
        ),
    ),
)

PAYMENTS = Artefact(
    name="payments",
    path=layout.CANONICAL / "payments.parquet",
    grain="one row per payment",
    key=("payment_id",),
    columns=(
        id_("payment_id", "the payment's number"),
        id_("customer_id", "who paid", references="customers"),
        Column("paid_on", Kind.DATE, "when the money came in"),
        money("amount_cents", "what was paid; negative for what was paid back", nullable=False),
        id_("invoice_id", "what it pays, where the source says so", nullable=True, references="invoices"),
        maybe("method", Kind.CATEGORY, "how it was paid"),
    ),
)

CONTRACTS = Artefact(
    name="contracts",
    path=layout.CANONICAL / "contracts.parquet",
    grain="one row per contract",
    key=("contract_id",),
    columns=(
        id_("contract_id", "the contract's number"),
        id_("customer_id", "with whom", references="customers"),
        maybe("plan", Kind.CATEGORY, "what was agreed"),
        Column("starts_on", Kind.DATE, "its first day"),
        maybe("ends_on", Kind.DATE, "the first day on which it no longer runs; unknown while it runs"),
        money("amount_cents", "what it brings in each period", nullable=False, minimum=0),
        maybe("period_months", Kind.INTEGER, "months in a period; 1 where unknown", minimum=1, maximum=120),
        maybe("reason_for_leaving", Kind.CATEGORY, "why it ended"),
    ),
    rules=(
        Rule(
            "ends_after_start",
            "a contract ends on or after its first day",
            lambda t: t.ends_on.isnull() | (t.ends_on >= t.starts_on),
        ),
    ),
)
