"""Figures of data quality show what their frames say."""

import pandas as pd

from crmwb.plots import quality, style


def test_completeness_has_a_bar_for_each_column_as_long_as_is_known():
    shares = pd.DataFrame(
        {
            "table": ["customers", "customers", "transactions"],
            "column": ["customer_id", "region", "channel"],
            "known_share": [1.0, 0.25, 0.0],
        }
    )
    ax = quality.completeness(shares)
    assert [bar.get_width() for bar in ax.containers[1]] == [1.0, 0.25, 0.0]
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        "customers · customer_id",
        "customers · region",
        "transactions · channel",
    ]
    assert [t.get_text() for t in ax.texts] == ["25%", "0%"]


def test_quarantined_shows_shares_and_rows():
    tables = pd.DataFrame({"table": ["a", "b", "c"], "ingested": [1000, 4, 0], "quarantined": [10, 0, 0]})
    ax = quality.quarantined(tables)
    assert [bar.get_width() for bar in ax.containers[0]] == [0.01, 0, 0]
    assert [t.get_text() for t in ax.texts] == ["10 of 1,000", "0 of 4", "0 of 0"]


def test_checks_are_counted_by_severity_and_outcome_in_the_axes_given():
    expectations = pd.DataFrame({"severity": ["error", "error", "warning"], "passed": [True, True, False]})
    given = style.new_axes()
    ax = quality.checks(expectations, given)
    assert ax is given
    holds, broken = ax.containers
    assert [bar.get_width() for bar in holds] == [0, 2, 0]
    assert [bar.get_width() for bar in broken] == [0, 0, 1]


def test_the_share_of_revenue_is_a_diamond_on_its_bar():
    shares = pd.DataFrame(
        {
            "table": "customers",
            "column": ["region", "age_band"],
            "known_share": [0.5, 0.995],
            "revenue_share": [0.75, 0.0],
        }
    )
    ax = quality.completeness(shares, title="columns_known")
    assert ax.collections[0].get_offsets().tolist() == [[0.75, 0.0], [0.0, 1.0]]
    assert [t.get_text() for t in ax.texts] == ["50%", "99.5%"]
    assert ax.get_title() == "Columns known"


def test_without_revenue_there_are_no_diamonds():
    shares = pd.DataFrame({"table": ["a"], "column": ["b"], "known_share": [0.5], "revenue_share": [float("nan")]})
    assert len(quality.completeness(shares).collections) == 0


def test_customers_are_drawn_by_what_is_known_with_their_revenue():
    counts = pd.DataFrame({"n_known": [0, 1, 2], "n_customers": [3, 0, 1], "revenue_share": [0.25, 0.0, 0.75]})
    ax = quality.customers_known(counts)
    assert [[bar.get_height() for bar in bars] for bars in ax.containers] == [[0.75, 0, 0.25], [0.25, 0, 0.75]]
    assert ax.get_xlabel() == "attributes known, of 2"
    alone = quality.customers_known(counts.assign(revenue_share=float("nan")))
    assert len(alone.containers) == 1
