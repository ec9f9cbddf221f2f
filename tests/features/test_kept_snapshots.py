"""Month ends that stay: what is added or corrected later leaves the same bytes as a run from scratch."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import engine, history, params, storage
from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.features.customers import customers
from crmwb.features.inputs import SEEN, input_checksums, key_of
from crmwb.features.observation import Observation
from crmwb.features.snapshots import write_snapshots
from crmwb.params import FeatureParams

PARAMS = FeatureParams(
    recent_days=60, off_season_months=(1, 2), max_days_after_last_event=31, n_snapshots=36, min_customers=2
)
FIRST, END = date(2023, 1, 1), date(2023, 5, 1)
EXPORTED = date(2023, 3, 11)
N = 60
LATER = {"interactions": "resolved_at", "campaign_members": "responded_at", "invoices": "paid_on",
         "opportunities": "closed_on"}  # fmt: skip
FIRST_SEEN = {"transactions": "ordered_at", "interactions": "occurred_at", "campaign_members": "contacted_at",
              "invoices": "issued_on", "payments": "paid_on", "opportunities": "opened_on"}  # fmt: skip


def company() -> dict[str, pd.DataFrame]:
    """Return a table of each kind that features read: 12 customers over four months."""
    rng = np.random.default_rng(5)

    def days(n: int = N) -> pd.Series:
        return pd.Series(pd.Timestamp(FIRST) + pd.to_timedelta(rng.integers(0, 120, n), "D"))

    def after(start: pd.Series) -> pd.Series:
        later = start + pd.to_timedelta(rng.integers(1, 60, len(start)), "D")
        return later.where(rng.random(len(start)) < 0.7).where(later < pd.Timestamp(END))

    who = lambda n=N: [f"c{i:02d}" for i in rng.integers(0, 12, n)]  # noqa: E731
    bought, contact, issued, opened = days(), days(), days(), days()
    settled, closed = after(contact), after(opened)
    reached = days(12)
    return {
        "customers": pd.DataFrame({"customer_id": [f"c{i:02d}" for i in range(13)], "kind": "person",
                                   "acquired_on": pd.Timestamp("2022-11-05"), "region": "north",
                                   "credit_limit_cents": 5_000}),
        "products": pd.DataFrame({"product_id": ["p0", "p1"], "category": ["k0", "k1"], "unit_cost_cents": [10, 20]}),
        "transactions": pd.DataFrame({"customer_id": who(), "order_id": [f"o{i}" for i in range(N)], "line_no": 1,
                                      "ordered_at": bought, "product_id": rng.choice(["p0", "p1"], N),
                                      "quantity": 1.0, "revenue_cents": rng.integers(1, 99, N) * 10,
                                      "is_return": False}),
        "interactions": pd.DataFrame({"interaction_id": [f"i{i}" for i in range(N)], "customer_id": who(),
                                      "occurred_at": contact, "department": "service", "kind": "call",
                                      "cost_cents": 30, "resolved_at": settled,
                                      "satisfaction": np.where(settled.notna(), 0.5, None)}),
        "campaigns": pd.DataFrame({"campaign_id": ["m"], "starts_on": [pd.Timestamp("2023-02-03")]}),
        "campaign_members": pd.DataFrame({"campaign_id": "m", "customer_id": [f"c{i:02d}" for i in range(12)],
                                          "arm": "treatment", "contacted_at": reached, "responded_at": after(reached)}),
        "invoices": pd.DataFrame({"invoice_id": [f"v{i}" for i in range(N)], "customer_id": who(), "issued_on": issued,
                                  "due_on": issued + pd.Timedelta(days=14), "paid_on": after(issued),
                                  "amount_cents": 700, "disputed": False}),
        "payments": pd.DataFrame({"payment_id": [f"y{i}" for i in range(N)], "customer_id": who(), "paid_on": days(),
                                  "amount_cents": 400}),
        "opportunities": pd.DataFrame({"opportunity_id": [f"d{i}" for i in range(N)], "customer_id": who(),
                                       "opened_on": opened, "closed_on": closed,
                                       "won": np.where(closed.notna(), True, None)}),
        "customer_summaries": pd.DataFrame({"customer_id": ["c12"], "summarised_on": pd.Timestamp("2023-03-01"),
                                            "days_since_last": 3, "n_orders": 2}),
    }  # fmt: skip


def as_exported(frames: dict[str, pd.DataFrame], on: date) -> dict[str, pd.DataFrame]:
    """Return the tables as they stood on a day: without later rows, and without what became known later."""
    day, then = pd.Timestamp(on), dict(frames)
    for name, moment in FIRST_SEEN.items():
        then[name] = frames[name][frames[name][moment] < day].copy()
    for name, moment in LATER.items():
        unknown = ~(then[name][moment] < day)
        columns = [c for c in SEEN[name][2] if c in then[name]]
        then[name].loc[unknown, columns] = None
    return then


def opened(con, frames):
    tables = {}
    for name, frame in frames.items():
        schema = TABLES[name].schema
        known = pa.Table.from_pandas(frame, schema=pa.schema([f for f in schema if f.name in frame]),
                                     preserve_index=False)  # fmt: skip
        columns = [known[f.name] if f.name in frame else pa.nulls(len(known), f.type) for f in schema]
        tables[name] = engine.open_arrow(con, pa.table(columns, schema=schema), name)
    return tables


def written(frames, folder, as_of=END, *, described=True) -> dict[str, int]:
    """Bring the history and the month ends up to date, and return the file numbers of the latter.

    `described` says that the features as of the last day are there already, as in the stage.
    """
    with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as con:
        tables = opened(con, frames)
        past = history.update(con, tables, as_of, PARAMS.off_season_months, folder / "history")
        checksums = history.line_checksums(folder / "history")
        seen = Observation(as_of, FIRST, as_of, 13, 12, "EUR")
        now = engine.keeper(con)("now", customers(tables, as_of, PARAMS, past)) if described else None
        write_snapshots(con, tables, seen, PARAMS, folder / "ends", past=past, line_checksums=checksums, now=now)
    return {file.stem: file.stat().st_ino for file in sorted((folder / "ends").glob("*.parquet"))}


def test_month_ends_stay_until_something_changes_that_they_see_and_have_the_bytes_of_from_scratch(tmp_path):
    frames, step_by_step = company(), tmp_path / "a"
    first = written(as_exported(frames, EXPORTED), step_by_step, EXPORTED)
    assert list(first) == ["2023-02-01", "2023-03-01"]

    added = written(frames, step_by_step)
    assert first.items() <= added.items()
    assert list(added)[2:] == ["2023-04-01", "2023-05-01"]

    row = frames["invoices"].index[frames["invoices"]["issued_on"].dt.month == 4][0]
    frames["invoices"].loc[row, "amount_cents"] = 99_999
    frames["customers"].loc[12, "region"] = "south"  # has bought nothing
    (step_by_step / "ends" / "2023-03-01.parquet").write_bytes(b"PAR1")
    corrected = written(frames, step_by_step)
    assert [end for end in corrected if added[end] != corrected[end]] == ["2023-03-01", "2023-05-01"]

    written(frames, tmp_path / "b", described=False)
    assert storage.content_hash(step_by_step / "ends") == storage.content_hash(tmp_path / "b" / "ends")


CHANGED = {Kind.MONEY: 77, Kind.INTEGER: 7, Kind.NUMBER: 7.5, Kind.SHARE: 0.25, Kind.BOOLEAN: True,
           Kind.DATE: date(2023, 3, 9), Kind.TIMESTAMP: pd.Timestamp("2023-03-09")}  # fmt: skip


def test_whatever_changes_in_a_row_changes_the_key_of_the_month_ends_that_see_it(con):
    frames = company()
    past = history.advance(opened(con, frames), END, PARAMS.off_season_months)
    first = engine.batches(con, past.months.group_by("customer_id").aggregate(
        month=past.months.month.min(), first_purchase_on=past.months.first_purchase_on.min())).read_all()  # fmt: skip
    known = history.History(past.days, engine.open_arrow(con, first, "first_months"), past.spread_orders)
    people = {"customers": frames["customers"]}
    for name in SEEN:
        seen = people | {other: frames[other] for other in (name, "campaigns") if "camp" in name or other == name}
        before = key_of(input_checksums(con, opened(con, seen), known), END)
        for column in TABLES[name].columns:
            if column.name in TABLES[name].key and name != "campaign_members":
                continue
            frame = frames[name].copy()
            frame[column.name] = frame.get(column.name, pd.Series(None, index=frame.index, dtype=object)).astype(object)
            frame.loc[0, column.name] = CHANGED.get(column.kind, "other")
            if column.kind in {Kind.DATE, Kind.TIMESTAMP}:
                frame[column.name] = pd.to_datetime(frame[column.name])
            then = input_checksums(con, opened(con, seen | {name: frame}), known)
            assert key_of(then, END) != before, f"{name}.{column.name}"
