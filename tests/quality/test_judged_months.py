"""Months that are as they were are not judged again, and nothing that is found depends on that."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import canonical
from validating import LENIENT, write_canonical

from crmwb.contract.canonical import TABLES
from crmwb.errors import CrmwbError
from crmwb.quality import kept_findings, validation
from crmwb.quality.summary import summary

N_DAYS = 28


def lines(month: int) -> pd.DataFrame:
    """Return 56 order lines of a month, of which the last is that of a stranger."""
    days = pd.Timestamp(2024, month, 1) + pd.to_timedelta([i // 2 for i in range(2 * N_DAYS)], unit="D")
    rows = pd.DataFrame({
        "customer_id": ["a", "b"] * N_DAYS, "order_id": [f"{month:02}-{i:03}" for i in range(2 * N_DAYS)],
        "line_no": 1, "ordered_at": days, "quantity": 1.0, "revenue_cents": 100, "is_return": False,
    })  # fmt: skip
    rows.loc[rows.index[-1], "customer_id"] = "stranger"
    rows.loc[3, "revenue_cents"] = -100
    return pd.concat([rows, rows.iloc[[5]]])  # one is there twice


class Source:
    """A canonical folder whose order lines are in a file for each month, and what validating it finds."""

    def __init__(self, con, folder: Path) -> None:
        self.con, self.folder = con, folder
        self.months = {month: lines(month) for month in (1, 2, 3)}
        self.customers = ["a", "b"]

    def write(self, name: str) -> Path:
        schema = TABLES["transactions"].schema
        every = pd.concat(self.months.values())
        whole = pa.Table.from_pandas(every.reindex(columns=schema.names), schema, preserve_index=False)
        people = canonical("customers", "\n".join(["customer_id", *self.customers]))
        place = write_canonical(self.folder / name / "canonical", {"customers": people, "transactions": whole})
        (place / "transactions.parquet").unlink()
        (place / "transactions").mkdir()
        for month, rows in self.months.items():
            ordered = rows.sort_values(["order_id", "line_no"]).reindex(columns=schema.names)
            table = pa.Table.from_pandas(ordered, schema, preserve_index=False).replace_schema_metadata(None)
            pq.write_table(table, place / "transactions" / f"2024-{month:02}.parquet")
        return place

    def validate(self, name: str, kept: Path | None = None) -> dict:
        """Return the summary and every row that was written."""
        place = self.write(name)
        clean, quarantine = place.parent / "clean", place.parent / "quarantine"
        clean.mkdir()
        quarantine.mkdir()
        outcome = validation.validate(self.con, place, clean, quarantine, LENIENT, kept=kept)
        files = sorted(place.parent.rglob("*.parquet"))
        return {str(f.relative_to(place.parent)): f.read_bytes() for f in files} | {"summary": summary(outcome)}


@pytest.fixture
def n_judged(monkeypatch):
    """Return a list to which every validation adds how many order lines were judged."""
    judged = []

    def noted(name, checks, frames, judge=validation.judge):
        if name != "transactions":
            return judge(name, checks, frames)
        frames = list(frames)
        judged.append(sum(map(len, frames)))
        return judge(name, checks, frames)

    monkeypatch.setattr(validation, "judge", noted)
    monkeypatch.setattr(validation, "audited", lambda *_: ())  # they look at what is written
    return judged


def correct(source):
    source.months[2].loc[7, "revenue_cents"] = 900


def leave(source):
    source.months.pop(2)


def come(source):
    source.months[4] = lines(4)


def lose_a_customer(source):
    source.customers = ["a"]


def meet_the_stranger(source):
    source.customers = ["a", "b", "stranger"]


def have_another_customer(source):
    source.customers = ["a", "b", "c"]


def repeat_an_order_of_another_month(source):
    come(source)
    source.months[4] = pd.concat(
        [source.months[4], source.months[2].iloc[[10]].assign(ordered_at=pd.Timestamp(2024, 4, 9))]
    )


def lie_far_away(source):
    source.months[99] = lines(12).iloc[:1].assign(ordered_at=pd.Timestamp(2088, 1, 1))


@pytest.mark.parametrize(
    ("change", "n"),
    [
        (lambda _: None, []),
        (correct, [57]),
        (leave, []),
        (come, [57]),
        (lie_far_away, [1]),
        (have_another_customer, [171]),
        (meet_the_stranger, [171]),
        (lose_a_customer, [171]),
        (repeat_an_order_of_another_month, [229]),
    ],
)
def test_what_is_found_is_what_is_found_anew(con, tmp_path, n_judged, change, n):
    source, kept = Source(con, tmp_path), tmp_path / "kept"
    source.validate("before", kept)
    assert n_judged == [171]
    change(source)
    n_judged.clear()
    stepped = source.validate("stepped", kept)
    assert n_judged == n
    assert stepped == source.validate("anew")
    assert stepped["quarantine/transactions.parquet"] != b""


def test_a_parent_that_only_grew_leaves_months_without_strangers_as_they_were(con, tmp_path, n_judged):
    source, kept = Source(con, tmp_path), tmp_path / "kept"
    source.months = {month: rows[rows.customer_id != "stranger"] for month, rows in source.months.items()}
    source.validate("before", kept)
    source.customers.append("c")
    n_judged.clear()
    stepped = source.validate("stepped", kept)
    assert n_judged == []
    assert stepped == source.validate("anew")


def test_findings_of_other_code_are_not_used(con, tmp_path, n_judged, monkeypatch):
    source, kept = Source(con, tmp_path), tmp_path / "kept"
    with monkeypatch.context() as then:
        then.setattr(kept_findings, "MODULES", ("calendar.py",))
        source.validate("before", kept)
    source.validate("again", kept)
    (kept / "transactions.json").write_text("{")
    source.validate("damaged", kept)
    assert n_judged == [171] * 3


def test_a_month_that_is_cut_short_is_named(con, tmp_path):
    source, kept = Source(con, tmp_path), tmp_path / "kept"
    source.validate("before", kept)
    write = source.write

    def damaged(name):
        place = write(name)
        file = place / "transactions" / "2024-02.parquet"
        file.write_bytes(file.read_bytes()[:-100])
        return place

    source.write = damaged
    with pytest.raises(CrmwbError, match=r"transactions/2024-02\.parquet: not readable as Parquet .*ingest"):
        source.validate("after", kept)
