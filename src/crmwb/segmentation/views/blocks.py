"""What one declared column becomes: one prepared column, a block of them that weigh together as one, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crmwb.contract.feature_columns import FEATURES
from crmwb.findings import Count, Finding, Share, Term, Unavailable, Value
from crmwb.params import INTERESTS, SENSITIVE, ViewColumn, ViewsParams
from crmwb.segmentation.views import steps
from crmwb.segmentation.views.steps import OF_LEVELS
from crmwb.segmentation.views.values import EVERYTHING_ELSE, KEY, Values

NEEDS = {f.name: f.needs for f in FEATURES}
REPORTED = ("known_share", "zero_share", "skew_before", "winsorised_share")
LEFT_OUT = Finding("views.note.sensitive")
Step = dict[str, Any]


@dataclass
class Block:
    """One declared column of one view, learnt.

    Attributes
    ----------
    view : str
        The view that declares it.
    declared : ViewColumn
        The column and its transform.
    steps : list of dict
        The prepared columns, not yet centred and scaled; none where the column cannot be used.
    notes : list of Value
        Why there are none, or what is worth knowing of those there are.
    report : dict
        known_share, zero_share, skew_before, winsorised_share; None where one does not apply.
    """

    view: str
    declared: ViewColumn
    steps: list[Step] = field(default_factory=list)
    notes: list[Value] = field(default_factory=list)
    report: dict[str, float | None] = field(default_factory=dict)


def learn(values: Values, view: str, declared: ViewColumn, params: ViewsParams) -> Block:
    """Learn one declared column on a sample of customers."""
    block = Block(view, declared, report=dict.fromkeys(REPORTED))
    name, transform = declared.column, declared.transform
    if transform == INTERESTS:
        _learn_interests(block, values, params.n_interests)
    elif values.customers[name].isna().all():
        block.report["known_share"] = 0.0
        block.notes.append(_unknown(name))
    elif name in SENSITIVE and name not in params.allow:
        block.notes.append(LEFT_OUT)
    elif transform in OF_LEVELS:
        _learn_levels(block, values, params)
    else:
        _learn_numbers(block, values, params.winsorise_at)
    unknown = 1 - (block.report["known_share"] or 0)
    if block.steps and unknown > 0:
        becomes = "average" if len(block.steps) > 1 or transform == "one_hot" else "median"
        block.notes.append(Finding(f"views.note.{becomes}", {"share": Share(unknown)}))
    return block


def _learn_numbers(block: Block, values: Values, winsorise_at: float) -> None:
    name, transform = block.declared.column, block.declared.transform
    numbers = values.numbers(name)
    known = numbers[np.isfinite(numbers)]
    if not known.size:
        block.report["known_share"] = 0.0
        block.notes.append(Finding("views.note.no_number"))
        return
    step = _step(block, name) | steps.learn_numbers(numbers, transform, winsorise_at)
    share = steps.n_winsorised(numbers, step) / len(known)
    block.steps.append(step)
    block.report |= {
        "known_share": len(known) / len(numbers),
        "zero_share": float((known == 0).mean()),
        "skew_before": steps.skewness(known),
        "winsorised_share": share if "low" in step else None,
    }
    if share:
        block.notes.append(Finding("views.note.winsorised", {"share": Share(share)}))


def _learn_levels(block: Block, values: Values, params: ViewsParams) -> None:
    name, transform = block.declared.column, block.declared.transform
    codes, names = values.levels(name)
    block.report["known_share"] = float((codes >= 0).mean())
    if transform != "one_hot":
        feature = f"{name}_frequency" if transform == "frequency" else name
        block.steps.append(_step(block, feature) | steps.learn_levels(codes, names, transform))
        return
    common, n_rare = steps.common_levels(codes, names, params.max_levels, params.rare_share)
    if common == [steps.OTHER]:
        block.notes.append(Finding("views.note.no_common_level", {"n": Count(len(names), "level")}))
        return
    block.steps += _choices(block, common, steps.OTHER if n_rare else None)
    for step in block.steps:
        step["fill"] = 0.0
        value = values.after(step)[0][codes >= 0]
        step["fill"] = float(value.mean())
    counts = {"n": Count(len(names), "level"), "n_rare": Count(n_rare)}
    block.notes.append(Finding("views.note.rare_levels" if n_rare else "views.note.levels", counts))


def _learn_interests(block: Block, values: Values, n: int) -> None:
    if values.interests is None:
        block.notes.append(Finding("views.note.no_interests"))
        return
    known, mine = values.spent()
    block.report["known_share"] = float(known.mean()) if known.size else 0.0
    if not known.any():
        block.notes.append(Unavailable("views.note.unknown", needs=(Finding("views.categories"),)))
        return
    buyers = mine.groupby("category", sort=True)[KEY].nunique()
    ranked = sorted(buyers.index, key=lambda category: (-int(buyers[category]), category))
    common = [category for category in ranked if category != EVERYTHING_ELSE][:n]
    n_other = len(ranked) - len(common)
    block.steps += _choices(block, [*common, EVERYTHING_ELSE] if n_other else common, EVERYTHING_ELSE)
    for step in block.steps:
        step["fill"] = 0.0
        step["fill"] = float(values.after(step)[0][known].mean())
    counts = {"n": Count(len(ranked), "category"), "n_other": Count(n_other)}
    block.notes.append(Finding("views.note.other_categories" if n_other else "views.note.levels", counts))


def _choices(block: Block, levels: Sequence[str], other: str | None) -> list[Step]:
    """Return one step per level; the one called `other` stands for all levels without a step of their own."""
    name = "interest" if block.declared.transform == INTERESTS else block.declared.column
    own = [level for level in levels if level != other]
    return [
        _step(block, f"{name}: {level}")
        | {"level": level, "is_other": level == other, "others": own if level == other else []}
        for level in levels
    ]


def _step(block: Block, feature: str) -> Step:
    declared = block.declared
    return {"feature": feature, "column": declared.column, "view": block.view, "transform": declared.transform}


def _unknown(name: str) -> Value:
    """Return why a column is unknown for every customer."""
    if name == "p_alive":
        return Finding("views.note.no_dropout")
    needs = NEEDS.get(name)
    if needs is None:
        return Finding("views.note.unknown_here")
    if needs == ("customers",):
        return Finding("views.note.no_column")
    tables = tuple(Finding("common.the_table", {"table": Term("table", table)}) for table in needs)
    return Unavailable("views.note.unknown", needs=tables)
