"""Where customers buy: channels and stores."""

from datetime import date

import ibis.expr.types as ir

from crmwb.features.asof import sales_before
from crmwb.features.mix import mix


def places(transactions: ir.Table, as_of: date) -> tuple[ir.Table, ...]:
    """Describe sales before `as_of` by channel and by store.

    Two tables, each one row per customer with a sale.
    """
    lines = sales_before(transactions, as_of)
    return (
        mix(lines, "channel", n="n_channels", top="top_channel", top_share="top_channel_share"),
        mix(lines, "store_id", n="n_stores", top="top_store_id", top_share="top_store_share"),
    )
