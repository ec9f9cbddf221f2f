"""What each customer is worth: purchases and spend to come, what was realised, and how well forecasts came true."""

from crmwb.value.potential.customers import FEATURES, buyers_of, fit, score
from crmwb.value.potential.customers import SCHEMA as CUSTOMERS_SCHEMA
from crmwb.value.proof.backtest import SCHEMA as BACKTEST_SCHEMA
from crmwb.value.proof.backtest import backtest
from crmwb.value.record import first_purchase, metrics_record, models_record

__all__ = [
    "BACKTEST_SCHEMA",
    "CUSTOMERS_SCHEMA",
    "FEATURES",
    "backtest",
    "buyers_of",
    "first_purchase",
    "fit",
    "metrics_record",
    "models_record",
    "score",
]
