"""Migration: transitions, changes and chains of every scheme, from month ends and today's segment model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.findings import Unavailable, to_json
from crmwb.lifecycle import STAGES
from crmwb.migration import chains, changes, transitions
from crmwb.migration.months import Month, Sources, months
from crmwb.migration.schemes import HEADLINE, NO_STAGES, STAGE, Key, Schemes
from crmwb.migration.transitions import AnnualRevenue, Pair
from crmwb.params import Params
from crmwb.segmentation.refit.bins import columns_of

FEATURES = ("days_since_last", "n_purchase_days", "n_orders", "mean_gap_days", "revenue_cents")


@dataclass(frozen=True)
class Migration:
    """The results: frames as `artefacts` describes them, facts and metrics as plain JSON."""

    transitions: pd.DataFrame
    shares: pd.DataFrame
    probabilities: pd.DataFrame
    long_run: pd.DataFrame
    changes: pd.DataFrame
    facts: dict[str, Any]
    metrics: dict[str, Any]


@dataclass
class Counted:
    """Counts over the months; the months themselves are not kept."""

    transitions: dict[Key, list[pd.DataFrame]] = field(default_factory=dict)
    shares: list[pd.DataFrame] = field(default_factory=list)
    annual_revenue: AnnualRevenue = field(default_factory=AnnualRevenue)
    last: list[Pair] = field(default_factory=list)
    last_two: tuple[Month, Month] | None = None


def build(
    sources: Sources, model: Mapping[str, Any], params: Params, first_event: date | str, currency: str
) -> Migration:
    """Assign segments at one month end after another and count the transitions between them.

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
    currency : str
        Of the source.

    Returns
    -------
    Migration
        Of a source without purchases, or with one month end only, the frames are empty and the facts hold why.
    """
    begins = date.fromisoformat(first_event) if isinstance(first_event, str) else first_event
    schemes = Schemes(dict(model), params, STAGES)
    columns = [*columns_of(model), *FEATURES, *changes.TIER_COLUMNS]
    n_months = params.migration.n_months
    places = sources.places(n_months)
    every = (
        [] if model["rfm"] is None else months(sources, schemes, columns, places, n_months=n_months, first_event=begins)
    )
    counted = _count(every, schemes)
    if counted.last_two is None:
        schemes.not_available = {"migration": Unavailable("migration.unavailable.history")}
    elif (STAGE, "frozen") not in counted.transitions:
        schemes.not_available.setdefault(STAGE, NO_STAGES)
    counts, probabilities, long_run, tests = [], [], [], []
    for key, rows in counted.transitions.items():
        segments = schemes.segments[key]
        annual = counted.annual_revenue.of(key, segments)
        rank = transitions.ranks(key, segments, annual)
        of_scheme = transitions.directed(pd.concat(rows, ignore_index=True), rank, annual)
        of_scheme.insert(0, "scheme", key[0])
        of_scheme.insert(1, "definition", key[1])
        counts.append(of_scheme)
        chain = chains.chain(key, of_scheme, segments, annual, params.migration.max_change)
        probabilities.append(chain.probabilities)
        long_run.append(chain.long_run)
        tests.append(chain.test)
    changed = _changes(counted, schemes, model, currency, places.ids)
    facts = {
        "first_as_of": min((str(t["as_of"].min()) for t in counts), default=None),
        "as_of": max((str(t["as_of"].max()) for t in counts), default=None),
        "headline": HEADLINE,
        "segments": {f"{scheme}, {definition}": names for (scheme, definition), names in schemes.segments.items()},
        "chains": tests,
        "last_month": _last_month(changed),
        "not_available": [
            {"scheme": scheme, "why": to_json(why)} for scheme, why in sorted(schemes.not_available.items())
        ],
    }
    return Migration(
        pd.concat(counts, ignore_index=True) if counts else pd.DataFrame(),
        pd.concat(counted.shares, ignore_index=True) if counted.shares else pd.DataFrame(),
        pd.concat(probabilities, ignore_index=True) if probabilities else pd.DataFrame(),
        pd.concat(long_run, ignore_index=True) if long_run else pd.DataFrame(),
        changed,
        facts,
        {"as_of": facts["as_of"], "last_month": facts["last_month"]},
    )


def _count(every: Iterable[Month], schemes: Schemes) -> Counted:
    out = Counted()
    earlier: Month | None = None
    for later in every:
        out.shares += _shares(later, schemes)
        if earlier is not None:
            out.last = transitions.pairs(earlier, later)
            out.last_two = (earlier, later)
            for pair in out.last:
                rows = transitions.counted(pair, schemes.segments[pair.key])
                rows.insert(0, "as_of", later.as_of)
                out.annual_revenue.add(pair.key, rows)
                out.transitions.setdefault(pair.key, []).append(rows)
        earlier = later
    return out


def _shares(month: Month, schemes: Schemes) -> list[pd.DataFrame]:
    """Return customers of each segment at a month end, and their revenue of the twelve months, of each scheme."""
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


def _changes(
    counted: Counted, schemes: Schemes, model: Mapping[str, Any], currency: str, ids: pa.Array
) -> pd.DataFrame:
    if counted.last_two is None:
        return pd.DataFrame()
    reads = {
        "rfm_segment": changes.RFM_COLUMNS,
        "tier": changes.TIER_COLUMNS,
        "cluster_name": columns_of(model["clusters"].get("columns", [])),
        STAGE: changes.STAGE_COLUMNS,
    }
    result = []
    for pair in counted.last:
        if HEADLINE[pair.key[0]] == pair.key[1]:
            segments = schemes.segments[pair.key]
            annual = counted.annual_revenue.of(pair.key, segments)
            result.append(
                changes.changes(
                    pair,
                    segments,
                    transitions.ranks(pair.key, segments, annual),
                    annual,
                    months=counted.last_two,
                    columns=reads[pair.key[0]],
                    currency=currency,
                )
            )
    out = pd.concat(result, ignore_index=True)
    out.insert(0, "as_of", counted.last_two[1].as_of)
    out = out.sort_values(["revenue_cents", "customer_id", "scheme"], ascending=[False, True, True], ignore_index=True)
    out["customer_id"] = ids.take(pa.array(out["customer_id"])).to_pandas()
    return out.assign(position=range(1, len(out) + 1))


def _last_month(changed: pd.DataFrame) -> dict[str, Any]:
    """Return of each scheme the customers who changed up and down in the last month, and the revenue a year of that."""
    if changed.empty:
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
        | {"causes": changes.by_cause(group)}
        for scheme, group in changed.groupby("scheme", sort=True)
    }
