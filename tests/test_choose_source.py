"""Choosing a source writes one word into params.yaml, or nothing."""

import pytest
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
    before = params.choose_source("b2b_demo", written)
    assert written.read_text(encoding="utf-8") == text.replace(f"kind: {before} ", "kind: b2b_demo ", 1)
    assert params.load(written).source.kind == "b2b_demo"
    assert params.choose_source(before, written) == "b2b_demo"
    assert written.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(("kind", "says"), [("b2b", "'b2b' is not allowed"), ("files", "needs both mapping")])
def test_what_cannot_be_is_refused_and_the_file_left_as_it_was(written, kind, says):
    text = written.read_text(encoding="utf-8")
    with pytest.raises(CrmwbError, match=says):
        params.choose_source(kind, written)
    assert written.read_text(encoding="utf-8") == text


def test_a_kind_that_does_not_stand_alone_is_left_to_people(written):
    import yaml

    written.write_text(yaml.safe_dump(yaml.safe_load(written.read_text()), default_flow_style=True), encoding="utf-8")
    with pytest.raises(CrmwbError, match="write b2b_demo there by hand"):
        params.choose_source("b2b_demo", written)


def test_the_command_says_what_it_changed(tmp_path):
    project = make_project(tmp_path / "project")
    program = environment(project)["PATH"].split(":")[0] + "/crmwb"
    done = run(project, program, "source", "b2b_demo")
    assert done.returncode == 0
    assert "params.yaml: source.kind is now b2b_demo; it was files." in done.stderr
    assert params.load(project / "params.yaml").source.kind == "b2b_demo"
