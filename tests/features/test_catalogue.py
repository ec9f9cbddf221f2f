"""The catalogue and the columns agree, whatever tables there are."""

from datetime import date

import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pytest
from builders import canonical

from crmwb import engine
from crmwb.contract.canonical import CUSTOMERS, TABLES
from crmwb.contract.feature_columns import FEATURES
from crmwb.contract.features import CUSTOMERS as DESCRIBED
from crmwb.contract.features import SNAPSHOTS
from crmwb.features.customers import _parts, _purchases, customers
from crmwb.features.profile import profile
from crmwb.features.snapshots import snapshot
from crmwb.features.trend import periods, trend, watched
from crmwb.history import advance

FEW = [{"customers"}, {"customers", "transactions"}, {"customers", "campaign_members"}, {"customers", "invoices"}]
DAY = date(2024, 1, 1)


def unbound(names):
    return {n: ibis.table(ibis.Schema.from_pyarrow(TABLES[n].schema), name=n) for n in names}


def arrow_types(query):
    return [(name, kind.to_pyarrow()) for name, kind in query.schema().items()]


@pytest.mark.parametrize("names", [*FEW, set(TABLES)], ids=lambda names: "+".join(sorted(names)))
def test_the_columns_are_the_catalogue_in_order_with_its_types(names, features):
    assert arrow_types(customers(unbound(names), DAY, features)) == [(f.name, f.type) for f in DESCRIBED.schema]
    assert arrow_types(snapshot(unbound(names), DAY, features)) == [(f.name, f.type) for f in SNAPSHOTS.schema]


def test_every_feature_is_made_once_and_every_thing_made_is_a_feature(features):
    tables = unbound(TABLES)
    past = advance(tables, DAY, features.off_season_months)
    computed = [
        name
        for part in (_purchases(tables, DAY, past), *_parts(tables, DAY, features, past))
        for name in part.columns
        if name != "customer_id"
    ]
    beside = periods(past, DAY, features.recent_days).cross_join(watched(past))
    computed += trend(beside, DAY, features.recent_days).keys() - set(computed)
    computed += profile(tables["customers"], DAY).columns
    assert sorted(computed) == sorted(f.name for f in FEATURES)


def test_no_column_looks_something_up_for_itself_in_the_whole_history(features):
    described = customers(unbound(TABLES), DAY, features)
    assert not described.op().find(ops.ScalarSubquery)


def test_at_least_forty_features_beside_the_profile():
    assert len([f for f in FEATURES if f.group != "profile"]) >= 40
    assert [f.name for f in FEATURES if f.group == "profile"][:-1] == [c.name for c in CUSTOMERS.columns]


def test_every_feature_says_what_it_means_and_needs():
    for feature in FEATURES:
        assert feature.meaning
        assert set(feature.needs) <= TABLES.keys()
        assert pa.types.is_integer(DESCRIBED.schema.field(feature.name).type) or not feature.zero


def test_absent_tables_are_unknown_never_zero(con, features):
    tables = {"customers": engine.open_arrow(con, canonical("customers", "customer_id age_band\na 35-44"), "customers")}
    row = engine.batches(con, customers(tables, DAY, features)).read_all().to_pylist()[0]
    assert {name for name, value in row.items() if value is not None} == {"customer_id", "kind", "age_band"}
