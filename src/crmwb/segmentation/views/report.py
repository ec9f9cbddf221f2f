"""What was done to each column and what a view has to tell, as rows that people read."""

from typing import Any

from crmwb.findings import Finding, Listing, Passage, Term, Wording, dumps, loads, to_json
from crmwb.params import View
from crmwb.segmentation.views import steps
from crmwb.segmentation.views.blocks import Block
from crmwb.segmentation.views.steps import Array


def report_row(block: Block, raw: dict[str, Array]) -> dict[str, Any]:
    """Return what was found of one declared column.

    Parameters
    ----------
    block : Block
        The column, learnt.
    raw : dict
        The sample's values after each step, by prepared column.

    Returns
    -------
    dict
        column, view, transform; known_share, zero_share, skew_before (of the known values; None for levels),
        skew_after (of the prepared column, None for blocks), winsorised_share (of the known values; None where nothing
        is winsorised); n_columns made of it, is_kept, why (a reason, or what is worth knowing: findings as JSON).
    """
    after = raw[block.steps[0]["feature"]] if len(block.steps) == 1 else None
    figures = block.report | {"skew_after": None if after is None else steps.skewness(after)}
    shares = {name: None if number is None else round(number, 6) for name, number in figures.items()}
    return {
        "column": block.declared.column,
        "view": block.view,
        "transform": block.declared.transform,
        **shares,
        "n_columns": len(block.steps),
        "is_kept": bool(block.steps),
        "why": to_json(Passage(tuple(block.notes))),
    }


def view_row(name: str, view: View, learnt: list[Block]) -> dict[str, Any]:
    """Return whether this source knows anything of a view, and if not, why: texts and reasons as JSON of findings."""
    mine = [block for block in learnt if block.view == name]
    n_columns = sum(len(block.steps) for block in mine)
    columns: dict[str, list[Term]] = {}
    for block in mine:
        columns.setdefault(dumps(Passage(tuple(block.notes))), []).append(Term("column", block.declared.column))
    reasons = [
        Finding("views.reason", {"columns": Listing(tuple(of)), "why": loads(why)}) for why, of in columns.items()
    ]
    texts = {str(language): text.replace("{", "{{").replace("}", "}}") for language, text in view.why.items()}
    return {
        "view": name,
        "why": to_json(Wording(texts)),
        "weight": view.weight,
        "is_available": n_columns > 0,
        "n_columns": n_columns,
        "reason": None if n_columns else to_json(Passage(tuple(reasons))),
    }
