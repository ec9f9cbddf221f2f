"""The stage of each customer now, since when, and why."""

import numpy as np
import pandas as pd

from crmwb.calendar import month_of
from crmwb.contract.lifecycle import CUSTOMERS
from crmwb.lifecycle.history import Moment
from crmwb.lifecycle.names import ACCOUNT, STAGES, UNKNOWN
from crmwb.lifecycle.timeline import Timeline

# Why a customer is in decline: silent beyond the own bound, or fewer orders than before.
LATE, FEWER_ORDERS = "late", "fewer_orders"


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
    days = np.array([end.isoformat() for end in timeline.ends], dtype="datetime64[D]")[since]
    names = np.array([*STAGES, None], dtype=object)  # UNKNOWN is -1, the last
    frame = pd.DataFrame({"customer_id": np.asarray(ids)})
    frame["stage"] = names[np.where(undated, ACCOUNT, now.stage)]
    frame["previous_stage"] = names[before]
    frame["stage_since"] = pd.Series(days).astype("datetime64[s]").mask(is_unknown_since)
    frame["n_months_in_stage"] = pd.array(months[-1] - months[since], dtype="Int64")
    frame.loc[undated, "n_months_in_stage"] = pd.NA
    for column, values in (
        ("usual_gap_days", now.usual_days),
        ("late_after_days", now.late_days),
        ("lapsed_after_days", now.lapsed_days),
    ):
        frame[column] = np.round(values, 1)
    frame["stage_reason"] = _reasons(frame["stage"].to_numpy(), now)
    return pd.DataFrame(frame, columns=CUSTOMERS.names)


def _reasons(stage: np.ndarray, now: Moment) -> np.ndarray:
    """Return the condition that put each customer in the stage: the stage, and of a decline which of its two."""
    reasons = stage.copy()
    reasons[(stage == "decline") & now.is_late] = LATE
    reasons[(stage == "decline") & ~now.is_late] = FEWER_ORDERS
    return reasons
