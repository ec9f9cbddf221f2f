"""How customers answer campaigns."""

from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.engine import Backend
from crmwb.features.campaigns import contacts_before
from crmwb.segmentation.needs.blocks import Block, Measure, keep


def response(con: Backend, members: ir.Table, campaigns: ir.Table | None, as_of: date) -> list[Block]:
    """Measure the share of campaigns answered: of all, and of each kind where campaigns have one.

    Only contacts before `as_of`; an answer at or after it is not known yet.
    """
    known = contacts_before(members, campaigns, as_of)
    kept = keep(con, known.select("customer_id", "campaign_id", "answered"), "contacts")
    blocks = [_block(con, kept.mutate(item=ibis.literal("")), "response")]
    if campaigns is not None:
        kinds = campaigns.filter(campaigns.kind.notnull()).select("campaign_id", item=campaigns.kind)
        blocks.append(_block(con, kept.join(kinds, "campaign_id"), "campaign_response"))
    return blocks


def _block(con: Backend, contacts: ir.Table, name: str) -> Block:
    sums = contacts.group_by("customer_id", "item").aggregate(
        answered=contacts.count(where=contacts.answered), received=contacts.count()
    )
    table = keep(con, sums, name)
    return Block(
        kind="response",
        measures=(Measure(f"{name}_share", "answered", "received"),),
        parts=table.select("customer_id", "item", "answered"),
        wholes=table.select("customer_id", "item", "received"),
    )
