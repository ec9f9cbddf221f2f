"""Spark: as many machines as a cluster has, or the cores of one.

Tables that are kept, results and Arrow tables go through Parquet files in a scratch folder: the driver never holds a
table, and what a lost worker was doing is done again from files.
"""

import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import reduce
from importlib import metadata
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb.engine.duckdb import BATCH_ROWS
from crmwb.engine.functions import unsettled
from crmwb.errors import CrmwbError
from crmwb.files import owners
from crmwb.params import EngineParams

warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")  # only Arrow is used here

INSTALL_PYSPARK = "engine.kind is spark, but pyspark is not installed: `pip install 'crmwb[spark]'`, or choose duckdb."
INSTALL_JAVA = (
    "engine.kind is spark, but there is no Java 17 or later that starts (JAVA_HOME, or java on the PATH): install one, "
    "such as Debian's openjdk-17-jre-headless, or choose duckdb."
)
ENDED = (
    "Spark ended while it worked, most often because the machine has too little memory: set engine.memory_limit_gb to "
    "what it can spare, or take a larger machine, and run again."
)
LOST = (
    "Spark's workers were lost again and again, most often because they have too little memory: set "
    "engine.memory_limit_gb to what they can spare, or give the cluster more workers, and run again."
)
TRIES = 4  # of a task whose worker failed
QUIET = """rootLogger.level = error
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %m%n%ex{0}
logger.network.name = org.apache.spark.network
logger.network.level = off
"""

ROWS_AT_ONCE: int | None = None  # it divides the work itself
LOCAL_PARTITIONS = 16  # of what is sorted and joined: what one has at a time fits into memory, or goes to disk

_numbers = count()  # so that no two folders have the same name


def version() -> str:
    """Return what results may depend on beside the code."""
    return f"pyspark {metadata.version('pyspark')}"


@contextmanager
def connect(params: EngineParams) -> Iterator[Any]:
    """Start Spark on this machine, or connect to a cluster, with a scratch folder that goes away with it.

    Raises
    ------
    CrmwbError
        pyspark or Java is not installed, or the cluster does not answer.
    """
    with owners.scratch("spark") as scratch:
        con = _started(params, scratch.resolve())
        try:
            yield con
        except Exception as error:
            if _has_ended(con):
                raise CrmwbError(ENDED) from error
            if "ExecutorLostFailure" in str(error):
                raise CrmwbError(LOST) from error
            raise
        finally:
            if not _has_ended(con):
                con.disconnect()


def _started(params: EngineParams, scratch: Path) -> Any:
    home = os.environ.get("JAVA_HOME")
    if find_spec("pyspark") is None:
        raise CrmwbError(INSTALL_PYSPARK)
    if shutil.which("java" if home is None else str(Path(home) / "bin" / "java")) is None:
        raise CrmwbError(INSTALL_JAVA)

    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    from crmwb.engine.spark_backend import Backend

    builder = SparkSession.builder.appName("crmwb")
    for key, value in _settings(params, scratch).items():
        builder = builder.config(key, value)
    try:
        con = Backend().connect(builder.getOrCreate())
    except PySparkException as error:
        if "JAVA_GATEWAY" in str(error.getCondition()):
            raise CrmwbError(INSTALL_JAVA) from error
        raise
    except Py4JError as error:
        why = next((line.strip() for line in str(error).splitlines() if "Exception:" in line), str(error))
        raise CrmwbError(f"Spark does not start with engine.master {params.master}: {why}") from error
    con.scratch = scratch
    return con


def _has_ended(con: Any) -> bool:
    """Return whether the driver's Java process is gone, which the operating system knows a moment after."""
    from py4j.protocol import Py4JError

    process = getattr(con.session.sparkContext._gateway, "proc", None)  # noqa: SLF001 - pyspark tells it nowhere else
    if isinstance(sys.exception(), (ConnectionError, Py4JError)) and process is not None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=2)
    return process is not None and process.poll() is not None


