"""One customer: months, value, stage, risk and next action, without personal data."""

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract import Artefact
from crmwb.contract.actions import LIST as ACTION_LIST
from crmwb.contract.lifecycle import MONTHS as STAGE_MONTHS
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.contract.value import TIER_MONTHS
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import (
    Count,
    Day,
    Days,
    Finding,
    Interval,
    Money,
    Month,
    Name,
    Share,
    Term,
    Unavailable,
    Value,
    loads,
)
from crmwb.plots import customer_card as plots

TERMS = ("tier", "rfm_segment", "value_class", "cluster_name", "stage", "risk_class")
# What the card lists, in this order: nothing that says who somebody is.
LISTED = (
    *("tier", "rfm_segment", "value_class", "cluster_name", "stage"),
    *("n_orders", "revenue_cents", "realised_margin_cents", "clv_cents", "next_tier_revenue_cents"),
    *("days_since_last", "usual_gap_days", "risk_class", "risk", "margin_at_stake_cents"),
    *("n_open_matters", "open_invoice_cents", "overdue_cents", "over_limit_cents", "n_contacts"),
    "n_campaigns_answered",
)  # fmt: skip


class CustomerCard:
    """What is known of one customer of the mart.

    Raises
    ------
    CrmwbError
        No customer has that id.
    """

    def __init__(self, root: Path, currency: str, customer_id: str) -> None:
        self._root = root
        self.currency = currency
        self.customer_id = customer_id
        frame = storage.read(MART, root=root)
        rows = frame[frame["customer_id"] == customer_id]
        if rows.empty:
            raise CrmwbError(f"customer {customer_id!r}: not in {layout.CUSTOMER_MART}; take an id from there (--id).")
        self.row: dict[str, Any] = {str(name): value for name, value in rows.iloc[0].items() if not pd.isna(value)}

    @cached_property
    def months(self) -> pd.DataFrame:
        """One row per month of their life: as_of (the day after it), revenue_cents, stage, tier (where known)."""
        stages = self._own(STAGE_MONTHS, ["as_of", "revenue_cents", "stage"])
        tiers = self._own(TIER_MONTHS, ["as_of", "tier"])
        return stages.merge(tiers, on="as_of", how="left").sort_values("as_of", ignore_index=True)

    @property
    def standing(self) -> Finding:
        """In which tier and stage they are, and how long ago they last bought."""
        if not self.row.get("n_purchase_days"):
            return Finding("customer_card.no_purchases", {"id": Name(self.customer_id)})
        values = {"id": Name(self.customer_id), "days": Days(self.row["days_since_last"])}
        values |= {name: Term(name, str(self.row[name])) for name in ("tier", "stage")}
        return Finding("customer_card.standing", values | {"since": Month(_day(self.row["stage_since"]))})

    @property
    def value(self) -> Finding | Unavailable:
        """What they brought, and what they are expected to bring."""
        if "realised_margin_cents" not in self.row:
            return Unavailable("customer_card.no_value")
        so_far = {"margin": self._money("realised_margin_cents")}
        if "clv_cents" not in self.row:
            return Finding("customer_card.value_so_far", so_far)
        ends = [f"clv_{end}_80_cents" for end in ("lower", "upper")]
        if not all(name in self.row for name in ends):
            return Finding("customer_card.value", so_far | {"clv": self._money("clv_cents")})
        span = Interval(*(self._money(name) for name in ends))
        return Finding("customer_card.value_range", so_far | {"clv": self._money("clv_cents"), "range": span})

    @property
    def risk(self) -> Finding | Unavailable:
        """How likely they are to leave, and the future margin at stake."""
        if "risk" not in self.row:
            return Unavailable("customer_card.no_risk")
        values = {"risk": Share(self.row["risk"]), "risk_class": Term("risk_class", str(self.row["risk_class"]))}
        if "margin_at_stake_cents" not in self.row:
            return Finding("customer_card.risk", values)
        return Finding("customer_card.risk_margin", values | {"money": self._money("margin_at_stake_cents")})

    @property
    def action(self) -> Finding:
        """What to do next, who does it, and why; or that nothing is listed."""
        rows = storage.read(ACTION_LIST, root=self._root)
        rows = rows[rows["customer_id"] == self.customer_id]
        if rows.empty:
            return Finding("customer_card.no_action")
        listed = rows.iloc[0]
        if listed["is_held_out"]:
            return Finding("customer_card.held_out")
        values = {
            "action": Term("action", str(listed["action"])),
            "due": Day(_day(listed["due_on"])),
            "reason": loads(listed["reason"]),
            "gain": Money(int(listed["gain_cents"]), self.currency),
            "cost": Money(int(listed["cost_cents"]), self.currency),
        }
        if not listed["owner"]:
            return Finding("customer_card.action", values)
        return Finding("customer_card.action_owner", values | {"owner": Name(str(listed["owner"]))})

    def listed(self) -> pd.DataFrame:
        """Return what is known, one row each: what (a column of the mart) and known (its value)."""
        there = [name for name in LISTED if name in self.row]
        return pd.DataFrame(
            {"what": [Term("column", name) for name in there], "known": [self._value_of(n) for n in there]}
        )

    def plot_months(self) -> Picture:
        """Draw the revenue of each month in the colour of the stage."""
        return draw(plots.months, self.months, self.currency, alt=Finding("customer_card.alt"), reason=self.standing)

    def _own(self, artefact: Artefact, columns: list[str]) -> pd.DataFrame:
        rows = storage.read(artefact, ["customer_id", *columns], root=self._root)
        return rows.loc[rows["customer_id"] == self.customer_id, columns]

    def _money(self, name: str) -> Money:
        return Money(int(self.row[name]), self.currency)

    def _value_of(self, name: str) -> Value:
        if name.endswith("_cents"):
            return self._money(name)
        if name in TERMS:
            return Term(name, str(self.row[name]))
        if name == "risk":
            return Share(self.row[name])
        return Days(self.row[name]) if "days" in name else Count(self.row[name])


def _day(value: Any) -> date:
    return pd.Timestamp(value).date()
