"""A finding, and what cannot be said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crmwb.findings.values import Value


@dataclass(frozen=True)
class Finding(Value):
    """One thing that the data shows. It may be a value of another finding: a clause in its sentence.

    Attributes
    ----------
    code : str
        Names its sentence in the catalogues, "value.concentration": the file, then the entry.
    values : mapping of str to Value
        What the sentence speaks of.
    weight : float, default 0
        How much it matters, best the money at stake in hundredths; the largest come first.

    Examples
    --------
    >>> from crmwb.findings import Finding, Share
    >>> Finding("common.interval", {"low": Share(0.1), "high": Share(0.2)}).values["low"]
    Share(value=0.1)
    """

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    weight: float = 0.0


@dataclass(frozen=True)
class Unavailable(Value):
    """A result that cannot be given.

    Attributes
    ----------
    code : str
        Names the sentence that says what cannot be said and why.
    needs : sequence of Value
        What would make it available: tables as Term("table", …), or other values.
    values : mapping of str to Value
        What the sentence speaks of.
    """

    code: str
    needs: Sequence[Value] = ()
    values: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", tuple(self.needs))


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings, the weightiest first; equal ones as they come."""
    return sorted(findings, key=lambda finding: -finding.weight)
