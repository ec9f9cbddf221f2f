"""The suites are made from the contract, on real Great Expectations objects."""

import subprocess
import sys

import great_expectations as gx
import pandas as pd
import pytest
from great_expectations.expectations.expectation import Expectation

from crmwb.contract import Kind, Severity
from crmwb.contract.canonical import TABLES
from crmwb.quality.checks import MISSING, row_checks, shape_checks
from crmwb.quality.validation import parents_first
from crmwb.quality.verdicts import judge, judge_shape, suite


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_suite_covers_everything_that_the_contract_says(table):
    asked = suite(table.name, row_checks(table, TABLES))
    assert isinstance(asked, gx.ExpectationSuite)
    assert all(isinstance(e, Expectation) for e in asked.expectations)
    by_type = {(e.expectation_type, e.column): e for e in asked.expectations}
    is_true = "expect_column_values_to_be_in_set"
    for column in table.columns:
        assert (("expect_column_values_to_not_be_null", column.name) in by_type) is (not column.nullable)
        if column.allowed:
            assert by_type[is_true, column.name].value_set == list(column.allowed)
        bounds = by_type.get(("expect_column_values_to_be_between", column.name))
        assert (column.minimum, column.maximum) == ((bounds.min_value, bounds.max_value) if bounds else (None, None))
        if column.references:
            assert by_type[is_true, f"{column.name}_is_in_{column.references}"].value_set == [True]
        if column.kind in {Kind.NUMBER, Kind.SHARE}:
            assert by_type[is_true, f"{column.name}_is_finite"].value_set == [True]
    for rule in table.rules:
        assert by_type[is_true, rule.name].value_set == [True]
    assert by_type[is_true, "key_is_unique"].value_set == [True]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_shape_suite_asks_for_every_column_with_its_type(table):
    asked = suite(table.name, shape_checks(table))
    assert {e.column: e.value_set for e in asked.expectations} == {f.name: [str(f.type)] for f in table.schema}
    assert {e.severity.value for e in asked.expectations} == {"critical"}


def test_shapes_are_judged_as_great_expectations_would():
    checks = shape_checks(TABLES["products"])
    types = pd.DataFrame({check.judged: [check.expectation.value_set[0]] for check in checks})
    types[["product_id", "brand"]] = [MISSING, "int64"]
    ours, theirs = (
        [(v.check.rule, v.checked, v.rows.tolist()) for v in verdicts]
        for verdicts in (judge_shape(checks, types), judge("shape", checks, [types]))
    )
    assert ours == theirs
    assert {rule for rule, _, rows in ours if rows} == {"product_id_is_there", "brand_is_there"}


def test_rules_are_named_once_per_table():
    for table in TABLES.values():
        names = [check.rule for check in [*shape_checks(table), *row_checks(table, TABLES)]]
        assert len(names) == len(set(names))


def test_references_to_tables_that_the_source_lacks_are_left_out():
    rules = {check.rule for check in row_checks(TABLES["transactions"], {"transactions", "customers"})}
    assert "customer_id_is_in_customers" in rules
    assert "product_id_is_in_products" not in rules


def test_a_reference_that_may_be_unknown_only_warns():
    severities = {check.rule: check.severity for check in row_checks(TABLES["transactions"], TABLES)}
    assert severities["customer_id_is_in_customers"] is Severity.ERROR
    assert severities["product_id_is_in_products"] is Severity.WARNING


def test_parents_come_first():
    order = parents_first(list(TABLES))
    assert order.index("customers") < order.index("transactions")
    assert order.index("products") < order.index("transactions")
    assert order.index("campaigns") < order.index("campaign_members")
    assert sorted(order) == sorted(TABLES)
    assert parents_first(["transactions"]) == ["transactions"]


def test_the_room_silences_great_expectations_before_it_is_imported():
    expressions = "os.environ['GX_ANALYTICS_ENABLED'], 'great_expectations' in sys.modules"
    code = f"import os, sys, crmwb.quality; print({expressions})"
    env = {"PYTHONPATH": ":".join(sys.path), "GX_ANALYTICS_ENABLED": "True"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.split() == ["False", "False"]
