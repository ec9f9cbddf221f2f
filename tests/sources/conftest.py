"""What every test of the sources may use."""

import os
from collections.abc import Iterator

import mysql_server as mysql_server_module
import pytest
from exporting import Exports
from mapping_exports import Mapped
from postgres_server import Server, programs, running


@pytest.fixture
def exports(tmp_path, monkeypatch):
    """A company's project: `exports.write(...)` puts files into data/raw, `exports.ingest(...)` reads them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "mappings").mkdir()
    return Exports(tmp_path)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project into whose data/raw exports are put, for `crmwb map`."""
    monkeypatch.chdir(tmp_path)
    return Mapped(tmp_path)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server with nothing in it."""
    if programs() is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs PostgreSQL (apt-get install postgresql)")
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    pytest.importorskip("psycopg", reason="needs the extra postgres")
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def mysql_server() -> Iterator[str]:
    """The address of a MariaDB server with nothing in it."""
    if not mysql_server_module.is_installed():
        if os.environ.get("CI"):
            pytest.fail("CI needs MariaDB (apt-get install mariadb-server)")
        pytest.skip("MariaDB is not installed (apt-get install mariadb-server)")
    pytest.importorskip("pymysql", reason="needs the extra mysql")
    with mysql_server_module.running() as url:
        yield url


@pytest.fixture
def mysql(mysql_server: str) -> str:
    """The address of a database to put tables into."""
    return mysql_server
