"""What another unit of marketing money brings: a known return comes back, and none is stated without a lot."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from builders import canonical

from crmwb import engine, params
from crmwb.predict.findings import _spending
from crmwb.predict.spending import ALL, spending

N, RETURN = 1000, 3.0
WINDOW = (date(2024, 1, 1), date(2024, 12, 31))
RESPONSE = params.load().response
TIERS = pd.DataFrame(
    {"as_of": date(2024, 1, 1), "customer_id": [f"c{i:04d}" for i in range(N)], "tier": ["vip", "small"] * (N // 2)}
)


def tiers(con):
    return engine.open_arrow(con, pa.Table.from_pandas(TIERS), "tiers")


def opened(con, *, by_lot: bool, costs: bool = True):
    """Two campaigns that cost 1 and 5 a head, and bring three times that in revenue."""
    rng = np.random.default_rng(0)
    members, contacts = [], []
    for name, day, cost in (("a", "2024-02-01", 1), ("b", "2024-06-01", 5)):
        for i in range(N):
            treated = rng.random() < 0.5
            outcome = round(100 * (RETURN * cost * treated + rng.normal(50, 1)))
            if by_lot or treated:
                members.append((name, f"c{i:04d}", "treatment" if treated else "control", day, outcome))
            if treated and costs:
                contacts.append((f"{name}{i}", f"c{i:04d}", f"{day}T09:00:00", 100 * cost))
    tables = {
        "customers": "customer_id\n" + "\n".join(TIERS["customer_id"]),
        "campaign_members": pd.DataFrame(
            members, columns=["campaign_id", "customer_id", "arm", "contacted_at", "outcome_cents"]
        ),
        "interactions": pd.DataFrame(contacts, columns=["interaction_id", "customer_id", "occurred_at", "cost_cents"]),
    }
    source = {
        name: canonical(name, text if isinstance(text, str) else text.to_csv(sep=" ", index=False))
        for name, text in tables.items()
        if len(text)
    }
    return {name: engine.open_arrow(con, table, name) for name, table in source.items()}


def test_a_known_return_comes_back(con):
    effect = spending(con, opened(con, by_lot=True), tiers(con), 1.0, window=WINDOW, params=RESPONSE)
    curve = effect.curve.set_index("tier")
    assert list(curve.index) == [ALL, "small", "vip"]
    assert curve["per_unit"].to_numpy() == pytest.approx(RETURN, abs=0.15)
    assert ((curve["low"] < RETURN) & (curve["high"] > RETURN)).all()
    codes = [one.code for one in _spending(effect)]
    assert codes == [
        "predict.spending_pays",
        "predict.spending_tiers",
        "predict.few_doses",  # two campaigns tell nothing of a curve
        "predict.no_lot_in_service",
        "predict.no_lot_in_sales",
    ]


def test_half_the_margin_is_half_the_return(con):
    effect = spending(con, opened(con, by_lot=True), tiers(con), 0.25, window=WINDOW, params=RESPONSE)
    assert effect.curve["per_unit"].iloc[0] == pytest.approx(RETURN / 4, abs=0.05)
    assert _spending(effect)[0].code == "predict.spending_costs"


def test_without_a_lot_nothing_is_stated(con):
    effect = spending(con, opened(con, by_lot=False), tiers(con), 1.0, window=WINDOW, params=RESPONSE)
    assert effect.marketing.code == "predict.no_lot_in_campaigns"
    assert effect.curve.empty


def test_without_costs_nothing_is_stated(con):
    effect = spending(con, opened(con, by_lot=True, costs=False), tiers(con), 1.0, window=WINDOW, params=RESPONSE)
    assert effect.marketing.code == "predict.no_contact_costs"
    assert spending(con, {}, tiers(con), 1.0, window=WINDOW, params=RESPONSE).marketing.code == "predict.no_campaigns"
