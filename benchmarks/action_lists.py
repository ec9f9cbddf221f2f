"""What lists of actions earn by the planted truth of b2b_demo: against lots, best customers first and an oracle.

`python benchmarks/action_lists.py [SEEDS]`. A company is drawn; the list is made from what it knows 60 days before the
end, by the rules and the code of the act stage, under a budget. Earned is the margin that the truth gives for the
contacts of the list, less their cost. The oracle's list knows the planted effect as far as the columns that the rules
read can tell it (a boosted regression of the planted effect on them), which is what any rule could measure.
"""

import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import cross_val_predict

from crmwb import engine
from crmwb.actions import follow_up, plan, supported
from crmwb.actions.allocation import Limits, allocate
from crmwb.actions.base_rates import BaseRate
from crmwb.actions.candidates import Candidates, candidates
from crmwb.actions.choice import ActionList, Share, choose
from crmwb.contract import Column, Kind
from crmwb.params import EngineParams
from crmwb.params.actions import ActionPlan
from crmwb.sources.b2b_demo import accounts, campaigns, purchases
from crmwb.sources.b2b_demo.draws import Calendar, Chance
from crmwb.sources.b2b_demo.world import CAMPAIGN_KINDS, OUTCOME_DAYS, Window

N_CUSTOMERS, YEARS, DAYS_BEFORE_END = 5_000, 3, 60
MARGIN, CENTS = 0.3, 100
ISSUED, REVIEWED = date(2025, 1, 1), date(2025, 2, 1)
KINDS = {
    "customer_id": Kind.ID, "owner": Kind.CATEGORY, "contactable": Kind.BOOLEAN, "days_since_contact": Kind.INTEGER,
    "days_since_campaign": Kind.INTEGER, "mean_order_cents": Kind.NUMBER, "days_since_last": Kind.INTEGER,
    "revenue_cents": Kind.MONEY, "n_orders": Kind.INTEGER,
}  # fmt: skip
Rates = dict[str, BaseRate]
STRENGTH = {kind.name: kind.strength for kind in CAMPAIGN_KINDS}
RULE = """
  - name: {name}
    when: days_since_last <= 365
    channel: {name}
    is_contact: true
    is_selling: true
    text: {{en: Contact., zh: 联系。}}
    reason: [mean_order_cents]
    cost: {cost} per customer
    hours: 0.0
    gain: {{cents: mean_order_cents * 0.3, share: {share}, low: 0.0, high: {high}, measured_by: null}}
    most: null
    cool_down: 0
    due_days: 7
    review_days: 31
"""
HEAD = """
period_days: 28
budget: {budget}
owners: {{column: null, hours: null}}
quiet_days: 0
no_contact_when: null
no_selling_when: null
hold_out_share: {hold_out}
alerts:
  at_stake: 0
  overdue: 0
  revenue_fall: 0.1
  collisions: 1
  since_accepted: {{slipped: 1, newly_overdue: 50, segment_fall: 0.2, forecast_miss: 0.1, quality_fall: 0.01}}
exports: {{}}
actions:
"""
# What people assume before anything is measured: the newsletter, which moves nobody, as much as the phone.
ASSUMED = {"phone": ("12.00", 0.10, 0.3), "newsletter": ("4.00", 0.10, 0.3)}


@dataclass(frozen=True)
class Company:
    """A company of known truth.

    Attributes
    ----------
    mart : pa.Table
        What it knows of each customer.
    lines : pa.Table
        Its orders, dated so that `ISSUED` is the day of the list.
    planted_cents : dict of str to ndarray of shape (n,)
        By action: the margin that a contact is expected to bring.
    """

    mart: pa.Table
    lines: pa.Table
    planted_cents: dict[str, np.ndarray]


