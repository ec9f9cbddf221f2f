"""Exports that lie elsewhere: DVC imports them into data/raw, beside the project's .gitignore, and updates them."""

import shutil

import pytest
from project import PROJECT, run
from typer.testing import CliRunner

from crmwb.cli import app

HEADER = "customer,order,date,amount\n"


def rows(month):
    return "".join(f"c{i % 9},{month}-{i},2024-{month:02d}-{1 + i % 28:02d},{10 + i}.50\n" for i in range(40))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project under git, with what decides which files git and DVC see."""
    for name in (".gitignore", ".dvcignore", "params.yaml", "dvc.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    (tmp_path / ".dvc").mkdir()
    shutil.copy(PROJECT / ".dvc" / "config", tmp_path / ".dvc")
    (tmp_path / "data" / "raw").mkdir(parents=True)
    assert run(tmp_path, "git", "init", "-q").returncode == 0
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_elsewhere_is_imported_mapped_and_brought_up_to_date(project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("exports")
    for month in (1, 2):
        (elsewhere / f"2024-{month:02d}.csv").write_text(HEADER + rows(month), encoding="utf-8")
    done = run(project, "dvc", "import-url", str(elsewhere), "data/raw/exports")
    assert done.returncode == 0, done.stderr
    seen = run(project, "git", "status", "--short", "--untracked-files=all", "data").stdout.split()
    assert "data/raw/exports.dvc" in seen
    assert not any("exports/" in name for name in seen)
    mapped = CliRunner().invoke(app, ["map", "data/raw/exports", "--yes", "--answer", "currency=EUR"])
    assert mapped.exit_code == 0, mapped.output
    (elsewhere / "2024-03.csv").write_text(HEADER + rows(3), encoding="utf-8")
    assert run(project, "dvc", "update", "data/raw/exports.dvc").returncode == 0
    assert max(file.name for file in (project / "data/raw/exports").iterdir()) == "2024-03.csv"


def test_a_file_elsewhere_is_imported_and_the_note_of_dvc_beside_it_is_no_export(project, tmp_path_factory):
    file = tmp_path_factory.mktemp("exports") / "orders.csv"
    file.write_text(HEADER + rows(1) + rows(2), encoding="utf-8")
    assert run(project, "dvc", "import-url", str(file), "data/raw/orders.csv").returncode == 0
    mapped = CliRunner().invoke(app, ["map", "data/raw", "--yes", "--answer", "currency=EUR"])
    assert mapped.exit_code == 0, mapped.output
    assert "orders.csv.dvc" not in mapped.output
