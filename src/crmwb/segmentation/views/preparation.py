"""Columns made comparable: learnt on a sample, with a report of what was done, and applied to anybody, row by row.

Every prepared column is (value after its step - centre) / scale * weight: over the sample its standard deviation is
its weight. A plain column weighs 1. The columns of a one-hot block, or of the interests, weigh together as one plain
column: each keeps its part of the block's variance, so that rare levels are not blown up. Where several views are
combined, each view's variance is in proportion to its own weight, however many columns it has.

Interests are square roots of shares of spending: the distance between two customers is then Hellinger's (Legendre &
Gallagher 2001). Log-ratios would need a number in the place of the many zeros, and those would speak loudest.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from crmwb.findings import Finding, Number, Passage, Term, Value, to_json
from crmwb.params import ViewsParams
from crmwb.segmentation.views import blocks
from crmwb.segmentation.views.blocks import Block, Step
from crmwb.segmentation.views.checking import check
from crmwb.segmentation.views.labels import label
from crmwb.segmentation.views.report import report_row, view_row
from crmwb.segmentation.views.steps import Array
from crmwb.segmentation.views.values import Values

DECIMALS = 6  # of what learners read: last bits differ between processors
HARDLY_VARIES = 1e-9  # standard deviation over the greatest absolute value


def fit(
    customers: pd.DataFrame, params: ViewsParams, chosen: Sequence[str], *, interests: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Learn the columns of the chosen views on a sample of customers.

    Parameters
    ----------
    customers : DataFrame of shape (n, ...)
        Customers to learn from, in a fixed order.
    params : ViewsParams
        The views and how columns are prepared.
    chosen : sequence of str
        The views whose columns are put side by side.
    interests : DataFrame, optional
        customer_id, category, revenue_share; without it the column `interests` is left out, with that reason.

    Returns
    -------
    dict
        Plain JSON. `columns`, one dict per prepared column: feature, column, view, transform, what its step
        needs, centre, scale, weight. `dropped`: column, view, why (findings). `views`: view, why, weight,
        is_available, n_columns, reason. `report`, one dict per declared column: see `report.report_row`.

    Raises
    ------
    CrmwbError
        See `check`.
    """
    check(customers, params, chosen)
    values = Values(customers, interests)
    learnt: list[Block] = []
    raw: dict[str, Array] = {}
    for view in chosen:
        for declared in params.declared[view].columns:
            twin = next((b.view for b in learnt if b.declared.column == declared.column), None)
            if twin is not None:
                learnt.append(Block(view, declared, notes=[Finding("views.note.twin", {"view": Term("view", twin)})]))
                continue
            block = blocks.learn(values, view, declared, params)
            learnt.append(block)
            raw |= {step["feature"]: values.after(step)[0] for step in block.steps}
    _drop_constant(learnt, raw)
    _drop_near_duplicates(learnt, raw, params.max_correlation)
    _weigh(learnt, {view: params.declared[view].weight for view in chosen})
    return {
        "columns": [step for block in learnt for step in block.steps],
        "dropped": [
            {"column": b.declared.column, "view": b.view, "why": to_json(Passage(tuple(b.notes)))}
            for b in learnt
            if not b.steps
        ],
        "views": [view_row(view, params.declared[view], learnt) for view in chosen],
        "report": [report_row(block, raw) for block in learnt],
    }


