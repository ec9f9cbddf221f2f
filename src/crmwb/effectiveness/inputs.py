"""What the effectiveness stage reads: the customer mart and the artefacts behind the other reports."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.actions import LIST as ACTION_LIST
from crmwb.contract.actions import RESULTS as ACTION_RESULTS
from crmwb.contract.actions import SUMMARY as ACTION_SUMMARY
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.contract.recommend import TESTS, TOGETHER
from crmwb.contract.response import CAMPAIGNS, EFFECTS
from crmwb.contract.segments import ACCEPTANCE
from crmwb.effectiveness.metrics import Tables
from crmwb.engine import Backend
from crmwb.findings import Finding, Interval, Money, from_json
from crmwb.params import Params
from crmwb.params.lifecycle import LEAVING
from crmwb.value.potential.total import TotalRange

READ = (
    "customer_id", "kind", "acquired_on", "acquisition_channel", "country", "region", "industry", "company_size",
    "age_band", "income_band", "owner", "contactable", "first_purchase_on", "n_purchase_days", "n_orders",
    "lines_per_order", "days_since_last", "mean_gap_days", "discount_share", "revenue_cents", "recent_revenue_cents",
    "top_product_line", "n_channels", "n_stores", "n_campaigns_received", "n_contacts", "n_marketing_contacts",
    "n_sales_contacts", "n_service_contacts", "mean_satisfaction", "tier", "stage", "risk_class",
    "margin_at_stake_cents", "clv_cents", "profit_cents", "loss_cents", "overdue_cents", "next_tier_revenue_cents",
    "wallet_headroom_cents", "yearly_revenue_cents",
)  # fmt: skip
OUTCOMES = "response.outcomes"


@dataclass(frozen=True)
class Inputs:
    """Artefacts of the stages before.

    Attributes
    ----------
    con, clean : Backend, dict of str to ir.Table
        The engine, and the clean tables.
    mart : DataFrame
        READ of the customer mart.
    quality, value, models, lifecycle, migration : dict
        The summaries of these stages.
    outcomes : Finding or None
        How many campaigns had a significant effect, as the report on campaigns states it.
    acceptance, campaigns, effects, tests, together, listed, summary, results : DataFrame
        Tests of segments; campaigns and their effects; tests of recommendations and pairs of products; the list of
        actions, their sums, and the results of earlier lists.
    currency : str
        Of every amount.
    first_day, as_of : date
        The day of the first event, and that of the analysis.
    params : Params
        Every choice.
    """

    con: Backend
    clean: Tables
    mart: pd.DataFrame
    quality: dict[str, Any]
    value: dict[str, Any]
    models: dict[str, Any]
    lifecycle: dict[str, Any]
    migration: dict[str, Any]
    acceptance: pd.DataFrame
    campaigns: pd.DataFrame
    effects: pd.DataFrame
    tests: pd.DataFrame
    together: pd.DataFrame
    outcomes: Finding | None
    listed: pd.DataFrame
    summary: pd.DataFrame
    results: pd.DataFrame
    currency: str
    first_day: date
    as_of: date
    params: Params

    @property
    def buyers(self) -> pd.DataFrame:
        """The rows of the mart of customers who have bought, as every report counts them."""
        return self.mart[self.mart["n_purchase_days"].fillna(0) > 0]

    @property
    def at_risk(self) -> pd.DataFrame:
        """The buyers who are at risk or likely lost."""
        return self.buyers[self.buyers["risk_class"].isin(LEAVING)]

    def future(self, cents: float, tier: str | None = None) -> Money | Interval:
        """Return a sum of values to come, of all or of a tier: its 80% range where the history supports no figure."""
        total = TotalRange.of(self.models) if tier is None else TotalRange.of_tier(self.models, tier)
        return total.stated(cents, self.currency)

    def money(self, cents: float | None) -> Money:
        """Return an amount in the currency of the source."""
        return Money(cents, self.currency)


def read(con: Backend, p: Params) -> Inputs:
    """Read what the stage needs.

    Raises
    ------
    CrmwbError
        An artefact is not there yet, or is damaged.
    """
    observed = storage.read_json(layout.OBSERVATION)
    return Inputs(
        con=con,
        clean=storage.open_tables(con, layout.CLEAN),
        mart=storage.read(MART, READ),
        quality=storage.read_json(layout.QUALITY_SUMMARY),
        value=storage.read_json(layout.VALUE_FACTS),
        models=storage.read_json(layout.VALUE_MODELS),
        lifecycle=storage.read_json(layout.LIFECYCLE_FACTS),
        migration=storage.read_json(layout.MIGRATION_FACTS),
        acceptance=storage.read(ACCEPTANCE),
        campaigns=storage.read(CAMPAIGNS),
        effects=storage.read(EFFECTS),
        tests=storage.read(TESTS),
        together=storage.read(TOGETHER),
        outcomes=_outcomes(),
        listed=storage.read(ACTION_LIST, ["owner", "action", "gain_cents", "basis", "is_held_out"]),
        summary=storage.read(ACTION_SUMMARY),
        results=storage.read(ACTION_RESULTS),
        currency=observed["currency"],
        first_day=date.fromisoformat(observed["first_event"][:10]),
        as_of=date.fromisoformat(observed["as_of"][:10]),
        params=p,
    )


def _outcomes() -> Finding | None:
    known = [from_json(content) for content in storage.read_json(layout.RESPONSE_FINDINGS)]
    return next((finding for finding in known if finding.code == OUTCOMES), None)
