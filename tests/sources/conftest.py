"""What every test of the sources may use."""

import os
from collections.abc import Iterator

import pytest
from exporting import Exports
from postgres_server import Server, programs, running


@pytest.fixture
def exports(tmp_path, monkeypatch):
    """A company's project: `exports.write(...)` puts files into data/raw, `exports.ingest(...)` reads them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "mappings").mkdir()
    return Exports(tmp_path)


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


@pytest.fixture
def mysql() -> str:
    """The address of an empty MySQL database that somebody provides."""
    pytest.importorskip("MySQLdb", reason="needs the extra mysql")
    return os.environ.get("CRMWB_TEST_MYSQL_URL") or pytest.skip(
        "CRMWB_TEST_MYSQL_URL names no MySQL database to try, such as mysql://user:password@127.0.0.1:3306/test"
    )
