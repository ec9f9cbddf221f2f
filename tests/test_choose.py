"""Choosing writes a few words into params.yaml, or nothing."""

import pytest
import yaml
from project import PROJECT, environment, make_project, run

from crmwb import params
from crmwb.errors import CrmwbError


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text((PROJECT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return path


def test_one_word_changes_and_going_back_restores_the_file(written):
    text = written.read_text(encoding="utf-8")
    before = params.choose({"source.kind": "b2b_demo"}, written)
    assert written.read_text(encoding="utf-8") == text.replace(f"kind: {before['source.kind']} ", "kind: b2b_demo ", 1)
    assert params.load(written).source.kind == "b2b_demo"
    assert params.choose(before, written) == {"source.kind": "b2b_demo"}
    assert written.read_text(encoding="utf-8") == text


def test_lists_empty_values_and_texts_that_look_like_numbers_are_written_as_they_are(written):
    chosen = {"features.off_season_months": [6, 7], "as_of": "2018-01-01", "source.mapping": "mappings/1.yaml"}
    params.choose(chosen, written)
    read = yaml.safe_load(written.read_text(encoding="utf-8"))
    assert read["features"]["off_season_months"] == [6, 7]
    assert str(params.load(written).as_of) == "2018-01-01"
    assert read["source"]["mapping"] == "mappings/1.yaml"
    written.write_text(written.read_text(encoding="utf-8").replace("as_of: '2018-01-01'", "as_of:"), encoding="utf-8")
    assert params.choose({"as_of": "2018-02-01"}, written) == {"as_of": None}


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"source.kind": "b2b"}, r"params\.yaml: source\.kind: 'b2b' is not allowed"),
        ({"source.kind": "files"}, "needs both mapping"),
        ({"seed": 1, "source.king": "files"}, r"no key source\.king"),
        ({"seed.more": 1}, r"no key seed\.more"),
    ],
)
def test_what_cannot_be_is_refused_and_the_file_left_as_it_was(written, choices, says):
    text = written.read_text(encoding="utf-8")
    with pytest.raises(CrmwbError, match=says):
        params.choose(choices, written)
    assert written.read_text(encoding="utf-8") == text


def test_a_value_of_several_lines_is_left_to_people(written):
    with pytest.raises(CrmwbError, match=r"write \[\] there by hand"):
        params.choose({"segmentation.rfm.segments": []}, written)


def test_the_command_says_what_it_changed(tmp_path):
    project = make_project(tmp_path / "project")
    program = environment(project)["PATH"].split(":")[0] + "/crmwb"
    done = run(project, program, "source", "b2b_demo")
    assert done.returncode == 0
    assert "params.yaml: source.kind is now b2b_demo; it was files." in done.stderr
    assert params.load(project / "params.yaml").source.kind == "b2b_demo"
