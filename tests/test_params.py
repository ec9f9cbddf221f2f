"""params.yaml is refused with the key, the value and what is allowed."""

import copy
from datetime import date

import pytest
import yaml
from project import PROJECT

from crmwb import params
from crmwb.errors import CrmwbError

CONTENT = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
RFM = CONTENT["segmentation"]["rfm"]


@pytest.fixture
def load(tmp_path):
    def load_changed(key: str, value: object) -> params.Params:
        content = copy.deepcopy(CONTENT)
        *sections, last = key.split(".")
        inner = content
        for section in sections:
            inner = inner[section]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
        path = tmp_path / "params.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return params.load(path)

    return load_changed


def test_the_projects_own_params_are_right():
    assert params.load(PROJECT / "params.yaml").source.kind == "complete_journey"


def test_a_date_is_read_as_a_date(load):
    assert load("as_of", "2017-07-01").as_of == date(2017, 7, 1)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("segmentation.clusters.kmax", 3, ["segmentation.clusters.kmax", "no such key", "did you mean k_max"]),
        ("segmentation.clusters.k_max", 1, ["k_max", "1 is not allowed", "greater than or equal to 2"]),
        ("segmentation.clusters.k_min", 9, ["k_max (8)", "k_min (9)"]),
        ("value.horizon_days", "a year", ["value.horizon_days", "'a year'", "integer"]),
        ("value.horizon_days", ..., ["value.horizon_days", "missing"]),
        ("value.annual_discount_rate", -0.1, ["annual_discount_rate", "-0.1", "greater than or equal to 0"]),
        ("as_of", date(2017, 7, 1), ["as_of", "in quotes", "2017-07-01"]),  # which DVC stops at
        ("as_of", "yesterday", ["as_of", "'yesterday'", "YYYY-MM-DD"]),
        ("source.kind", "ftp", ["source.kind", "'ftp'", "complete_journey"]),
        ("source.kind", "files", ["source", "mapping", "directory"]),
        ("source.currency", "dollars", ["source.currency", "'dollars'", "three capital letters"]),
        (
            "value.scorecard.levels",
            [{"name": n, "share": 0.5, "revenue_share": 1 / 3} for n in ("vip", "good", "small")],
            ["each share of levels must add up to 1", "1.5"],
        ),
        (
            "value.scorecard.levels",
            [{"name": n, "share": 0.5, "revenue_share": 0.8} for n in ("vip", "small")],
            ["each revenue_share of levels must add up to 1", "1.6"],
        ),
        ("segmentation.rfm.segments", CONTENT["segmentation"]["rfm"]["segments"][:-1], ["recency score 1"]),
        ("segmentation.clusters.views", ["how"], ["clusters.views", "no view how", "behavioural"]),
        ("segmentation.views.allow", ["name"], ["segmentation.views.allow", "'name'", "gender"]),
        (
            "segmentation.views.declared.social.columns",
            [{"column": "interests", "transform": "log"}],
            ["column interests and transform interests go together"],
        ),
        ("features.off_season_months", [13], ["off_season_months", "13"]),
        ("segmentation.rfm.n_bins", 3, ["champions", "[5, 5]", "n_bins (3)"]),
        (
            "segmentation.rfm",
            RFM | {"method": "fixed", "breaks": RFM["breaks"] | {"revenue_cents": [5000, 20000, 50000]}},
            ["segmentation.rfm", "breaks: revenue_cents needs 4 rising numbers, one less than n_bins"],
        ),
        (
            "segmentation.rfm",
            RFM | {"method": "fixed", "breaks": RFM["breaks"] | {"days_since_last": [30, 30, 90, 180]}},
            ["segmentation.rfm", "breaks: days_since_last needs 4 rising numbers"],
        ),
        ("segmentation.rfm.segments", CONTENT["segmentation"]["rfm"]["segments"] * 2, ["different names", "champions"]),
        (
            "value.scorecard.levels",
            [{"name": n, "share": 0.5, "revenue_share": 0.5} for n in ("vip", "potential")],
            ["potential", "never bought"],
        ),
        ("value.scorecard.weights.income", float("inf"), ["weights", "finite"]),
        ("features.recent_days", 400_000, ["recent_days", "3650"]),
        ("quality", None, ["quality"]),
        ("reports", {}, ["reports"]),
        ("reports", {"index": CONTENT["reports"]["data_quality"]}, ["reports", "index is the page"]),
        ("reports", {"Bad Name": CONTENT["reports"]["data_quality"]}, ["reports", "Bad Name"]),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(load, key, value, words):
    with pytest.raises(CrmwbError) as refusal:
        load(key, value)
    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize("text", ["", "- a list", "seed: [", "seed: \t1", "\x00", "&a [*a]"])
def test_a_file_that_holds_no_params_is_refused(tmp_path, text):
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CrmwbError, match=r"params\.yaml"):
        params.load(tmp_path / "params.yaml")


def test_a_missing_file_says_where_to_go(tmp_path):
    with pytest.raises(CrmwbError, match="not found"):
        params.load(tmp_path / "params.yaml")


def test_the_fingerprint_ignores_the_engine_and_nothing_else(load):
    base = load("seed", CONTENT["seed"]).fingerprint()
    assert load("engine.threads", 1).fingerprint() == base
    assert load("seed", 1).fingerprint() != base
    assert load("value.horizon_days", 100).fingerprint() != base
