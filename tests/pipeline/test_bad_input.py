"""What a company may bring by mistake: each stops with one clear sentence and exit code 1, and nothing half-written."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from in_process import run_stages
from project import STAGES, change_params, copy_project, run_stage

from crmwb import layout


@pytest.fixture
def project(built_project, tmp_path, monkeypatch):
    """A copy of the built project that a test may spoil; the working directory is there."""
    folder = copy_project(built_project, tmp_path / "project")
    monkeypatch.chdir(folder)
    return folder


def raw(project: Path) -> Path:
    return project / "data" / "raw" / "cdnow_sample.txt"


def contents(project: Path) -> dict[str, bytes]:
    """Every artefact there is, by name."""
    folders = (project / name for name in ("data", "metrics", "reports"))
    return {
        str(f.relative_to(project)): f.read_bytes()
        for folder in folders
        for f in folder.rglob("*")
        if f.is_file() and "raw" not in f.parts
    }


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """The artefacts that differ, by name."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def expect_stop(project: Path, stage: str, *words: str, first: str = STAGES[0]) -> None:
    """Run the stages from `first` to `stage`, which must stop with a sentence that holds `words` and change nothing."""
    run_stages(project, stages=STAGES[STAGES.index(first) : STAGES.index(stage)])
    before = contents(project)
    done = run_stage(project, stage)
    message = " ".join(done.stderr.split())
    assert done.returncode == 1, message
    assert "Stopped:" in message
    assert "Traceback" not in message
    assert "A fault in crmwb" not in message
    for word in words:
        assert word in message
    assert changed(before, contents(project)) == []


def spoil_missing(path: Path) -> None:
    path.unlink()


def spoil_empty(path: Path) -> None:
    path.write_bytes(b"")


def spoil_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def spoil_nothing_but_rubbish(path: Path) -> None:
    path.write_text(" 00004 0001 yesterday 2 lots\n" * 20)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (spoil_missing, "cdnow_sample.txt"),
        (spoil_empty, "empty"),
        (spoil_folder, "cdnow_sample.txt"),
        (spoil_nothing_but_rubbish, "transactions"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bad_raw_file_stops_ingest(project, spoil: Callable[[Path], None], word):
    spoil(raw(project))
    expect_stop(project, "ingest", word)


def change_mapping(project: Path, change: Callable[[dict], object]) -> None:
    path = project / "mappings" / "cdnow_sample.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def test_a_truncated_file_stops_ingest(project):
    packed = gzip.compress(raw(project).read_bytes())
    raw(project).with_suffix(".txt.gz").write_bytes(packed[: len(packed) // 2])
    change_mapping(project, lambda m: m["tables"]["transactions"].update(file="cdnow_sample.txt.gz"))
    expect_stop(project, "ingest", "cdnow_sample.txt.gz")


def test_a_wrong_column_stops_ingest(project):
    change_mapping(project, lambda m: m["tables"]["transactions"]["columns"].update(customer_id="customer_nr"))
    expect_stop(project, "ingest", "customer_nr", "cdnow_sample")


def test_no_usable_transaction_stops(project):
    raw(project).write_text("".join(f" {i:05d} {i:04d} 19970101  1  -5.00\n" for i in range(50)))
    expect_stop(project, "validate", "transactions")


def test_one_customer_stops_features(project):
    raw(project).write_text("".join(f" 00004 0001 1997010{day}  1   5.00\n" for day in range(1, 9)))
    expect_stop(project, "features", "customer", "features.min_customers")


def test_one_purchase_each_gives_no_forecast_and_everything_else(project):
    raw(project).write_text("".join(f" {i:05d} {i:04d} 1997{1 + i % 9:02d}01  1  {i}.00\n" for i in range(1, 201)))
    run_stages(project, "executive_summary")
    models = json.loads((project / "data" / "value" / "models.json").read_text(encoding="utf-8"))
    assert models["unavailable"]["code"] == "value.no_forecast"
    page = (project / layout.report_html("executive_summary")).read_text(encoding="utf-8")
    assert "forecast" not in page.split("</style>")[-1]


@pytest.mark.parametrize("as_of", ["2031-01-01", "1990-01-01"])
def test_an_as_of_outside_the_data_stops_features(project, as_of):
    change_params(project, lambda p: p.update(as_of=as_of))
    expect_stop(project, "features", "as_of", as_of, first="features")  # no earlier stage reads it


def test_a_wrong_parameter_stops_every_stage_that_reads_it(project):
    change_params(project, lambda p: p["value"].update(horizon_days=-1))
    expect_stop(project, "ingest", "value.horizon_days", "-1")
