"""Worth so far against worth to come, and the schemes side by side, on frames written by hand."""

import pandas as pd
import pytest
from segment_frames import people

from crmwb.contract.segments import CROSSWALK
from crmwb.segmentation import value_classes

# ten customers: the upper three by score are a, b and c; by what is to come d, a and e (1,000, 900 and 800)
TEN = people("""
    customer_id  brought_cents  clv_cents
    a            95          900
    b            85          100
    c            75          50
    d            65          1000
    e            55          800
    f            45          90
    g            35          80
    h            25          70
    i            15          60
    j            5           -
""")


def test_customers_are_classed_by_what_they_brought_and_what_is_to_come():
    cuts = value_classes.cuts(TEN.brought_cents, TEN.clv_cents, 0.3)
    # half way between the third and the fourth; of the nine with a CLV, the middle of the third is 2.5 / 9 = 28%
    assert cuts == {"brought_at_least_cents": 70, "clv_at_least_cents": 450}
    named = value_classes.classes(TEN.brought_cents, TEN.clv_cents, cuts)
    assert named.tolist() == ["high", "general", "general", "potential", "potential"] + ["low"] * 4 + [None]


@pytest.mark.parametrize("clv_cents", [None, pd.Series([None] * 10, dtype="Int64")])
def test_without_a_forecast_there_are_no_classes(clv_cents):
    assert value_classes.cuts(TEN.brought_cents, clv_cents, 0.3) is None
    assert value_classes.classes(TEN.brought_cents, clv_cents, None).isna().all()


THREE = ("tier", "value_class", "other")
SCHEMES = people("""
    tier   value_class  other  revenue_cents  clv_cents
    vip    high         A           50             500
    vip    general      A           40             100
    small  potential    B           10             300
    small  low          B           5              -
    small  low          B           4              -
""")


def test_the_crosswalk_counts_who_of_one_scheme_is_where_in_another():
    rows = value_classes.crosswalk(SCHEMES, THREE).set_index(["scheme", "segment", "other_scheme", "other_segment"])
    assert len(rows) == 4 + 2 + 4
    low = rows.loc[("tier", "small", "value_class", "low")]
    assert (low.n_customers, low.share_of_segment, low.revenue_cents) == (2, 2 / 3, 9)
    assert pd.isna(low.clv_cents), "what is known of nobody is not 0"
    vip = rows.loc[("tier", "vip", "other", "A")]
    assert vip.tolist() == [2, 1, 90, 600]


def test_every_pair_of_schemes_adds_up_to_all_customers():
    rows = value_classes.crosswalk(SCHEMES, THREE)
    assert rows.columns.tolist() == CROSSWALK.names
    sums = rows.groupby(["scheme", "other_scheme"])[["n_customers", "revenue_cents", "clv_cents"]].sum()
    assert sums.index.tolist() == [("tier", "other"), ("tier", "value_class"), ("value_class", "other")]
    assert (sums == [5, 109, 900]).all(axis=None)
    shares = rows.groupby(["scheme", "segment", "other_scheme"])["share_of_segment"].sum()
    assert shares.tolist() == pytest.approx([1] * len(shares))


def test_a_scheme_that_is_not_there_is_not_compared():
    rows = value_classes.crosswalk(SCHEMES.assign(value_class=None).drop(columns=["other", "clv_cents"]), THREE)
    assert rows.columns.tolist() == CROSSWALK.names
    assert rows.empty
