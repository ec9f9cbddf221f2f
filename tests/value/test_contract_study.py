"""Contracts: survival, recurring revenue and its bridge, renewals, and what running ones are worth."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from builders import canonical, customers_of
from project import PROJECT

from crmwb import engine, params
from crmwb.value.contracts.histories import histories
from crmwb.value.contracts.renewals import expected_payments
from crmwb.value.contracts.study import study
from crmwb.value.contracts.survival import kaplan_meier, survival_curves
from crmwb.value.models import ShiftedBetaGeometric

CASE = """
    contract_id customer_id plan  starts_on  ends_on    amount_cents
    s1          A           pro   2024-01-05 2024-05-05 4900
    s2          B           pro   2024-01-06 -          4900
    s3          C           basic 2024-02-06 -          1900
"""


@pytest.fixture
def value():
    return params.load(PROJECT / "params.yaml").value


@pytest.fixture
def studied(con, value):
    def run(text, as_of="2024-06-10", customers=""):
        rows = canonical("contracts", text)
        known = canonical("customers", customers) if customers else customers_of(rows)
        tables = {
            "contracts": engine.open_arrow(con, rows, "contracts"),
            "customers": engine.open_arrow(con, known, "customers"),
        }
        return study(con, tables, date.fromisoformat(as_of), value)

    return run


def test_three_contracts_of_which_two_run(studied):
    study = studied(CASE)
    assert study.facts["n_contracts"] == 3
    assert study.facts["n_running"] == 2
    assert study.facts["mrr_cents"] == 49_00 + 19_00
    assert study.customers.set_index("customer_id").mrr_cents.to_dict() == {"A": 0, "B": 4900, "C": 1900}
    assert study.customers.contract_clv_cents[1:].isna().all(), "three contracts tell no model"


def test_what_ends_later_is_not_known_yet(con, studied):
    table = engine.open_arrow(con, canonical("contracts", CASE), "contracts")
    then = engine.batches(con, histories(table, date(2024, 3, 1)).order_by("contract_id")).read_all().to_pylist()
    assert [row["is_lost"] for row in then] == [False, False, False]
    assert [row["renewals"] for row in then] == [1, 1, 0]
    assert studied(CASE, "2024-01-06").facts["n_contracts"] == 1


@pytest.mark.parametrize(
    ("starts", "ends", "period", "renewals"),
    [
        ("2024-01-05", "2024-05-05", 1, 4),  # four months paid for
        ("2024-01-05", "2024-05-06", 1, 5),
        ("2024-01-31", "2024-02-29", 1, 1),
        ("2024-01-05", "2024-01-05", 1, 1),
        ("2023-01-05", "2024-01-05", 12, 1),
        ("2023-01-05", "2024-02-05", 12, 2),
    ],
)
def test_periods_paid_for(con, starts, ends, period, renewals):
    text = f"contract_id customer_id starts_on ends_on amount_cents period_months\nx a {starts} {ends} 1200 {period}"
    table = engine.open_arrow(con, canonical("contracts", text), "contracts")
    (row,) = engine.batches(con, histories(table, date(2025, 1, 1))).read_all().to_pylist()
    assert row["renewals"] == renewals
    assert row["monthly_cents"] == 1200 // period


TERMS = """
    contract_id customer_id plan  starts_on  ends_on    amount_cents period_months
    a1          a           team  2022-03-01 2023-02-28 1200         12
    a2          a           team  2023-03-01 2024-02-29 1200         12
    a3          a           team  2024-03-04 2025-03-03 1800         12
    b1          b           team  2023-01-01 2023-12-31 1200         12
    b2          b           team  2024-02-01 2025-01-31 1200         12
    c1          c           team  2022-05-01 2023-04-30 1200         12
"""


def test_a_row_for_each_term_is_one_contract_that_was_renewed(con, studied):
    table = engine.open_arrow(con, canonical("contracts", TERMS), "contracts")
    rows = engine.batches(con, histories(table, date(2024, 6, 10)).order_by("contract_id")).read_all().to_pylist()
    assert [
        (row["contract_id"], row["starts_on"], row["renewals"], row["is_lost"], row["amount_cents"]) for row in rows
    ] == [
        ("a3", date(2022, 3, 1), 2, False, 1800),  # the last term began a few days late
        ("b1", date(2023, 1, 1), 1, True, 1200),
        ("b2", date(2024, 2, 1), 0, False, 1200),  # a month without
        ("c1", date(2022, 5, 1), 1, True, 1200),
    ]
    study = studied(TERMS)
    status = study.customers.set_index("customer_id")["contract_status"].to_dict()
    assert status == {"a": "running", "b": "returned", "c": "ended"}
    months = study.bridge.set_index("day")
    assert months.loc["2024-03-31", "expansion_cents"] == 50  # the dearer term
    assert months.loc["2024-02-29", ["churn_cents", "returned_cents"]].tolist() == [0, 100]


BRIDGE = """
    contract_id customer_id starts_on  ends_on    amount_cents
    1           new         2024-02-10 -          100
    2           more        2024-01-10 2024-02-15 100
    3           more        2024-02-15 -          250
    4           less        2024-01-10 2024-02-15 300
    5           less        2024-02-15 -          200
    6           gone        2024-01-10 2024-02-20 400
    7           back        2023-01-10 2023-06-20 500
    8           back        2024-02-20 -          500
    9           same        2024-01-10 -          900
