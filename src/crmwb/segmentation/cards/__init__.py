"""Profile cards: what each segment is, what it brings, and what sets it apart from all customers, with intervals.

`traits` finds what segments over- and under-index on; `cards` puts each cluster on one row. Both read customers column
by column, and what they spend by category from `Spending`.
"""

from crmwb.segmentation.cards.cards import cards
from crmwb.segmentation.cards.spending import InterestFile, Spending
from crmwb.segmentation.cards.traits import finding, traits

__all__ = ["InterestFile", "Spending", "cards", "finding", "traits"]
