"""What a validation found, as the artefacts tell it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from crmwb.contract import Severity
from crmwb.contract.canonical import TABLES
from crmwb.findings import to_json
from crmwb.quality.results import TableResult, Validation
from crmwb.quality.verdicts import Verdict


def summary(validation: Validation) -> dict[str, Any]:
    """Return data/quality/summary.json: tables, expectations, completeness, audits, tables that the source lacks."""
    return {
        "tables": {name: _table(result) for name, result in validation.tables.items()},
        "expectations": [_expectation(name, verdict) for name, verdict in _verdicts(validation)],
        "profile": validation.profile,
        "completeness": validation.completeness.content(),
        "audits": [audit.content() for audit in validation.audits],
        "not_available": [name for name in TABLES if name not in validation.tables],
    }


def metrics(validation: Validation) -> dict[str, Any]:
    """Return metrics/quality.json: the numbers to compare between runs."""
    verdicts = [verdict for _, verdict in _verdicts(validation)]
    return {
        "tables": {
            name: {
                "ingested": result.account.ingested,
                "quarantined": result.account.quarantined,
                "quarantined_share": result.account.quarantined_share,
            }
            for name, result in validation.tables.items()
        },
        "expectations": len(verdicts),
        "broken_expectations": {
            severity.value: sum(1 for v in verdicts if v.failed and v.check.severity is severity)
            for severity in (Severity.ERROR, Severity.WARNING)
        },
        "known_share": {of["department"]: of["known_share"] for of in validation.completeness.departments},
        "audit_warnings": sum(1 for audit in validation.audits if audit.severity == "warning"),
    }


def _verdicts(validation: Validation) -> Iterator[tuple[str, Verdict]]:
    """Yield every table and verdict: on rows, then on the run as a whole."""
    for name, result in validation.tables.items():
        yield from ((name, verdict) for verdict in result.verdicts)
    yield from validation.drift


def _table(result: TableResult) -> dict[str, Any]:
    facts = asdict(result.account) | {
        "filtered": result.filtered,
        "first": result.first,
        "last": result.last,
        "columns": result.known,
    }
    return facts if result.revenue_cents is None else facts | {"revenue_cents": result.revenue_cents}


def _expectation(table: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "table": table,
        "column": verdict.check.column,
        "rule": verdict.check.rule,
        "meaning": to_json(verdict.check.words.meaning),
        "severity": verdict.check.severity.value,
        "expectation": verdict.check.expectation.expectation_type,
        "checked": verdict.checked,
        "failed": verdict.failed,
        "passed": not verdict.failed,
        "examples": list(verdict.examples),
    }
