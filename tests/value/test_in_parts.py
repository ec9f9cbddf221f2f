"""What is worked out and written a part at a time is the same, to the last bit, as if it were done at once."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crmwb import storage
from crmwb.contract.value import CUSTOMERS, TIER_MONTHS
from crmwb.features import seasonal_time
from crmwb.features.purchase_days import PurchaseDays
from crmwb.features.seasonal_time import EVEN, DailyCounts
from crmwb.value import blocks
from crmwb.value.challenger import counts
from crmwb.value.challenger.known import known_at
from crmwb.value.in_parts import Parts, write_in_parts
from crmwb.value.potential import spend
from crmwb.value.potential.spend import Cap, Spends

N = 1_000


def panel() -> PurchaseDays:
    rng = np.random.default_rng(3)
    customer = np.sort(rng.integers(0, N, 20 * N)).astype(np.int32)
    day = rng.integers(0, 900, len(customer)).astype(np.int32)
    day = day[np.lexsort((day, customer))]
    cents = np.rint(rng.lognormal(8, 1, len(customer))).astype(np.int32) - 50
    return PurchaseDays(np.array([f"c{i:04d}" for i in range(N)], dtype=object), customer, day, cents)


@pytest.mark.parametrize("n", [0, 1, 127, 128, 129, 1_000, 4_097, 100_003])
def test_sums_in_parts_are_those_of_numpy(n):
    numbers = np.random.default_rng(n).lognormal(0, 5, n)
    assert blocks.sum_of(n, lambda begins, ends: numbers[begins:ends], most=512) == numbers.sum()


def test_what_is_known_of_customers_does_not_depend_on_how_many_are_looked_at_at_a_time(monkeypatch):
    days = panel()
    known = known_at(days, 900, 30)
    gap = np.maximum(np.diff(days.day)[days.customer[1:] == days.customer[:-1]], 0.5)
    whole, count = Spends.of(known), known.count(300, 100)
    monkeypatch.setattr(blocks.blocks, "__defaults__", (7,))
    monkeypatch.setattr(blocks.sum_of, "__defaults__", (256,))
    monkeypatch.setattr(spend, "NUMBERS", 1_000)
    parts = Spends.of(known)
    assert known.log_gaps(EVEN) == np.log(gap.astype(np.float64)).sum()
    assert (known.count(300, 100) == count).all()
    assert (parts.cap, parts.variation) == (whole.cap, whole.variation)
    for name in ("repeat_mean", "total", "largest"):
        assert np.array_equal(getattr(parts, name), getattr(whole, name), equal_nan=True)
    logs = np.log(days.cents[days.cents > 0].astype(np.float64))
    middle = np.median(logs)
    reach = middle + spend.REACH * max(spend.MAD_TO_SD * np.median(np.abs(logs - middle)), spend.LEAST_SPREAD)
    assert Cap.of(days.cents, days.customer).cents == days.cents[days.cents <= np.exp(reach)].max()


def test_days_are_counted_alike_in_blocks(monkeypatch):
    whole = DailyCounts.of(panel())
    monkeypatch.setattr(seasonal_time, "BLOCK", 13)
    parts = DailyCounts.of(panel())
    assert whole.first_day == parts.first_day
    assert all(np.array_equal(getattr(whole, n), getattr(parts, n)) for n in ("purchases", "repeats", "ends"))


def test_chances_of_equal_customers_are_worked_out_once(monkeypatch):
    rng = np.random.default_rng(1)
    alive, mean, size = np.full(40, 0.9), rng.gamma(1, 1, 40) + 0.1, np.full(40, 2.0)
    once = counts.Counts(alive, mean, size)
    wanted = np.minimum(0.9 * once.p_any, mean)
    twice = counts.Counts(*(np.repeat(each, 2) for each in (alive, mean, size)))
    numbers = []
    events = counts.Counts._events
    monkeypatch.setattr(counts.Counts, "_events", lambda self, n: numbers.append(len(n)) or events(self, n))
    assert np.array_equal(twice.with_p_any(np.repeat(wanted, 2)).factor, np.repeat(once.with_p_any(wanted).factor, 2))
    assert set(numbers) == {40}


def test_a_file_in_parts_has_the_bytes_of_one_written_at_once(tmp_path, monkeypatch):
    ids = pa.array([f"c{i:04d}" for i in range(N)])
    buyers = np.flatnonzero(np.arange(N) % 3)
    valued = pd.DataFrame({"customer_id": buyers, "clv_cents": buyers * 7, "p_purchase": buyers / N})
    tiers = pd.DataFrame({"customer_id": np.arange(N), "tier": ["vip", None] * (N // 2), "is_tier_held": True})
    parts = Parts(ids, (valued, tiers))
    write_in_parts(parts.blocks(64), CUSTOMERS, tmp_path / "parts.parquet")
    whole = tiers.merge(valued, on="customer_id", how="left").assign(customer_id=ids.to_pandas())
    storage.write(whole.reindex(columns=CUSTOMERS.names), CUSTOMERS, tmp_path / "whole.parquet")
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert parts.column("clv_cents").sum() == buyers.sum() * 7
    write_in_parts(iter(()), TIER_MONTHS, tmp_path / "none.parquet")
    assert storage.read_frame(tmp_path / "none.parquet").empty
