"""Writing how effective the CRM is: data/effectiveness/ and metrics/effectiveness.json."""

import math
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from crmwb import layout, storage
from crmwb.effectiveness.build import Effectiveness
from crmwb.effectiveness.findings import findings
from crmwb.effectiveness.initiatives import Judged
from crmwb.effectiveness.measure import STATES
from crmwb.findings import dumps, to_json
from crmwb.params import EffectivenessParams

TEXT, NUMBER, COUNT, DAY, FLAG = pa.string(), pa.float64(), pa.int64(), pa.date32(), pa.bool_()
SCHEMAS = {
    "initiatives": pa.schema(
        [
            *((name, TEXT) for name in ("initiative_id", "name", "classes")),
            ("starts_on", DAY),
            ("cost_cents", COUNT),
            *((name, TEXT) for name in ("metric", "metric_of", "direction", "verdict", "why")),
            *((name, NUMBER) for name in ("before", "goal", "after", "effect", "effect_low", "effect_high", "p_value")),
            *((name, TEXT) for name in ("basis", "effect_why")),
        ]
    ),
    "score_cards": pa.schema(
        [
            ("position", COUNT),
            *((name, TEXT) for name in ("card", "area", "measure")),
            ("n", COUNT),
            ("of", COUNT),
            ("share", NUMBER),
            ("state", TEXT),
        ]
    ),
    "swot": pa.schema([("position", COUNT), ("quadrant", TEXT), ("figure", TEXT)]),
    "survey_groups": pa.schema(
        [
            *((name, TEXT) for name in ("dimension", "group")),
            ("n_customers", COUNT),
            ("customer_share", NUMBER),
            ("n_respondents", COUNT),
            *((name, NUMBER) for name in ("respondent_share", "response_share")),
        ]
    ),
    "survey_tests": pa.schema(
        [("dimension", TEXT), ("unlike_share", NUMBER), ("p_value", NUMBER), ("is_unlike", FLAG)]
    ),
    "satisfaction": pa.schema(
        [
            ("position", COUNT),
            ("tier", TEXT),
            ("n_customers", COUNT),
            ("n_respondents", COUNT),
            *((n, NUMBER) for n in ("mean", "low", "high")),
        ]
    ),
    "chain": pa.schema(
        [
            ("cause", TEXT),
            ("result", TEXT),
            ("n_customers", COUNT),
            *((name, NUMBER) for name in ("correlation", "low", "high")),
            ("is_shown", FLAG),
        ]
    ),
    "lines": pa.schema(
        [
            ("line", TEXT),
            *((name, COUNT) for name in ("n_customers", "n_orders", "revenue_cents")),
            *((name, NUMBER) for name in ("contacts_per_order", "customers_per_owner")),
            ("mode", TEXT),
        ]
    ),
    "heat_map": pa.schema([("mode", TEXT), ("part", TEXT), ("n", COUNT), ("of", COUNT), ("share", NUMBER)]),
    "checks": pa.schema([("kind", TEXT), ("position", COUNT), ("key", TEXT), ("holds", FLAG), ("figure", TEXT)]),
    "analyses": pa.schema(
        [
            ("analysis", TEXT),
            ("position", COUNT),
            ("label", TEXT),
            ("n_customers", COUNT),
            ("customer_share", NUMBER),
            ("amount_cents", COUNT),
            ("figure", TEXT),
        ]
    ),
    "answers": pa.schema([("position", COUNT), ("question", TEXT), ("answer", TEXT)]),
}
KEYS = {
    "initiatives": ["initiative_id"],
    "score_cards": ["position"],
    "swot": ["position"],
    "survey_groups": ["dimension", "group"],
    "survey_tests": ["dimension"],
    "satisfaction": ["position"],
    "chain": ["cause", "result"],
    "lines": ["line"],
    "heat_map": ["mode", "part"],
    "checks": ["kind", "position"],
    "analyses": ["analysis", "position"],
    "answers": ["position"],
}


def write(made: Effectiveness, p: EffectivenessParams) -> None:
    """Write every table, the findings and the metrics; what is not measured has no rows."""
    frames = {
        "initiatives": _initiatives(made.judged),
        "score_cards": _score_cards(made, p),
        "swot": _numbered([(line.quadrant, dumps(line.figure)) for line in made.lines], "swot"),
        "survey_groups": made.survey.groups,
        "survey_tests": made.survey.tests,
        "satisfaction": made.survey.by_tier,
        "chain": made.links,
        "lines": made.business.lines,
        "heat_map": made.business.heat_map,
        "checks": _checks(made),
        "analyses": _analyses(made),
        "answers": _numbered([(answer.question, dumps(answer.answer)) for answer in made.answers], "answers"),
    }
    for name, schema in SCHEMAS.items():
        frame = frames[name]
        empty: pd.DataFrame = schema.empty_table().to_pandas()
        known = empty if frame.empty else _rounded(frame.reindex(columns=schema.names))
        storage.write_frame(known, layout.EFFECTIVENESS / f"{name}.parquet", KEYS[name], schema)
    said = {name: to_json(finding) for name, finding in findings(made, p).items()}
    storage.write_json(said, layout.EFFECTIVENESS_FINDINGS)
    storage.write_json(_metrics(made, p), layout.EFFECTIVENESS_METRICS)


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


def _score_cards(made: Effectiveness, p: EffectivenessParams) -> pd.DataFrame:
    rows = [(m.card, m.area, m.key, m.n, m.of, m.level, m.state(p)) for m in made.measures]
    return _numbered(rows, "score_cards").astype({"n": "Int64", "of": "Int64"})


def _checks(made: Effectiveness) -> pd.DataFrame:
    rows = [
        (kind, position, check.key, check.holds, dumps(check.figure))
        for kind, every in (("phase", made.phases), ("defect", made.defects))
        for position, check in enumerate(every, start=1)
    ]
    return pd.DataFrame(rows, columns=SCHEMAS["checks"].names)


def _analyses(made: Effectiveness) -> pd.DataFrame:
    rows = [
        (name, i, dumps(r.label), r.n_customers, r.customer_share, _whole(r.amount_cents), dumps(r.figure))
        for name, analysis in made.analyses.items()
        for i, r in enumerate(analysis.rows, start=1)
    ]
    return pd.DataFrame(rows, columns=SCHEMAS["analyses"].names).astype({"amount_cents": "Int64"})


def _whole(cents: float | None) -> int | None:
    return None if cents is None else round(cents)


def _numbered(rows: Sequence[tuple[object, ...]], name: str) -> pd.DataFrame:
    return pd.DataFrame([(i, *row) for i, row in enumerate(rows, start=1)], columns=SCHEMAS[name].names)


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep six digits: what is beyond differs between processors."""
    numbers = [name for name in frame.columns if pd.api.types.is_float_dtype(frame[name])]
    rounded = frame.copy()
    for name in numbers:
        rounded[name] = [None if pd.isna(value) else float(f"{value:.6g}") for value in frame[name]]
    return rounded


def _metrics(made: Effectiveness, p: EffectivenessParams) -> dict[str, int]:
    """Return the few numbers that runs are compared by."""
    verdicts = [j.verdict for j in made.judged]
    states = [m.state(p) for m in made.measures]
    return {
        "n_initiatives": len(verdicts),
        "n_met": verdicts.count("met"),
        "n_not_met": verdicts.count("not_met"),
        **{f"n_{state}": states.count(state) for state in STATES},
        "n_defects": sum(check.holds is False for check in made.defects),
    }
