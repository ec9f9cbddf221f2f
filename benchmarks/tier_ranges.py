"""Judge the 80% ranges of what value tiers bring, on invented companies: `python benchmarks/tier_ranges.py [develop]`.

Every company is valued at its cut, by orders alone, and each tier's revenue of the year after is held against its
range. How ranges are learned was chosen on the first companies (`develop`); the others have other kinds, dates, sizes
and seeds. Tiers are cut as params.yaml cuts them, by points of income and of tenure; replaced numbers are left out,
since nothing is stated of them. About fifteen CPU minutes.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import companies as c
import numpy as np
import pandas as pd
import panels
import unseen
from companies import Company

from crmwb import params
from crmwb.calendar import day_at, day_number
from crmwb.features.purchase_days import PurchaseDays
from crmwb.value.challenger import Past
from crmwb.value.potential.customers import Fitted, buyers_of, fit, score
from crmwb.value.potential.money import revenue_of
from crmwb.value.potential.spend import Spends
from crmwb.value.potential.tiers import tier_ranges

AHEAD = 365
SEEDS = {"develop": (1, 2), "judge": (11,)}


def more(batch: str) -> dict[str, Company]:
    """Return companies beside those of `unseen`: whose customers buy in bursts, ever less often, or at other prices."""
    develops = batch == "develop"
    first, cut, last = (
        ("2021-01-01", "2024-01-01", "2025-01-01") if develops else ("2021-06-01", "2024-03-01", "2025-03-01")
    )
    daily, initial = (1.5, 200) if develops else (1.2, 260)
    usual = Company(first, cut, last, c.steady(daily), initial, (1.0, 6.0))
    if develops:
        return {
            "bursts": replace(usual, change=c.bursts(120, 500), rate=(1.0, 20.0), life=4000),
            "ever rarer": replace(usual, change=c.ever_rarer(400), rate=(1.0, 9.0)),
            "prices up": replace(usual, price=c.growing(1, 1.3)),
            "pauses": replace(usual, change=c.pauses(0.6, 120), rate=(2.0, 12.0)),
            "weeks of sale": replace(usual, change=c.weeks_of_sale(), rate=(1.5, 30.0)),
            "dealers": replace(usual, change=c.accounts(tuple(np.geomspace(4e3, 9e4, 14)), 20)),
            "wide spread of spend": replace(usual, spend=(60.0, 1.2, 0.8)),
            "shrinking": replace(usual, intensity=c.growing(1, 0.7)),
        }
    return {
        "long bursts": replace(usual, change=c.bursts(200, 900), rate=(1.0, 14.0), life=5000),
        "short bursts": replace(usual, change=c.bursts(60, 300), rate=(1.5, 30.0), life=4000),
        "ever rarer": replace(usual, change=c.ever_rarer(250), rate=(1.5, 14.0)),
        "prices down": replace(usual, price=c.growing(1, 0.85)),
        "longer pauses": replace(usual, change=c.pauses(0.8, 200), rate=(2.0, 10.0)),
        "weeks of sale": replace(usual, change=c.weeks_of_sale(), rate=(1.0, 40.0), spend=(80.0, 0.9, 0.6)),
        "many dealers": replace(usual, change=c.accounts(tuple(np.geomspace(2e3, 5e4, 25)), 30)),
        "wide spread of spend": replace(usual, spend=(50.0, 1.5, 0.9)),
        "growing": replace(usual, intensity=c.growing(1, 1.35)),
        "short history": replace(usual, first="2023-01-01"),
        "small": replace(usual, arrivals=c.steady(0.2), initial=90, rate=(1.5, 8.0)),
        "customers leave": replace(usual, rate=(1.2, 14.0), life=300),
    }


def histories(batch: str) -> Iterator[tuple[str, PurchaseDays, int, int]]:
    """Give the whole history of each company, the day at which it is valued, and the days of truth after it."""
    known = unseen.first_batch() if batch == "develop" else unseen.second_batch()
    every = {name: company for name, (company, _) in known.items() if "numbers" not in name} | more(batch)
    for seed in SEEDS[batch]:
        for i, (name, company) in enumerate(every.items()):
            lines = pd.concat(c.draw(company, 7000 * seed + i))
            origin, end = (day_number(date.fromisoformat(each)) for each in (company.cut, company.last))
            yield name, _days(lines[~lines["is_return"]]), origin, min(end - origin, AHEAD)
        for kind in panels.KINDS if batch == "judge" else ():
            yield f"panel {kind}", panels.panel(kind, 2500, 500 + seed), panels.FIRST_DAY + panels.DAYS - AHEAD, AHEAD


def _days(lines: pd.DataFrame) -> PurchaseDays:
    day = lines["ordered_at"].dt.normalize().map(lambda at: day_number(at.date()))
    sums = lines["revenue_cents"].groupby([lines["customer_id"].astype(str), day]).sum()
    sums = sums[sums > 0].sort_index()
    who, when = (sums.index.get_level_values(level) for level in (0, 1))
    ids, place = np.unique(who, return_inverse=True)
    return PurchaseDays(ids, place.astype(np.int32), when.to_numpy(dtype=np.int32), sums.to_numpy(dtype=np.int64))


def judge(days: PurchaseDays, origin: int, ahead: int, p: params.Params) -> list[dict[str, object]]:
    """Return each tier's revenue over what was expected, and its range."""
    terms = p.value.model_copy(update={"horizon_days": ahead, "annual_discount_rate": 0.0, "assumed_margin_share": 1.0})
    past = Past(days)
    known = past.at(origin, ahead).known
    first = [pd.Timestamp(day_at(int(origin - age))) for age in known.age_days]
    buyers = pd.DataFrame({
        "customer_id": days.ids[known.customer], "first_purchase_on": first, "frequency": known.frequency,
        "recency_days": known.recency_days, "age_days": known.age_days, "monetary_cents": known.mean_spend,
        "revenue_cents": known.cents, "margin_cents": np.nan,
    })  # fmt: skip
    fitted = fit(buyers_of(buyers), terms, past.until(origin), day_at(origin))
    if not isinstance(fitted, Fitted):
        return []
    scored, fitted = score(buyers_of(buyers), fitted, terms)
    came = pd.Series(revenue_of(past.at(origin, ahead), Spends.of(known)), index=buyers["customer_id"])
    by_id = buyers.set_index("customer_id").loc[scored["customer_id"]]
    clv = scored.set_index("customer_id")["clv_cents"]
    income = (by_id["revenue_cents"].rank(pct=True) + clv.rank(pct=True)) / 2
    weights = p.value.scorecard.weights
    points = weights.income * income + weights.loyalty * by_id["age_days"].rank(pct=True)
    levels = p.value.scorecard.levels
    place = np.searchsorted(np.cumsum([level.share for level in levels])[:-1], points.rank(pct=True, ascending=False))
    names = [level.name for level in levels]
    tiers = pd.Series(np.array(names, dtype=object)[place], index=clv.index)
    ranges = tier_ranges(fitted, scored.assign(tier=tiers.to_numpy()), names, ahead)
    ranges["all"] = fitted.total_range(ahead)
    rows: list[dict[str, object]] = []
    for name, own in ranges.items():
        of = slice(None) if name == "all" else (tiers == name).to_numpy()
        ratio = float(came.loc[clv.index][of].sum()) / max(float(clv[of].sum()), 1.0)
        rows.append({"tier": name, "ratio": ratio, "low": own.low, "high": own.high, "n_tests": own.n_tests})
    vip = next(row for row in rows if row["tier"] == names[0])
    total = ranges["all"]
    return [*rows, vip | {"tier": f"{names[0]}, range of all", "low": total.low, "high": total.high}]


def main() -> None:
    batch = "develop" if "develop" in sys.argv[1:] else "judge"
    p = params.load()
    rows = []
    for name, days, origin, ahead in histories(batch):
        found = judge(days, origin, ahead, p)
        rows += [{"company": name} | row for row in found]
        print(name, *(f"{row['tier']} {row['ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f})" for row in found[:1]))
    frame = pd.DataFrame(rows)
    frame["inside"] = frame["ratio"].between(frame["low"], frame["high"])
    frame["width"] = frame["high"] / frame["low"]
    print(frame.groupby("tier", sort=False).agg(
        n=("ratio", "size"), least=("ratio", "min"), most=("ratio", "max"), inside=("inside", "mean"),
        width=("width", "median"),
    ).round(3))  # fmt: skip


if __name__ == "__main__":
    main()
