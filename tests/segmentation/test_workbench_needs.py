"""Needs in the workbench and their figures: what they show is what the frames say."""

import re

import pandas as pd
import pytest
from builders import set_down
from needs_tables import AS_OF, CUSTOMERS, PROJECT, choices, shop
from test_mix import FRAME

from crmwb import layout, storage
from crmwb.contract.segments import MIX, NEEDS, PROFILES
from crmwb.errors import CrmwbError
from crmwb.findings import catalogue, language
from crmwb.findings.say import say
from crmwb.plots import needs as plots
from crmwb.segmentation import needs
from crmwb.segmentation.needs.measures import MEASURES
from crmwb.workbench.needs import Needs


@pytest.fixture
def shown(con, tmp_path):
    measured = needs.measure(con, shop(con), CUSTOMERS, AS_OF, choices())
    mix = needs.mix(measured, CUSTOMERS, needs.read_rules(PROJECT / layout.MARKETING_MIX), choices())
    storage.write(measured.frame, NEEDS, tmp_path / NEEDS.path)
    storage.write(mix, MIX, tmp_path / MIX.path)
    storage.write_json(measured.facts, tmp_path / layout.NEEDS_FACTS)
    profiles = pd.DataFrame({"scheme": "cluster_name", "position": [1, 2], "segment": ["b", "a"]})
    set_down(profiles, PROFILES, tmp_path)
    return Needs(tmp_path, "EUR")


def test_segments_come_in_the_order_of_their_profiles(shown):
    assert shown.segments() == ["b", "a"]
    assert shown.table()["segment"].tolist() == ["b", "a"]


def test_the_finding_counts_what_is_clear(shown):
    n_clear = int(shown.frame["is_clear"].sum())
    assert n_clear
    assert f"{n_clear} are clear" in say(shown.finding())


def test_every_need_and_advice_is_shown(shown):
    assert len(shown.advices("a")) == (shown.mix["segment"] == "a").sum()
    assert all(say(passage).endswith(".") for passage in shown.of("a")["sentence"])
    assert "Marketing mix" in shown._repr_html_()
    assert shown.plot_lifts().reason == shown.finding()
    assert "segment" in say(shown.mix_finding())
    assert {need.key for need in shown.not_available["need"]} == set(shown.facts["not_available"])
    with language.using("zh"):
        pages = [
            shown._repr_html_(),
            say(shown.finding()),
            say(shown.mix_finding()),
            *map(say, shown.not_available["why"]),
        ]
        names = "drinks|coffee|biscuits|<[^>]*>"
        assert not re.search("[A-Za-z]{4,}", re.sub(names, "", " ".join(pages)))


def test_the_segment_of_most_customers_is_not_the_one_that_differs_most(shown):
    shown.frame = shown.frame.assign(is_clear=True)
    most = shown.frame["segment"] == "a"
    shown.frame.loc[most, ["n_customers", "lift"]] = [900, 9.0]
    shown.frame.loc[~most, ["n_customers", "lift"]] = [100, 2.0]
    assert "“b”" in say(shown.finding()).lower()
    shown.frame.loc[~most, "is_clear"] = False
    assert "“a”" in say(shown.finding())


def test_who_never_bought_is_no_segment_with_an_offer(shown):
    before = shown.mix_finding()
    shown.mix = pd.concat([shown.mix, shown.mix[shown.mix["segment"] == "a"].assign(segment="never_bought")])
    assert shown.mix_finding() == before


def test_a_scheme_or_a_segment_that_is_not_there_is_refused(shown):
    with pytest.raises(CrmwbError, match="no scheme 'stage'; there are cluster_name"):
        shown.finding("stage")
    with pytest.raises(CrmwbError, match="cluster_name has no segment 'z'"):
        shown.of("z")


def test_the_surest_need_of_each_measure_is_shown_most_first():
    shown = plots.strongest(FRAME[FRAME["segment"] == "a"])
    assert list(zip(shown["measure"], shown["item"], strict=True)) == [
        ("category_spend_share", "tea"),
        ("price_index", ""),
    ]


def test_dots_stand_where_the_lifts_are():
    rows = plots.strongest(FRAME[FRAME["segment"] == "a"])
    ax = plots.segment_lifts(rows, "a")
    assert [float(x) for x, _ in ax.collections[1].get_offsets()] == rows["lift"].tolist()
    assert [text.get_text() for text in ax.texts] == ["4.0×", "0.90×"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["spend on tea", "paid of the usual price"]


def test_a_segment_like_everyone_else_says_so():
    ax = plots.segment_lifts(FRAME.iloc[:0], "c")
    assert [text.get_text() for text in ax.texts] == ["like other customers"]


def test_a_panel_for_each_segment_that_was_measured():
    figure = plots.lifts(FRAME, "cluster_name", ["a", "b", "never_bought"])
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes if ax.get_visible()] == ["a", "b"]


def test_every_measure_has_a_label():
    assert all(catalogue.find(f"needs.label.{measure}", "en") for measure in MEASURES)
    fixed = {measure: about.vocabulary for measure, about in MEASURES.items() if about.vocabulary}
    assert fixed == plots.VOCABULARY
