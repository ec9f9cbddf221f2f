"""What the workbench shows of a validation."""

import json

import pytest
from builders import canonical

from crmwb.errors import CrmwbError
from crmwb.findings import Value
from crmwb.findings.say import say
from crmwb.workbench.quality import Quality

PEOPLE = "customer_id region\na north\nb -"
LOG = "customer_id ordered_at revenue\na 2024-01-01 9.00\nb 2024-01-01 1.00\nx 2024-01-01 5.00"


@pytest.fixture
def shown(validated):
    """Return a function that validates tables and opens what the workbench shows of it."""

    def show(people, log=LOG, **accepted):
        tables = {"customers": canonical("customers", people), "transactions": canonical("transactions", log)}
        outcome = validated(tables, **accepted)
        root = outcome.folder / "project"
        (root / "data/quality").mkdir(parents=True)
        (outcome.folder / "quarantine").rename(root / "data/quality/quarantine")
        (root / "data/quality/summary.json").write_text(json.dumps(outcome.summary, sort_keys=True))
        return Quality(root, "EUR")

    return show


def test_what_is_known_in_part_stands_beside_its_revenue(shown):
    quality = shown(PEOPLE)
    assert quality.partly_known[["column", "known_share", "revenue_share"]].values.tolist() == [["region", 0.5, 0.9]]
    assert quality.customers_known["n_customers"].tolist() == [1, 1]
    assert "1 column" in say(quality.plot_completeness().alt)
    assert "1 attribute" in say(quality.plot_customers_known().alt)


def test_departments_and_analyses_tell_what_is_missing(shown):
    quality = shown(PEOPLE)
    served = quality.served.assign(department=[term.key for term in quality.served["department"]]).set_index(
        "department"
    )
    assert served.loc["marketing", "known_share"] == pytest.approx(0.5 / 11)
    assert (served["n_unmet"] < served["n_needs"]).sum() == 1
    analyses = quality.analyses.map(lambda value: say(value) if isinstance(value, Value) else value).set_index(
        "analysis"
    )
    assert analyses.loc["geographic segments", ["known_share", "missing"]].tolist() == [0.5, "none"]
    assert analyses.loc["who may be contacted", "missing"] == "customers.contactable"
    assert "marketing 4.5%, sales 0% and service 0%" in say(quality.plot_departments().alt)


def test_a_source_that_knows_nothing_of_customers_says_so(shown):
    quality = shown("customer_id\na\nb")
    assert quality.customers_known.empty
    with pytest.raises(CrmwbError, match="knows no attribute"):
        quality.plot_customers_known()
    assert "column" in say(quality.plot_completeness().alt)


def test_rules_and_comparisons_stand_apart(shown):
    quality = shown(PEOPLE)
    assert quality.drift["rule"].tolist() == ["is_up_to_date"]
    assert not quality.was_accepted
    assert len(quality.rules) + len(quality.drift) == len(quality.expectations)


def test_examples_begin_with_the_row(shown):
    quality = shown(PEOPLE)
    broken = quality.rules[~quality.rules["passed"]]
    assert quality.with_examples(broken)["examples"].iloc[0].startswith("row 3, ")
    reasons = quality.reasons("transactions")
    assert reasons["n_rows"].tolist() == [1]
    assert "customer_id x" in reasons["example"].iloc[0]
