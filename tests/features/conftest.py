"""Hand-written tables in, described customers out."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pytest
from builders import customers_of

from crmwb import engine
from crmwb.contract.features import CUSTOMERS
from crmwb.features.customers import customers
from crmwb.params import FeatureParams

PARAMS = FeatureParams(
    recent_days=90, off_season_months=(1, 2, 7, 8), max_days_after_last_event=31, n_snapshots=36, min_customers=2
)

Describe = Callable[..., dict[str, SimpleNamespace]]


@pytest.fixture
def features() -> FeatureParams:
    return PARAMS


_queries: dict[tuple[frozenset[str], date, FeatureParams], engine.Query] = {}


def _query(con: engine.Backend, names: frozenset[str], as_of: date, params: FeatureParams) -> engine.Query:
    """Compile the features of tables that the engine holds by these names, once: their columns are the contract's."""
    known = (names, as_of, params)
    if known not in _queries:
        tables = {name: con.table(name) for name in sorted(names)}
        _queries[known] = engine.compiled(con, customers(tables, as_of, params))
    return _queries[known]


@pytest.fixture
def describe(con) -> Describe:
    """Return a function: canonical tables and a day in, the features of each customer by id out (NULL is None)."""

    def describe(as_of: str | date, params: FeatureParams = PARAMS, **tables: pa.Table) -> dict[str, SimpleNamespace]:
        if "customers" not in tables:
            tables["customers"] = customers_of(next(iter(tables.values())))
        opened = {name: engine.open_arrow(con, table, name) for name, table in tables.items()}
        query = _query(con, frozenset(opened), date.fromisoformat(str(as_of)), params)
        rows = engine.run_on(con, query).read_all().cast(CUSTOMERS.schema).to_pylist()
        return {row["customer_id"]: SimpleNamespace(**row) for row in rows}

    return describe
