"""A refit keeps what it can: ids, names, and the reason why somebody moved."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
import segment_frames as frames
from builders import set_down

from crmwb import layout, segmentation, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.segments import CUSTOMERS as SEGMENTS
from crmwb.errors import CrmwbError
from crmwb.findings import from_json
from crmwb.findings.say import say
from crmwb.segmentation import refit
from crmwb.segmentation.refit import bins
from crmwb.segmentation.refit.accepted import record
from crmwb.segmentation.refit.causes import CAUSES, causes
from crmwb.segmentation.refit.matching import kept_share, match
from crmwb.segmentation.refit.report import NOT_ACCEPTED

PARAMS = frames.CHOICES.segmentation.refit
SOURCE = {"kind": "files", "name": "a shop"}


def test_groups_keep_the_ids_of_those_with_whom_they_share_most_customers():
    old = pd.Series([1, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    new = pd.Series([2, 2, 2, 2, 3, 3, 1, 1, 1, 1])
    matches = match(old, new, [1, 2, 3], next_id=4, min_overlap=0.5)
    assert {m.new: m.id for m in matches} == {1: 3, 2: 1, 3: 2}
    assert [m.overlap for m in matches] == [pytest.approx(3 / 4), 1, pytest.approx(2 / 3)]
    assert kept_share(old, new, {m.new: m.id for m in matches}) == pytest.approx(9 / 10)


def test_what_was_never_there_gets_an_id_that_was_never_used():
    old = pd.Series([1] * 6 + [4] * 6)  # 2 and 3 were used once, and are gone
    new = pd.Series([1] * 6 + [2] * 2 + [3] * 2 + [4] * 2)
    matches = match(old, new, [1, 2, 3, 4], next_id=6, min_overlap=0.5)
    assert [m.id for m in matches] == [1, 6, 7, 8]  # a third of 4 is not 4
    assert [m.is_new for m in matches] == [False, True, True, True]


def test_a_group_that_holds_none_of_the_customers_is_new():
    matches = match(pd.Series([1, 1]), pd.Series([1, 1]), [1, 2], next_id=2, min_overlap=0.5)
    assert [(m.id, m.overlap) for m in matches] == [(1, 1.0), (2, 0.0)]


def test_why_somebody_moved():
    before, unchanged, after = (np.array(list(text)) for text in ("aaaa", "abab", "abbc"))
    assert [CAUSES[c] for c in causes(before, unchanged, after)] == ["unmoved", "behaviour", "redefinition", "both"]


def test_bins_are_cut_once_and_hold_ever_after():
    frozen = bins.freeze(pd.Series([*range(1, 11), None], dtype="Float64"))
    assert frozen["edges"] == list(range(1, 10))  # values of the data: nine deciles
    assert frozen["shares"]["unknown"] == pytest.approx(1 / 11, abs=1e-6)
    assert bins.shares(pd.Series([100.0, 100.0]), frozen) == {"9": 1.0}
    labels = bins.freeze(pd.Series(["web"] * 5 + ["shop"] * 5))
    assert bins.shares(pd.Series(["web", "fax", None, "web"]), labels) == {"others": 0.25, "unknown": 0.25, "web": 0.5}


def test_the_columns_that_a_model_reads_are_found_wherever_they_stand():
    assert bins.columns_of({"a": [{"column": "x"}, {"deep": {"column": "y"}}], "column": "z"}) == ["x", "y", "z"]


@pytest.fixture(scope="module")
def refitted(tmp_path_factory) -> dict:
    """Three planted kinds at two month ends: thirty of the poorest become the richest, and all prices are turned over.

    Clusters are numbered by revenue, so at the second month end every number is another.
    """
    then, kind = frames.planted()
    now = then.copy()
    moved = np.flatnonzero(kind == 0)[:30]
    columns = [c for c in then.columns if c != "customer_id"]
    now.loc[moved, columns] = then.loc[np.resize(np.flatnonzero(kind == 2), 30), columns].to_numpy()
    now["revenue_cents"] = 1_000_000 // now["revenue_cents"]
    params = frames.choices(features=frames.PLANTED_FEATURES)
    first = segmentation.fit(then, "2024-01-01", params, frames.SEED)
    kept = json.loads(json.dumps(record(first, then, segmentation.score(then, first), SOURCE)))
    second = refit.settle(segmentation.fit(now, "2024-02-01", params, frames.SEED), kept, now, PARAMS)
    snapshots = tmp_path_factory.mktemp("refit") / "snapshots.parquet"
    both = pd.concat([then.assign(as_of=date(2024, 1, 1)), now.assign(as_of=date(2024, 2, 1))])
    both.to_parquet(snapshots, index=False)
    report = refit.report(second, kept, now, snapshots, PARAMS)
    unmoved = ~then["customer_id"].isin(then["customer_id"].iloc[moved])
    fitted = {"then": then, "now": now, "unmoved": unmoved, "first": first, "second": second}
    return fitted | {"accepted": kept, "told": report, "snapshots": snapshots}


def test_unmoved_customers_keep_their_ids_and_names(refitted):
    before = segmentation.score(refitted["then"], refitted["first"])
    after = segmentation.score(refitted["now"], refitted["second"])
    for column in ("cluster", "cluster_name"):
        same = (before[column] == after[column])[refitted["unmoved"]]
        assert same.mean() >= 0.95
    moved = after["cluster"][~refitted["unmoved"]]
    assert (moved != before["cluster"][~refitted["unmoved"]]).all()
    assert refitted["second"]["matching"]["next_id"] == 4  # all three ids live on


def test_the_report_tells_behaviour_from_redefinition(refitted):
    migrations = pd.DataFrame(refitted["told"]["moves"])
    clusters = migrations[migrations["scheme"] == "cluster_name"].groupby("cause")["n_customers"].sum()
    assert clusters.to_dict() == {"unmoved": 570, "behaviour": 30}
    assert migrations.groupby("scheme")["n_customers"].sum().eq(600).all()
    assert migrations.groupby("scheme")["revenue_cents"].sum().eq(refitted["now"]["revenue_cents"].sum()).all()


def test_the_rule_says_when_to_accept_anew_and_why(refitted):
    report = refitted["told"]
    assert report["is_due"]
    assert "Revenue: the distribution has drifted" in say(from_json(report["verdict"]))  # prices were turned over
    assert report["compared_as_of"] == "2024-01-01"
    settled = refit.settle(refitted["first"], refitted["accepted"], refitted["then"], PARAMS)
    again = refit.report(settled, refitted["accepted"], refitted["then"], refitted["snapshots"], PARAMS)
    assert not again["is_due"], again["reasons"]
    assert all(row["psi"] == pytest.approx(0, abs=1e-9) for row in again["psi"])


def test_the_accepted_model_names_no_customer(refitted):
    text = json.dumps(refitted["accepted"])
    assert not [name for name in refitted["then"]["customer_id"] if name in text]


def test_other_columns_refuse_the_match_in_a_sentence_and_not_with_an_error(refitted):
    params = frames.choices(features=frames.PLANTED_FEATURES[:2])
    model = segmentation.fit(refitted["now"], "2024-02-01", params, frames.SEED)
    settled = refit.settle(model, refitted["accepted"], refitted["now"], PARAMS)
    assert not settled["matching"]["is_matched"]
    sentence = say(from_json(settled["matching"]["finding"]))
    assert sentence == "Groups do not keep the ids of the accepted model: the groups no longer use discount rate."
    assert settled["clusters"] == model["clusters"]


def test_without_an_accepted_model_there_is_nothing_to_compare(refitted, tmp_path):
    settled = refit.settle(refitted["first"], None, refitted["then"], PARAMS)
    report = refit.report(settled, None, refitted["then"], tmp_path / "none.parquet", PARAMS)
    assert (from_json(report["verdict"]), report["is_due"]) == (NOT_ACCEPTED, None)


def test_a_model_of_another_source_is_not_the_accepted_one(refitted, tmp_path):
    path = tmp_path / "accepted_segments.json"
    assert refit.accepted(path, SOURCE) is None
    storage.write_json(refitted["accepted"], path)
    assert refit.accepted(path, SOURCE) == refitted["accepted"]
    assert refit.accepted(path, {"kind": "files", "name": "another"}) is None
    path.write_text("{}")
    with pytest.raises(CrmwbError, match="no accepted segment model"):
        refit.accepted(path, SOURCE)


def test_accepting_writes_the_last_model_and_says_so(refitted, tmp_path):
    storage.write_json(refitted["second"], tmp_path / layout.SEGMENT_MODEL)
    storage.write_json({"profile": {"source": SOURCE}}, tmp_path / layout.QUALITY_SUMMARY)
    segments = segmentation.score(refitted["now"], refitted["second"])
    set_down(refitted["now"], FEATURES, tmp_path)
    set_down(segments, SEGMENTS, tmp_path)
    assert "3 groups of 600 customers" in say(refit.accept(tmp_path))
    kept = refit.accepted(tmp_path / layout.ACCEPTED_SEGMENTS, SOURCE)
    assert kept["as_of"] == "2024-02-01"
    assert kept["next_id"] == 4
