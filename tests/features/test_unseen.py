"""What is told of invented companies: one seed of a few that benchmarks/unseen.py tries with several."""

import sys

import pandas as pd
import pytest
from project import PROJECT

sys.path.append(str(PROJECT / "benchmarks"))
import companies
import unseen

COMPANIES = unseen.first_batch() | unseen.second_batch()
TRIED = (
    "wholesaler, second account leaves", "60% of numbers replaced", "numbers replaced six weeks ago", "flash sale",
    "gift shop, cut at its peak", "start-up, five times a year", "inflation of 12% a year", "small shop",
)  # fmt: skip


@pytest.mark.parametrize("name", TRIED)
def test_what_happened_is_told_and_nothing_else(con, name):
    company, planted = COMPANIES[name]
    assert unseen.codes_of(con, company, 77) == planted


def test_a_company_is_cut_at_its_day_and_drawn_alike_every_time():
    company, _ = COMPANIES["slow refunds"]
    known, later = companies.draw(company, 5)
    assert known["ordered_at"].max() < pd.Timestamp(company.cut) <= later["ordered_at"].min()
    assert known["is_return"].any()
    pd.testing.assert_frame_equal(known, companies.draw(company, 5)[0])
