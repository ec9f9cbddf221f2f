"""Margin: from the source where it has costs, assumed and said where it has none."""

import numpy as np
import pandas as pd

from crmwb.value.realised.margin import Margin, margin, realised_margin


def buyers(*rows):
    return pd.DataFrame(rows, columns=["revenue_cents", "margin_cents"])


def test_without_costs_the_share_is_assumed():
    table = buyers((1000, np.nan), (333, np.nan))
    of_revenue = margin(table, 0.25)
    assert of_revenue == Margin(0.25, is_assumed=True, n_known=0)
    rows = realised_margin(table, of_revenue)
    assert rows["realised_margin_cents"].tolist() == [250, 83]
    assert rows["margin_is_assumed"].tolist() == [True, True]


def test_with_costs_the_share_is_that_of_all_together():
    table = buyers((1000, 500), (3000, 300), (100, -50))
    of_revenue = margin(table, 0.25)
    assert of_revenue == Margin(750 / 4100, is_assumed=False, n_known=3)
    assert realised_margin(table, of_revenue)["realised_margin_cents"].tolist() == [500, 300, -50]


def test_a_customer_without_costs_gets_the_share_of_the_others_and_it_is_said():
    table = buyers((1000, 400), (500, np.nan))
    rows = realised_margin(table, margin(table, 0.25))
    assert rows["realised_margin_cents"].tolist() == [400, 200]
    assert rows["margin_is_assumed"].tolist() == [False, True]


def test_costs_without_revenue_tell_no_share():
    assert margin(buyers((0, -10), (-5, -7)), 0.3).is_assumed
