"""What a source cannot support, as a code and what it would need."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unavailable:
    """Something that cannot be stated.

    Attributes
    ----------
    code : str
        What cannot: `no_forecast`, for instance.
    needs : tuple of (str, float)
        What there would have to be at least, by name.
    has : tuple of (str, float)
        What there is of it.
    """

    code: str
    needs: tuple[tuple[str, float], ...] = ()
    has: tuple[tuple[str, float], ...] = ()

    def record(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {"code": self.code, "needs": dict(self.needs), "has": dict(self.has)}
