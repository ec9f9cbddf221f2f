"""Profile cards: what each segment is, what it brings, and what sets it apart from all customers, with intervals.

`traits` finds what segments over- and under-index on; `cards` puts each cluster on one row.
"""

from crmwb.segmentation.cards.cards import cards
from crmwb.segmentation.cards.traits import finding, traits

__all__ = ["cards", "finding", "traits"]