def apply(
    customers: pd.DataFrame,
    model: dict[str, Any],
    *,
    interests: pd.DataFrame | None = None,
    keep_missing: bool = False,
) -> Array:
    """Prepare customers with what was learnt; each row depends on nothing but itself.

    Parameters
    ----------
    customers : DataFrame of shape (n, ...)
        With customer_id and every column of the model.
    model : dict
        What `fit` returned.
    interests : DataFrame, optional
        Of these customers and perhaps others; needed where the model has a column of interests.
    keep_missing : bool, default=False
        Leave NaN where a value is unknown, for models that know how to go about it.

    Returns
    -------
    ndarray of shape (n, n_columns)
        Over the sample that was learnt from, each column has mean 0 and its weight as standard deviation.

    Raises
    ------
    CrmwbError
        A column of the model, or the interests it needs, are not there.
    """
    values = Values(customers, interests)
    out = np.empty((len(customers), len(model["columns"])))
    for place, step in enumerate(model["columns"]):
        after, unknown = values.after(step)
        prepared = np.round((after - step["centre"]) / step["scale"] * step["weight"], DECIMALS)
        out[:, place] = np.where(unknown, np.nan, prepared) if keep_missing else prepared
    return out


def in_deviations(x: Array, model: dict[str, Any]) -> Array:
    """Return prepared values or centres of shape (n, n_columns) in standard deviations from the average customer."""
    weights = np.array([step["weight"] for step in model["columns"]], dtype=np.float64)
    return np.divide(x, weights)


def features(model: dict[str, Any]) -> list[str]:
    """Return the names of the prepared columns."""
    return [step["feature"] for step in model["columns"]]


def labels(model: dict[str, Any]) -> dict[str, Value]:
    """Return what each prepared column is called when people read of it."""
    return {step["feature"]: label(step) for step in model["columns"]}


def _drop_constant(learnt: list[Block], raw: dict[str, Array]) -> None:
    """Give each step its centre and scale; drop those whose values hardly vary."""
    for block in learnt:
        varying: list[Step] = []
        for step in block.steps:
            values = raw[step["feature"]]
            centre, scale = float(values.mean()), float(values.std())
            if scale > HARDLY_VARIES * max(float(np.abs(values).max()), 1.0):
                varying.append(step | {"centre": centre, "scale": scale})
        if block.steps and not varying:
            block.notes.append(Finding("views.note.constant"))
        block.steps = varying


def _drop_near_duplicates(learnt: list[Block], raw: dict[str, Array], max_correlation: float) -> None:
    """Drop steps that are too closely correlated with a kept step of an earlier block."""
    by_name = {step["feature"]: step for block in learnt for step in block.steps}
    names = list(by_name)
    if len(names) < 2:
        return
    with threadpool_limits(1):  # threads of the linear algebra add in another order
        correlation = np.atleast_2d(np.corrcoef(np.column_stack([raw[name] for name in names]), rowvar=False))
    place = {name: i for i, name in enumerate(names)}
    kept: list[str] = []
    for block in learnt:
        apart: list[Step] = []
        for step in block.steps:
            with_kept = {name: float(correlation[place[step["feature"]], place[name]]) for name in kept}
            twin = max(with_kept, key=lambda name: abs(with_kept[name]), default=None)
            if twin is not None and abs(with_kept[twin]) > max_correlation:
                about = {"feature": label(step), "twin": label(by_name[twin]), "r": Number(with_kept[twin])}
                is_whole = step["feature"] == block.declared.column
                block.notes.append(Finding("views.note.close" if is_whole else "views.note.part_close", about))
            else:
                apart.append(step)
        block.steps = apart
        kept += [step["feature"] for step in apart]


def _weigh(learnt: list[Block], weights: dict[str, float]) -> None:
    """Let every block weigh as one column, and every view as its weight says; with one view a plain column weighs 1."""
    n_blocks = {view: sum(b.view == view and bool(b.steps) for b in learnt) for view in weights}
    available = [view for view in weights if n_blocks[view]]
    total = sum(weights[view] for view in available)
    of_view = {view: (weights[view] / total * (sum(n_blocks.values()) / n_blocks[view])) ** 0.5 for view in available}
    for block in learnt:
        spread = sum(step["scale"] ** 2 for step in block.steps) ** 0.5
        for step in block.steps:
            step["weight"] = of_view[block.view] * (step["scale"] / spread if len(block.steps) > 1 else 1.0)
