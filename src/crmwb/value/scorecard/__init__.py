"""What customers are worth all in all: four dimensions, one score, tiers, and how far these can be trusted."""

from crmwb.value.scorecard.customers import Card, card, card_of, followed
from crmwb.value.scorecard.facts import certainty_bands, facts, pyramid
from crmwb.value.scorecard.memory import Forecast, Source, features_placed
from crmwb.value.scorecard.months import Past

__all__ = [
    "Card",
    "Forecast",
    "Past",
    "Source",
    "card",
    "card_of",
    "certainty_bands",
    "facts",
    "features_placed",
    "followed",
    "pyramid",
]
