"""Contacts and members who stand in no file of customers: left out, for nothing else is known of them."""

from collections.abc import Iterable

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.links import names_of

TABLES = {"campaign_members", "interactions"}
FEW = 0.01  # of the rows: so few are set aside one by one


def leave_out(parts: Iterable[Part], customers: Part) -> None:
    """Leave out rows of contacts whose customers a file of customers has not, where these are more than a few.

    Parameters
    ----------
    parts : iterable of Part
        All parts of a draft; those of contacts are changed.
    customers : Part
        The file of customers.
    """
    key = customers.guesses["customer_id"]
    if not isinstance(key.value, str):
        return
    known = key.sources[0].all_values
    for part in (p for p in parts if p.table in TABLES):
        who = part.guesses["customer_id"]
        if not isinstance(who.value, str) or not who.sources or who.sources[0] not in part.looked_at.own:
            continue
        strange = [value for value in who.sources[0].counts if value not in known]
        n = sum(who.sources[0].counts[value] for value in strange)
        if n <= FEW * part.looked_at.n_rows:
            continue
        name = names_of([customers.looked_at, part.looked_at])[customers.looked_at.file.name]
        part.join(name, syntax.join(customers.options, {who.value: key.sources[0].name}))
        is_known = f"{syntax.column(f'{name}.{key.sources[0].name}')} is not null"
        part.keep_rows(is_known)
        part.remarks.append(
            f"left out: {n:,} rows of {len(strange):,} customers who do not stand in {customers.looked_at.file.name}"
        )
