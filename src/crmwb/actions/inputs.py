"""What the act stage reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from crmwb import engine, layout, storage
from crmwb.actions import accepted, ledger
from crmwb.actions.changes import Then, at
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.contract.response import CAMPAIGNS, EFFECTS, LEARNERS
from crmwb.contract.segments import RFM_MONTHS
from crmwb.contract.value import FORECAST, TIER_MONTHS
from crmwb.engine import Backend
from crmwb.features.credit import credit
from crmwb.marts.newly import compared_with
from crmwb.params import Params
from crmwb.value.potential.total import TotalRange


@dataclass(frozen=True)
class Inputs:
    """Artefacts of the stages before.

    Attributes
    ----------
    mart : ir.Table
        One row per customer.
    clean : dict of str to ir.Table
        Canonical tables.
    past : DataFrame
        The ledger of lists handed out before.
    campaigns, effects, learners : DataFrame
        As the respond stage writes them.
    forecast : DataFrame
        As the value stage writes it.
    set_aside : dict of str to float
        By table: the share of rows in quarantine.
    best_tier : str
        The first of the tiers.
    as_of, first_day : date
        The day that customers are described as of, and that of the first event.
    currency : str
        Of every amount.
    margin_share : float
        Margin over revenue.
    is_margin_assumed : bool
        The source holds no costs of goods.
    total : TotalRange
        How sums of future margin are stated.
    is_comparable : bool
        Whether recent revenue may be compared with that of a year before.
    since : str or None
        The day that risk is compared with.
    no_risk : str or None
        Why the risk of nobody is known: `lifecycle.risk.build.REASONS`; None where it is.
    accepted : Accepted or None
        The run that alerts compare with.
    then : Then or None
        What was known on its day.
    """

    mart: ir.Table
    clean: Mapping[str, ir.Table]
    past: pd.DataFrame
    campaigns: pd.DataFrame
    effects: pd.DataFrame
    learners: pd.DataFrame
    forecast: pd.DataFrame
    set_aside: dict[str, float]
    best_tier: str
    as_of: date
    first_day: date
    currency: str
    margin_share: float
    is_margin_assumed: bool
    total: TotalRange
    is_comparable: bool
    since: str | None
    no_risk: str | None
    accepted: accepted.Accepted | None
    then: Then | None


def read(con: Backend, p: Params) -> Inputs:
    """Read what the act stage needs.

    Raises
    ------
    CrmwbError
        An artefact is not there yet, or is damaged.
    """
    observed = storage.read_json(layout.OBSERVATION)
    models = storage.read_json(layout.VALUE_MODELS)
    margin_share, is_assumed = margin(models, p)
    source = storage.read_json(layout.QUALITY_SUMMARY)["profile"]["source"]
    clean = storage.open_tables(con, layout.CLEAN)
    happened, lifecycle = storage.read_json(layout.CIRCUMSTANCES), storage.read_json(layout.LIFECYCLE_FACTS)
    run = accepted.accepted(layout.ACCEPTED_ACTIONS, source)
    return Inputs(
        mart=storage.open_artefact(con, MART, "mart"),
        clean=clean,
        past=ledger.read(layout.ACTION_LEDGER),
        campaigns=storage.read(CAMPAIGNS),
        effects=storage.read(EFFECTS),
        learners=storage.read(LEARNERS),
        forecast=storage.read(FORECAST),
        set_aside=accepted.shares(storage.read_json(layout.QUALITY_METRICS)),
        best_tier=p.value.scorecard.levels[0].name,
        as_of=date.fromisoformat(observed["as_of"][:10]),
        first_day=date.fromisoformat(observed["first_event"][:10]),
        currency=observed["currency"],
        margin_share=margin_share,
        is_margin_assumed=is_assumed,
        total=TotalRange.of(models),
        is_comparable=happened["is_comparable"],
        since=compared_with(lifecycle, happened),
        no_risk=lifecycle["risk"]["not_available"],
        accepted=run,
        then=None if run is None else _then(con, clean, run.as_of),
    )


def margin(models: Mapping[str, Any], p: Params) -> tuple[float, bool]:
    """Return margin over revenue, and whether it is assumed, from what the value stage says of its models."""
    known = models.get("margin") or {"share": p.value.assumed_margin_share, "is_assumed": True}
    return float(known["share"]), bool(known["is_assumed"])


def _then(con: Backend, clean: Mapping[str, ir.Table], day: date) -> Then:
    tiers, rfm = storage.read(TIER_MONTHS), storage.read(RFM_MONTHS)
    known = {"tier": at(tiers, "tier", day), "rfm_segment": at(rfm, "rfm_segment", day)}
    owed = pd.Series(dtype="int64")
    if "invoices" in clean:
        owes = credit(clean["invoices"], day).select("customer_id", "overdue_cents")
        owed = engine.batches(con, owes).read_pandas().set_index("customer_id")["overdue_cents"]
    return Then({scheme: series for scheme, series in known.items() if len(series)}, owed)
