"""Ten questions that a CRM has to answer, each in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from crmwb.effectiveness.analyses import Analysis
from crmwb.effectiveness.analyses.profiling import largest_group
from crmwb.effectiveness.inputs import Inputs
from crmwb.effectiveness.survey import Survey
from crmwb.findings import Count, Days, Finding, Number, Share, Term, Unavailable, Value

QUESTIONS = ("how_many", "who", "which_matter", "from_where", "how_much", "how", "where", "how_often", "what_they_say",
             "what_they_want")  # fmt: skip
PLACES = ("region", "country", "acquisition_channel")
TOP = ("vip", "important")


@dataclass(frozen=True)
class Answer:
    """A question and its answer."""

    question: str
    answer: Finding | Unavailable


def answers(inputs: Inputs, analyses: Mapping[str, Analysis], survey: Survey) -> list[Answer]:
    """Answer the questions, in the order of QUESTIONS."""
    buyers = inputs.buyers
    if buyers.empty:
        return [Answer(question, Unavailable("effectiveness.answer.nobody_bought")) for question in QUESTIONS]
    answer_to = {
        "how_many": _how_many(inputs),
        "who": analyses["profiling"].finding,
        "which_matter": _which_matter(inputs),
        "from_where": _from_where(buyers),
        "how_much": _how_much(inputs),
        "how": _how(buyers),
        "where": analyses["performance"].finding,
        "how_often": _how_often(buyers),
        "what_they_say": survey.satisfaction,
        "what_they_want": analyses["product"].finding,
    }
    return [Answer(question, answer_to[question]) for question in QUESTIONS]


def _how_many(inputs: Inputs) -> Finding:
    days = inputs.params.features.recent_days
    recent = int((inputs.buyers["days_since_last"] <= days).sum())
    values = {"n": Count(len(inputs.buyers), "customer"), "recent": Count(recent), "days": Days(days)}
    return Finding("effectiveness.answer.how_many", values)


def _which_matter(inputs: Inputs) -> Finding | Unavailable:
    buyers = inputs.buyers
    best = next(
        (level.name for level in inputs.params.value.scorecard.levels if (buyers["tier"] == level.name).any()), None
    )
    revenue = float(buyers["revenue_cents"].sum())
    if best is None or revenue <= 0:
        return Unavailable("effectiveness.answer.no_tiers")
    own = buyers[buyers["tier"] == best]
    values = {
        "n": Count(len(own), "customer"),
        "tier": Term("tier", best),
        "share": Share(len(own) / len(buyers)),
        "revenue": Share(float(own["revenue_cents"].sum()) / revenue),
    }
    return Finding("effectiveness.answer.which_matter", values)


def _from_where(buyers: pd.DataFrame) -> Finding | Unavailable:
    column = next((c for c in PLACES if buyers[c].notna().any()), None)
    if column is None:
        return Unavailable("effectiveness.answer.no_places")
    name, share = largest_group(buyers, column)
    values = {"column": Term("column", column), "group": name, "share": Share(share)}
    return Finding("effectiveness.answer.from_where", values)


def _how_much(inputs: Inputs) -> Finding:
    buyers = inputs.buyers
    yearly = buyers["yearly_revenue_cents"].fillna(0)
    values: dict[str, Value] = {
        "revenue": inputs.money(int(buyers["recent_revenue_cents"].sum())),
        "days": Days(inputs.params.features.recent_days),
    }
    if yearly.median() > 0:
        return Finding("effectiveness.answer.how_much", values | {"median": inputs.money(float(yearly.median()))})
    idle = {"share": Share(float((yearly <= 0).mean()))}
    return Finding("effectiveness.answer.how_much_idle", values | idle)


def _how(buyers: pd.DataFrame) -> Finding:
    values = {
        "lines": Number(float(buyers["lines_per_order"].median())),
        "discount": Share(float(buyers["discount_share"].median())),
    }
    code = "how" if buyers["discount_share"].notna().any() else "how_without_discount"
    return Finding(f"effectiveness.answer.{code}", values)


def _how_often(buyers: pd.DataFrame) -> Finding | Unavailable:
    gaps = buyers["mean_gap_days"].dropna()
    if gaps.empty:
        return Unavailable("effectiveness.answer.no_repeats")
    values = {
        "share": Share(float((buyers["n_purchase_days"] > 1).mean())),
        "gap": Days(float(round(gaps.median()))),
    }
    return Finding("effectiveness.answer.how_often", values)
