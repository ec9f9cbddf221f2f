"""Where each customer stands now, since when, and why."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.lifecycle.history import Moment
from crmwb.lifecycle.names import ACCOUNT, STAGES, UNKNOWN
from crmwb.lifecycle.timeline import Timeline
from crmwb.params import LifecycleParams
from crmwb.value.equity.months import month_of

SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("stage", pa.string()),
        ("previous_stage", pa.string()),
        ("stage_since", pa.date32()),
        ("n_months_in_stage", pa.int64()),
        ("usual_gap_days", pa.float64()),
        ("late_after_days", pa.float64()),
        ("lapsed_after_days", pa.float64()),
        ("stage_reason", pa.string()),
    ]
)
MEANINGS = {
    "stage": "stage of the customer's life",
    "previous_stage": "the stage before it; unknown where there was none, or none within the history",
    "stage_since": "the first month end at which the stage held; unknown where the history begins with it",
    "n_months_in_stage": "whole months since then; at least so many where the beginning is unknown",
    "usual_gap_days": "the own median gap between purchases, drawn towards everyone's where few are known",
    "late_after_days": "silent for longer than this, they are late",
    "lapsed_after_days": "silent for longer than this, they have lapsed",
    "stage_reason": "why this stage",
}


def customers(timeline: Timeline, ids: pd.Series, params: LifecycleParams, *, begins_before: bool) -> pd.DataFrame:
    """Describe every customer's stage now.

    Parameters
    ----------
    timeline : Timeline
        Up to now.
    ids : Series
        customer_id, sorted, by the customers' numbers.
    params : LifecycleParams
        For the reasons.
    begins_before : bool
        The history goes back beyond the timeline, so where a stage goes back to its first moment, its beginning is
        unknown.

    Returns
    -------
    DataFrame
        Columns of `SCHEMA`. Whom no dated event tells of is an account, since nobody knows when.
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
    frame["stage_reason"] = _reasons(frame["stage"].to_numpy(), now, params)
    return pd.DataFrame(frame, columns=SCHEMA.names)


def _reasons(stage: np.ndarray, now: Moment, params: LifecycleParams) -> np.ndarray:
    """Say in a phrase what the rule of each one's stage saw."""
    is_late = now.silent_days > now.late_days
    said: dict[str, tuple[Any, ...]] = {
        "account": ("known, not contacted lately, never bought",),
        "target": ("contacted, has not answered, never bought",),
        "prospect": ("answered or has an open opportunity, never bought",),
        "introduction": ("bought too few times or too lately for habits, last ", now.silent_days, " days ago"),
        "growth": ("orders more often than in the period before, season aside",),
        "maturity": ("buys as before, usually every ", now.usual_days, " days"),
        "decline": ("silent for ", now.silent_days, " days, late after ", now.late_days),
        "lapsed": ("silent for ", now.silent_days, " days, lapsed after ", now.lapsed_days),
        "won_back": (f"had lapsed, bought again within {params.won_back_months} months",),
    }
    reasons = np.full(len(stage), "", dtype=object)
    for name, parts in said.items():
        at = np.flatnonzero(stage == name)
        for part in parts:
            reasons[at] += part if isinstance(part, str) else _whole(part[at])
    reasons[(stage == "decline") & ~is_late] = "orders less often than in the period before, season aside"
    return reasons


def _whole(values: np.ndarray) -> np.ndarray:
    """Write numbers as whole ones; what is not known as a few."""
    known = np.isfinite(values)
    return np.where(known, np.where(known, values, 0).round().astype(np.int64).astype(str), "some").astype(object)
