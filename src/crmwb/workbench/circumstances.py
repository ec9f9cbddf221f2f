"""What happened to the company that changes how its figures read."""

from functools import cached_property
from pathlib import Path
from typing import Any

from crmwb import layout, storage
from crmwb.findings import Change, Finding, from_json


class Circumstances:
    """Customer numbers replaced, days without sales, large customers silent: as the features stage found them."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def facts(self) -> dict[str, Any]:
        """As `crmwb.features.circumstances` wrote them."""
        content: dict[str, Any] = storage.read_json(self._root / layout.CIRCUMSTANCES)
        return content

    @property
    def findings(self) -> list[Finding]:
        """What must be known before figures are read, what matters most first."""
        return [from_json(finding) for finding in self.facts["findings"]]

    @property
    def split(self) -> Finding | None:
        """What the change of revenue on the year before is made of; None where it cannot be compared."""
        return None if self.facts["split"] is None else from_json(self.facts["split"])

    @property
    def year(self) -> Change | None:
        """How revenue of the last 52 weeks changed on the 52 weeks before; None where these cannot be compared."""
        change = self.facts["year_change"]
        return None if change is None else Change(change)

    @property
    def is_comparable(self) -> bool:
        """Whether neither the recent days nor those a year before lack sales for reasons other than chance."""
        return bool(self.facts["is_comparable"])

    @property
    def holes(self) -> bool:
        """Whether the history has days without sales that neither chance nor a season explains."""
        return bool(self.facts["holes"])

    @property
    def ids_replaced(self) -> bool:
        """Whether customer numbers were replaced, so that nobody can say who is new or lost."""
        return self._has("ids_replaced")

    @property
    def closes_now(self) -> bool:
        """Whether sales stopped at this time of every earlier year, so that nobody will buy for a while."""
        return self._has("closes_now")

    @property
    def numbers_per_order(self) -> bool:
        """Whether a channel gives every order a customer number of its own, so that numbers there are no customers."""
        return self._has("numbers_per_order")

    def _has(self, code: str) -> bool:
        return any(finding["code"] == f"circumstances.{code}" for finding in self.facts["findings"])
