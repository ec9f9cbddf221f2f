"""How well purchases are forecast, on six data sets that anyone can check: writes docs/accuracy.md.

`python benchmarks/accuracy.py [FOLDER]`: FOLDER holds the real data sets (by default shared/data beside the project).
Each set goes through the pipeline's own code: ingest, validation, features at month ends, backtest. About five minutes.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import accuracy_page
import yaml

from crmwb import engine, params, storage
from crmwb.features.observation import observe
from crmwb.features.snapshots import write_snapshots
from crmwb.params import BacktestParams, Params
from crmwb.progress import step
from crmwb.quality.validation import validate
from crmwb.sources import ingest
from crmwb.value.challenger import Past, Traits, read_days
from crmwb.value.proof.backtest import Backtest, backtest

PROJECT = Path(__file__).parents[1]
HELD_OUT = 0.3  # of the days, where the set has no holdout of its own


@dataclass(frozen=True)
class DataSet:
    """A data set: what it is called, how it is read, and how many days are held out."""

    title: str
    source: dict[str, str | None]
    holdout_days: int | None = None
    note: str = ""


WEEKS_40_TO_78 = 273
SETS = (
    DataSet(
        "CDNOW sample",
        {"kind": "files", "mapping": "mappings/cdnow_sample.yaml", "directory": "tests/fixtures"},
        WEEKS_40_TO_78,
    ),
    DataSet(
        "CDNOW master",
        {"kind": "files", "mapping": "mappings/cdnow.yaml", "directory": "{shared}/cdnow"},
        WEEKS_40_TO_78,
    ),
    DataSet(
        "Online Retail",
        {"kind": "files", "mapping": "mappings/online_retail.yaml", "directory": "{shared}/online_retail"},
        note="a gift wholesaler; the autumn before Christmas falls into the holdout, and the history begins after the "
        "one before: no forecast could know the season",
    ),
    DataSet(
        "Superstore",
        {"kind": "files", "mapping": "mappings/superstore.yaml", "directory": "{shared}/superstore"},
        note="made up, and its customers buy at random: nothing orders them better than chance, and the differences "
        "between forecasters are chance too",
    ),
    DataSet("Complete Journey", {"kind": "complete_journey", "mapping": None, "directory": None}),
    DataSet("b2b_demo", {"kind": "b2b_demo", "mapping": None, "directory": None}),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=PROJECT.parent / "shared" / "data")
    parser.add_argument("--only", nargs="*", help="titles of data sets; the page is then printed, not written")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        sys.exit(f"{asked.folder}: no such folder; name the one with the real data sets: make accuracy SHARED=…")
    chosen = [data for data in SETS if not asked.only or data.title in asked.only]
    found = [(data.title, data.note, _test(data, asked.folder)) for data in chosen]
    page = accuracy_page.write(found, seed=_params(SETS[0], asked.folder).seed)
    if asked.only:
        print(page)
    else:
        storage.write_text(page, PROJECT / "docs" / "accuracy.md")


def _params(data: DataSet, shared: Path) -> Params:
    """Return the project's own params, with this source."""
    content = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    source = {key: value and value.replace("{shared}", str(shared)) for key, value in data.source.items()}
    content["source"] |= source
    content["quality"]["max_quarantined_share"] = 1.0
    content["as_of"] = None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return params.load(path)


def _test(data: DataSet, shared: Path) -> tuple[Backtest, int, int]:
    """Return the backtest of a data set, the days of history before its one origin, and those held out."""
    p = _params(data, shared)
    with (
        step(data.title),
        tempfile.TemporaryDirectory(prefix="crmwb-accuracy-") as made,
        engine.connect(p.engine) as con,
    ):
        folder = Path(made)
        for name in ("clean", "quarantine"):
            (folder / name).mkdir()
        ingest(p, folder / "canonical")
        validate(con, folder / "canonical", folder / "clean", folder / "quarantine", p.quality)
        tables = storage.open_tables(con, folder / "clean")
        observation = observe(tables, None, p.features, p.source.currency)
        write_snapshots(con, tables, observation, p.features, folder / "snapshots.parquet")
        snapshots = storage.open_table(con, folder / "snapshots.parquet", "snapshots")
        days = read_days(con, tables["transactions"], observation.as_of)
        window = (observation.as_of - observation.first_event).days
        held_out = data.holdout_days or round(window * HELD_OUT)
        asked = BacktestParams(n_origins=1, holdout_days=held_out, min_customers=50, score="normalised_gini")
        past = Past(days, Traits.of(con, snapshots, days.ids))
        return backtest(past, observation.as_of, asked, p.seed), window - held_out, held_out


if __name__ == "__main__":
    main()
