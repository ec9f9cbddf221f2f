"""The canonical tables: what any source is read into, column by column."""

from crmwb.contract.canonical.contacts import CAMPAIGN_MEMBERS, CAMPAIGNS, INTERACTIONS
from crmwb.contract.canonical.credit import CONTRACTS, INVOICES, PAYMENTS
from crmwb.contract.canonical.customers import CATEGORY_SUMMARIES, CUSTOMER_SUMMARIES, CUSTOMERS
from crmwb.contract.canonical.plans import INITIATIVES, OPPORTUNITIES, OPPORTUNITY_HISTORY
from crmwb.contract.canonical.purchases import PRODUCTS, TRANSACTIONS

__all__ = [
    "CAMPAIGNS",
    "CAMPAIGN_MEMBERS",
    "CATEGORY_SUMMARIES",
    "CONTRACTS",
    "CUSTOMERS",
    "CUSTOMER_SUMMARIES",
    "INITIATIVES",
    "INTERACTIONS",
    "INVOICES",
    "OPPORTUNITIES",
    "OPPORTUNITY_HISTORY",
    "PAYMENTS",
    "PRODUCTS",
    "TABLES",
    "TRANSACTIONS",
]

TABLES = {
    t.name: t
    for t in (
        CUSTOMERS,
        TRANSACTIONS,
        PRODUCTS,
        INTERACTIONS,
        CAMPAIGNS,
        CAMPAIGN_MEMBERS,
        INVOICES,
        PAYMENTS,
        OPPORTUNITIES,
        OPPORTUNITY_HISTORY,
        CONTRACTS,
        CUSTOMER_SUMMARIES,
        CATEGORY_SUMMARIES,
        INITIATIVES,
    )
}
