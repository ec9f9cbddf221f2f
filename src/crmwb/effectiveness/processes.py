"""The five processes of CRM (Payne & Frow 2005), by what the pipeline sees of each.

Strategy development, value creation, multichannel integration, information management and performance assessment:
Payne, A. and Frow, P. (2005), A strategic framework for customer relationship management, Journal of Marketing 69(4),
167-176.
"""

from collections.abc import Sequence

import pandas as pd

from crmwb.contract.canonical import TABLES
from crmwb.effectiveness.initiatives import JUDGED, Judged
from crmwb.effectiveness.inputs import Inputs
from crmwb.effectiveness.measure import Measure, counted
from crmwb.effectiveness.parts import filled

PROCESSES = ("strategy", "value_creation", "multichannel", "information", "performance")
CONTACTS = ("n_marketing_contacts", "n_sales_contacts", "n_service_contacts")


def card(inputs: Inputs, judged: Sequence[Judged]) -> list[Measure]:
    """Return the measures of the five processes, in their order."""
    return [
        *_strategy(inputs, judged),
        *_value_creation(inputs),
        *_multichannel(inputs),
        *_information(inputs),
        *_performance(inputs, judged),
    ]


def _strategy(inputs: Inputs, judged: Sequence[Judged]) -> list[Measure]:
    tests = inputs.acceptance["is_passed"].dropna().astype(bool)
    before = pd.Series([_written_before(j) for j in judged], dtype=bool)
    return [
        counted("process", "strategy", "segments_pass", tests),
        counted("process", "strategy", "criteria_before", before if len(before) else None),
        counted("process", "strategy", "actions_owned", _owned(inputs)),
    ]


def _written_before(judged: Judged) -> bool:
    on = judged.row["criteria_on"]
    return on is not None and on <= judged.row["starts_on"]


def _owned(inputs: Inputs) -> pd.Series | None:
    """Return which customers on the list of actions have an owner; None where the source names no owners."""
    is_known = filled(inputs.quality["tables"]).get("customers.owner", False)
    return inputs.listed["owner"].notna() if is_known else None


def _value_creation(inputs: Inputs) -> list[Measure]:
    buyers = inputs.buyers
    known = buyers[buyers["profit_cents"].notna()]
    earning = (known["profit_cents"] >= 0) & ~(known["loss_cents"].fillna(0) > 0)  # overdue invoices are in the loss
    costs = inputs.quality["completeness"]["revenue_known"].get("transactions", {}).get("cost_cents")
    return [
        Measure("process", "value_creation", "costs_known", share=costs),
        counted("process", "value_creation", "value_forecast", buyers["clv_cents"].notna()),
        counted("process", "value_creation", "profitable", earning if len(known) else None),
    ]


def _multichannel(inputs: Inputs) -> list[Measure]:
    known = inputs.quality["completeness"]["revenue_known"].get("transactions", {})
    where = [known.get(name) for name in ("channel", "store_id")]
    departments = inputs.quality["tables"].get("interactions")
    return [
        Measure("process", "multichannel", "point_known", share=max((s for s in where if s is not None), default=None)),
        counted("process", "multichannel", "several_points", several_points(inputs.buyers)),
        Measure("process", "multichannel", "departments", *_departments(inputs) if departments else (None, None)),
    ]


def several_points(buyers: pd.DataFrame) -> pd.Series | None:
    """Return which customers with two orders or more bought at several points; None where points are not known."""
    points = "n_stores" if buyers["n_stores"].fillna(0).gt(0).any() else "n_channels"
    repeat = buyers[buyers["n_orders"].fillna(0) > 1]
    known = repeat[repeat[points].fillna(0) > 0]
    return known[points] > 1 if len(known) else None


def _departments(inputs: Inputs) -> tuple[int, int]:
    """Count the departments with a recorded contact."""
    return sum(bool(inputs.mart[name].fillna(0).sum() > 0) for name in CONTACTS), len(CONTACTS)


def _information(inputs: Inputs) -> list[Measure]:
    tables = inputs.quality["tables"]
    n_filled = sum(int(table["clean"]) > 0 for table in tables.values())
    needs = [department["known_share"] for department in inputs.quality["completeness"]["departments"]]
    rules = pd.Series([rule["passed"] for rule in inputs.quality["expectations"]], dtype=bool)
    return [
        Measure("process", "information", "tables_filled", n_filled, len(TABLES)),
        Measure("process", "information", "needs_known", share=sum(needs) / len(needs) if needs else None),
        counted("process", "information", "rules_hold", rules),
    ]


def _performance(inputs: Inputs, judged: Sequence[Judged]) -> list[Measure]:
    design = inputs.campaigns["design"] == "experiment" if len(inputs.campaigns) else None
    verdicts = pd.Series([j.verdict in JUDGED for j in judged], dtype=bool)
    measured = _actions_measured(inputs)
    return [
        counted("process", "performance", "campaigns_controlled", design),
        counted("process", "performance", "initiatives_judged", verdicts if len(verdicts) else None),
        counted("process", "performance", "actions_measured", measured),
    ]


def _actions_measured(inputs: Inputs) -> pd.Series | None:
    """Return which actions of the list have a measured result of an earlier list; None where no list is due yet."""
    if inputs.results.empty:
        return None
    used = inputs.summary[inputs.summary["n_chosen"] > 0]
    return used["action"].isin(inputs.results["action"])
