"""Figures of segments: what they show is what the frames say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from segment_frames import PLANTED_FEATURES, SEED, choices, planted

from crmwb import segmentation
from crmwb.findings import Term
from crmwb.findings.say import say
from crmwb.plots import clusters, colours, segments

TIERS = ["vip", "important", "ordinary", "small"]


@pytest.fixture(scope="module")
def fitted():
    features, _ = planted(n=300)
    ranks = features["revenue_cents"].rank(pct=True, method="first")
    features["tier"] = np.select([ranks > 0.95, ranks > 0.8, ranks > 0.5], TIERS[:3], TIERS[3])
    model = segmentation.fit(features, "2024-07-01", choices(features=PLANTED_FEATURES), SEED)
    customers = segmentation.score(features, model)
    return features.merge(customers, on="customer_id"), segmentation.profiles(features, customers, model, TIERS), model


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_rfm_grid_counts_each_customer_once(fitted):
    customers, _, _ = fitted
    ax = segments.rfm_grid(customers)
    counts = [int(text.splitlines()[0].replace(",", "")) for text in words(ax) if text != "–"]
    assert len(words(ax)) == 25
    assert sum(counts) == len(customers)


def test_the_rfm_grid_has_the_best_customers_top_right():
    cell = {"recency_score": [5, 1], "frequency_monetary_score": [5, 1], "revenue_cents": [900, 100]}
    texts = words(segments.rfm_grid(pd.DataFrame(cell)))
    assert texts[4] == "1\n90%"
    assert texts[20] == "1\n10%"
    assert texts.count("–") == 23


def test_the_rfm_grid_of_nobody_is_empty():
    nobody = pd.DataFrame({"recency_score": [None], "frequency_monetary_score": [None], "revenue_cents": [0]})
    assert set(words(segments.rfm_grid(nobody))) == {"–"}


def test_segment_bars_show_both_shares_in_the_segments_colour(fitted):
    _, profiles, _ = fitted
    ax = segments.segment_shares(profiles, "tier")
    tiers = profiles[profiles.scheme == "tier"]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([*tiers.revenue_share, *tiers.customer_share])
    assert to_hex(ax.patches[0].get_facecolor()) == colours.FIXED["vip"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["VIP", "important", "ordinary", "small"]


def test_tier_bars_fill_both_rows(fitted):
    _, profiles, _ = fitted
    ax = segments.tier_shares(profiles)
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(2, abs=1e-4)


def test_the_cluster_map_shows_a_cell_for_each_cluster_and_feature(fitted):
    _, _, model = fitted
    centres = pd.DataFrame({c["name"]: c["centre"] for c in model["clusters"]["clusters"]}).T
    ax = clusters.cluster_map(centres, [Term("column", name) for name in centres.columns])
    assert len(words(ax)) == centres.size
    assert [label.get_text() for label in ax.get_yticklabels()] == [say(Term("cluster_name", n)) for n in centres.index]


def test_colours_are_fixed_whatever_else_is_shown():
    usual = colours.of_segments(["vip", "champions", "lost"])
    assert colours.of_segments(["lost", "vip"]) == {name: usual[name] for name in ("lost", "vip")}
    own = colours.of_segments(["gold", "silver"])
    assert own["gold"] == colours.of_segments(["bronze", "gold"])["gold"]
    assert own["gold"] != own["silver"]


def test_every_cluster_has_a_colour_of_its_own():
    names = [f"cluster {i}" for i in range(20)]
    assert len(set(colours.of_clusters(names).values())) == 20
    assert len(set(colours.of_clusters(names[:8]).values())) == 8
