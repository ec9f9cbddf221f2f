"""How mature the CRM is, and the defects that CRMs are known for, as checks with figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from crmwb.effectiveness.initiatives import JUDGED, Judged
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Count, Finding, Share, Term, Times, Unavailable

PHASES = ("recorded", "described", "forecast", "acted_on", "measured")
DEPARTMENTS = ("marketing", "sales", "service")
FEW_DEPARTMENTS = 2
LINKED_SHARE = 0.95  # of revenue with a known product: below it, what customers buy is not known
CLASSES = ("tier", "stage")


@dataclass(frozen=True)
class Check:
    """A check: whether it holds (None: not measured), and the figure that it goes by."""

    key: str
    holds: bool | None
    figure: Finding | Unavailable


def phases(inputs: Inputs, judged: Sequence[Judged]) -> list[Check]:
    """Check the phases of maturity, each of which needs those before it: PHASES."""
    buyers = inputs.buyers
    tiers = float(buyers["tier"].notna().mean()) if len(buyers) else 0.0
    test = inputs.models.get("backtest") or {}
    n_chosen = int((~inputs.listed["is_held_out"].astype(bool)).sum())
    experiments = int((inputs.campaigns["design"] == "experiment").sum()) if len(inputs.campaigns) else 0
    n_met = sum(j.verdict in JUDGED for j in judged)
    n_measured = experiments + len(inputs.results) + n_met
    values = {
        "n": Count(experiments, "campaign"),
        "n_actions": Count(len(inputs.results)),
        "n_initiatives": Count(n_met),
    }
    beats = bool(test.get("model_beats_rules"))
    n_origins = int(test.get("n_origins") or 0)
    tested = Finding("effectiveness.phase.forecast", {"n": Count(n_origins, "past_period")})
    if n_origins and not beats:
        tested = Finding("effectiveness.phase.forecast_no_better", {"n": Count(n_origins, "past_period")})
    return [
        Check(
            "recorded", len(buyers) > 0, Finding("effectiveness.phase.recorded", {"n": Count(len(buyers), "customer")})
        ),
        Check("described", tiers > 0, Finding("effectiveness.phase.described", {"share": Share(tiers)})),
        Check("forecast", n_origins > 0 and beats, tested),
        Check(
            "acted_on",
            n_chosen > 0 or len(inputs.campaigns) > 0,
            Finding(
                "effectiveness.phase.acted_on",
                {"n": Count(n_chosen, "customer"), "n_campaigns": Count(len(inputs.campaigns), "campaign")},
            ),
        ),
        Check("measured", n_measured > 0, Finding("effectiveness.phase.measured", values)),
    ]


def reached(checks: Sequence[Check]) -> tuple[int, Check | None]:
    """Return how many phases in a row are reached, and the check that the next one fails."""
    for place, check in enumerate(checks):
        if not check.holds:
            return place, check
    return len(checks), None


def defects(inputs: Inputs) -> list[Check]:
    """Check the known defects: few sources, products not linked, customers who do not move, purchases not explained."""
    return [_sources(inputs), _linked(inputs), _moving(inputs), _repeat(inputs), _related(inputs)]


def _sources(inputs: Inputs) -> Check:
    tables = inputs.quality["tables"]
    n_tables = sum(int(table["clean"]) > 0 for table in tables.values())
    recorded = [d for d in DEPARTMENTS if inputs.mart[f"n_{d}_contacts"].fillna(0).sum() > 0]
    values = {"n": Count(n_tables, "table"), "departments": Count(len(recorded)), "all": Count(len(DEPARTMENTS))}
    return Check("few_sources", len(recorded) >= FEW_DEPARTMENTS, Finding("effectiveness.defect.few_sources", values))


def _linked(inputs: Inputs) -> Check:
    known = inputs.quality["completeness"]["revenue_known"]
    share = known.get("transactions", {}).get("product_id")
    if share is None:
        return Check("product_link", None, Unavailable("effectiveness.defect.no_purchases"))
    figure = Finding("effectiveness.defect.product_link", {"share": Share(share)})
    return Check("product_link", share >= LINKED_SHARE, figure)


def _moving(inputs: Inputs) -> Check:
    shown = inputs.migration.get("headline", {})  # the definition of each scheme that reports go by
    changes = {
        chain["scheme"]: chain["moved_a_month"]
        for chain in inputs.migration.get("chains", [])
        if chain["definition"] == shown.get(chain["scheme"], chain["definition"])
    }
    scheme = next((name for name in CLASSES if changes.get(name) is not None), None)
    if scheme is None:
        return Check("customers_move", None, Unavailable("effectiveness.defect.no_months"))
    values = {"share": Share(changes[scheme]), "scheme": Term("scheme", scheme)}
    return Check("customers_move", changes[scheme] > 0, Finding("effectiveness.defect.customers_move", values))


def _repeat(inputs: Inputs) -> Check:
    tests = inputs.tests[inputs.tests["list"] == "again"]
    if tests.empty:
        return Check("repeat_purchase", None, Unavailable("effectiveness.defect.no_lists"))
    best = tests.sort_values("recall").iloc[-1]
    recall = float(best["recall"])
    values = {"recall": Share(recall), "n": Count(int(best["n_customers"]), "customer")}
    is_clear = recall >= inputs.params.effectiveness.partly_share
    return Check("repeat_purchase", is_clear, Finding("effectiveness.defect.repeat_purchase", values))


def _related(inputs: Inputs) -> Check:
    tests = inputs.tests[inputs.tests["list"] == "new"]
    is_baseline = tests["method"] == "popularity"
    if is_baseline.all() or not is_baseline.any():
        return Check("related_purchase", None, Unavailable("effectiveness.defect.no_lists"))
    own = tests[~is_baseline].sort_values("recall").iloc[-1]
    base = float(tests.loc[is_baseline, "recall"].iloc[0])
    values = {
        "n": Count(len(inputs.together), "pair"),
        "times": Times(float(own["recall"]) / base if base > 0 else None),
    }
    holds = bool(own["gain_low"] > 0)
    return Check("related_purchase", holds, Finding("effectiveness.defect.related_purchase", values))
