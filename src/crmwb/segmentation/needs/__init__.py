"""What each segment wants more or less of than everyone else, and the marketing mix that answers it.

`measure` compares every segment with everyone else; `mix` turns what is clear into advice on product, price, place and
promotion, by the rules of marketing_mix.yaml, which people edit.
"""

from crmwb.segmentation.needs.measure import Needs, measure
from crmwb.segmentation.needs.mix import actions_mapped, columns, mix
from crmwb.segmentation.needs.rules import MarketingMix, read_rules

__all__ = [
    "MarketingMix",
    "Needs",
    "actions_mapped",
    "columns",
    "measure",
    "mix",
    "read_rules",
]
