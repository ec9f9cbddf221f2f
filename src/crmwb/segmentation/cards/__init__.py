"""Profile cards: what each segment is, what it brings, and what sets it apart from all customers, with intervals.

`traits` finds what segments over- and under-index on; `cards` puts each cluster on one row.
"""

from crmwb.segmentation.cards.cards import CARDS_SCHEMA, cards
from crmwb.segmentation.cards.traits import TRAITS_SCHEMA, finding, traits

__all__ = ["CARDS_SCHEMA", "TRAITS_SCHEMA", "cards", "finding", "traits"]
