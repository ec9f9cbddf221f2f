"""From one customer equity to the next: what new, won back, grown, shrunk and lost customers changed.

A customer is lost while the chance that they buy again within the horizon is below `params.value.equity.lost_below`;
what little they are worth stays in the equity. To the cent,

    opening + new + won_back + grown + shrunk + lost = closing
    kept = opening + (what of shrunk, lost and won_back is below zero) = closing - new - (what of these is above zero)
"""

from datetime import date

import numpy as np
import pandas as pd

from crmwb.contract.value import EQUITY_BRIDGE
from crmwb.value.equity.worth import Worth

COMPONENTS = ("opening", "new", "won_back", "grown", "shrunk", "lost", "closing", "kept")


def bridge(span: str, begins: date, ends: date, opening: Worth, closing: Worth) -> pd.DataFrame:
    """Split the change of equity between two moments.

    Parameters
    ----------
    span : str
        "month" or "year".
    begins, ends : date
        The moments, both exclusive like every as_of.
    opening, closing : Worth
        The same customers then.

    Returns
    -------
    DataFrame of shape (8, 6)
        Columns of `EQUITY_BRIDGE`, one row per component, in the order of `COMPONENTS`.
    """
    change = closing.clv_cents - opening.clv_cents
    was, active_then, active_now = opening.is_known, opening.is_active, closing.is_active
    new = closing.is_known & ~was
    won_back, lost = was & ~active_then & active_now, active_then & ~active_now
    stays = was & ~won_back & ~lost
    both = np.minimum(opening.clv_cents, closing.clv_cents)
    rows = {
        "opening": (active_then, opening.clv_cents),
        "new": (new & active_now, closing.clv_cents * new),
        "won_back": (won_back, change * won_back),
        "grown": (stays & (change > 0), np.maximum(change, 0) * stays),
        "shrunk": (stays & (change < 0), np.minimum(change, 0) * stays),
        "lost": (lost, change * lost),
        "closing": (active_now, closing.clv_cents),
        "kept": (active_then & active_now, both * was),
    }
    return pd.DataFrame(
        [(span, begins, ends, name, int(rows[name][0].sum()), int(rows[name][1].sum())) for name in COMPONENTS],
        columns=EQUITY_BRIDGE.names,
    )
