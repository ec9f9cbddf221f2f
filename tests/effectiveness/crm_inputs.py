"""What the effectiveness stage reads, for a company written by hand."""

from datetime import date
from typing import Any

import pandas as pd
from builders import canonical

from crmwb import engine, params
from crmwb.effectiveness.inputs import READ, Inputs

AS_OF = date(2024, 1, 1)
FIRST = date(2022, 1, 1)
TEXTS = ("customer_id", "kind", "acquisition_channel", "country", "region", "industry", "company_size", "age_band",
         "income_band", "owner", "top_product_line", "tier", "stage", "risk_class")  # fmt: skip
EFFECTS = ["campaign_id", "grouping", "group", "outcome", "method", "difference", "low", "high", "p_value", "level"]


def mart(**columns: Any) -> pd.DataFrame:
    """Return a customer mart of these columns; what is not named is unknown, and everybody has bought once."""
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({"n_purchase_days": [1] * n, "n_orders": [1] * n} | columns)
    frame = frame.assign(customer_id=[f"c{i:03d}" for i in range(n)])
    for name in READ:
        if name not in frame:
            frame[name] = pd.Series([None] * n, dtype=object if name in TEXTS else "float64")
    return frame[list(READ)]


def tables(con: Any, texts: dict[str, str]) -> dict[str, Any]:
    """Return canonical tables on the engine, by name."""
    return {name: engine.open_arrow(con, canonical(name, text), f"t_{name}") for name, text in texts.items()}


def inputs(con: Any, customers: pd.DataFrame, clean: dict[str, Any] | None = None, **others: Any) -> Inputs:
    """Return the inputs of a company of which only customers, tables and what is named are known."""
    quality: dict[str, Any] = {
        "tables": {},
        "expectations": [],
        "completeness": {"revenue_known": {}, "departments": []},
    }
    values: dict[str, Any] = {
        "quality": quality,
        "value": {"realised": {}},
        "models": {},
        "lifecycle": {"risk": {"not_available": "no_purchases"}},
        "migration": {},
        "acceptance": pd.DataFrame({"is_passed": []}),
        "campaigns": pd.DataFrame(columns=["campaign_id", "name", "starts_on", "design", "n_treated"]),
        "effects": pd.DataFrame(columns=EFFECTS),
        "tests": pd.DataFrame(columns=["list", "method", "n_customers", "recall", "gain_low"]),
        "outcomes": None,
        "together": pd.DataFrame(columns=["product_id"]),
        "listed": pd.DataFrame(columns=["owner", "action", "gain_cents", "basis", "is_held_out"]),
        "summary": pd.DataFrame(columns=["action", "n_chosen"]),
        "results": pd.DataFrame(columns=["action"]),
    }
    return Inputs(
        con=con, clean=clean or {}, mart=customers, currency="EUR", first_day=FIRST, as_of=AS_OF,
        params=params.load(), **(values | others),
    )  # fmt: skip
