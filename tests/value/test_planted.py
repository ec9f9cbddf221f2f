"""The demo company knows its truth: what was planted there is found."""

from datetime import date

import pandas as pd
import pyarrow as pa
import pytest
from world import described

from crmwb import engine
from crmwb.contract.value_customers import INFLUENCE
from crmwb.params import B2bDemoParams, EngineParams, SourceParams
from crmwb.sources import b2b_demo
from crmwb.value import influence, realised
from crmwb.value.realised.margin import margin

AS_OF = "2026-01-01"


@pytest.fixture(scope="module")
def realised_company(tmp_path_factory):
    """Return what each of 1,000 accounts brought, beside what is true of it."""
    source = SourceParams(
        time_zone="UTC",
        kind="b2b_demo", currency="EUR", mapping=None, directory=None,
        b2b_demo=B2bDemoParams(n_customers=1000, years=2, seed=5),
    )  # fmt: skip
    with engine.connect(EngineParams(threads=2, memory_limit_gb=2)) as con:
        company = b2b_demo.read(con, source, tmp_path_factory.mktemp("b2b"))
        truth = company.truth.tables["customers"][0].to_pyarrow().to_pandas()
        features = described(con, company.tables, AS_OF)
        share = margin(features, 0.25)
        rows = realised.customers(con, company.tables, features, date.fromisoformat(AS_OF), share)
        spent = realised.spent_on(con, company.tables, date.fromisoformat(AS_OF))
    facts = realised.facts(features, rows, share, spent, n_bootstrap=50, seed=1)
    clv = pd.Series(0, index=features["customer_id"])
    credited = influence.customers(features, rows, clv, 0.5)
    return (
        rows.merge(credited, on="customer_id").merge(truth, on="customer_id", suffixes=("", "_true")),
        facts,
        features,
    )


def test_everything_is_known_of_it(realised_company):
    _, stated, _ = realised_company
    assert stated["basis"] == "profit"
    assert stated["not_available"] == []


def test_who_was_made_to_lose_money_is_found_with_the_reason(realised_company):
    rows, _, _ = realised_company
    for reason in ("discounts", "returns", "service", "unpaid"):
        planted = rows[(rows["loss_reason_true"] == reason) & (rows["realised_revenue_cents"] != 0)]
        assert len(planted) >= 5
        assert (planted["loss_reason"] == reason).mean() >= 0.8, reason


def test_profit_adds_up_from_the_tables(realised_company):
    rows, stated, features = realised_company
    totals = stated["totals"]
    assert totals["profit_cents"] == rows["profit_cents"].sum()
    assert totals["profit_cents"] == (
        totals["margin_cents"] - totals["serve_cost_cents"] - totals["acquisition_cost_cents"]
    )
    assert totals["margin_cents"] == features["margin_cents"].sum()


def test_advocates_are_credited_and_nobody_else(realised_company):
    rows, _, _ = realised_company
    advocates = rows["is_advocate"].eq(True)
    assert rows.loc[advocates, "n_referred"].sum() > 0
    assert rows.loc[~advocates, "n_referred"].sum() == 0
    assert pa.Table.from_pandas(rows[INFLUENCE.names], schema=INFLUENCE.schema).num_rows == len(rows)
