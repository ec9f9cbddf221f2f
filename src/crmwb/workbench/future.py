"""Sums of what customers are expected to bring, as the history supports them."""

from collections.abc import Mapping
from typing import Any

from crmwb.findings import Interval, Money


def future(models: Mapping[str, Any], cents: float, currency: str) -> Money | Interval:
    """Return a sum of customer values, or of parts of them: its 80% range where the history supports no figure.

    Parameters
    ----------
    models : mapping
        models.json of the value stage.
    cents : float
        The sum expected.
    currency : str
        Of it.

    Examples
    --------
    >>> wide = {"total_value": {"low": 0.5, "high": 2.0, "is_narrow": False}}
    >>> future(wide, 100_00, "EUR")
    Interval(low=Money(cents=5000, currency='EUR', exact=False), high=Money(cents=20000, currency='EUR', exact=False))
    """
    total = models.get("total_value")
    if total is None or total["is_narrow"]:
        return Money(round(cents), currency)
    return Interval(Money(round(cents * total["low"]), currency), Money(round(cents * total["high"]), currency))
