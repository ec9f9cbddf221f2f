"""What lists with win-back letters earn by the truth, with and without what the history says of such customers.

`python benchmarks/win_back.py [SEEDS]`. Wholesalers of known truth: customers buy in their own rhythm, fall asleep, and
some wake up again. A letter wakes more of those asleep, an e-mail keeps some of those who are late. Lists are made by
the code of the act stage from the assumed gains of actions.yaml as shipped, once with and once without the limit that
the history sets (`most_lift`). Earned is the margin that letters and e-mails bring by the truth, less what they cost.
"""

import sys
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.actions import follow_up, plan, supported
from crmwb.actions.base_rates import BaseRate
from crmwb.actions.candidates import Candidates, candidates
from crmwb.actions.choice import choose
from crmwb.contract import Column, Kind
from crmwb.params import EngineParams
from crmwb.params.actions import ActionPlan

FIRST, AS_OF = date(2021, 1, 1), date(2025, 1, 1)
DAYS, WINDOW = (AS_OF - FIRST).days, 120
MARGIN, CENTS, AWAKE_DAYS, KEPT = 0.3, 100, 400.0, 0.03
KINDS = {
    "customer_id": Kind.ID, "contactable": Kind.BOOLEAN, "days_since_contact": Kind.INTEGER,
    "days_since_campaign": Kind.INTEGER, "n_purchase_days": Kind.INTEGER, "times_late": Kind.NUMBER,
    "yearly_cents": Kind.NUMBER,
}  # fmt: skip
LETTER, MAIL = ("win_back", 3.5, 0.02, 0.05), ("write_at_risk", 0.5, 0.03, 0.06)
WHEN = {"win_back": "times_late > 4 and n_purchase_days >= 3", "write_at_risk": "times_late > 1.5 and times_late <= 4"}
HEAD = """
period_days: 28
budget: {budget}
owners: {{column: null, hours: null}}
quiet_days: 0
no_contact_when: null
no_selling_when: null
hold_out_share: 0.0
most_lift: {most_lift}
alerts:
  at_stake: 0
  overdue: 0
  revenue_fall: 0.1
  collisions: 1
  since_accepted: {{slipped: 1, newly_overdue: 50, segment_fall: 0.2, forecast_miss: 0.1, quality_fall: 0.01}}
exports: {{}}
actions:
"""
RULE = """
  - name: {name}
    when: {when}
    channel: letter
    is_contact: true
    is_selling: true
    text: {{en: Write., zh: 致信。}}
    reason: [times_late]
    cost: {cost} per customer
    hours: 0.0
    gain: {{cents: yearly_cents, share: {share}, low: 0.0, high: {high}, measured_by: null}}
    most: null
    cool_down: 0
    due_days: 7
    review_days: 120
"""


@dataclass(frozen=True)
class World:
    """How customers of a wholesaler come back.

    Attributes
    ----------
    n : int
        Customers.
    wake : float
        Of those asleep, who wake up within `WINDOW` days.
    more : float
        How many more a letter wakes.
    """

    n: int
    wake: float
    more: float


WORLDS = {
    "win-back works": World(3_000, 0.04, 0.06),
    "win-back works beyond the limit": World(3_000, 0.02, 0.08),
    "letters wake nobody, some come back": World(3_000, 0.04, 0.0),
    "nobody comes back": World(3_000, 0.0, 0.0),
    "few customers, win-back works": World(80, 0.04, 0.06),
    "few customers, nobody comes back": World(80, 0.0, 0.0),
}


@dataclass(frozen=True)
class Drawn:
    """A company: its order lines, what the mart would hold, and what each action brings by the truth (hundredths)."""

    lines: pa.Table
    mart: pa.Table
    planted: dict[str, np.ndarray]


def draw(world: World, seed: int) -> Drawn:
    """Draw a company up to `AS_OF`."""
    rng = np.random.default_rng(seed)
    gap = rng.gamma(4, 45 / 4, world.n)
    size = np.exp(rng.normal(np.log(400 * CENTS), 0.5, world.n))
    start = rng.uniform(0, DAYS - 30, world.n)
    times, asleep = zip(*(_days(rng, s, g, world.wake) for s, g in zip(start, gap, strict=True)), strict=True)
    who = np.repeat(np.arange(world.n), [len(t) for t in times])
    day = np.floor(np.concatenate(times)).astype(int)
    cents = np.rint(size[who] * np.exp(rng.normal(0, 0.4, len(who)))).astype(int)
    lines = pd.DataFrame({"c": who, "day": day, "cents": cents})
    by = lines.groupby("c").agg(n=("day", "nunique"), first=("day", "min"), last=("day", "max"), cents=("cents", "sum"))
    at = by.index.to_numpy()
    typical = (by["last"] - by["first"]).sum() / (by["n"] - 1).sum()
    late: pd.Series = (DAYS - by["last"]) / np.maximum((by["last"] - by["first"] + typical) / by["n"], 0.5)
    yearly: pd.Series = by["cents"] * MARGIN * 365 / np.maximum(by["last"] - by["first"], 365)
    long_ago = [999] * len(at)
    mart = pa.table({
        "customer_id": [f"c{i:05d}" for i in at], "contactable": [True] * len(at), "days_since_contact": long_ago,
        "days_since_campaign": long_ago, "n_purchase_days": by["n"].to_numpy(), "times_late": late.to_numpy(),
        "yearly_cents": yearly.to_numpy(), "risk": pa.nulls(len(at), "float64"),
        "risk_horizon_days": pa.nulls(len(at), "int64"),
    })  # fmt: skip
    sleeps = np.array(asleep)[at]
    back = (WINDOW / 2 / gap[at] + 1) * size[at] * MARGIN  # who wakes up does so in the middle of the window
    year = size[at] * MARGIN * 365 / gap[at]
    woken, kept = np.where(sleeps, world.more * back, 0.0), np.where(sleeps, 0.0, KEPT * year)
    table = pa.table({
        "customer_id": [f"c{i:05d}" for i in who], "is_return": [False] * len(who), "revenue_cents": cents,
        "ordered_at": pa.array([pd.Timestamp(FIRST + timedelta(days=int(d))) for d in day], pa.timestamp("us")),
    })  # fmt: skip
    return Drawn(table, mart, {"win_back": woken, "write_at_risk": kept})


