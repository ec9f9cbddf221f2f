"""Who customers are, by hand."""

from datetime import date

from builders import canonical


def test_attributes_are_static_but_being_won_is_not(describe):
    people = canonical(
        "customers",
        """
        customer_id  acquired_on  age_band  household_size  contactable
        a            2024-01-01   35-44     2               true
        b            2024-02-01   -         -               -
        """,
    )
    rows = describe("2024-02-01", customers=people)
    assert (rows["a"].age_band, rows["a"].household_size, rows["a"].contactable) == ("35-44", 2, True)
    assert (rows["a"].acquired_on, rows["a"].tenure_days) == (date(2024, 1, 1), 31)
    assert (rows["b"].acquired_on, rows["b"].tenure_days) == (None, None)
