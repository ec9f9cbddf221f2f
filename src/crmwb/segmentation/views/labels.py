"""What a prepared column is called when people read of it."""

from typing import Any

from crmwb.findings import Finding, Name, Term, Value
from crmwb.params import INTERESTS


def label(step: dict[str, Any]) -> Value:
    """Return the name of a prepared column.

    Parameters
    ----------
    step : dict
        One of a model's columns: column, transform, and level and is_other where it stands for a level.
    """
    column = {"column": Term("column", step["column"])}
    if step["transform"] == "frequency":
        return Finding("views.label.frequency", column)
    if "level" not in step:
        return Term("column", step["column"])
    if step["transform"] == INTERESTS:
        own = {"category": Name(step["level"])}
        return Finding("views.label.other_interests") if step["is_other"] else Finding("views.label.interest", own)
    if step["is_other"]:
        return Finding("views.label.other_levels", column)
    return Finding("views.label.level", column | {"level": Term(step["column"], step["level"])})
