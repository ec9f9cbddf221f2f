"""The stage as the pipeline runs it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from builders import canonical
from validating import write_canonical

PROJECT = Path(__file__).parents[2]
SALES = "customer_id order_id ordered_at revenue\na o1 2024-01-01 1.00\na o2 2024-01-02 2.00\nb o3 2024-01-03 3.00"


@pytest.fixture
def root(tmp_path):
    tables = {
        "customers": canonical("customers", "customer_id\na\nb"),
        "transactions": canonical("transactions", SALES),
    }
    write_canonical(tmp_path / "data" / "canonical", tables)
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    return tmp_path


def run_stage(root):
    return subprocess.run(
        [sys.executable, PROJECT / "pipeline" / "validate.py"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def files(root):
    return {str(f.relative_to(root)) for f in root.rglob("*") if f.is_file()}


def test_the_stage_writes_its_artefacts_and_nothing_else(root):
    before = files(root)
    done = run_stage(root)
    assert done.returncode == 0, done.stderr
    assert files(root) - before == {
        *(
            f"data/kept_verdicts/{name}.{kind}"
            for name in ("customers", "transactions")
            for kind in ("json", "parquet")
        ),
        "data/kept_verdicts/audits.json",
        "data/quality/clean/customers.parquet",
        "data/quality/clean/transactions.parquet",
        "data/quality/quarantine/customers.parquet",
        "data/quality/quarantine/transactions.parquet",
        "data/quality/summary.json",
        "metrics/quality.json",
    }
    clean = pq.read_table(root / "data/quality/clean/transactions.parquet")
    assert clean.equals(canonical("transactions", SALES))
    metrics = json.loads((root / "metrics/quality.json").read_text())
    assert metrics["tables"]["transactions"] == {"ingested": 3, "quarantined": 0, "quarantined_share": 0.0}
    assert metrics["broken_expectations"] == {"error": 0, "warning": 0}
    assert "transactions: writing 3 clean rows, 0 quarantined" in done.stderr
    assert "Calculating Metrics" not in done.stderr


def test_a_stop_says_why_and_leaves_everything_as_it_was(root):
    shutil.rmtree(root / "data/canonical")
    strangers = canonical("transactions", SALES.replace("b o3", "stranger o3"))
    write_canonical(
        root / "data/canonical", {"customers": canonical("customers", "customer_id\na\nb"), "transactions": strangers}
    )
    (root / "data/quality/clean").mkdir(parents=True)
    (root / "data/quality/clean/customers.parquet").write_text("of an earlier run")
    before = files(root)
    done = run_stage(root)
    assert done.returncode == 1
    assert "Stopped: data/canonical/transactions.parquet: 1 of 3 rows (33.3%) would be quarantined" in done.stderr
    assert "rule customer_id_is_in_customers" in done.stderr
    assert "row 3 (order_id o3, line_no 1, customer_id stranger)" in done.stderr
    assert "set quality.max_quarantined_share in params.yaml to 0.34 or more" in done.stderr
    assert "Traceback" not in done.stderr
    assert files(root) == before
