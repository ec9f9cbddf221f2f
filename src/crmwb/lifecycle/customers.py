"""The stage of each customer now, since when, and why."""

import numpy as np
import pandas as pd

from crmwb.calendar import month_of
from crmwb.contract.lifecycle import CUSTOMERS
from crmwb.lifecycle.names import ACCOUNT, DECLINE, STAGES, UNKNOWN
from crmwb.lifecycle.timeline import Timeline

# Why a customer is in decline: silent beyond the own bound, or fewer orders than before.
LATE, FEWER_ORDERS = "late", "fewer_orders"
NAMES = np.array([*STAGES, LATE, FEWER_ORDERS, None], dtype=object)  # UNKNOWN is -1, the last


def customers(timeline: Timeline, ids: pd.Series, *, begins_before: bool) -> pd.DataFrame:
    """Describe every customer's stage now.

    Parameters
    ----------
    timeline : Timeline
        Up to now.
    ids : Series
        customer_id, sorted, by the customers' numbers.
    begins_before : bool
        The history goes back beyond the timeline, so where a stage goes back to its first moment, its beginning is
        unknown.

    Returns
    -------
    DataFrame
        Columns of `CUSTOMERS`. A customer without any dated event is an account since an unknown day. `stage_reason` is
        the stage, or for a decline `LATE` or `FEWER_ORDERS`; `terms.stage_reason` of the catalogues says it.
    """
    now = timeline.now
    since, before = timeline.runs()
    undated = now.stage == UNKNOWN
    months = np.array([month_of(end) for end in timeline.ends])
    is_unknown_since = undated | ((since == 0) & begins_before)
    days = np.array([end.isoformat() for end in timeline.ends], dtype="datetime64[s]")[since]
    days[is_unknown_since] = np.datetime64("NaT")
    stage = np.where(undated, ACCOUNT, now.stage).astype(np.int8)
    n_months = pd.arrays.IntegerArray(months[-1] - months[since], undated)
    frame = pd.DataFrame({"customer_id": ids, "stage": NAMES[stage], "previous_stage": NAMES[before]})
    frame["stage_since"] = days
    frame["n_months_in_stage"] = n_months
    for column, values in (
        ("usual_gap_days", now.usual_days),
        ("late_after_days", now.late_days),
        ("lapsed_after_days", now.lapsed_days),
    ):
        frame[column] = np.round(values, 1)
    reason = np.where(stage == DECLINE, np.where(now.is_late, len(STAGES), len(STAGES) + 1), stage)
    frame["stage_reason"] = NAMES[reason]
    return pd.DataFrame(frame, columns=CUSTOMERS.names)
