"""Tiers by score: where their boundaries lie, who is held by hysteresis, and how certain a tier is."""

from crmwb.tiers.certainty import probability
from crmwb.tiers.levels import boundaries, held_boundaries, levels_of, place
from crmwb.tiers.stability import stability

__all__ = ["boundaries", "held_boundaries", "levels_of", "place", "probability", "stability"]
