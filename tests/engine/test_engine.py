"""What params.yaml may say of the engine, and what is said where Spark cannot start."""

from datetime import date

import pyarrow as pa
import pytest
from pydantic import ValidationError

from crmwb import engine
from crmwb.engine import spark
from crmwb.errors import MEMORY, CrmwbError, operational_text
from crmwb.params import EngineParams


def test_spark_without_pyspark_says_what_to_install(monkeypatch):
    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    with (
        pytest.raises(CrmwbError, match=r"pyspark is not installed: `pip install 'crmwb\[spark\]'`"),
        engine.connect(EngineParams(kind="spark", threads=1, memory_limit_gb=1), lines=True),
    ):
        pass


def test_spark_without_java_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(spark, "find_spec", lambda name: "installed")
    for home, path in ((tmp_path, None), (None, str(tmp_path))):
        with monkeypatch.context() as patched:
            patched.setenv("JAVA_HOME", str(home)) if home else patched.delenv("JAVA_HOME", raising=False)
            if path:
                patched.setenv("PATH", path)
            with (
                pytest.raises(CrmwbError, match=r"no Java 17 or later .* openjdk-17-jre-headless"),
                engine.connect(EngineParams(kind="spark", threads=1, memory_limit_gb=1), lines=True),
            ):
                pass


def test_too_little_memory_of_java_is_said_as_such():
    assert operational_text("java.lang.OutOfMemoryError: Java heap space") == MEMORY


def test_stages_of_customers_run_on_duckdb_whatever_the_kind():
    with engine.connect(EngineParams(kind="spark", threads=1, memory_limit_gb=1)) as con:
        assert con.name == "duckdb"


@pytest.mark.parametrize(
    "master", ["local", "local[4]", "local[*,3]", "spark://host:7077", "yarn", "k8s://https://host:443", None]
)
def test_masters_of_spark_are_taken(master):
    assert EngineParams(kind="spark", master=master, threads=None, memory_limit_gb=1).master == master


@pytest.mark.parametrize("master", ["localhost", "local[x]", "http://host:8080", ""])
def test_what_is_no_master_is_refused(master):
    with pytest.raises(ValidationError, match="write a master of Spark, such as"):
        EngineParams(kind="spark", master=master, threads=None, memory_limit_gb=1)


def test_a_master_without_spark_is_refused():
    with pytest.raises(ValidationError, match="master is for kind: spark"):
        EngineParams(kind="duckdb", master="yarn", threads=None, memory_limit_gb=1)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValidationError, match="'duckdb' or 'spark'"):
        EngineParams(kind="polars", threads=None, memory_limit_gb=1)


def test_a_query_with_a_day_is_planned_once_and_run_on_one_day_after_another(con):
    days = engine.open_arrow(con, pa.table({"day": [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]}), "days")
    query = engine.compiled(con, days.filter(days.day < engine.day("month_end")))
    counts = [
        engine.run_on(con, query, month_end=end).read_all().num_rows
        for end in (date(2024, 2, 1), date(2024, 1, 1), date(2024, 4, 1))
    ]
    assert counts == [1, 0, 3]
    assert con.con.execute("SELECT count(*) FROM duckdb_prepared_statements()").fetchall() == [(1,)]
