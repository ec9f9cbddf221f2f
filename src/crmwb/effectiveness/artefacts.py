"""Writing how effective the CRM is: data/effectiveness/ and metrics/effectiveness.json."""

import math
from collections.abc import Sequence

import pandas as pd

from crmwb import layout, storage
from crmwb.contract import Artefact
from crmwb.contract import effectiveness as declared
from crmwb.effectiveness.build import Effectiveness
from crmwb.effectiveness.findings import findings
from crmwb.effectiveness.initiatives import Judged
from crmwb.effectiveness.measure import STATES
from crmwb.findings import dumps, to_json
from crmwb.params import EffectivenessParams


def write(effectiveness: Effectiveness, p: EffectivenessParams) -> None:
    """Write every table, the findings and the metrics; what is not measured has no rows."""
    frames = {
        "initiatives": _initiatives(effectiveness.judged),
        "score_cards": _score_cards(effectiveness, p),
        "swot": _numbered([(line.quadrant, dumps(line.figure)) for line in effectiveness.lines], declared.SWOT),
        "survey_groups": effectiveness.survey.groups,
        "survey_tests": effectiveness.survey.tests,
        "satisfaction": effectiveness.survey.by_tier,
        "chain": effectiveness.links,
        "lines": effectiveness.business.lines,
        "heat_map": effectiveness.business.heat_map,
        "checks": _checks(effectiveness),
        "analyses": _analyses(effectiveness),
        "answers": _numbered(
            [(answer.question, dumps(answer.answer)) for answer in effectiveness.answers], declared.ANSWERS
        ),
    }
    for artefact in declared.ARTEFACTS:
        frame = frames[artefact.name]
        empty: pd.DataFrame = artefact.schema.empty_table().to_pandas()
        storage.write(empty if frame.empty else _rounded(frame.reindex(columns=artefact.names)), artefact)
    stated = {name: to_json(finding) for name, finding in findings(effectiveness, p).items()}
    storage.write_json(stated, layout.EFFECTIVENESS_FINDINGS)
    storage.write_json(_metrics(effectiveness, p), layout.EFFECTIVENESS_METRICS)


def _initiatives(judged: Sequence[Judged]) -> pd.DataFrame:
    rows = []
    for j in judged:
        own = {name: j.row[name] for name in ("initiative_id", "name", "classes", "starts_on", "cost_cents")}
        own |= {name: j.row[name] for name in ("metric", "metric_of", "direction")}
        own |= {"verdict": j.verdict, "why": dumps(j.why), "goal": j.goal}
        own |= {"before": j.before and _known(j.before.value), "after": j.after and _known(j.after.value)}
        if j.effect is not None:
            own |= {"effect": j.effect.difference, "effect_low": j.effect.low, "effect_high": j.effect.high}
            own |= {"p_value": j.effect.p_value, "basis": j.effect.basis}
        own["effect_why"] = None if j.effect_why is None else dumps(j.effect_why)
        rows.append(own)
    return pd.DataFrame(rows)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _score_cards(effectiveness: Effectiveness, p: EffectivenessParams) -> pd.DataFrame:
    rows = [(m.card, m.area, m.key, m.n, m.of, m.level, m.state(p)) for m in effectiveness.measures]
    return _numbered(rows, declared.SCORE_CARDS).astype({"n": "Int64", "of": "Int64"})


def _checks(effectiveness: Effectiveness) -> pd.DataFrame:
    rows = [
        (kind, position, check.key, check.holds, dumps(check.figure))
        for kind, every in (("phase", effectiveness.phases), ("defect", effectiveness.defects))
        for position, check in enumerate(every, start=1)
    ]
    return pd.DataFrame(rows, columns=declared.CHECKS.names)


def _analyses(effectiveness: Effectiveness) -> pd.DataFrame:
    rows = [
        (name, i, dumps(r.label), r.n_customers, r.customer_share, _whole(r.amount_cents), dumps(r.figure))
        for name, analysis in effectiveness.analyses.items()
        for i, r in enumerate(analysis.rows, start=1)
    ]
    return pd.DataFrame(rows, columns=declared.ANALYSES.names).astype({"amount_cents": "Int64"})


def _whole(cents: float | None) -> int | None:
    return None if cents is None else round(cents)


def _numbered(rows: Sequence[tuple[object, ...]], artefact: Artefact) -> pd.DataFrame:
    return pd.DataFrame([(i, *row) for i, row in enumerate(rows, start=1)], columns=artefact.names)


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep six digits: what is beyond differs between processors."""
    numbers = [name for name in frame.columns if pd.api.types.is_float_dtype(frame[name])]
    rounded = frame.copy()
    for name in numbers:
        rounded[name] = [None if pd.isna(value) else float(f"{value:.6g}") for value in frame[name]]
    return rounded


def _metrics(effectiveness: Effectiveness, p: EffectivenessParams) -> dict[str, int]:
    """Return the few numbers that runs are compared by."""
    verdicts = [j.verdict for j in effectiveness.judged]
    states = [m.state(p) for m in effectiveness.measures]
    return {
        "n_initiatives": len(verdicts),
        "n_met": verdicts.count("met"),
        "n_not_met": verdicts.count("not_met"),
        **{f"n_{state}": states.count(state) for state in STATES},
        "n_defects": sum(check.holds is False for check in effectiveness.defects),
    }
