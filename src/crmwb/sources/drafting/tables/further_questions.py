"""Questions about purchases that rest on all that was guessed and asked of them before."""

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.amounts import refunds_in_words, tax_flags
from crmwb.sources.drafting.customers import (
    changing_addresses,
    contacts_of_companies,
    made_up,
    numbers_or_names,
    shared_accounts,
)
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.rows import billed_again, booked_accounts, own_documents

WANTED = ("customer_id", "order_id", "revenue_cents")


def ask(parts: list[Part]) -> None:
    """Ask them of each part of purchases, but for those made of the same rows as another.

    Parameters
    ----------
    parts : list of Part
        All parts of a draft.
    """
    same = {id(twin) for part in parts for twin in part.twins}
    for part in parts:
        is_sales = part.table == "transactions" and part.profile is not None and id(part) not in same
        if not is_sales or not all(name in part.guesses for name in WANTED):
            continue
        changing_addresses.ask(part)
        numbers_or_names.ask(part)
        made_up.ask(part)
        own_documents.ask(part)
        billed_again.ask(part)
        tax_flags.ask(part, modifiers.find(part.looked_at))
        shared_accounts.ask(part)
        refunds_in_words.ask(part)
    contacts_of_companies.ask(parts)
    booked_accounts.ask(parts)
