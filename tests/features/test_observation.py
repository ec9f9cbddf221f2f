"""Which day customers are described at, and when there is nothing to describe."""

from datetime import date

import pytest
from builders import canonical, customers_of

from crmwb import engine
from crmwb.errors import CrmwbError
from crmwb.features.observation import observe

LOG = canonical(
    "transactions",
    """
    customer_id  ordered_at        revenue
    a            2024-01-10T09:00    10.00
    b            2024-02-01T08:00    10.00
    c            2024-03-31T23:59    10.00
    """,
)


@pytest.fixture
def observed(con, features):
    def observed(as_of=None, min_customers=2, **tables):
        opened = {name: engine.open_arrow(con, table, name) for name, table in tables.items()}
        return observe(opened, as_of, features.model_copy(update={"min_customers": min_customers}), "USD")

    return observed


def shop(**others):
    return {"customers": customers_of(LOG), "transactions": LOG} | others


def test_by_default_the_day_after_the_last_event(observed):
    assert observed(**shop()).content() == {
        "as_of": "2024-04-01",
        "first_event": "2024-01-10",
        "last_event": "2024-03-31",
        "n_customers": 3,
        "n_buyers": 3,
        "currency": "USD",
    }


def test_at_an_earlier_day_only_what_came_before_was_observed(observed):
    seen = observed(date(2024, 3, 1), **shop())
    assert (seen.last_event, seen.n_customers, seen.n_buyers) == (date(2024, 2, 1), 3, 2)


def test_a_campaign_after_the_last_purchase_does_not_move_the_clock(observed):
    planned = canonical("campaign_members", "campaign_id customer_id contacted_at\nk a 2024-05-01")
    assert observed(**shop(campaign_members=planned)).as_of == date(2024, 4, 1)


def test_without_transactions_other_events_tell_the_time(observed):
    invoices = canonical(
        "invoices",
        """
        invoice_id  customer_id  issued_on   due_on      paid_on     amount_cents
        i1          a            2024-01-05  2024-01-19  2024-02-03  100
        i2          b            2024-01-06  2024-03-20  -           100
        """,
    )
    seen = observed(customers=customers_of(invoices), invoices=invoices)
    assert (seen.first_event, seen.last_event, seen.as_of) == (date(2024, 1, 5), date(2024, 2, 3), date(2024, 2, 4))
    assert (seen.n_customers, seen.n_buyers) == (2, 0)


@pytest.mark.parametrize(
    ("as_of", "why"),
    [
        (date(2024, 5, 3), "everyone would look lost"),
        (date(2024, 1, 10), "nothing is known before it"),
        (date(1999, 1, 1), "nothing is known before it"),
    ],
)
def test_a_day_that_does_not_fit_is_refused_with_the_range(observed, as_of, why):
    with pytest.raises(CrmwbError, match=rf"^params.yaml: as_of: {as_of} .*{why}.* from 2024-01-11 to 2024-05-02"):
        observed(as_of, **shop())


@pytest.mark.parametrize("as_of", [date(2024, 1, 11), date(2024, 5, 2)])
def test_both_ends_of_the_range_are_allowed(observed, as_of):
    assert observed(as_of, min_customers=1, **shop()).as_of == as_of


def test_too_few_buyers_are_refused(observed):
    with pytest.raises(CrmwbError, match=r"only 1 of 3 customers bought before 2024-01-11, and fewer than 2 cannot"):
        observed(date(2024, 1, 11), **shop())
    one = LOG.slice(0, 1)
    with pytest.raises(CrmwbError, match=r"only 1 of 1 customers bought.*features.min_customers in params.yaml"):
        observed(customers=customers_of(one), transactions=one)


def test_too_few_customers_are_refused_where_nothing_is_sold(observed):
    contact = canonical("interactions", "interaction_id customer_id occurred_at\ni a 2024-01-01")
    with pytest.raises(CrmwbError, match="only 1 of 1 customers are known"):
        observed(customers=customers_of(contact), interactions=contact)


def test_nothing_dated_or_nobody_is_refused(observed):
    nobody = canonical("customers", "customer_id\na")
    with pytest.raises(CrmwbError, match="no dated event in any table"):
        observed(customers=nobody)
    with pytest.raises(CrmwbError, match="no dated event in any table"):
        observed(customers=nobody, transactions=LOG.slice(0, 0))
    with pytest.raises(CrmwbError, match="no customers table"):
        observed(transactions=LOG)


def test_refunds_booked_after_the_last_sale_do_not_move_the_clock(observed):
    refunds = canonical(
        "transactions",
        """
        customer_id  ordered_at        revenue  is_return
        a            2024-01-10T09:00    10.00  false
        b            2024-02-01T08:00    10.00  false
        a            2024-03-05T08:00   -10.00  true
        """,
    )
    seen = observed(customers=customers_of(refunds), transactions=refunds)
    assert (seen.as_of, seen.last_event) == (date(2024, 2, 2), date(2024, 2, 1))
