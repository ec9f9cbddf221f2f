"""A report in a few sentences: what the index page shows of it, and what it was made from."""

from typing import Any

from nbformat import NotebookNode

from crmwb.params import ReportParams
from crmwb.reporting.lineage import Lineage
from crmwb.reporting.page import FINDING


def headlines(notebook: NotebookNode) -> list[str]:
    """Return the findings that an executed notebook marked as headlines, in its order."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    findings = [output.data[FINDING] for output in outputs if FINDING in output.get("data", {})]
    return [finding["text"] for finding in findings if finding["headline"]]


def make(name: str, shown: ReportParams, findings: list[str], lineage: Lineage) -> dict[str, Any]:
    """Return the card of a report, ready for JSON."""
    return {
        "name": name,
        "title": shown.title,
        "audience": shown.audience,
        "as_of": lineage.as_of,
        "headlines": findings,
        "lineage": lineage.model_dump(),
    }
