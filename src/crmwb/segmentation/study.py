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

from crmwb import storage
from crmwb.engine import Backend, memory
from crmwb.params import INTERESTS, Params
from crmwb.progress import step
from crmwb.segmentation import acceptance, cards, clusters, needs, refit, rfm, rules, value_classes
from crmwb.segmentation.acceptance import REVENUE, Later
from crmwb.segmentation.cards import InterestFile, Spending
from crmwb.segmentation.columns import CustomerFiles, frame_of
from crmwb.segmentation.model import columns, fit, metrics, score_in_parts
from crmwb.segmentation.needs import MarketingMix
from crmwb.segmentation.profiles import profiles
from crmwb.segmentation.refit.bins import columns_of
from crmwb.tiers import stability


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
    rfm_months : Months
        RFM segments at month ends.
    tables : dict of str to DataFrame
        profiles, rules, traits, cards, acceptance, needs, mix, crosswalk.
    refit : dict
        What changed since a model was accepted.
    facts : dict
        What could not be told of needs, and why.
    metrics : dict
        The few numbers that runs are compared by.
    """

    model: dict[str, Any]
    customers: pd.DataFrame
    rfm_months: rfm.Months
    tables: dict[str, pd.DataFrame]
    refit: dict[str, Any]
    facts: dict[str, Any]
    metrics: dict[str, Any]


def study(
    sales: AbstractContextManager[tuple[Backend, Mapping[str, ir.Table]]],
    customers: CustomerFiles,
    past: Past,
    *,
    interests: InterestFile,
    marketing_mix: MarketingMix,
    observed: dict[str, Any],
    audits: Sequence[Mapping[str, Any]],
    params: Params,
) -> Study:
    """Find segments, describe them, ask what they need, and test them.

    Of the customers only what a step reads is in memory, and no longer than the step lasts.

    Parameters
    ----------
    sales : context manager of (Backend, mapping of str to ir.Table)
        What `storage.open_beside_frames` returns: the engine's memory is needed for a while only.
    customers : CustomerFiles
        One row per customer: features, value and stage of life.
    past : Past
        Earlier month ends, and the accepted model.
    interests : InterestFile
        What customers bought by category.
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
    as_of = date.fromisoformat(observed["as_of"])
    read = [*columns(p), *([] if past.accepted is None else refit.columns(past.accepted))]
    viewed = interests.whole() if INTERESTS in read else None
    with step("finding segments"):
        followed = rfm.follow(past.snapshots, as_of, p.rfm, customers.ids)
        memory.give_back()
        known = frame_of(customers, read)
        model = fit(known, observed["as_of"], p, params.seed, interests=viewed, n_at_once=params.engine.threads)
        model = refit.settle(model, past.accepted, known, p.refit, interests=viewed)
        segments = score_in_parts(known, model, interests=viewed, rfm_before=followed.before)
        del known
        memory.give_back()
    with step("describing segments"):
        spending = Spending(interests, customers.ids)
        ruled = rules.fit(customers, segments, p, params.seed, currency)
        traits = cards.traits(customers, segments, p, interests=spending)
        carded = cards.cards(customers, segments, ruled, traits, interests=spending, currency=currency)
        del spending
        profiled = profiles(customers, segments, model, [level.name for level in params.value.scorecard.levels])
        crossed = value_classes.crosswalk(
            _with_segments(customers, segments, (*value_classes.SCHEMES, "revenue_cents", "clv_cents"))
        )
    with step("what segments need"):
        own = _with_segments(customers, segments, needs.columns(marketing_mix, p.needs))
        with sales as (con, tables):
            wanted = needs.measure(con, dict(tables), own, as_of, p.needs, audits=audits)
        mix = needs.mix(wanted, own, marketing_mix, p.needs, currency=currency)
        del own
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
        known = frame_of(customers, [] if past.accepted is None else read)
        changed = refit.report(model, past.accepted, known, past.snapshots, p.refit, interests=viewed)
    return Study(
        model,
        segments,
        followed.months,
        {
            "profiles": profiled,
            "rules": ruled,
            "traits": traits,
            "cards": carded,
            "acceptance": tests,
            "needs": wanted.frame,
            "mix": mix,
            "crosswalk": crossed,
        },
        changed,
        wanted.facts,
        metrics(segments, model) | {"segments": acceptance.metrics(tests), "rfm": stability(followed.history)},
    )


def _with_segments(customers: CustomerFiles, segments: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return columns of customers beside their segments, where these have the names asked for."""
    own = [segments[name] for name in dict.fromkeys(names) if name in segments]
    return pd.concat([*own, frame_of(customers, [name for name in names if name not in segments])], axis=1)


def _later(snapshots: Path, segments: pd.DataFrame, model: dict[str, Any], params: Params) -> Later:
    """Look at the two month ends that tests over time need."""
    wanted = acceptance.month_ends(storage.values_of(snapshots, "as_of"), params.segmentation.acceptance)
    of_clusters = {str(c.get("column", c["feature"])) for c in model.get("columns", ())}
    read = [name for name in storage.columns_of(snapshots) if name in {*REVENUE, *of_clusters, *columns_of(model)}]
    before, after = pd.DataFrame(), pd.DataFrame()
    if wanted:
        before = storage.read_frame(snapshots, read, ("as_of", [wanted[0]]))
        after = storage.read_frame(snapshots, ["customer_id", "revenue_cents"], ("as_of", [wanted[1]]))
    scored = partial(clusters.score, model=model)
    return acceptance.later((before, after), wanted, segments, model, scored, params=params.segmentation.acceptance)
