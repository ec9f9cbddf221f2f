"""A report in a few sentences: what the index page shows of it, and what it was made from."""

from typing import Any

from nbformat import NotebookNode

from crmwb.display.blocks import Decision, Note, Statement
from crmwb.findings import Unavailable, Value, codec
from crmwb.findings.say import Said
from crmwb.params import ReportParams
from crmwb.reporting.gaps import blocks
from crmwb.reporting.lineage import Lineage


def headlines(notebook: NotebookNode) -> list[Said]:
    """Return the findings that an executed notebook marked as headlines, and its decisions, in its order.

    Of a notebook without any, the first that it has, or why it has none.
    """
    shown = list(blocks(notebook))
    marked = [
        block.title if isinstance(block, Decision) else block.content
        for block in shown
        if isinstance(block, Decision) or (isinstance(block, Statement) and block.headline)
    ]
    stated = [block.content for block in shown if isinstance(block, Statement)]
    missing = [block.content for block in shown if isinstance(block, Note) and isinstance(block.content, Unavailable)]
    return marked or [*stated, *missing][:1]


def make(name: str, shown: ReportParams, findings: list[Said], lineage: Lineage) -> dict[str, Any]:
    """Return the card of a report, ready for JSON."""
    return {
        "name": name,
        "title": shown.title,
        "audience": shown.audience,
        "as_of": lineage.as_of,
        "headlines": [codec.to_json(finding) if isinstance(finding, Value) else finding for finding in findings],
        "lineage": lineage.model_dump(),
    }
