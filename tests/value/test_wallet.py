"""Share of wallet and what is left of it."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from builders import canonical
from world import described, opened

from crmwb.contract.value_customers import WALLET
from crmwb.value.potential import wallet

PEOPLE = "customer_id wallet_cents\na 100000\nb 10000\nc -\nd 50000"
ORDERS = """
    customer_id  ordered_at  revenue
    a            2023-07-01   900.00
    a            2023-07-02   100.00
    a            2024-06-30   150.00
    b            2024-01-01   300.00
    c            2024-01-01    50.00
    a            2024-07-01   999.00
"""


@pytest.fixture
def tables(con):
    return opened(con, {"customers": canonical("customers", PEOPLE), "transactions": canonical("transactions", ORDERS)})


def test_headroom_is_the_wallet_less_the_last_years_revenue(con, tables):
    features = described(con, tables, "2024-07-01")
    rows = wallet.customers(con, tables, features, date(2024, 7, 1), date(2020, 1, 1))
    pa.Table.from_pandas(rows, schema=WALLET.schema, preserve_index=False)
    rows = rows.set_index("customer_id")
    assert rows["yearly_revenue_cents"].tolist() == [25000, 30000, 5000, 0]
    assert rows["share_of_wallet"].fillna(-1).tolist() == [0.25, 1.0, -1, 0.0]
    assert rows["wallet_headroom_cents"].fillna(-1).tolist() == [75000, 0, -1, 50000]
    facts = wallet.facts(rows)
    assert (facts["n_customers"], facts["headroom_cents"], facts["n_full"]) == (3, 125000, 1)
    assert facts["share_of_wallet"] == 55000 / 180000


def test_a_short_history_is_scaled_to_a_year(con, tables):
    features = described(con, tables, "2024-07-01")
    rows = wallet.customers(con, tables, features, date(2024, 7, 1), date(2024, 7, 1) - wallet.YEAR / 5)
    assert rows["yearly_revenue_cents"].tolist()[0] == 125000  # the engine holds more; the window is said to be a fifth


def test_the_allocation_rule_as_published():
    # the first and the second of two suppliers get two thirds and one third; an only supplier gets all
    assert wallet.allocated_share(np.array([1, 2, 1, 1]), np.array([2, 2, 3, 1])) == pytest.approx(
        [2 / 3, 1 / 3, 0.5, 1]
    )
    assert wallet.allocated_share(np.array([1.0, 2, 3, 4]), np.full(4, 4.0)).sum() == pytest.approx(1)
    assert np.isnan(wallet.allocated_share(np.array([3.0, 0.0, np.nan]), np.array([2.0, 2.0, 2.0]))).all()


def test_where_no_wallet_is_stated_the_rank_tells_it(con, tables):
    features = described(con, tables, "2024-07-01").assign(supplier_rank=[1, 1, 2, 1], n_suppliers=[3, 3, 2, 1])
    rows = wallet.customers(con, tables, features, date(2024, 7, 1), date(2020, 1, 1)).set_index("customer_id")
    assert rows["wallet_basis"].tolist() == ["stated", "stated", "allocation rule", "stated"]
    assert rows.loc["c", ["share_of_wallet", "wallet_headroom_cents"]].tolist() == pytest.approx([1 / 3, 10000])


def test_without_wallets_there_is_no_headroom_and_it_is_said(con, tables):
    features = described(con, tables, "2024-07-01").assign(wallet_cents=None)
    rows = wallet.customers(con, tables, features, date(2024, 7, 1), date(2020, 1, 1))
    assert rows[["share_of_wallet", "wallet_headroom_cents", "wallet_basis"]].isna().all(axis=None)
    assert wallet.facts(rows)["finding"]["code"] == "wallet.not_known"


def test_without_transactions_nothing_is_ours_to_compare(con):
    people = opened(con, {"customers": canonical("customers", PEOPLE)})
    features = described(con, people, "2024-07-01")
    rows = wallet.customers(con, people, features, date(2024, 7, 1), date(2024, 1, 1))
    assert rows.drop(columns="customer_id").isna().all(axis=None)
    assert pd.api.types.is_float_dtype(rows["share_of_wallet"])
