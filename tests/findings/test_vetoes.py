"""Vetoes: each withholds what it must, and nothing else."""

import pandas as pd
import pytest

from crmwb import layout, storage
from crmwb.contract.lifecycle import CONVERSIONS
from crmwb.findings import Count, Finding, Name, Term, vetoes
from crmwb.findings.say import say
from crmwb.findings.vetoes import ADVICE, LONGEST_STAY, TRAIT, withheld
from crmwb.workbench.lifecycle import Lifecycle

HOURS = Finding("needs.hour_order_share")


def audit(name: str, severity: str, table: str = "transactions") -> list[dict[str, str]]:
    return [{"audit": name, "severity": severity, "table": table}]


def stay(median: int, n: int = 100) -> Finding:
    return Finding(LONGEST_STAY, {"median": Count(median, "month"), "n": Count(n, "stay")})


def trait(scheme: str, family: str) -> Finding:
    return Finding(TRAIT, {"scheme": Name(scheme), "family": Name(family)})


B2B = Finding(ADVICE, {"for": Term("kind", "company")})


@pytest.mark.parametrize(
    ("claim", "facts", "why"),
    [
        (HOURS, {"audits": audit("quiet_hours", "warning")}, "guards.clock"),
        (HOURS, {"audits": audit("midnight_stamps", "warning")}, "guards.clock"),
        (HOURS, {"audits": audit("quiet_hours", "note")}, None),
        (HOURS, {"audits": audit("midnight_stamps", "warning", "interactions")}, None),
        (Finding("needs.order_cents"), {"audits": audit("quiet_hours", "warning")}, None),
        (B2B, {"kind_shares": {"person": 1.0}}, "guards.other_customers"),
        (B2B, {"kind_shares": {}}, "guards.other_customers"),
        (B2B, {"kind_shares": {"person": 0.5, "company": 0.5}}, None),
        (Finding(ADVICE), {"kind_shares": {"person": 1.0}}, None),
        (stay(6), {"parameters": [6.0]}, "guards.parameter"),
        (stay(3), {"parameters": [2.96]}, "guards.parameter"),
        (stay(7), {"parameters": [6.0]}, None),
        (stay(6, 29), {}, "guards.too_few"),
        (stay(6, 30), {}, None),
        (trait("rfm_segment", "silence"), {}, "guards.by_construction"),
        (trait("stage", "age"), {}, "guards.by_construction"),
        (trait("tier", "wallet"), {}, "guards.by_construction"),
        (trait("rfm_segment", "basket"), {}, None),
        (trait("cluster_name", "silence"), {}, None),
    ],
)
def test_a_veto_withholds_what_it_must_and_nothing_else(claim, facts, why):
    reason = withheld(claim, **facts)
    assert (reason.code if reason else None) == why
    assert reason is None or say(reason)


@pytest.mark.parametrize(("ages", "is_cohort"), [([500, 490, 480], True), ([500, 240, 480], False)])
def test_a_cohort_tells_nothing_of_the_revenue_of_a_company(ages, is_cohort):
    share = vetoes.won_late_share(pd.Series(ages))
    why = vetoes.withheld(Finding(vetoes.REVENUE_FELL), won_late_share=share)
    assert (why is not None) == is_cohort
    assert vetoes.won_late_share(pd.Series([None], dtype=float)) is None


def test_revenue_is_not_compared_with_days_without_sales():
    claim = Finding(vetoes.REVENUE_FELL)
    assert vetoes.withheld(claim, won_late_share=0.5, is_comparable=False).code == "guards.days_without_sales"
    assert vetoes.withheld(claim, won_late_share=0.5, is_comparable=True) is None


def lifecycle(root, *rows: tuple[str, int, float]) -> Lifecycle:
    """A lifecycle of stages with so many stays, of which half last so many months."""
    table = pd.DataFrame(rows, columns=["stage", "n_stays", "median_months"])
    table = table.assign(position=range(len(table)), n_moves=table["n_stays"]).reindex(columns=CONVERSIONS.names)
    storage.write(table, CONVERSIONS, root / CONVERSIONS.path)
    bounds = {"won_back_months": 6, "introduction_days": 90, "contact_days": 365}
    storage.write_json({"params": bounds}, root / layout.LIFECYCLE_FACTS)
    return Lifecycle(root, "EUR")


def test_the_longest_stay_is_none_whose_length_a_parameter_sets(tmp_path):
    findings = lifecycle(tmp_path, ("won_back", 400, 6), ("growth", 29, 5), ("decline", 50, 4), ("introduction", 90, 3))
    assert say(findings.longest_stay) == (
        "Of the stages whose length no parameter sets, customers stay longest in decline: "
        "half of the 50 stays last 4 months or more."
    )


def test_a_stay_as_long_as_the_parameter_of_another_stage_is_said(tmp_path):
    findings = lifecycle(tmp_path, ("maturity", 400, 6))
    assert findings.longest_stay.values["stage"] == Term("stage", "maturity")


def test_where_every_length_is_a_parameter_nothing_is_said_of_it(tmp_path):
    findings = lifecycle(tmp_path, ("won_back", 400, 6), ("introduction", 90, 3))
    assert findings.longest_stay == Finding("lifecycle.no_longest_stay")
