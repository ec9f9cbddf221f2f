"""What one declared column becomes: one prepared column, a block of them that weigh together as one, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crmwb.features.catalogue import FEATURES
from crmwb.params import INTERESTS, SENSITIVE, ViewColumn, ViewsParams
from crmwb.segmentation.views import steps
from crmwb.segmentation.views.labels import label
from crmwb.segmentation.views.steps import OF_LEVELS
from crmwb.segmentation.views.values import EVERYTHING_ELSE, KEY, Values

NEEDS = {f.name: f.needs for f in FEATURES}
FOUND = ("known_share", "zero_share", "skew_before", "winsorised_share")
LEFT_OUT = "sensitive, so left out; segmentation.views.allow lets it in"
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
    said : list of str
        Why there are none, or what is worth knowing of those there are.
    report : dict
        known_share, zero_share, skew_before, winsorised_share; None where one does not apply.
    """

    view: str
    declared: ViewColumn
    steps: list[Step] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    report: dict[str, float | None] = field(default_factory=dict)


def learn(values: Values, view: str, declared: ViewColumn, params: ViewsParams) -> Block:
    """Learn one declared column on a sample of customers."""
    block = Block(view, declared, report=dict.fromkeys(FOUND))
    name, transform = declared.column, declared.transform
    if transform == INTERESTS:
        _learn_interests(block, values, params.n_interests)
    elif values.customers[name].isna().all():
        block.report["known_share"] = 0.0
        block.said.append(_unknown(name))
    elif name in SENSITIVE and name not in params.allow:
        block.said.append(LEFT_OUT)
    elif transform in OF_LEVELS:
        _learn_levels(block, values, params)
    else:
        _learn_numbers(block, values, params.winsorise_at)
    unknown = 1 - (block.report["known_share"] or 0)
    if block.steps and unknown > 0:
        becomes = "the average" if len(block.steps) > 1 or transform == "one_hot" else "the median"
        block.said.append(f"unknown for {_percent(unknown)}, who get {becomes}")
    return block


def _learn_numbers(block: Block, values: Values, winsorise_at: float) -> None:
    name, transform = block.declared.column, block.declared.transform
    numbers = values.numbers(name)
    known = numbers[np.isfinite(numbers)]
    if not known.size:
        block.report["known_share"] = 0.0
        block.said.append("no finite number among its values")
        return
    step = _step(block, name, label(name)) | steps.learn_numbers(numbers, transform, winsorise_at)
    share = steps.n_winsorised(numbers, step) / len(known)
    block.steps.append(step)
    block.report |= {
        "known_share": len(known) / len(numbers),
        "zero_share": float((known == 0).mean()),
        "skew_before": steps.skewness(known),
        "winsorised_share": share if "low" in step else None,
    }
    if share:
        block.said.append(f"{_percent(share)} winsorised")


def _learn_levels(block: Block, values: Values, params: ViewsParams) -> None:
    name, transform = block.declared.column, block.declared.transform
    codes, names = values.levels(name)
    block.report["known_share"] = float((codes >= 0).mean())
    if transform != "one_hot":
        feature = f"{name}_frequency" if transform == "frequency" else name
        said = f"share of customers with the same {label(name)}" if transform == "frequency" else label(name)
        block.steps.append(_step(block, feature, said) | steps.learn_levels(codes, names, transform))
        return
    common, n_rare = steps.common_levels(codes, names, params.max_levels, params.rare_share)
    if common == [steps.OTHER]:
        block.said.append(f"{len(names):,} levels, none of them common (segmentation.views.rare_share)")
        return
    block.steps += _choices(block, common, steps.OTHER if n_rare else None)
    for step in block.steps:
        step["fill"] = 0.0
        value = values.after(step)[0][codes >= 0]
        step["fill"] = float(value.mean())
    block.said.append(f"{len(names):,} levels" + (f", {n_rare:,} of them rare: {steps.OTHER}" if n_rare else ""))


def _learn_interests(block: Block, values: Values, n: int) -> None:
    if values.interests is None:
        block.said.append("the interests of these customers were not given")
        return
    known, mine = values.spent()
    block.report["known_share"] = float(known.mean()) if known.size else 0.0
    if not known.any():
        block.said.append("unknown for every customer; the table products with its category or line would bring it")
        return
    buyers = mine.groupby("category", sort=True)[KEY].nunique()
    ranked = sorted(buyers.index, key=lambda category: (-int(buyers[category]), category))
    common = [category for category in ranked if category != EVERYTHING_ELSE][:n]
    n_other = len(ranked) - len(common)
    block.steps += _choices(block, [*common, EVERYTHING_ELSE] if n_other else common, EVERYTHING_ELSE)
    for step in block.steps:
        step["fill"] = 0.0
        step["fill"] = float(values.after(step)[0][known].mean())
    block.said.append(f"{len(ranked):,} categories" + (f", {n_other:,} of them together" if n_other else ""))


def _choices(block: Block, levels: Sequence[str], other: str | None) -> list[Step]:
    """Return one step per level; the one called `other` stands for all levels without a step of their own."""
    name = "interest" if block.declared.transform == INTERESTS else block.declared.column
    own = [level for level in levels if level != other]
    return [
        _step(block, f"{name}: {level}", f"{'spending on' if name == 'interest' else label(name) + ':'} {level}")
        | {"level": level, "is_other": level == other, "others": own if level == other else []}
        for level in levels
    ]


def _step(block: Block, feature: str, said: str) -> Step:
    declared = block.declared
    return {
        "feature": feature,
        "column": declared.column,
        "view": block.view,
        "transform": declared.transform,
        "label": said,
    }


def _unknown(name: str) -> str:
    if name == "p_alive":
        return "unknown for every customer; the purchases do not show who has stopped buying"
    needs = NEEDS.get(name)
    if needs is None:
        return "unknown for every customer in this source"
    if needs == ("customers",):
        return "unknown for every customer; the table customers has no such column here"
    return f"unknown for every customer; it takes {' and '.join(needs)} that tell it"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share >= 0.001 else "under 0.1%"
