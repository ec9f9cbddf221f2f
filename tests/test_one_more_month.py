"""Stages that order lines drive, run month by month: the bytes of a run from scratch, whatever changed meanwhile."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from in_process import run_stages
from project import PROJECT, change_params

from crmwb import layout, storage
from crmwb.history import store

STAGES = ("ingest", "validate", "features")
WRITTEN = (layout.CANONICAL, layout.QUALITY_SUMMARY.parent, layout.HISTORY, layout.INTERESTS.parent, layout.SNAPSHOTS)
MAPPING = {
    "name": "Months",
    "tables": {
        "transactions": {
            "file": "lines/*.csv",
            "columns": {
                "customer_id": "customer", "order_id": "order", "ordered_at": "day", "product_id": "product",
                "quantity": "units", "revenue_cents": "amount", "channel": "channel",
                "is_return": {"expression": "units < 0"},
            },
        },
        "products": {"file": "products.csv", "columns": {"product_id": "product", "category": "category"}},
        "customers": {"derived_from": "transactions", "columns": {"kind": {"constant": "person"}}},
    },
}  # fmt: skip


def month(number: int) -> pd.DataFrame:
    """Return the order lines of a month: returns, one without customer, one that is there twice, a strange product."""
    rng = np.random.default_rng(number)
    n = 150
    order = np.sort(rng.integers(0, 60, n))
    units = np.where(rng.random(n) < 0.1, -1, 1)
    lines = pd.DataFrame({
        "customer": [f"c{i}" for i in rng.integers(0, 20, 60)[order]], "order": [f"o{number}-{i}" for i in order],
        "day": [f"2024-{number:02d}-{day:02d}" for day in rng.integers(1, 28, 60)[order]],
        "product": [f"p{i}" for i in rng.integers(0, 10, n)], "units": units, "amount": units * rng.integers(1, 90, n),
        "channel": rng.choice(["web", "shop"], n),
    })  # fmt: skip
    lines.loc[3, "customer"] = None
    return pd.concat([lines, lines.tail(1)])


class Company:
    """A project of these stages alone, with a file for each month; its folder must be the working directory."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lines = folder, folder / layout.RAW / "lines"
        self.lines.mkdir(parents=True)
        shutil.copy(PROJECT / layout.PARAMS, folder)
        (folder / "mapping.yaml").write_text(yaml.safe_dump(MAPPING), encoding="utf-8")
        products = pd.DataFrame({"product": [f"p{i}" for i in range(9)], "category": [f"k{i % 3}" for i in range(9)]})
        products.to_csv(self.lines.parent / "products.csv", index=False)
        change_params(folder, self.use)

    @staticmethod
    def use(content) -> None:
        content["source"] |= {"kind": "files", "mapping": "mapping.yaml", "directory": str(layout.RAW)}
        content["quality"]["max_quarantined_share"] = 0.5
        content["features"]["min_customers"] = 5

    def write(self, number: int, lines: pd.DataFrame) -> None:
        lines.to_csv(self.lines / f"2024-{number:02d}.csv", index=False)

    def hashes(self) -> dict[str, str]:
        """Run the stages; what they wrote, in short."""
        run_stages(self.folder, stages=STAGES)
        return {str(path): storage.content_hash(path) for path in WRITTEN}


def cut(path: Path) -> None:
    """Write the first half of a file in its place, as one that others link to: they keep the whole."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2])


def otherwise(content) -> None:
    content["features"] |= {"off_season_months": [3], "recent_days": 60}


def test_month_by_month_leaves_the_bytes_of_from_scratch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    company = Company(tmp_path)
    for number in range(1, 5):
        company.write(number, month(number))
    with pytest.MonkeyPatch.context() as before:
        before.setattr(store, "_code", lambda: "of another version")
        first = company.hashes()
    change_params(tmp_path, otherwise)
    company.write(5, month(5))
    second = company.hashes()
    company.write(2, month(2).iloc[5:].assign(channel="web"))
    company.write(6, month(6))
    third = company.hashes()
    assert all(len({hashes[path] for hashes in (first, second, third)}) == 3 for path in third)

    cut(next(layout.KEPT_ROWS.glob("*/0.parquet")))
    cut(layout.HISTORY / "customer_months" / "2024-03.parquet")
    cut(sorted(layout.SNAPSHOTS.glob("*.parquet"))[1])
    assert company.hashes() == third

    (tmp_path / "data").rename(tmp_path / "stepped")
    shutil.copytree(tmp_path / "stepped" / "raw", layout.RAW)
    assert company.hashes() == third
