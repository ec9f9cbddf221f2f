"""Conditions of a rule: what they pick, and how they read as a finding and in SQL.

A rule is a list of alternatives, an alternative a list of conditions, a condition {column, operator, value}. An unknown
value fulfils no condition, as NULL in SQL.
"""

import math
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from crmwb import layout
from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Term
from crmwb.segmentation import vocabulary

Condition = dict[str, Any]
Rule = list[list[Condition]]
CODES = {">=": "cards.rule.at_least", "<": "cards.rule.below", "=": "cards.rule.equal", "!=": "cards.rule.not_equal"}


def matches(customers: pd.DataFrame, rule: Rule) -> np.ndarray:
    """Tell which customers a rule picks: all conditions of at least one of its alternatives hold.

    Parameters
    ----------
    customers : DataFrame of shape (n, ...)
        With the rule's columns.
    rule : list of list of dict
        Alternatives of conditions.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    CrmwbError
        A column that the rule asks for is not there.
    """
    picked = np.zeros(len(customers), dtype=bool)
    for alternative in rule:
        held = np.ones(len(customers), dtype=bool)
        for condition in alternative:
            held &= _holds(customers, condition)
        picked |= held
    return picked


def finding(rule: Rule, currency: str = "") -> Finding:
    """Return a rule as a finding: "orders per year ≥ 12 and discount rate < 20%"."""
    parts = [reduce(_both, [_condition(c, currency) for c in alternative]) for alternative in rule]
    return reduce(_either, parts)


def sql(rule: Rule) -> str:
    """Write a rule as the condition of a SQL query on customer features."""
    return " OR ".join("(" + " AND ".join(_sql(c) for c in alternative) + ")" for alternative in rule)


def readable(value: float, unit: str) -> float:
    """Round a threshold to what people would say: whole counts and days, shares in percent, else two digits."""
    if unit in {"count", "days"}:
        return float(math.ceil(value))  # between two whole numbers, so that "≥ 12" and "< 12" part as it did
    if unit == "share":
        return round(value, 2) if value >= 0.02 else round(value, 4)
    return float(f"{value:.2g}")


def merged(path: list[Condition]) -> list[Condition]:
    """Keep the tightest of the conditions that ask the same of one column, in the order of the first."""
    kept: dict[tuple[str, str, Any], Condition] = {}
    for condition in path:
        operator, value = condition["operator"], condition["value"]
        key = (condition["column"], operator, value if operator in {"=", "!="} else None)
        before = kept.get(key)
        tighter = max if operator == ">=" else min
        kept[key] = condition if before is None else {**condition, "value": tighter(before["value"], value)}
    settled = {condition["column"] for condition in kept.values() if condition["operator"] == "="}
    return [c for c in kept.values() if c["operator"] != "!=" or c["column"] not in settled]


def _holds(customers: pd.DataFrame, condition: Condition) -> np.ndarray:
    column, operator, value = condition["column"], condition["operator"], condition["value"]
    if operator in {"=", "!="}:
        is_level = (customers[column] == value).fillna(value=False).to_numpy(dtype=bool)
        known = customers[column].notna().to_numpy(dtype=bool)
        return np.asarray(is_level if operator == "=" else known & ~is_level)
    numbers = vocabulary.values(customers, column)
    if numbers is None:
        raise CrmwbError(f"{layout.CUSTOMER_FEATURES}: no column {column!r}, which a rule asks for; make both anew.")
    return np.asarray(numbers >= value if operator == ">=" else numbers < value)


def _both(first: Finding, second: Finding) -> Finding:
    return Finding("cards.rule.both", {"first": first, "second": second})


def _either(first: Finding, second: Finding) -> Finding:
    return Finding("cards.rule.either", {"first": first, "second": second})


def _condition(condition: Condition, currency: str) -> Finding:
    column, operator, value = condition["column"], condition["operator"], condition["value"]
    is_number = operator in {">=", "<"}
    what = vocabulary.amount(value, vocabulary.unit(column), currency) if is_number else vocabulary.level(column, value)
    return Finding(CODES[operator], {"column": Term("column", column), "value": what})


def _sql(condition: Condition) -> str:
    column, value = condition["column"], condition["value"]
    if condition["operator"] in {"=", "!="}:
        level = str(value).replace("'", "''")
        return f"\"{column}\" {condition['operator'].replace('!=', '<>')} '{level}'"
    return f"{vocabulary.sql(column)} {condition['operator']} {value:g}"
