"""What customers are worth all in all: four dimensions, one score, tiers, and how far these can be trusted."""

from crmwb.value.scorecard.customers import SCHEMA, Card, card
from crmwb.value.scorecard.facts import certainty_bands, facts, pyramid
from crmwb.value.scorecard.memory import Forecast, Source

__all__ = ["SCHEMA", "Card", "Forecast", "Source", "card", "certainty_bands", "facts", "pyramid"]
