"""What changed recurring revenue, and that of all customers, in words."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crmwb.findings import language
from crmwb.findings.say import say
from crmwb.workbench.contracts import FLOWS, Contracts
from crmwb.workbench.lapses import bursts
from crmwb.workbench.lifecycle import Lifecycle


def contracts(tmp_path, **cents) -> Contracts:
    known = Contracts(tmp_path, "USD")
    known.__dict__["bridge"] = pd.DataFrame({f"{name}_cents": [cents.get(name, 0)] * 3 for name in FLOWS})
    return known


def test_what_recurring_revenue_gained_and_lost_leaves_out_what_is_nothing(tmp_path):
    known = contracts(tmp_path, new=400_00, expansion=100_00, churn=200_00)
    assert say(known.flow_finding) == (
        "Over 3 months, monthly recurring revenue gained USD\u00a01.2k from new customers and USD\u00a0300 from larger "
        "contracts; it lost USD\u00a0600 through customers who left."
    )
    with language.using("zh"):
        assert "回流" not in say(known.flow_finding)


def test_a_side_without_any_is_said_in_words(tmp_path):
    assert say(contracts(tmp_path, new=400_00).flow_finding).endswith("; it lost nothing.")


def test_the_same_holds_of_the_revenue_of_all_customers(tmp_path):
    flows = {"new": 0, "won_back": 100_00, "grown": 0, "shrunk": -50_00, "lost": 0}
    life = Lifecycle(tmp_path, "USD")
    rates = {"money_flows_cents": flows, "n_money_months": 12}
    life.__dict__ |= {"facts": {"rates": rates, "window_months": 6}, "_ids_replaced": False}
    assert say(life.money_finding) == (
        "From month end to month end over 12 months, the revenue of the last 6 months gained USD\u00a0100 from "
        "customers won back; it lost USD\u00a050 through customers who bought less."
    )


def flows(lost, opening=400):
    """Return a leaky bucket of months from January 2023 on, with so many customers who lapsed."""
    months = [date(2023 + n // 12, n % 12 + 1, 1) for n in range(len(lost))]
    rows = pd.DataFrame({"begins": months, "component": "lost", "n_customers": lost})
    return pd.concat([rows, rows.assign(component="opening", n_customers=opening)], ignore_index=True)


def test_a_burst_of_lapses_is_named_with_its_size_and_what_is_usual():
    steady = [16] * 20
    finding = bursts(flows([*steady[:14], 90, *steady[15:]]))
    assert finding.code == "lifecycle.bursts.one"
    assert say(finding).startswith(
        "Far more customers than usual lapsed in March 2024: 90, 22% of active customers, where half of the months "
        "lose 4% or less."
    )
    assert bursts(flows([*steady[:14], 90, *steady[15:18], 60, 16])).code == "lifecycle.bursts.several"
    assert bursts(flows([90, *steady])) is None  # longer ago than a year
    assert bursts(flows([16] * 4 + [90])) is None  # too few months to call one usual
    assert bursts(flows([2] * 14 + [25] + [2] * 5)) is None  # too few customers
    assert bursts(flows([20] * 14 + [60] + [20] * 5, opening=2_000)) is None  # three times the usual, and still few


@pytest.mark.parametrize("kind", ["even", "drifting", "ragged"])
def test_lapses_that_only_vary_are_no_burst(kind):
    rng = np.random.default_rng(1)
    named = 0
    for _ in range(200):
        chance = {
            "even": np.full(30, 0.04), "drifting": np.linspace(0.02, 0.06, 30), "ragged": rng.gamma(8, 0.005, 30),
        }[kind]  # fmt: skip
        named += bursts(flows(rng.binomial(800, chance).tolist(), opening=800)) is not None
    assert named <= 2  # 1% of histories
