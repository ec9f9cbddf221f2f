"""Figures of clusters, and the map they are drawn from: what they show is what the frames say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from segment_frames import PLANTED_FEATURES, SEED, choices, planted

from crmwb.findings import Term
from crmwb.findings.say import say
from crmwb.plots import clusters as plots
from crmwb.plots import colours
from crmwb.segmentation import clusters


@pytest.fixture(scope="module")
def fitted():
    customers, kind = planted(n=300)
    model = clusters.fit(customers, choices(features=PLANTED_FEATURES, k_max=3), SEED)
    return customers, kind, model


def test_the_map_shows_customers_nearest_to_their_own_centre_and_says_what_its_directions_mean(fitted):
    customers, _, model = fitted
    shown = clusters.project(customers, model)
    assert len(shown.points) == 300
    spots, centres = shown.points[["across", "up"]].to_numpy(), shown.centres[["across", "up"]].to_numpy()
    nearest = ((spots[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1) + 1
    assert (nearest == shown.points["cluster"]).mean() > 0.98
    own = shown.points.groupby("cluster")[["across", "up"]].mean().to_numpy()
    assert own == pytest.approx(centres, abs=1e-9)
    assert "discount rate" in say(shown.across) + say(shown.up)
    assert say(shown.across).startswith("higher: ")


def test_two_clusters_of_one_feature_lie_on_a_line():
    customers, _ = planted(n=200)
    model = clusters.fit(customers, choices(features=("n_orders",), k_max=2), SEED)
    shown = clusters.project(customers, model)
    assert np.allclose(shown.points["up"], 0)
    assert (say(shown.across), say(shown.up)) == ("higher: orders", "no single feature")


def test_every_cluster_has_its_number_and_colour_on_the_map(fitted):
    customers, _, model = fitted
    shown = clusters.project(customers, model)
    ax = plots.segment_map(*shown)
    assert [text.get_text() for text in ax.texts] == ["1", "2", "3"]
    names = [c["name"] for c in model["clusters"]]
    shown = [text.get_text().replace("\n", " ") for text in ax.get_legend().get_texts()]
    assert shown == [f"{n} {say(Term('cluster_name', name))}" for n, name in enumerate(names, 1)]
    first = ax.collections[1].get_facecolor()[0]
    assert tuple(first[:3]) == pytest.approx(tuple(to_rgb(colours.of_clusters(names)[names[0]])))


def test_the_evidence_shows_each_method_and_rings_the_chosen(fitted):
    _, _, model = fitted
    rows = pd.DataFrame(model["evidence"])
    left, right = plots.evidence(rows, 0.75).axes
    lines = {line.get_label(): list(line.get_ydata()) for line in left.lines}
    for method in ("kmeans", "mixture", "ward"):
        assert lines[say(Term("cluster_method", method))] == rows.loc[rows["method"] == method, "separation"].tolist()
    chosen = rows[rows["is_chosen"]].iloc[0]
    assert left.collections[0].get_offsets().tolist() == [[chosen["k"], chosen["separation"]]]
    assert right.collections[0].get_offsets().tolist() == [[chosen["k"], chosen["min_jaccard"]]]


def test_a_crossing_shows_shares_of_each_row():
    table = pd.DataFrame([[30, 10], [0, 5]], index=["a", "b"], columns=["x", "y"])
    ax = plots.crossing(table, 0.4)
    assert [text.get_text() for text in ax.texts] == ["75%", "25%", "0%", "100%"]
    assert "0.4" in ax.get_title(loc="left") + ax.get_title()