def _days(rng: np.random.Generator, start: float, gap: float, wake: float) -> tuple[list[float], bool]:
    """Return the days of a customer's orders, and whether they are asleep at the end."""
    days, now = [], start
    per_day = -np.log(1 - wake) / WINDOW
    while True:
        until = now + rng.exponential(AWAKE_DAYS)
        while now < min(until, DAYS):
            days.append(now)
            now += rng.gamma(2, gap / 2)
        if until >= DAYS:
            return days, False
        now = until + (rng.exponential(1 / per_day) if per_day else np.inf)
        if now >= DAYS:
            return days, True


def a_plan(budget: float | None, most_lift: float | None) -> ActionPlan:
    """Return the plan of both actions."""
    rules = [RULE.format(name=n, when=WHEN[n], cost=c, share=s, high=h) for n, c, s, h in (LETTER, MAIL)]
    values = {"budget": budget, "most_lift": most_lift}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "actions.yaml"
        head = HEAD.format(**{name: "null" if value is None else value for name, value in values.items()})
        path.write_text(head + "".join(rules), encoding="utf-8")
        return plan.load(path)[0]


def read(company: Drawn, chosen: ActionPlan) -> tuple[Candidates, dict[str, BaseRate]]:
    """Return whom the plan's actions fit, and what such customers brought before, by the code of the act stage."""
    with engine.connect(EngineParams(threads=1, memory_limit_gb=1)) as con:
        mart = engine.open_arrow(con, company.mart, "mart")
        known = candidates(con, mart, {name: Column(name, kind, "") for name, kind in KINDS.items()}, chosen)
        rates = supported.base_rates(
            con, mart, engine.open_arrow(con, company.lines, "lines"), known, chosen,
            shares=follow_up.shares(chosen, [], {}), as_of=AS_OF, first_day=FIRST, margin_share=MARGIN,
        )  # fmt: skip
        return known, rates


def earned(company: Drawn, rows: pd.DataFrame) -> float:
    """Return the margin that a list brings by the truth, less its cost, in units of money."""
    place = pd.Series(range(len(company.mart)), index=company.mart["customer_id"].to_pylist())
    at = place.loc[rows["customer_id"]].to_numpy(int)
    brought = np.select([rows["action"] == name for name in WHEN], [company.planted[name][at] for name in WHEN], 0.0)
    return float(brought.sum() - rows["cost_cents"].sum()) / CENTS


def judged(world: World, seed: int, budgets: tuple[float | None, ...] = (None,)) -> pd.DataFrame:
    """Return what lists earn without and with the limit, how many letters each holds, and the most there is to earn.

    One row per budget.
    """
    company = draw(world, seed)
    known, rates = read(company, a_plan(None, 2.0))
    cost = np.array([[c * CENTS] for _, c, _, _ in (LETTER, MAIL)])
    net = np.where(known.fits, np.vstack([company.planted[n] for n in WHEN]) - cost, 0.0)
    rows = []
    for budget in budgets:
        row = {"most": float(np.maximum(net, 0).max(axis=0).sum()) / CENTS}
        for name, most_lift in (("before", None), ("after", 2.0)):
            chosen = a_plan(budget, most_lift)
            shares = follow_up.shares(chosen, [], {})
            listed = choose(known, chosen, shares, {}, as_of=AS_OF, seed=1, rates=rates).rows
            letters = float((listed["action"] == LETTER[0]).sum())
            row |= {name: earned(company, listed), f"letters {name}": letters}
        rows.append(row)
    return pd.DataFrame(rows, index=["no budget" if budget is None else f"{budget:.0f}" for budget in budgets])


def main(n_seeds: int) -> None:
    columns = ["before", "after", "letters before", "letters after", "most"]
    seeds = range(1, n_seeds + 1)
    tables = {name: [judged(world, seed, (None, 300.0)) for seed in seeds] for name, world in WORLDS.items()}
    for budget in ("no budget", "300"):
        mean = {name: pd.DataFrame([table.loc[budget] for table in of]).mean() for name, of in tables.items()}
        print(f"mean of {n_seeds} companies each, {budget} (most: without a budget):")
        print(pd.DataFrame(mean).T[columns].round(0).astype(int).to_string())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
