"""Writing a valuation: data/value/ and metrics/value.json."""

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.value import ARTEFACTS
from crmwb.value.valuation import Valuation


def write(v: Valuation) -> None:
    """Write a valuation; of a source without transactions, tables without rows."""
    frames: dict[str, pd.DataFrame] = {"customers": v.customers}
    if v.tier_months is not None:
        frames |= {"tier_months": v.tier_months}
    if v.tested is not None:
        frames |= {"backtest": v.tested.scores, "tracking": v.tested.tracking}
    if v.equity is not None:
        frames |= {"equity": v.equity.months, "equity_bridge": v.equity.bridge}
        frames |= {"forecast": v.equity.forecast, "past_forecasts": v.equity.past}
    for artefact in ARTEFACTS:
        storage.write(frames.get(artefact.name, pd.DataFrame(columns=artefact.names)), artefact)
    storage.write_json(v.models, layout.VALUE_MODELS)
    storage.write_json(v.facts, layout.VALUE_FACTS)
    storage.write_json(v.metrics, layout.VALUE_METRICS)
