"""Names say what differs most, no two clusters share one, and every language has words for them."""

import numpy as np
import pytest

from crmwb.findings import Term, language
from crmwb.findings.catalogue import find
from crmwb.findings.say import say
from crmwb.segmentation.names import LOW_AND_HIGH, names, numbered


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
        "buys_often+many_categories",
        "buys_often+many_categories+full_price",
        "low:novelty_score",
        "average#1",
        "average#2",
    ]


def test_a_name_does_not_say_one_thing_twice():
    centres = np.array([[2.0, -1.8, 0.7], [-2.0, 1.8, -0.7]])
    correlation = np.array([[1, -0.9, 0.1], [-0.9, 1, 0.1], [0.1, 0.1, 1]])
    assert names(centres, ["n_orders", "mean_gap_days", "n_categories"], correlation) == [
        "buys_often+many_categories",
        "buys_rarely+few_categories",
    ]
    # nor where two columns that are not alike have the same words
    assert names(np.array([[2.0, 1.9]]), ["n_orders", "n_purchase_days"], np.eye(2)) == ["buys_often"]


def test_what_grows_with_orders_is_named_only_beyond_them():
    features, centre = ["n_orders", "n_categories", "top_channel: web"], np.array([[2.0, 1.5, -1.0]])
    for r_categories, r_web, name in (
        (0.65, -0.5, "buys_often"),
        (0.2, -0.5, "buys_often+many_categories"),
        (0.65, 0.0, "buys_often+seldom:top_channel=web"),
    ):
        correlation = np.array([[1, r_categories, r_web], [r_categories, 1, 0], [r_web, 0, 1]])
        assert names(centre, features, correlation) == [name]


def test_of_two_that_differ_only_in_how_much_one_is_very_so():
    given = names(np.array([[1.0], [2.5], [-1.0]]), ["n_orders"], np.eye(1))
    assert given == ["buys_often", "very.buys_often", "buys_rarely"]


def test_levels_and_interests_are_named_with_their_column():
    features = ["top_channel: web_shop", "interest: beer", "city_frequency"]
    centres = np.array([[2.0, -1.0, 0.0], [-2.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert names(centres, features, np.eye(3)) == [
        "mostly:top_channel=web_shop+buys_little:interest=beer",
        "seldom:top_channel=web_shop+buys_much:interest=beer",
        "high:city_frequency",
    ]


def test_the_order_of_columns_does_not_change_a_name():
    features = ["n_orders", "mean_order_cents", "discount_share"]
    centre = np.array([[1.0, -1.0, 0.5]])
    turned = names(centre[:, ::-1], features[::-1], np.eye(3))
    assert names(centre, features, np.eye(3)) == turned == ["small_orders+buys_often"]


def test_no_clusters_have_no_names():
    assert names(np.empty((0, 2)), ["n_orders", "n_lines"], np.eye(2)) == []


@pytest.mark.parametrize(
    ("key", "english", "chinese"),
    [
        ("large_orders+buys_rarely", "large orders, buys rarely", "客单价高、购买频次低"),
        ("very.buys_often#2", "buys often (pronounced) (2)", "购买频次高（尤其明显）（2）"),
        ("mostly:stage=growth", "mostly growth", "以成长期为主"),
        ("low:mean_revenue_cents", "low revenue per customer", "客均收入低"),
        ("Key accounts A+B #1", "Key accounts A+B #1", "Key accounts A+B #1"),  # a name that a person gave
    ],
)
def test_a_name_is_said_in_every_language(key, english, chinese):
    for code, text in (("en", english), ("zh", chinese)):
        with language.using(code):
            assert say(Term("cluster_name", key)) == text


def test_a_level_may_hold_the_signs_that_names_are_put_together_with():
    (name,) = names(np.array([[2.0]]), ["interest: C#, 50% + more"], np.eye(1))
    with language.using("en"):
        assert say(Term("cluster_name", name)) == "buys much C#, 50% + more"


def test_every_trait_has_words_in_every_language():
    traits = {trait for pair in LOW_AND_HIGH.values() for trait in pair} | {"average", "never_bought", "all_customers"}
    for code in language.LANGUAGES:
        words = {trait: find(f"terms.cluster_name.{trait}", code) for trait in traits}
        assert None not in words.values()
        assert len(set(words.values())) == len(words)


def test_a_number_replaces_the_one_that_a_name_has():
    assert numbered("average#1", 7) == "average#7"