def draw_company(seed: int, n: int = N_CUSTOMERS) -> Company:
    """Draw a company, and what it knows `DAYS_BEFORE_END` days before the end."""
    calendar = Calendar(Window(YEARS))
    drawn = accounts.draw(Chance(seed, 0), calendar, range(n), accounts.roll(Chance(seed), n))
    placed = purchases.orders(drawn, campaigns.members(drawn).won)
    day = calendar.n_days - DAYS_BEFORE_END
    seen = placed.time < day
    account, cents = placed.account[seen], placed.cents[seen]
    count = np.bincount(account, minlength=n)
    total = np.bincount(account, cents, n)
    last = np.full(n, -np.inf)
    np.maximum.at(last, account, placed.time[seen])
    bought = np.flatnonzero(count)
    columns = {
        "customer_id": [f"c{i:06d}" for i in bought], "owner": ["team"] * len(bought),
        "contactable": drawn.is_contactable[bought], "days_since_contact": [1_000] * len(bought),
        "days_since_campaign": [1_000] * len(bought), "mean_order_cents": total[bought] / count[bought],
        "days_since_last": np.floor(day - last[bought]).astype(int), "revenue_cents": total[bought].astype("int64"),
        "n_orders": count[bought], "risk": pa.nulls(len(bought), "float64"),
        "risk_horizon_days": pa.nulls(len(bought), "int64"),
    }  # fmt: skip
    stays = drawn.until[bought] >= day + OUTCOME_DAYS
    each = drawn.of_segment("answers_share")[bought] * stays * drawn.mean_order_cents[bought] * MARGIN
    ago = (day - np.floor(placed.time[seen])).astype(int)
    ordered = np.datetime64(ISSUED, "us") - ago.astype("timedelta64[D]")
    lines = pa.table({
        "customer_id": [f"c{i:06d}" for i in account], "ordered_at": ordered, "revenue_cents": cents.astype("int64"),
        "is_return": [False] * len(account),
    })  # fmt: skip
    return Company(pa.table(columns), lines, {name: each * STRENGTH[name] for name in ASSUMED})


