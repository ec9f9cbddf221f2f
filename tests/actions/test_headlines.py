"""The figures of a run, from the customer mart."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmwb import layout, storage
from crmwb.actions.headlines import COLUMNS, headlines
from crmwb.contract.marts import CUSTOMERS

SOME, NONE = ["low", "at_risk", "likely_lost", None], [None] * 4


@pytest.mark.parametrize(("classes", "n_at_risk"), [(SOME, 2), (NONE, None)])
def test_nobody_is_counted_at_risk_where_no_risk_is_stated(classes, n_at_risk, tmp_path):
    mart = pd.DataFrame({"n_orders": [1, 2, 3, 0], "revenue_cents": 100, "recent_revenue_cents": 50})
    mart = mart.assign(risk_class=classes, margin_at_stake_cents=7, clv_cents=9)
    fields = pa.schema([CUSTOMERS.schema.field(name) for name in COLUMNS])
    (tmp_path / layout.CUSTOMER_MART).parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pandas(mart, fields, preserve_index=False), tmp_path / layout.CUSTOMER_MART)
    storage.write_json({"as_of": "2024-07-01"}, tmp_path / layout.OBSERVATION)
    run = headlines(tmp_path)
    assert (run.n_buyers, run.n_at_risk) == (3, n_at_risk)
