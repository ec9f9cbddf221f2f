"""Rows that belong together: of the same order, or of the same customer and day."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from crmwb.sources.drafting.guess import Part

Key = str | tuple[str, ...]


def of_purchases(part: Part) -> Iterator[tuple[str, dict[Key, list[int]]]]:
    """Yield rows of the same order, then of the same customer and day."""
    own = [part.guesses[name].sources for name in ("order_id", "customer_id", "ordered_at")]
    order, who, when = (s[0] if len(s) == 1 and part.looked_at.holds(s[0]) else None for s in own)
    if order is not None and not order.is_unique:
        yield "orders", by_key(part.looked_at.texts(order))
    if who is not None and when is not None:
        days = [text and text[:10] for text in part.looked_at.texts(when)]
        yield "days of a customer", by_key(list(zip(part.looked_at.texts(who), days, strict=True)))


def by_key(keys: Sequence[Any]) -> dict[Key, list[int]]:
    """Return the places of rows by key, of keys that several rows have and no part of which is unknown."""
    result: dict[Key, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key and None not in (key if isinstance(key, tuple) else (key,)):
            result[key].append(i)
    return {key: rows for key, rows in result.items() if len(rows) > 1}
