"""Writing a valuation: data/value/ and metrics/value.json."""

import shutil

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.value import ARTEFACTS, CUSTOMERS, TIER_MONTHS
from crmwb.value.in_parts import write_in_parts
from crmwb.value.valuation import Valuation


def write(v: Valuation) -> None:
    """Write a valuation; of a source without transactions, tables without rows."""
    frames: dict[str, pd.DataFrame] = {}
    if v.tested is not None:
        frames |= {"backtest": v.tested.scores, "tracking": v.tested.tracking}
    if v.equity is not None:
        frames |= {"equity": v.equity.months, "equity_bridge": v.equity.bridge}
        frames |= {"forecast": v.equity.forecast, "past_forecasts": v.equity.past}
    write_in_parts(v.customers.blocks(), CUSTOMERS)
    if v.tier_months is not None:
        with storage.replacing(TIER_MONTHS.path) as beside:
            shutil.move(v.tier_months, beside)
    written = {CUSTOMERS} if v.tier_months is None else {CUSTOMERS, TIER_MONTHS}
    for artefact in (artefact for artefact in ARTEFACTS if artefact not in written):
        storage.write(frames.get(artefact.name, pd.DataFrame(columns=artefact.names)), artefact)
    storage.write_json(v.models, layout.VALUE_MODELS)
    storage.write_json(v.facts, layout.VALUE_FACTS)
    storage.write_json(v.metrics, layout.VALUE_METRICS)
