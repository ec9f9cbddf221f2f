"""Monthly forecasts: simple methods beside the customer models, chosen and bounded by tests from earlier months."""

from crmwb.value.forecast.choice import MIN_TESTS, Choice
from crmwb.value.forecast.forecast import MOST_OFF, Forecast, Total, forecast, replay
from crmwb.value.forecast.intervals import LEVELS
from crmwb.value.forecast.new_share import NewShare, Share, share_of_new
from crmwb.value.forecast.rolling import WINDOW, Rolling

__all__ = [
    "LEVELS",
    "MIN_TESTS",
    "MOST_OFF",
    "WINDOW",
    "Choice",
    "Forecast",
    "NewShare",
    "Rolling",
    "Share",
    "Total",
    "forecast",
    "replay",
    "share_of_new",
]
