"""Names say what differs most, in words, and no two clusters share one."""

import numpy as np

from crmwb.segmentation.names import names


def test_names_say_what_differs_most_and_are_never_shared():
    features = ["n_orders", "n_categories", "discount_share", "novelty_score"]
    centres = np.array(
        [
            [2.0, 1.5, 0.0, 0.0],
            [2.0, 1.5, -0.9, 0.0],
            [0.0, 0.1, 0.0, -1.0],
            [0.1, 0.0, 0.0, 0.1],
            [0.0, 0.1, 0.1, 0.0],
        ]
    )
    assert names(centres, features, np.eye(4)) == [
        "often, wide range",
        "often, wide range, full price",
        "low novelty score",
        "average (1)",
        "average (2)",
    ]


def test_a_name_does_not_say_one_thing_twice():
    centres = np.array([[2.0, -1.8, 0.5], [-2.0, 1.8, -0.5]])
    correlation = np.array([[1, -0.9, 0.1], [-0.9, 1, 0.1], [0.1, 0.1, 1]])
    assert names(centres, ["n_orders", "mean_gap_days", "n_categories"], correlation) == [
        "often, wide range",
        "rarely, narrow range",
    ]
    # nor where two columns that are not alike have the same words
    assert names(np.array([[2.0, 1.9]]), ["n_orders", "n_purchase_days"], np.eye(2)) == ["often"]


def test_of_two_that_differ_only_in_how_much_one_is_very_so():
    assert names(np.array([[1.0], [2.5], [-1.0]]), ["n_orders"], np.eye(1)) == ["often", "very often", "rarely"]


def test_levels_and_interests_read_as_words():
    features = ["top_channel: web_shop", "interest: beer", "city_frequency"]
    centres = np.array([[2.0, -1.0, 0.0], [-2.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    given = names(centres, features, np.eye(3), {"city_frequency": "share of customers with the same city"})
    assert given == [
        "mostly web shop, buys little beer",
        "seldom web shop, buys much beer",
        "high share of customers with the same city",
    ]


def test_the_order_of_columns_does_not_change_a_name():
    features = ["n_orders", "mean_order_cents", "discount_share"]
    centre = np.array([[1.0, -1.0, 0.5]])
    turned = names(centre[:, ::-1], features[::-1], np.eye(3))
    assert names(centre, features, np.eye(3)) == turned == ["small baskets, often"]


def test_no_clusters_have_no_names():
    assert names(np.empty((0, 2)), ["n_orders", "n_lines"], np.eye(2)) == []
