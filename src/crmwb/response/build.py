"""What each campaign brought, of which customers, and whom to contact next time: the respond stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd

from crmwb.engine import Backend
from crmwb.params import ResponseParams
from crmwb.progress import track
from crmwb.response.members import campaigns, members


@dataclass(frozen=True)
class Response:
    """What the respond stage writes.

    Attributes
    ----------
    campaigns : DataFrame
        One row per campaign: its design and, in `answer`, whom to contact next time.
    effects : DataFrame
        One row per campaign, group, outcome and way of estimating.
    balance, learners, deciles, policies : DataFrame
        Behind them, each with campaign_id in front.
    """

    campaigns: pd.DataFrame
    effects: pd.DataFrame
    balance: pd.DataFrame
    learners: pd.DataFrame
    deciles: pd.DataFrame
    policies: pd.DataFrame


def build(
    con: Backend,
    tables: Mapping[str, ir.Table],
    features: pd.DataFrame,
    snapshots: Path,
    stages: pd.DataFrame,
    *,
    window: tuple[date, date],
    params: ResponseParams,
    seed: int,
) -> Response:
    """Judge every campaign whose outcome was seen.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    features : DataFrame
        Of every customer now, for attributes without a date.
    snapshots : Path
        Features at month ends.
    stages : DataFrame
        as_of, customer_id, stage at month ends.
    window : (date, date)
        The first event's day, and as_of (exclusive): campaigns whose outcome reaches beyond wait for the next run.
    params : ResponseParams
        Days, sizes and learners.
    seed : int
        Of folds and trees.
    """
    parts: dict[str, list[pd.DataFrame]] = {
        name: [] for name in ("effects", "balance", "learners", "deciles", "policies")
    }
    heads = []
    listed = campaigns(con, tables, window, params.outcome_days) if "campaign_members" in tables else []
    for campaign in track(listed, "campaigns", total=len(listed)):
        from crmwb.response import traits  # with scikit-learn, which sources without campaigns do without
        from crmwb.response.judged import Judged

        rows = members(con, tables, campaign, params)
        known = traits.before(snapshots, features, rows["customer_id"], campaign.starts_on)
        stage = _stages(stages, rows["customer_id"], campaign.starts_on)
        judged = Judged(campaign, rows, known, stage=stage, params=params, seed=seed)
        heads.append(judged.head())
        for name, frame in judged.tables().items():
            parts[name].append(frame.assign(campaign_id=campaign.campaign_id))
    frames = {name: pd.concat(part, ignore_index=True) if part else pd.DataFrame() for name, part in parts.items()}
    return Response(pd.DataFrame(heads), **frames)


def _stages(stages: pd.DataFrame, customers: pd.Series, day: date) -> pd.Series:
    """Return each customer's stage at the last month end on or before `day`."""
    past = stages[pd.to_datetime(stages["as_of"]) <= pd.Timestamp(day)]
    last = (
        past[past["as_of"] == past["as_of"].max()].set_index("customer_id")["stage"]
        if len(past)
        else pd.Series(dtype=str)
    )
    return last.reindex(customers).reset_index(drop=True)