def a_plan(budget: float | str, hold_out: float) -> ActionPlan:
    """Return the plan of both actions."""
    rules = [RULE.format(name=n, cost=cost, share=share, high=high) for n, (cost, share, high) in ASSUMED.items()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "actions.yaml"
        path.write_text(HEAD.format(budget=budget, hold_out=hold_out) + "".join(rules), encoding="utf-8")
        return plan.load(path)[0]


def candidates_of(company: Company, chosen: ActionPlan) -> Candidates:
    """Evaluate the plan's rules on what the company knows."""
    with engine.connect(EngineParams(threads=1, memory_limit_gb=1)) as con:
        mart = engine.open_arrow(con, company.mart, "mart")
        return candidates(con, mart, {name: Column(name, kind, "") for name, kind in KINDS.items()}, chosen)


def rates_of(company: Company, known: Candidates, chosen: ActionPlan, shares: dict[str, Share]) -> Rates:
    """Return what customers like each one brought at earlier moments, as the act stage reads it from their orders."""
    first = company.lines["ordered_at"].to_pandas().min().date()
    with engine.connect(EngineParams(threads=1, memory_limit_gb=1)) as con:
        mart, lines = (engine.open_arrow(con, getattr(company, name), name) for name in ("mart", "lines"))
        return supported.base_rates(
            con, mart, lines, known, chosen, shares=shares, as_of=ISSUED, first_day=first, margin_share=MARGIN
        )


def margin_of(company: Company, rows: pd.DataFrame) -> float:
    """Return the margin that a list brings by the truth, less what it costs."""
    place = pd.Series(range(len(company.mart)), index=company.mart["customer_id"].to_pylist())
    doing = rows[~rows["is_held_out"]]
    at = place.loc[doing["customer_id"]].to_numpy()
    brought = sum(company.planted_cents[name][at[(doing["action"] == name).to_numpy()]].sum() for name in ASSUMED)
    return float(brought - doing["cost_cents"].sum())


def phone_calls(known: Candidates, order: np.ndarray, budget: float) -> pd.DataFrame:
    """Return a list that calls customers in an order until the budget is spent."""
    cost = float(ASSUMED["phone"][0])
    may = [i for i in order if known.consent[i]][: int(budget / cost)]
    ids = known.customer_id[may]
    return pd.DataFrame({"customer_id": ids, "action": "phone", "cost_cents": cost * CENTS, "is_held_out": False})


def oracle(company: Company, known: Candidates, budget: float) -> pd.DataFrame:
    """Return the list of who knows the planted effects as far as what the rules read can tell them."""
    traits = company.mart.select(["mean_order_cents", "days_since_last"]).to_pandas()
    model = HistGradientBoostingRegressor(random_state=0)
    best = [np.maximum(cross_val_predict(model, traits, company.planted_cents[name], cv=5), 0) for name in ASSUMED]
    cost = np.array([float(cost) * CENTS for cost, _, _ in ASSUMED.values()])
    gain = np.where(known.consent, np.vstack(best) - cost[:, None], -np.inf)
    limits = Limits(budget * CENTS, np.array([np.inf]), np.full(len(cost), np.inf))
    action = allocate(gain, cost, np.zeros(len(cost)), np.zeros(gain.shape[1], int), limits).action
    taken = np.flatnonzero(action >= 0)
    names = np.array(list(ASSUMED))[action[taken]]
    rows = {"customer_id": known.customer_id[taken], "action": names, "cost_cents": cost[action[taken]]}
    return pd.DataFrame(rows).assign(is_held_out=False)


def first_list(company: Company, known: Candidates, chosen: ActionPlan, seed: int) -> ActionList:
    """Return the list by the plan's assumptions, as far as the history supports them."""
    shares = follow_up.shares(chosen, [], {})
    rates = rates_of(company, known, chosen, shares)
    return choose(known, chosen, shares, {}, as_of=ISSUED, seed=seed, rates=rates)


def results_of(
    company: Company, rows: pd.DataFrame, chosen: ActionPlan, rng: np.random.Generator
) -> list[follow_up.Result]:
    """Let a list come true, with orders that come anyway, and judge it against its hold-outs."""
    place = pd.Series(range(len(company.mart)), index=company.mart["customer_id"].to_pylist())
    at = place.loc[rows["customer_id"]].to_numpy()
    usual = company.mart["mean_order_cents"].to_numpy()[at] * MARGIN
    planted = np.select([rows["action"] == name for name in ASSUMED], [company.planted_cents[n][at] for n in ASSUMED])
    chance = np.divide(planted, usual, out=np.zeros(len(at)), where=usual > 0).clip(0, 1)
    more = np.where(rows["is_held_out"], 0.0, usual * (rng.random(len(at)) < chance))
    anyway = usual * (rng.random(len(at)) < 0.2)
    past = rows.assign(issued_on=ISSUED, review_on=REVIEWED, code=rows["customer_id"])
    brought = past[["issued_on", "action", "code"]].assign(margin_cents=more + anyway, before_cents=0.2 * usual)
    return follow_up.results(past, brought, chosen, REVIEWED)


def judged(seed: int, n: int = N_CUSTOMERS) -> dict[str, float]:
    """Return what each way earns of what the oracle's list earns, and how often an effect was recovered."""
    company, rng = draw_company(seed, n), np.random.default_rng(seed)
    budget = 0.12 * len(company.mart) * float(ASSUMED["phone"][0])
    only_phone = a_plan(budget, 0.0)
    known = candidates_of(company, only_phone)
    phone = tuple(action for action in only_phone.actions if action.name == "phone")
    calls = first_list(company, replace(known, fits=known.fits[:1], at_stake_cents=known.at_stake_cents[:1]),
                       only_phone.model_copy(update={"actions": phone}), seed)  # fmt: skip
    revenue = company.mart["revenue_cents"].to_numpy()
    best = margin_of(company, oracle(company, known, budget))
    with_hold_outs = a_plan(budget, 0.3)
    first = first_list(company, known, with_hold_outs, seed)
    results = results_of(company, first.rows, with_hold_outs, rng)
    learned = follow_up.shares(with_hold_outs, results, {})
    rates = rates_of(company, known, with_hold_outs, learned)
    second = choose(known, with_hold_outs, learned, {}, as_of=REVIEWED, seed=seed, rates=rates)
    planted = {r.action: _planted(company, first.rows, r.action) for r in results}
    return {
        "list": margin_of(company, calls.rows) / best,
        "lot": margin_of(company, phone_calls(known, rng.permutation(len(revenue)), budget)) / best,
        "best customers first": margin_of(company, phone_calls(known, np.argsort(-revenue), budget)) / best,
        "first cycle": margin_of(company, first.rows) / best,
        "second cycle": margin_of(company, second.rows) / best,
        "effects": len(results),
        "recovered": sum(r.effect.low <= planted[r.action] <= r.effect.high for r in results),
    }


def _planted(company: Company, rows: pd.DataFrame, action: str) -> float:
    place = pd.Series(range(len(company.mart)), index=company.mart["customer_id"].to_pylist())
    own = rows[(rows["action"] == action) & ~rows["is_held_out"]]
    return float(company.planted_cents[action][place.loc[own["customer_id"]].to_numpy()].mean())


def main(n_seeds: int) -> None:
    table = pd.DataFrame([judged(seed) for seed in range(1, n_seeds + 1)])
    print("earned of what the oracle's list earns, by seed:")
    print(table.round(3).to_string())
    print(f"hold-outs recover the planted gain in {table['recovered'].sum():.0f} of {table['effects'].sum():.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
