"""The whole segmentation of a source, from described and valued customers to all that the segment stage writes."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.engine import Backend
from crmwb.params import Params
from crmwb.progress import step
from crmwb.segmentation import acceptance, cards, clusters, needs, refit, rfm, rules, value_classes
from crmwb.segmentation.acceptance import Later
from crmwb.segmentation.model import fit, metrics, score
from crmwb.segmentation.needs import MarketingMix
from crmwb.segmentation.profiles import profiles
from crmwb.segmentation.refit.bins import columns_of
from crmwb.tiers import stability

INTERESTS = ("customer_id", "category", "revenue_cents", "revenue_share")
LATER = ("as_of", "customer_id", "n_purchase_days", "revenue_cents")  # beside what clusters read


@dataclass(frozen=True)
class Past:
    """What segments are compared with.

    Attributes
    ----------
    snapshots : Path
        Customers at past month ends.
    accepted : dict or None
        The model that was accepted; see `refit`.
    """

    snapshots: Path
    accepted: dict[str, Any] | None


@dataclass(frozen=True)
class Study:
    """What the segment stage finds.

    Attributes
    ----------
    model : dict
        How the segments are made: plain JSON, enough to score other customers.
    customers : DataFrame
        One row per customer: scores, classes, clusters.
    tables : dict of str to DataFrame
        rfm_months, profiles, rules, traits, cards, acceptance, needs, mix, crosswalk.
    refit : dict
        What changed since a model was accepted.
    facts : dict
        What could not be told of needs, and why.
    metrics : dict
        The few numbers that runs are compared by.
    """

    model: dict[str, Any]
    customers: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    refit: dict[str, Any]
    facts: dict[str, Any]
    metrics: dict[str, Any]


def study(
    sales: AbstractContextManager[tuple[Backend, Mapping[str, ir.Table]]],
    customers: pd.DataFrame,
    past: Past,
    *,
    interests: pd.DataFrame,
    marketing_mix: MarketingMix,
    observed: dict[str, Any],
    audits: Sequence[Mapping[str, Any]],
    params: Params,
) -> Study:
    """Find segments, describe them, ask what they need, and test them.

    Parameters
    ----------
    sales : context manager of (Backend, mapping of str to ir.Table)
        What `storage.open_beside_frames` returns: the engine's memory is needed for a while only.
    customers : DataFrame
        One row per customer, sorted by customer_id: features, value and stage of life.
    past : Past
        Earlier month ends, and the accepted model.
    interests : DataFrame
        One row per customer and category: `INTERESTS`.
    marketing_mix : MarketingMix
        The rules that turn needs into advice.
    observed : dict
        observation.json: as_of, currency.
    audits : sequence of mapping
        What the audits of the data found, of data/quality/summary.json.
    params : Params
        All choices.

    Raises
    ------
    CrmwbError
        Nobody has bought, a parameter does not suit the source, or a segment is not accepted and params say stop.
    """
    p, currency = params.segmentation, observed["currency"]
    with step("finding segments"):
        at_once = params.engine.threads
        model = fit(customers, observed["as_of"], p, params.seed, interests=interests, n_at_once=at_once)
        model = refit.settle(model, past.accepted, customers, p.refit, interests=interests)
        as_of = date.fromisoformat(observed["as_of"])
        followed = rfm.follow(past.snapshots, as_of, p.rfm, pa.array(customers["customer_id"], type=pa.string()))
        segments = score(customers, model, interests=interests, rfm_before=followed.before)
    with step("describing segments"):
        ruled = rules.fit(customers, segments, p, params.seed, currency)
        traits = cards.traits(customers, segments, p, interests=interests)
        carded = cards.cards(customers, segments, ruled, traits, interests=interests, currency=currency)
    with step("what segments need"):
        whole = pd.concat([customers, segments.drop(columns="customer_id")], axis=1)  # of the same order: no copy
        with sales as (con, tables):
            wanted = needs.measure(con, dict(tables), whole, as_of, p.needs, audits=audits)
        mix = needs.mix(wanted, whole, marketing_mix, p.needs, currency=currency)
    with step("testing segments"):
        tests = acceptance.test(
            customers,
            segments,
            model["clusters"],
            ruled,
            p,
            later=_later(past.snapshots, segments, model["clusters"], params),
            actions=needs.actions_mapped(mix, "cluster_name"),
            currency=currency,
        )
        acceptance.stop_if_wanted(tests, p.acceptance)
        changed = refit.report(model, past.accepted, customers, past.snapshots, p.refit, interests=interests)
    return Study(
        model,
        segments,
        {
            "rfm_months": followed.months,
            "profiles": profiles(customers, segments, model, [level.name for level in params.value.scorecard.levels]),
            "rules": ruled,
            "traits": traits,
            "cards": carded,
            "acceptance": tests,
            "needs": wanted.frame,
            "mix": mix,
            "crosswalk": value_classes.crosswalk(whole),
        },
        changed,
        wanted.facts,
        metrics(segments, model) | {"segments": acceptance.metrics(tests), "rfm": stability(followed.history)},
    )


def _later(snapshots: Path, segments: pd.DataFrame, model: dict[str, Any], params: Params) -> Later:
    """Look at the two month ends that tests over time need."""
    wanted = acceptance.month_ends(storage.values_of(snapshots, "as_of"), params.segmentation.acceptance)
    of_clusters = {str(c.get("column", c["feature"])) for c in model.get("columns", ())}
    read = [name for name in storage.columns_of(snapshots) if name in {*LATER, *of_clusters, *columns_of(model)}]
    frame = storage.read_frame(snapshots, read, ("as_of", list(wanted))) if wanted else pd.DataFrame()
    scored = partial(clusters.score, model=model)
    return acceptance.later(frame, wanted, segments, model, scored, params=params.segmentation.acceptance)
