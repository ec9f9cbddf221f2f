"""All that is told of migration, from month ends and today's segment model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crmwb.lifecycle import STAGES
from crmwb.migration import chains, movers, moves
from crmwb.migration.months import Month, Sources, months
from crmwb.migration.moves import Pair, Worth
from crmwb.migration.schemes import HEADLINE, NO_STAGES, STAGE, Key, Schemes
from crmwb.params import Params
from crmwb.segmentation.refit.bins import columns_of

REASONS = ("days_since_last", "n_purchase_days", "n_orders", "mean_gap_days", "revenue_cents")


@dataclass(frozen=True)
class Migration:
    """What was found; frames as `artefacts` describes them, facts and metrics as plain JSON."""

    moves: pd.DataFrame
    shares: pd.DataFrame
    chances: pd.DataFrame
    steady: pd.DataFrame
    movers: pd.DataFrame
    facts: dict[str, Any]
    metrics: dict[str, Any]


@dataclass
class Counted:
    """What is kept of the months when they are gone."""

    moves: dict[Key, list[pd.DataFrame]] = field(default_factory=dict)
    shares: list[pd.DataFrame] = field(default_factory=list)
    worth: Worth = field(default_factory=Worth)
    last: list[Pair] = field(default_factory=list)
    two: tuple[Month, Month] | None = None


def build(sources: Sources, model: Mapping[str, Any], params: Params, first_event: date | str) -> Migration:
    """Score month ends one after another and count the moves between them.

    Parameters
    ----------
    sources : Sources
        Customers at month ends, and their segments then.
    model : mapping
        Today's segment model, as `segment` wrote it.
    params : Params
        The names of tiers and RFM segments, and `migration`.
    first_event : date or ISO string
        The first day of the source.

    Returns
    -------
    Migration
        Of a source without purchases, or with one month end only, the frames are empty and the facts say why.
    """
    begins = date.fromisoformat(first_event) if isinstance(first_event, str) else first_event
    schemes = Schemes(dict(model), params, STAGES)
    columns = [*columns_of(model), *REASONS, *movers.TIER_COLUMNS]
    every = (
        []
        if model["rfm"] is None
        else months(sources, schemes, columns, n_months=params.migration.n_months, first_event=begins)
    )
    counted = _count(every, schemes)
    if counted.two is None:
        schemes.not_available = {"migration": "moves need customers with purchases at two month ends at least"}
    elif (STAGE, "frozen") not in counted.moves:
        schemes.not_available.setdefault(STAGE, NO_STAGES)
    found, steps, ends, halves = [], [], [], []
    for key, rows in counted.moves.items():
        segments = schemes.segments[key]
        worth = counted.worth.of(key, segments)
        told = moves.directed(pd.concat(rows, ignore_index=True), moves.ranks(key, segments, worth), worth)
        told.insert(0, "scheme", key[0])
        told.insert(1, "definition", key[1])
        found.append(told)
        chain = chains.chain(key, told, segments, worth, params.migration.max_change)
        steps.append(chain.chances)
        ends.append(chain.steady)
        halves.append(chain.test)
    people = _movers(counted, schemes, model)
    facts = {
        "first_as_of": min((str(t["as_of"].min()) for t in found), default=None),
        "as_of": max((str(t["as_of"].max()) for t in found), default=None),
        "headline": HEADLINE,
        "segments": {f"{scheme}, {definition}": names for (scheme, definition), names in schemes.segments.items()},
        "chains": halves,
        "last_month": _last_month(people),
        "not_available": [{"what": what, "why": why} for what, why in sorted(schemes.not_available.items())],
    }
    return Migration(
        pd.concat(found, ignore_index=True) if found else pd.DataFrame(),
        pd.concat(counted.shares, ignore_index=True) if counted.shares else pd.DataFrame(),
        pd.concat(steps, ignore_index=True) if steps else pd.DataFrame(),
        pd.concat(ends, ignore_index=True) if ends else pd.DataFrame(),
        people,
        facts,
        {"as_of": facts["as_of"], "last_month": facts["last_month"]},
    )


def _count(every: Iterable[Month], schemes: Schemes) -> Counted:
    out = Counted()
    earlier: Month | None = None
    for later in every:
        out.shares += _shares(later, schemes)
        if earlier is not None:
            out.last = moves.pairs(earlier, later)
            out.two = (earlier, later)
            for pair in out.last:
                rows = moves.counted(pair, schemes.segments[pair.key])
                rows.insert(0, "as_of", later.as_of)
                out.worth.add(pair.key, rows)
                out.moves.setdefault(pair.key, []).append(rows)
        earlier = later
    return out


def _shares(month: Month, schemes: Schemes) -> list[pd.DataFrame]:
    """Return of each scheme who is in which segment at a month end, and what they brought in the twelve months."""
    sides = [(key, codes, month.year_cents) for key, codes in month.codes.items()]
    if month.stage_ids is not None and month.stage_codes is not None:
        place = month.ids.get_indexer(month.stage_ids)
        sides.append(((STAGE, "frozen"), month.stage_codes, np.where(place >= 0, month.year_cents[place], 0)))
    frames = []
    for key, codes, cents in sides:
        names = schemes.segments[key]
        sums = np.zeros(len(names), dtype=np.int64)
        np.add.at(sums, codes, cents)
        n = np.bincount(codes, minlength=len(names))
        frames.append(
            pd.DataFrame(
                {
                    "scheme": key[0],
                    "definition": key[1],
                    "as_of": month.as_of,
                    "position": range(1, len(names) + 1),
                    "segment": names,
                    "n_customers": n,
                    "customer_share": n / max(int(n.sum()), 1),
                    "revenue_cents": sums,
                }
            )
        )
    return frames


def _movers(counted: Counted, schemes: Schemes, model: Mapping[str, Any]) -> pd.DataFrame:
    if counted.two is None:
        return pd.DataFrame()
    reads = {
        "rfm_segment": movers.RFM_COLUMNS,
        "tier": movers.TIER_COLUMNS,
        "cluster_name": columns_of(model["clusters"].get("columns", [])),
        STAGE: movers.STAGE_COLUMNS,
    }
    found = []
    for pair in counted.last:
        if HEADLINE[pair.key[0]] == pair.key[1]:
            segments = schemes.segments[pair.key]
            worth = counted.worth.of(pair.key, segments)
            rank = moves.ranks(pair.key, segments, worth)
            found.append(movers.movers(pair, segments, rank, worth, months=counted.two, columns=reads[pair.key[0]]))
    out = pd.concat(found, ignore_index=True)
    out.insert(0, "as_of", counted.two[1].as_of)
    out = out.sort_values(["revenue_cents", "customer_id", "scheme"], ascending=[False, True, True], ignore_index=True)
    return out.assign(position=range(1, len(out) + 1))


def _last_month(people: pd.DataFrame) -> dict[str, Any]:
    """Return of each scheme how many moved up and down in the last month, and what that is worth a year."""
    if people.empty:
        return {}
    return {
        str(scheme): {
            way: {
                "n_customers": len(rows := group[group["direction"] == way]),
                "revenue_cents": int(rows["revenue_cents"].sum()),
                "expected_change_cents": int(rows["expected_change_cents"].fillna(0).sum()),
            }
            for way in ("up", "down", "across")
        }
        | {"causes": movers.total(group)}
        for scheme, group in people.groupby("scheme", sort=True)
    }
