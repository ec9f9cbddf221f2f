"""The contract is consistent in itself."""

import re

import ibis
import pytest

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES

UNITS = {Kind.MONEY: "_cents", Kind.TIMESTAMP: "_at"}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_holds_together(table):
    names = [c.name for c in table.columns]
    assert len(set(names)) == len(names)
    assert set(table.key) <= set(names)
    assert table.schema.names == names
    assert table.grain.startswith("one row per ")
    for key in table.key:
        assert not table.column(key).nullable
    for column in table.columns:
        assert column.meaning
        assert not column.pii, f"{column.name} would carry an identifier past ingest"
        if column.kind in UNITS:
            assert column.name.endswith(UNITS[column.kind])
        if column.references:
            singular = re.sub("ies$", "y", column.references).removesuffix("s")
            assert TABLES[column.references].key == (f"{singular}_id",)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_rule_is_an_expression_over_the_tables_own_columns(table):
    empty = ibis.table(ibis.Schema.from_pyarrow(table.schema), name=table.name)
    for rule in table.rules:
        assert rule.holds(empty).type().is_boolean(), rule.name


def test_the_tables_are_here():
    assert set(TABLES) == {
        "customers",
        "transactions",
        "products",
        "interactions",
        "campaigns",
        "campaign_members",
        "invoices",
        "payments",
        "contracts",
        "customer_summaries",
        "category_summaries",
        "opportunities",
        "opportunity_history",
        "initiatives",
    }
