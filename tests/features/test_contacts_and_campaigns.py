"""Campaigns and contacts, by hand."""

from datetime import date

import pytest
from builders import canonical

MEMBERS = """
    campaign_id  customer_id  arm        contacted_at      responded_at
    k1           a            treatment  2024-01-01T00:00  2024-01-05T20:00
    k2           a            treatment  2024-01-10T18:00  2024-01-11T06:00
    k3           a            treatment  2024-01-20T00:00  2024-02-01T00:00
    k4           a            treatment  2024-02-01T00:00  -
    k5           a            treatment  -                 -
    k1           b            control    2024-01-01T00:00  2024-01-02T00:00
    k6           c            treatment  -                 2024-01-09T00:00
"""
CAMPAIGNS = """
    campaign_id  starts_on
    k1           2024-01-01
    k5           2024-01-25
    k6           2024-01-03
"""


@pytest.fixture
def customers():
    return canonical("customers", "customer_id\na\nb\nc")


def test_campaigns_received_and_answered(describe, customers):
    members, campaigns = canonical("campaign_members", MEMBERS), canonical("campaigns", CAMPAIGNS)
    row = describe("2024-02-01", campaign_members=members, campaigns=campaigns, customers=customers)["a"]
    assert row.n_campaigns_received == 4  # k5 at its start; k4 is not sent yet
    assert row.n_campaigns_answered == 2  # the answer to k3 is not known yet
    assert row.response_share == 0.5
    assert row.mean_answer_days == 2.5  # 4 days and 1
    assert row.last_campaign_on == date(2024, 1, 25)
    assert row.days_since_campaign == 7
    assert row.last_answer_on == date(2024, 1, 11)


def test_being_held_back_as_control_is_not_being_reached(describe, customers):
    members = canonical("campaign_members", MEMBERS)
    row = describe("2024-02-01", campaign_members=members, customers=customers)["b"]
    assert (row.n_campaigns_received, row.n_campaigns_answered, row.response_share) == (0, 0, None)


def test_a_contact_without_a_date_is_placed_by_its_campaign_else_by_its_answer(describe, customers):
    members, campaigns = canonical("campaign_members", MEMBERS), canonical("campaigns", CAMPAIGNS)
    with_start = describe("2024-02-01", campaign_members=members, campaigns=campaigns, customers=customers)
    without = describe("2024-02-01", campaign_members=members, customers=customers)
    assert with_start["c"].mean_answer_days == 6
    assert (without["c"].n_campaigns_received, without["c"].mean_answer_days) == (1, 0)
    assert without["a"].n_campaigns_received == 3  # k5 has no date at all


def test_contacts_by_department_cost_and_outcome(describe, customers):
    interactions = canonical(
        "interactions",
        """
        interaction_id  customer_id  occurred_at       department  cost_cents  satisfaction  resolved_at
        i1              a            2024-01-01T09:00  service     500         0.9           2024-01-03T08:00
        i2              a            2024-01-10T00:00  sales       -           0.6           -
        i3              a            2024-01-20T00:00  service     300         0.1           2024-02-02T00:00
        i4              a            2024-02-01T00:00  marketing   900         0.1           -
        i5              b            2024-01-05T00:00  marketing   -           -             -
        """,
    )
    rows = describe("2024-02-01", interactions=interactions, customers=customers)
    row = rows["a"]
    assert (row.n_contacts, row.n_service_contacts, row.n_sales_contacts, row.n_marketing_contacts) == (3, 2, 1, 0)
    assert row.contact_cost_cents == 8_00
    assert (row.last_contact_on, row.days_since_contact) == (date(2024, 1, 20), 12)
    assert row.mean_settle_days == 2  # i3 is not settled yet
    assert row.mean_satisfaction == pytest.approx(0.75)
    assert (rows["b"].n_contacts, rows["b"].contact_cost_cents, rows["b"].mean_satisfaction) == (1, None, None)
    assert (rows["c"].n_contacts, rows["c"].last_contact_on) == (0, None)
