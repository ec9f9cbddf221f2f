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
    histories: Mapping[str, pd.DataFrame],
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
    histories : mapping of str to DataFrame
        By what customers are divided by (tier, rfm_segment, stage): as_of, customer_id and that column at month ends.
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
        past = {name: _last(frame, name, rows["customer_id"], campaign.starts_on) for name, frame in histories.items()}
        judged = Judged(campaign, rows, known, past=past, params=params, seed=seed)
        heads.append(judged.head())
        for name, frame in judged.tables().items():
            parts[name].append(frame.assign(campaign_id=campaign.campaign_id))
    frames = {name: pd.concat(part, ignore_index=True) if part else pd.DataFrame() for name, part in parts.items()}
    return Response(pd.DataFrame(heads), **frames)


def _last(history: pd.DataFrame, name: str, customers: pd.Series, day: date) -> pd.Series:
    """Return where each customer was at the last month end on or before `day`, which knows nothing of that day."""
    past = history[pd.to_datetime(history["as_of"]) <= pd.Timestamp(day)]
    if past.empty:
        return pd.Series(None, index=range(len(customers)), dtype=object)
    last: pd.Series = past[past["as_of"] == past["as_of"].max()].set_index("customer_id")[name]
    return last.reindex(customers).reset_index(drop=True)