"""


def test_the_bridge_tells_every_cent(studied):
    months = studied(BRIDGE, "2024-03-05").bridge.set_index("day")
    row = months.loc["2024-02-29"]
    assert (row.start_cents, row.end_cents) == (100 + 300 + 400 + 900, 100 + 250 + 200 + 500 + 900)
    assert (row.new_cents, row.returned_cents, row.expansion_cents) == (100, 500, 150)
    assert (row.contraction_cents, row.churn_cents) == (100, 400)
    came = months.new_cents + months.returned_cents + months.expansion_cents
    went = months.contraction_cents + months.churn_cents
    assert (months.start_cents + came - went == months.end_cents).all()
    assert (months.start_cents[1:].to_numpy() == months.end_cents[:-1].to_numpy()).all()


def test_kaplan_meier_by_hand():
    # 4 contracts: ends after 1 and 3 months, one seen for 2, one for 4: 3/4, then 3/4 x 1/2
    month = 365.25 / 12
    counts = pd.DataFrame(
        {"plan": "a", "days": np.array([1, 2, 3, 4]) * month - 1, "is_lost": [True, False, True, False], "n": 1}
    )
    curve = survival_curves(counts, 0.95, 60).set_index("month")
    assert curve.survival.to_dict() == {0: 1.0, 1: 0.75, 2: 0.75, 3: 0.375}
    s, variance = 0.75, 0.75**2 * (1 / (4 * 3))  # Greenwood
    wide = 1.959964 * np.sqrt(variance) / (s * -np.log(s))
    assert curve.low[1] == pytest.approx(s ** np.exp(wide), abs=1e-5)
    assert curve.high[1] == pytest.approx(s ** np.exp(-wide), abs=1e-5)
    assert curve.n_ended.to_dict() == {0: 0, 1: 1, 2: 1, 3: 2}


def test_kaplan_meier_is_that_of_statsmodels():
    from statsmodels.duration.survfunc import SurvfuncRight

    rng = np.random.default_rng(3)
    days, lost = rng.integers(1, 40, 200), rng.random(200) < 0.6
    times, share, error = kaplan_meier(days.astype(float), lost, np.ones(200))
    theirs = SurvfuncRight(days, lost.astype(int))
    assert times == pytest.approx(theirs.surv_times)
    assert share == pytest.approx(theirs.surv_prob)
    assert error[share > 0] == pytest.approx(theirs.surv_prob_se[share > 0])


def simulated(n, alpha, beta, plan, seed):
    rng = np.random.default_rng(seed)
    theta = rng.beta(alpha, beta, n)
    lasts, starts = rng.geometric(theta), rng.integers(0, 36, n)
    begin = [pd.Timestamp(2021, 1, 1) + pd.DateOffset(months=int(m)) for m in starts]
    ends = [b + pd.DateOffset(months=int(min(k, 200))) for b, k in zip(begin, lasts, strict=True)]
    return "\n".join(
        f"{plan}{i} c{plan}{i} {plan} {b:%Y-%m-%d} {'-' if e > pd.Timestamp(2024, 1, 1) else f'{e:%Y-%m-%d}'} 1000"
        for i, (b, e) in enumerate(zip(begin, ends, strict=True))
    )


def test_plans_that_differ_are_told_apart_and_priced_by_their_own_renewals(studied, value):
    head = "contract_id customer_id plan starts_on ends_on amount_cents\n"
    study = studied(head + simulated(800, 0.8, 8, "good", 1) + "\n" + simulated(800, 2, 4, "poor", 2), "2024-01-02")
    assert study.facts["differ"]["plan"]
    rates = study.renewals[study.renewals["by"] == "plan"].set_index("group").renewal_1_share
    assert rates["good"] == pytest.approx(8 / 8.8, abs=0.03)
    assert rates["poor"] == pytest.approx(4 / 6, abs=0.04)
    curve = study.survival.set_index(["plan", "month"])
    assert curve.survival["good", 12] > curve.survival["poor", 12]
    worth = study.customers[study.customers.n_contracts_running == 1].set_index("customer_id").contract_clv_cents
    assert (worth > 0).all()
    assert worth.max() <= 12 * 1000 * value.assumed_margin_share
    assert set(study.renewals["by"]) == {"plan", "cohort"}


def test_expected_payments_are_the_sum_of_survival_ahead():
    model = ShiftedBetaGeometric()
    model.alpha_, model.beta_, model.parameters_ = 1.0, 3.0, {"alpha": 1.0, "beta": 3.0}
    payments = expected_payments(model, np.array([0.0, 2.0]), np.array([1.0, 12.0]), horizon_days=92, annual_rate=0.0)
    s = [1, 3 / 4, 3 / 5, 3 / 6]  # B(1, 3 + t) / B(1, 3) = 3 / (3 + t)
    assert payments == pytest.approx([sum(s[1:]), 0.0])


def test_a_source_without_contracts_says_so(con, value):
    assert study(con, {}, date(2024, 1, 1), value).facts == {"is_available": False}
