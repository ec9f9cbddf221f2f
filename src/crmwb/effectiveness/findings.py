"""What the effectiveness stage says of the CRM as a whole, as findings."""

from collections.abc import Sequence

from crmwb.effectiveness.build import Effectiveness
from crmwb.effectiveness.checks import Check, reached
from crmwb.effectiveness.initiatives import Judged
from crmwb.effectiveness.measure import Measure
from crmwb.findings import Count, Finding, Listing, Share, Term, Unavailable
from crmwb.params import EffectivenessParams


def findings(effectiveness: Effectiveness, p: EffectivenessParams) -> dict[str, Finding | Unavailable]:
    """Return one finding for each part of the report, by the name of the part."""
    return {
        "initiatives": judged(effectiveness.judged),
        "process": score_card("process", effectiveness.measures, p),
        "part": score_card("part", effectiveness.measures, p),
        "survey": effectiveness.survey.finding,
        "satisfaction": effectiveness.survey.satisfaction,
        "chain": effectiveness.chain,
        "service": effectiveness.business.service,
        "operating": effectiveness.business.operating,
        "maturity": maturity(effectiveness.phases),
        "defects": defects(effectiveness.defects),
        **{name: analysis.finding for name, analysis in effectiveness.analyses.items()},
    }


def judged(every: Sequence[Judged]) -> Finding | Unavailable:
    """Count the verdicts on initiatives."""
    if not every:
        return Unavailable("effectiveness.initiatives.none", needs=(Term("table", "initiatives"),))
    counts = {verdict: sum(j.verdict == verdict for j in every) for verdict in ("met", "not_met", "open", "refused")}
    values = {"n": Count(len(every), "initiative")} | {name: Count(n) for name, n in counts.items()}
    return Finding("effectiveness.initiatives.counted", values)


def score_card(card: str, measures: Sequence[Measure], p: EffectivenessParams) -> Finding | Unavailable:
    """Count the states of a card's measures, and name the one with the lowest share."""
    own = [m for m in measures if m.card == card]
    known = [m for m in own if m.level is not None]
    if not known:
        return Unavailable("effectiveness.card.not_measured")
    states = [m.state(p) for m in own]
    least = min(known, key=lambda m: (m.level or 0.0, m.area, m.key))
    values = {
        "n": Count(len(own)),
        "in_place": Count(states.count("in_place")),
        "not_measured": Count(states.count("not_measured")),
        "least": Term("crm_measure", least.key),
        "share": Share(least.level),
    }
    if least.state(p) == "in_place":
        return Finding(f"effectiveness.card.{card}_known_in_place", values)
    return Finding(f"effectiveness.card.{card}", values)


def maturity(phases: Sequence[Check]) -> Finding:
    """Say which phase is reached, and what the next one lacks."""
    n, failed = reached(phases)
    values: dict[str, Term | Count | Finding | Unavailable] = {"n": Count(n), "all": Count(len(phases))}
    if failed is None:
        return Finding("effectiveness.maturity.all", values)
    values |= {"next": Term("crm_phase", failed.key)}
    if n == 0:
        return Finding("effectiveness.maturity.none", values)
    return Finding("effectiveness.maturity.reached", values | {"phase": Term("crm_phase", phases[n - 1].key)})


def defects(checks: Sequence[Check]) -> Finding:
    """Name the known defects that are there, and count those that cannot be checked."""
    there = tuple(Term("crm_defect", check.key) for check in checks if check.holds is False)
    unknown = sum(check.holds is None for check in checks)
    values = {"all": Count(len(checks)), "n": Count(len(there)), "unknown": Count(unknown)}
    if not there:
        return Finding("effectiveness.defects.none", values)
    return Finding("effectiveness.defects.there", values | {"which": Listing(there)})
