"""How well purchases and revenue are forecast, on data sets that anyone can check: writes docs/accuracy.md.

`python benchmarks/accuracy.py [FOLDER]`: FOLDER holds the real data sets (by default shared/data beside the project).
Real sets go through the pipeline's own code: ingest, validation, features at month ends, backtest; panels are drawn
from known processes. About five CPU minutes; with `--keep FOLDER` what was ingested is kept and used again.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import accuracy_page
import panels
import yaml

from crmwb import engine, params, storage
from crmwb.calendar import day_number
from crmwb.features.observation import observe
from crmwb.features.purchase_days import read_days
from crmwb.features.snapshots import write_snapshots
from crmwb.params import Params
from crmwb.progress import step
from crmwb.quality.validation import validate
from crmwb.sources import ingest
from crmwb.value.challenger import Past, Traits
from crmwb.value.proof.trial import trial

PROJECT = Path(__file__).parents[1]
CUSTOMERS, SEED = 2500, 11  # of each panel


@dataclass(frozen=True)
class DataSet:
    """A data set: what it is called, how it is read, and from where how far is forecast.

    Attributes
    ----------
    source : dict or None
        Of params.yaml; None for a panel, of which `title` is the kind.
    origins : tuple of (int, int)
        Days from the origin to the end of the data, and days forecast.
    """

    title: str
    source: dict[str, str | None] | None
    origins: tuple[tuple[int, int], ...]
    note: str = ""


def _files(mapping: str, folder: str) -> dict[str, str | None]:
    return {"kind": "files", "mapping": f"mappings/{mapping}.yaml", "directory": folder}


SETS = (
    DataSet("CDNOW sample", _files("cdnow_sample", "tests/fixtures"), ((273, 273), (182, 182))),
    DataSet("CDNOW master", _files("cdnow", "{shared}/cdnow"), ((273, 273), (182, 182))),
    DataSet(
        "Online Retail",
        _files("online_retail", "{shared}/online_retail"),
        ((100, 100), (28, 28)),
        note="a gift wholesaler: the first origin lies in the low before its autumn, the second in its peak; no season "
        "was seen before",
    ),
    DataSet(
        "Superstore",
        _files("superstore", "{shared}/superstore"),
        ((437, 437), (218, 218)),
        note="made up: its customers buy at random, and more often every year",
    ),
    DataSet(
        "Complete Journey",
        {"kind": "complete_journey", "mapping": None, "directory": None},
        ((110, 110), (60, 60)),
    ),
    DataSet("b2b_demo", {"kind": "b2b_demo", "mapping": None, "directory": None}, ((329, 329), (164, 164))),
    DataSet("panel bg_nbd", None, ((365, 180), (180, 180))),
    DataSet("panel pareto_nbd", None, ((365, 180), (180, 180))),
    DataSet("panel regular", None, ((365, 180), (180, 180)), note="gaps are Erlang-3"),
    DataSet("panel seasonal", None, ((365, 180), (185, 180)), note="cut after its peak, and in its low"),
    DataSet("panel trending", None, ((365, 180), (180, 180))),
    DataSet("panel heavy_tailed", None, ((365, 180), (180, 180)), note="one spend in 2,000 is a hundred times larger"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=PROJECT.parent / "shared" / "data")
    parser.add_argument("--only", nargs="*", help="titles of data sets; the page is then printed, not written")
    parser.add_argument("--keep", type=Path, help="where to keep what was ingested")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        sys.exit(f"{asked.folder}: no such folder; name the one with the real data sets: make accuracy SHARED=…")
    chosen = [data for data in SETS if not asked.only or data.title in asked.only]
    tested = []
    for data in chosen:
        with step(data.title), _past(data, asked.folder, asked.keep) as (past, end):
            for back, days in data.origins:
                tested.append(accuracy_page.Tested(data.title, data.note, trial(past, end - back, days), days))
    page = accuracy_page.write(tested)
    if asked.only:
        print(page)
    else:
        storage.write_text(page, PROJECT / "docs" / "accuracy.md")


def _params(data: DataSet, shared: Path) -> Params:
    """Return the project's own params, with this source."""
    content = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    source = {key: value and value.replace("{shared}", str(shared)) for key, value in (data.source or {}).items()}
    content["source"] |= source
    content["quality"]["max_quarantined_share"] = 1.0
    content["as_of"] = None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return params.load(path)


@contextmanager
def _past(data: DataSet, shared: Path, keep: Path | None) -> Iterator[tuple[Past, int]]:
    """Give what forecasters may learn from, and the day after the last one."""
    if data.source is None:
        yield Past(panels.panel(data.title.split()[-1], CUSTOMERS, SEED)), panels.FIRST_DAY + panels.DAYS
        return
    p = _params(data, shared)
    with tempfile.TemporaryDirectory(prefix="crmwb-accuracy-") as temporary, engine.connect(p.engine) as con:
        folder = (keep or Path(temporary)) / data.title.lower().replace(" ", "_")
        if not (folder / "snapshots").exists():
            for name in ("clean", "quarantine"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            ingest(p, folder / "canonical")
            validate(con, folder / "canonical", folder / "clean", folder / "quarantine", p.quality)
        tables = storage.open_tables(con, folder / "clean")
        observation = observe(tables, None, p.features, p.source.currency)
        if not (folder / "snapshots").exists():
            write_snapshots(con, tables, observation, p.features, folder / "snapshots")
        snapshots = storage.open_table(con, folder / "snapshots", "snapshots")
        days = read_days(con, tables["transactions"], observation.as_of)
        yield Past(days, Traits.of(con, snapshots, days.ids)), day_number(observation.as_of)


if __name__ == "__main__":
    main()
