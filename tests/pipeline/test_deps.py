"""dvc.yaml against the code: DVC does not follow imports, so the deps of each stage must name all that it reaches."""

from pathlib import Path

import pytest
import yaml
from imports import reached_files

from crmwb import params

PROJECT = Path(__file__).parents[2]
CATALOGUES = PROJECT / "src/crmwb/findings/locales"
STAGES = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


def body(stage: dict) -> dict:
    return stage.get("do", stage)


def script(stage: dict) -> Path:
    return PROJECT / body(stage)["cmd"].split()[1]


def code_deps(stage: dict) -> list[Path]:
    return [PROJECT / dep for dep in body(stage)["deps"] if dep.startswith(("src/", "pipeline/"))]


def test_stages_stand_in_the_order_of_a_run():
    known = {"data/raw", *(str(path.relative_to(PROJECT)) for path in (PROJECT / "data").glob("*") if path.is_file())}
    for name, stage in STAGES.items():
        inputs = {dep for dep in body(stage).get("deps", []) if dep.startswith("data/")}
        later = {
            dep for dep in inputs if not any(f"{dep}/".startswith(f"{out}/") or out.startswith(dep) for out in known)
        }
        assert not later, f"{name} stands before what makes {later}"
        known |= {next(iter(out)) if isinstance(out, dict) else out for out in body(stage).get("outs", [])}


@pytest.mark.parametrize("name", STAGES)
def test_deps_name_every_file_that_the_stage_reaches(name):
    deps = code_deps(STAGES[name])
    reached = {script(STAGES[name])} | reached_files(script(STAGES[name]))
    missing = {file for file in reached if not any(file.is_relative_to(dep) for dep in deps)}
    assert not missing, f"add to dvc.yaml, {name}: {sorted(str(m.relative_to(PROJECT)) for m in missing)}"


@pytest.mark.parametrize("name", STAGES)
def test_deps_name_no_code_that_the_stage_does_not_reach(name):
    reached = {script(STAGES[name])} | reached_files(script(STAGES[name]))
    for dep in code_deps(STAGES[name]):
        if dep not in {PROJECT / "src/crmwb", CATALOGUES}:  # a report shows the hash of all our code
            assert any(file.is_relative_to(dep) for file in reached), f"{name} does not reach {dep}"


@pytest.mark.parametrize("name", STAGES)
def test_who_writes_sentences_depends_on_the_catalogues(name):
    deps = code_deps(STAGES[name])
    writes = CATALOGUES.parent / "say.py" in reached_files(script(STAGES[name]))
    assert writes == any(CATALOGUES.is_relative_to(dep) for dep in deps)


@pytest.mark.parametrize("name", STAGES)
def test_params_are_whole_sections(name):
    for key in body(STAGES[name]).get("params", []):
        section, _, inner = key.split(".${")[0].partition(".")
        whole = params.Params.model_fields[section].annotation
        assert not inner or issubclass(whole.model_fields[inner].annotation, params.Section)  # a section within one


def test_no_stage_depends_on_the_engine_for_it_never_changes_a_result():
    assert not any("engine" in body(stage).get("params", []) for stage in STAGES.values())


def test_every_script_is_a_stage():
    assert {script(stage).name for stage in STAGES.values()} == {f.name for f in (PROJECT / "pipeline").glob("*.py")}
