"""What every test may use."""

import fcntl
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as stages do, before linear algebra is loaded
os.environ.setdefault("OMP_NUM_THREADS", "1")  # every core has a worker: threads of trees would wait for each other
# Hundreds of tests start processes of their own: each would compile every library anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Thousands of tests keep much in memory: to look through it for garbage as often as usual takes an eighth of the time.
gc.set_threshold(50_000, 20, 20)

# How long an example takes says how busy the machine is.
settings.register_profile("any_machine", parent=settings(), deadline=None)
settings.load_profile("any_machine")

PROJECT = Path(__file__).parents[1]
SHARED_DATA = PROJECT.parent / "shared" / "data"
SLOW_FILES = (  # half a minute of a processor and more each, the longest first
    "test_repro.py", "test_canary.py", "test_history.py", "test_value_report.py", "test_other_sources.py",
    "test_planted.py", "test_silence.py", "test_conservation.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no worker is left alone with one at the end.

    The first of them builds the project that others need: those come after the long ones, so that no worker waits.
    """
    waiting = {item.path for item in items if "built_project" in getattr(item, "fixturenames", ())}
    place = {name: rank for rank, name in enumerate(SLOW_FILES)}
    items.sort(key=lambda item: (place.get(item.path.name, len(place)), item.path not in waiting))


def pytest_collection_finish() -> None:
    """Take what lives until the end out of the search for garbage."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let what was taken out be looked for at the end, or libraries report it as never given back."""
    gc.unfreeze()


@pytest.fixture
def con(request) -> Iterator:
    """Yield an engine: DuckDB, or Spark where CRMWB_TEST_ENGINE=spark, to see what an expression does there."""
    from crmwb import engine, params

    if os.environ.get("CRMWB_TEST_ENGINE") == "spark":
        yield request.getfixturevalue("spark")
        return
    with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as connection:
        yield connection


@pytest.fixture(scope="session")
def spark() -> Iterator:
    """Yield Spark on two cores; it is started once."""
    from crmwb import engine, params

    chosen = params.EngineParams(kind="spark", threads=2, memory_limit_gb=2)
    with engine.connect(chosen, lines=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data sets, or skip where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data sets (shared/data beside the project) are not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def built_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project on the CDNOW sample with the whole pipeline run. Read it; copy it to change it."""
    from project import make_project, repro

    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # one project for all workers
    folder = base / "cdnow" / "project"
    with (base / "cdnow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (base / "cdnow" / "built").exists():
            repro(make_project(folder))
            (base / "cdnow" / "built").touch()
    return folder


@pytest.fixture(scope="session")
def b2b_company(tmp_path_factory: pytest.TempPathFactory):
    """Return the simulated company of 25,000 accounts over three years: its tables and its truth. Read it only."""
    from b2b_company import make_company

    return make_company(tmp_path_factory.mktemp("b2b") / "canonical", n_customers=25_000, years=3, seed=1)


@pytest.fixture(scope="session")
def b2b_demo(b2b_company) -> Path:
    """Return the folder of the simulated company's canonical tables."""
    return b2b_company.folder
