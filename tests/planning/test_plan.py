"""What `crmwb plan` reads off a source, and what it makes of it."""

import gzip
import json
import shutil

import pandas as pd
import pytest
import yaml
from project import PROJECT
from typer.testing import CliRunner

from crmwb import layout, params
from crmwb.cli import app
from crmwb.errors import CrmwbError
from crmwb.params import EngineParams
from crmwb.planning import plan, rates, sizes
from crmwb.planning.rates import Costs, Measured, Rate

ENGINE = EngineParams(threads=1, memory_limit_gb=2)
MEASURED = Measured(
    (
        Costs("read", "lines", Rate(2, 10), Rate(0.5, 4), Rate(0, 0.1)),
        Costs("value", "customers", Rate(5, 400), Rate(0.5, 3), Rate(0, 1)),
    ),
    calibration_seconds=0.2,
    most={"lines": 1_000_000, "customers": 20_000},
)
HERE = plan.Machine(memory_gb=16, disk_gb=5, pace=1.5)


def test_costs_grow_with_what_drives_them_and_lines_spill_beyond_the_engines_memory():
    planned = plan.plan(sizes.Size(3_000_000, 100_000, sizes.GIVEN), MEASURED, HERE, ENGINE)
    read, value = planned.stages
    assert read.seconds == pytest.approx(1.5 * (2 + 30))
    assert value.seconds == pytest.approx(1.5 * (5 + 40))
    assert read.memory_gb == pytest.approx(2.5)  # 12.5 without a limit
    assert value.memory_gb == pytest.approx(0.8)
    assert planned.disk_gb == pytest.approx(2 * (0.3 + 0.1))
    assert planned.lacks == ()
    assert not planned.is_rough
    assert planned.most_customers == 5_000_000  # (16 - 0.5) / 3 million
    assert planned.most_lines == 2_000_000_000  # 43,200 s / 1.5 / 10 million


def test_reports_are_counted():
    one_report = Measured((Costs("report", "customers", Rate(6, 0), Rate(0.4, 1), Rate(0, 0)),), 0.2, MEASURED.most)
    small = sizes.Size(3_000, 100, sizes.GIVEN)
    lines = Measured((*MEASURED.stages, *one_report.stages), 0.2, MEASURED.most)
    assert plan.plan(small, lines, HERE, ENGINE, n_reports=14).stages[-1].seconds == pytest.approx(1.5 * 6 * 14)


def test_what_the_machine_has_too_little_of_is_named():
    planned = plan.plan(sizes.Size(3_000_000_000, 9_000_000, sizes.GIVEN), MEASURED, HERE, ENGINE)
    assert planned.lacks == ("memory", "disk", "time")
    assert planned.is_rough


@pytest.mark.parametrize("name", ["small.csv", "large.csv", "large.csv.gz", "large.parquet", "book.xlsx"])
def test_rows_of_a_file_are_estimated_from_its_beginning(tmp_path, name):
    n = 100 if "small" in name else 60_000
    frame = pd.DataFrame({"customer": range(n), "order": [f"order {i:09d}" for i in range(n)], "amount": 1.5})
    file = tmp_path / name
    text = frame.to_csv(index=False)
    if name.endswith(".parquet"):
        frame.to_parquet(file)
    elif name.endswith(".gz"):
        file.write_bytes(gzip.compress(text.encode()))
    else:
        file.write_text(text)
    rows = sizes.rows_in(file)
    if name.endswith(".xlsx"):
        assert rows is None
    else:
        assert rows == pytest.approx(n, rel=0.25)


def source(**changes):
    content = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))["source"]
    return params.SourceParams.model_validate(content | changes)


def test_a_source_that_was_read_is_counted_one_that_is_simulated_is_known_and_others_are_to_be_named(tmp_path):
    with pytest.raises(CrmwbError, match="--lines and --customers"):
        sizes.size_of(source(), tmp_path)
    assert sizes.size_of(source(kind="b2b_demo"), tmp_path).how == sizes.SIMULATED
    manifest = {"source": {"kind": source().kind}, "tables": {"transactions": {"rows": 70}, "customers": {"rows": 7}}}
    (tmp_path / layout.MANIFEST).parent.mkdir(parents=True)
    (tmp_path / layout.MANIFEST).write_text(json.dumps(manifest))
    assert sizes.size_of(source(), tmp_path) == sizes.Size(70, 7, sizes.COUNTED)
    assert sizes.size_of(source(), tmp_path, n_lines=400) == sizes.Size(400, 20, sizes.GIVEN)


def test_files_are_estimated_by_their_mapping(tmp_path):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "cdnow_sample.txt").write_text(" 00004 0001 19970101  2  29.33\n" * 500)
    (tmp_path / "mappings").mkdir()
    text = (PROJECT / "mappings" / "cdnow_sample.yaml").read_text(encoding="utf-8")
    (tmp_path / "mappings" / "cdnow_sample.yaml").write_text(text, encoding="utf-8")
    described = source(kind="files", mapping="mappings/cdnow_sample.yaml", directory="data/raw")
    assert sizes.size_of(described, tmp_path) == sizes.Size(500, 25, sizes.ESTIMATED)


@pytest.mark.parametrize(("language", "word"), [("en", "In all"), ("zh", "合计")])
def test_the_command_says_each_stage_and_the_sum(tmp_path, monkeypatch, language, word):
    for name in ("params.yaml", "dvc.yaml"):
        (tmp_path / name).write_text((PROJECT / name).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRMWB_LANG", language)
    done = CliRunner().invoke(app, ["plan", "--lines", "1000000000", "--customers", "50000000"])
    assert done.exit_code == 0, done.output
    for stage in rates.measured().stages:
        assert f"\n{stage.stage} " in done.output
    assert f"\n{word}" in done.output


@pytest.mark.parametrize("tables", [{"customers", "transactions"}, {"transactions", "campaigns"}, None])
def test_rates_are_of_every_stage_that_there_is(tables):
    stages = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert [stage.stage for stage in rates.measured(tables).stages] == list(stages)
    assert all(stage.cpu.fixed + stage.cpu.per_million > 0 for stage in rates.measured(tables).stages)


def test_a_source_of_purchases_alone_costs_less_than_one_with_all_tables(tmp_path):
    shutil.copytree(PROJECT / "mappings", tmp_path / "mappings")
    described = source(kind="files", mapping="mappings/cdnow_sample.yaml", directory="data/raw")
    purchases = sizes.tables_of(described, tmp_path)
    assert purchases == {"customers", "transactions"}
    assert sizes.tables_of(source(), tmp_path) is None
    manifest = {"source": {"kind": source().kind}, "tables": {"transactions": {}, "invoices": {}}}
    (tmp_path / layout.MANIFEST).parent.mkdir(parents=True)
    (tmp_path / layout.MANIFEST).write_text(json.dumps(manifest))
    assert sizes.tables_of(source(), tmp_path) == {"transactions", "invoices"}
    size = sizes.Size(100_000, 5_000, sizes.GIVEN)
    few, every = (plan.plan(size, rates.measured(t), HERE, ENGINE).seconds for t in (purchases, None))
    assert few < every
