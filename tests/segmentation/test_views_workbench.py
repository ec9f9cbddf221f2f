"""Views in the workbench, on a small company written by hand, and its figures."""

import re

import numpy as np
import pandas as pd
import pytest
from project import PROJECT
from segment_frames import CHOICES

from crmwb import layout, storage
from crmwb.contract import features as declared
from crmwb.contract import value
from crmwb.findings import language
from crmwb.findings.say import say
from crmwb.plots import views as plots
from crmwb.workbench.views import Views

N = 60
IDS = [f"c{i:03d}" for i in range(N)]


def unknown_is_null(frame, schema):
    whole = frame.reindex(columns=schema.names).astype(object)
    return whole.where(whole.notna(), None)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Sixty customers, the last of whom never bought; of value, credit and campaigns nothing is known."""
    folder = tmp_path_factory.mktemp("company")
    (folder / layout.PARAMS).write_text((PROJECT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    rng = np.random.default_rng(1)
    bought = np.arange(N) < N - 1
    known = {
        "customer_id": IDS,
        "region": np.where(np.arange(N) % 3, "north", "south"),
        "gender": np.where(np.arange(N) % 2, "f", "m"),
        "n_purchase_days": bought.astype(int),
        "mean_order_cents": np.where(bought, rng.lognormal(8, 1, N), np.nan),
        "lines_per_order": np.where(bought, rng.integers(1, 9, N), np.nan),
        "revenue_cents": np.where(bought, rng.integers(100, 10**6, N), 0),
    }
    interests = [("c000", "milk", 1, 1, 300, 0.75), ("c000", "soap", 1, 1, 100, 0.25), ("c001", "milk", 2, 1, 500, 1.0)]
    frames = {
        declared.CUSTOMERS: unknown_is_null(pd.DataFrame(known), declared.CUSTOMERS.schema),
        value.CUSTOMERS: unknown_is_null(pd.DataFrame({"customer_id": IDS}), value.CUSTOMERS.schema),
        declared.INTERESTS: pd.DataFrame(interests, columns=declared.INTERESTS.names),
    }
    for artefact, frame in frames.items():
        storage.write(frame, artefact, folder / artefact.path)
    return folder


@pytest.fixture(scope="module")
def views(root):
    return Views(root, "EUR")


def test_the_finding_names_views_that_are_there_and_those_that_are_not(views):
    assert say(views.finding) == (
        "4 of 5 views can distinguish customers: geographic (1 column), psychographic (2 columns), behavioural "
        "(2 columns) and value (1 column). Not available: social. 1 sensitive column was left out because it is not "
        "allowed."
    )


@pytest.mark.parametrize("code", ["en", "zh"])
def test_it_speaks_each_language_of_its_readers(views, code):
    with language.using(code):
        texts = [say(views.finding), views._repr_html_(), *(say(why) for why in views.report["why"])]
        pictures = (views.plot_preparation(), views.plot_correlations(), views.plot_interests())
        texts += [say(picture.alt) + picture._repr_html_() for picture in pictures]
        assert "仅有" not in " ".join(texts)
        names = r"params\.yaml|north|south|milk|soap|<[^>]*>"
        assert bool(re.search("[A-Za-z]{4,}", re.sub(names, "", " ".join(texts)))) is (code == "en")


def test_only_those_who_bought_are_learnt_from(views):
    assert len(views.customers) == N - 1
    assert views.prepared("behavioural").shape == (N - 1, 2)
    assert views.prepared("behavioural").std(ddof=0).to_numpy() == pytest.approx(np.ones(2))


def test_other_views_can_be_tried(root):
    allowed = Views(root, "EUR", CHOICES.segmentation.views.model_copy(update={"allow": ("gender",)}))
    assert list(allowed.prepared("social").columns) == ["gender: f"]  # 29 of the 59 who bought


def test_categories_are_counted(views):
    rows = views.categories.set_index("category")
    assert rows.loc["milk", ["n_customers", "customer_share", "revenue_share"]].tolist() == [2, 1.0, 800 / 900]
    assert rows.loc["soap", "customer_share"] == 0.5


def test_it_shows_itself(views):
    assert "Unknown for all customers" in views._repr_html_()
    for picture in (views.plot_preparation(), views.plot_correlations(), views.plot_interests()):
        assert picture._repr_html_().startswith("<figure")
        assert re.match("[A-Z][a-z]+ ([a-z]+ )?of ", say(picture.alt))


def test_dots_stand_at_the_skewness_and_at_the_edge_beyond():
    report = pd.DataFrame({"skew_before": [2.0, 40.0], "skew_after": [0.5, -0.1]})
    ax = plots.preparation(report, ["one", "two"])
    before, after = (collection.get_offsets()[:, 0].tolist() for collection in ax.collections[-2:])
    assert (before, after) == ([2.0, plots.NARROW], [0.5, -0.1])
    assert [text.get_text() for text in ax.texts] == ["40"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["One", "Two"]


def test_nothing_to_draw_is_drawn_empty():
    assert not plots.interests(pd.DataFrame(columns=["category", "customer_share", "revenue_share"])).patches
    assert not plots.preparation(pd.DataFrame(columns=["skew_before", "skew_after"]), []).texts
    plots.correlations(pd.DataFrame())
