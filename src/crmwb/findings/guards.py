"""Guard rails: a finding is withheld when its proof fails.

A guard is a pure function of a finding and what is known about this run; it returns why the finding must not be said,
as a finding of its own, or None. Guards are attached to codes: one code, or all that begin alike ("value.*").
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from crmwb.findings.finding import Finding


@dataclass(frozen=True)
class Context:
    """What is known about a run beside the finding.

    Attributes
    ----------
    facts : mapping of str to anything
        By the name that guards ask for, such as "audits" or "models".
    """

    facts: Mapping[str, Any] = field(default_factory=dict)


Guard = Callable[[Finding, Context], Finding | None]


@dataclass(frozen=True)
class Guarded:
    """Findings after their guards: those that stand, and those withheld with the reason."""

    kept: tuple[Finding, ...]
    withheld: tuple[tuple[Finding, Finding], ...]


_registry: list[tuple[str, Guard]] = []


def guard(*codes: str) -> Callable[[Guard], Guard]:
    """Attach a guard to codes; `*` stands for any end of a code."""

    def attach(function: Guard) -> Guard:
        _registry.extend((code, function) for code in codes)
        return function

    return attach


def reason(finding: Finding, context: Context) -> Finding | None:
    """Return why a finding must not be said: the first reason in the order of attachment, or None."""
    attached = (function for pattern, function in _registry if fnmatchcase(finding.code, pattern))
    return next((why for function in attached if (why := function(finding, context)) is not None), None)


def apply(findings: Iterable[Finding], context: Context) -> Guarded:
    """Part findings into those that stand and those withheld."""
    judged = [(finding, reason(finding, context)) for finding in findings]
    return Guarded(
        kept=tuple(finding for finding, why in judged if why is None),
        withheld=tuple((finding, why) for finding, why in judged if why is not None),
    )