def _settings(params: EngineParams, scratch: Path) -> dict[str, str]:
    """Return the settings that differ from Spark's own, or from the company's (SPARK_CONF_DIR)."""
    memory = f"{params.memory_limit_gb}g"
    settings = {
        "spark.driver.memory": memory,
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        # as few tasks as the data needs, where it is small
        "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if params.master is None or params.master.startswith("local"):
        threads = "*" if params.threads is None else params.threads
        quiet = scratch / "log4j2.properties"
        quiet.write_text(QUIET, encoding="utf-8")
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        return settings | {
            "spark.master": params.master or f"local[{threads},{TRIES}]",
            "spark.local.dir": str(scratch / "local"),
            "spark.sql.shuffle.partitions": str(LOCAL_PARTITIONS),
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet.as_uri()}",
        }
    cores = {} if params.threads is None else {"spark.cores.max": str(params.threads)}
    return settings | cores | {"spark.master": params.master, "spark.executor.memory": memory}


def open_files(con: Any, paths: Sequence[Path], name: str, position: str | None = None) -> ir.Table:
    """Open Parquet files of one kind as a table called `name`."""
    if position is None:
        return _named(con, _files(con, *(path.resolve() for path in paths)), name)
    before, parts = 0, []
    for path in paths:
        place = f"CAST(_metadata.row_index + {before} AS BIGINT) AS `{position}`"
        parts.append(_files(con, path.resolve()).selectExpr("*", place))
        before += pq.read_metadata(path).num_rows
    return _named(con, reduce(lambda one, other: one.unionAll(other), parts), name)


def open_arrow(con: Any, table: pa.Table, name: str) -> ir.Table:
    """Open an Arrow table in memory as a table called `name`."""
    path = con.scratch / f"{name}-{next(_numbers)}.parquet"
    pq.write_table(table, path)
    return _named(con, _files(con, path), name)


def batches(con: Any, query: str, schema: pa.Schema) -> pa.RecordBatchReader:
    """Run a query and stream what it returns, in the order that it asks for."""
    folder = _written(con, query, schema, "rows")

    def read() -> Iterator[pa.RecordBatch]:
        for file in sorted(folder.glob("part-*.parquet"), key=_part_of):
            for batch in pq.ParquetFile(file).iter_batches(BATCH_ROWS):
                yield batch.cast(schema)
        shutil.rmtree(folder)

    return pa.RecordBatchReader.from_batches(schema, read())


def settle(con: Any, query: str, days: Mapping[str, date]) -> str:  # noqa: ARG001 - DuckDB needs it
    """Return a query in which the days of `functions.day` are settled."""
    for name, value in days.items():
        query = query.replace(unsettled(name), f"DATE '{value:%Y-%m-%d}'")
    return query


def keep(con: Any, name: str, expression: ir.Table) -> ir.Table:
    """Work a table out once and keep it as `name`, in the types that its expression has."""
    folder = _written(con, con.compile(expression), expression.schema().to_pyarrow(), name)
    return _named(con, _files(con, folder), name)


def drop(con: Any, table: ir.Table) -> None:
    """Drop a table that `keep` returned."""
    con.session.catalog.dropTempView(table.get_name())
    for folder in con.scratch.glob(f"{table.get_name()}-*"):
        shutil.rmtree(folder)


def _files(con: Any, *paths: Path) -> Any:
    """Return Parquet files as a data frame; their paths are taken as they are."""
    return con.session.read.option("__globPaths__", "false").parquet(*(f"file://{path}" for path in paths))


def _named(con: Any, rows: Any, name: str) -> ir.Table:
    rows.createOrReplaceTempView(name)
    return con.table(name)


def _written(con: Any, query: str, schema: pa.Schema, name: str) -> Path:
    """Run a query into a folder of Parquet files, in the types of `schema`, and return the folder."""
    from pyspark.sql.functions import col
    from pyspark.sql.pandas.types import from_arrow_schema

    folder: Path = con.scratch / f"{name}-{next(_numbers)}"
    fields = from_arrow_schema(schema, prefer_timestamp_ntz=True).fields
    rows = con.session.sql(query)
    rows = rows.select([col(_quoted(f.name)).cast(f.dataType).alias(f.name) for f in fields])
    rows.write.option("compression", "zstd").parquet(f"file://{folder}")
    return folder


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _part_of(file: Path) -> int:
    """Return a file's place in the order of a result."""
    number = re.match(r"part-(\d+)", file.name)
    return -1 if number is None else int(number[1])
