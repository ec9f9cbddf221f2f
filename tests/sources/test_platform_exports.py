"""Exports in the column layout of shops, payment services and CRM systems: `map` drafts, ingest sums to the cent."""

import platform_exports
import pytest
from mapping_exports import Mapped, revenue


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a project to map exports into."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRMWB_KEY", raising=False)
    return Mapped(tmp_path)


@pytest.mark.parametrize("export", platform_exports.EVERY, ids=lambda export: export.__name__)
def test_totals_are_equal_to_the_cent_with_at_most_one_answer(project, export):
    truth = export(project.raw)
    assert len(truth.answers) <= 1
    assert project.map(*truth.files, **truth.answers), project.printed
    if truth.currency:
        assert project.source.currency == truth.currency
    if truth.time_zone:
        assert project.source.time_zone == truth.time_zone
    ingested = project.ingest()
    assert round(100 * sum(revenue(ingested).values())) == truth.revenue_cents
    if truth.by_customer:
        assert {k: round(100 * v) for k, v in revenue(ingested).items()} == truth.by_customer
    if truth.guests_cents:
        left_out = ingested.manifest["tables"]["transactions"]["without_customer"]
        assert left_out["revenue_cents"] == truth.guests_cents


def test_opportunities_and_contacts_come_with_the_deals(project):
    truth = platform_exports.salesforce(project.raw)
    assert project.map(*truth.files), project.printed
    assert len(project.ingest().table("opportunities")) == 60


def test_contacts_describe_the_customers_of_deals(project):
    truth = platform_exports.hubspot(project.raw)
    assert project.map(*truth.files), project.printed
    assert set(project.ingest().table("customers").city) == {"Bonn"}
