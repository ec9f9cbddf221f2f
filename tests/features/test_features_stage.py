"""The stage as it is run: by its script, in a project's folder."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from builders import canonical, customers_of

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    text = "\n".join(f"c{i} 2024-0{1 + i % 3}-15 {i}.50" for i in range(1, 31))
    log = canonical("transactions", f"customer_id ordered_at revenue\n{text}")
    clean = tmp_path / "data" / "quality" / "clean"
    clean.mkdir(parents=True)
    pq.write_table(log, clean / "transactions.parquet")
    pq.write_table(customers_of(log), clean / "customers.parquet")
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    return tmp_path


def run(project):
    script = PROJECT / "pipeline" / "features.py"
    return subprocess.run([sys.executable, script], cwd=project, capture_output=True, text=True, check=False)


def test_it_writes_its_artefacts(project):
    done = run(project)
    assert done.returncode == 0, done.stderr
    folder = project / "data" / "features"
    files = {"customers.parquet", "interests.parquet", "observation.json", "circumstances.json"}
    assert {p.name for p in folder.iterdir()} == files
    assert {p.name for p in (project / "data" / "snapshots").glob("*.parquet")} == {
        "2024-02-01.parquet", "2024-03-01.parquet"
    }  # fmt: skip
    assert json.loads((folder / "observation.json").read_text())["as_of"] == "2024-03-16"
    revenue = pq.read_table(folder / "customers.parquet")["revenue_cents"].to_pylist()
    assert sum(revenue) == sum(i * 100 + 50 for i in range(1, 31))
    assert "month-end snapshots" in done.stderr


def test_a_future_day_stops_it_with_one_sentence_and_nothing_written(project):
    choices = project / "params.yaml"
    choices.write_text(choices.read_text().replace("as_of: null", 'as_of: "2031-01-01"'))
    done = run(project)
    assert done.returncode == 1
    assert done.stderr.startswith("Stopped: params.yaml: as_of: 2031-01-01 does not fit the data")
    assert len(done.stderr.splitlines()) == 1
    assert not (project / "data" / "features").exists()
