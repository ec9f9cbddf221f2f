"""A plan of two actions, customers for it, and the list that is made of both."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from crmwb import engine
from crmwb.actions import follow_up
from crmwb.actions import plan as plans
from crmwb.actions.candidates import candidates
from crmwb.actions.choice import choose
from crmwb.contract import ARROW_TYPES, Column, Kind
from crmwb.params.actions import ActionPlan

AS_OF = date(2024, 7, 1)
PLAN = """
currency: {currency}
period_days: 28
budget: {budget}
owners: {{column: owner, hours: {hours}}}
quiet_days: 14
no_contact_when: {no_contact}
no_selling_when: {no_selling}
hold_out_share: {hold_out}
caution: {caution}
alerts:
  at_stake: 0
  overdue: 0
  revenue_fall: 0.1
  collisions: 1
  since_accepted: {{slipped: 1, newly_overdue: 50, segment_fall: 0.2, forecast_miss: 0.1, quality_fall: 0.01}}
actions:
  - name: call
    when: {when}
    channel: phone
    is_contact: true
    is_selling: true
    text: {{en: Call., zh: 致电。}}
    reason: [clv_cents, days_since_contact]
    cost: {call_cost}
    hours: 1.0
    gain: {{cents: {cents}, share: 0.1, low: 0.0, high: 0.2, measured_by: offer}}
    most: null
    cool_down: 90
    due_days: 7
    review_days: 60
  - name: remind
    when: overdue_cents > 0
    channel: email
    is_contact: false
    is_selling: {remind_sells}
    text: {{en: Remind., zh: 提醒。}}
    reason: [overdue_cents]
    cost: 0.0 per hour
    hours: 0.0
    gain: {{cents: overdue_cents, share: 0.05, low: 0.0, high: 0.1, measured_by: null}}
    most: null
    cool_down: {cool_down}
    due_days: 3
    review_days: 28
exports:
  contacts:
    language: en
    only_contacts: true
    columns:
      Number: customer_id
      Action: action_name
      Stage: {{column: stage, replace: {{decline: falling}}}}
      Status: {{constant: New}}
"""
CHOICES = {
    "currency": "null", "call_cost": "5.0 per customer",
    "budget": "null", "hours": "null", "hold_out": 0.0, "when": "stage = 'decline'", "cents": "clv_cents",
    "cool_down": 28, "no_contact": "null", "no_selling": "null", "remind_sells": "false", "caution": 0.0,
}  # fmt: skip
KINDS = {
    "customer_id": Kind.ID, "owner": Kind.CATEGORY, "contactable": Kind.BOOLEAN, "days_since_contact": Kind.INTEGER,
    "days_since_campaign": Kind.INTEGER, "clv_cents": Kind.MONEY, "overdue_cents": Kind.MONEY, "stage": Kind.CATEGORY,
}  # fmt: skip
COLUMNS = {name: Column(name, kind, "") for name, kind in KINDS.items()}


def plan(folder: Path, **choices) -> ActionPlan:
    path = folder / "actions.yaml"
    path.write_text(PLAN.format(**(CHOICES | choices)), encoding="utf-8")
    return plans.load(path)[0]


def customers(**columns) -> pa.Table:
    n = len(next(iter(columns.values())))
    defaults = {
        "customer_id": [f"c{i:04d}" for i in range(n)], "owner": ["ann"] * n, "contactable": [True] * n,
        "days_since_contact": [100] * n, "days_since_campaign": [100] * n, "clv_cents": [100_000] * n,
        "overdue_cents": [0] * n, "stage": ["decline"] * n,
    }  # fmt: skip
    types = {name: ARROW_TYPES[kind] for name, kind in KINDS.items()}
    return pa.table({name: pa.array(values, types[name]) for name, values in (defaults | columns).items()})


def listed(con, frame: pa.Table, chosen: ActionPlan, cooling=None):
    known = candidates(con, engine.open_arrow(con, frame, "mart"), COLUMNS, chosen)
    shares = follow_up.shares(chosen, [], {})
    return choose(known, chosen, shares, cooling or {}, as_of=AS_OF, seed=1), known
