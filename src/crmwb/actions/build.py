"""The act stage: who is to do what with whom in the next period, and what earlier lists brought."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from crmwb import engine
from crmwb.actions import alerts, choice, follow_up, ledger, measured
from crmwb.actions.candidates import candidates
from crmwb.actions.choice import ActionList
from crmwb.actions.findings import findings
from crmwb.actions.follow_up import Result
from crmwb.actions.outcomes import outcomes
from crmwb.actions.plan import Place
from crmwb.actions.reasons import reasons
from crmwb.engine import Backend
from crmwb.findings import Finding
from crmwb.params.actions import ActionPlan
from crmwb.tables import Column


@dataclass(frozen=True)
class Acting:
    """What the act stage writes.

    Attributes
    ----------
    listed : ActionList
        The list of the period.
    reasons : list of Finding
        Why each of its customers is on it.
    summary : DataFrame
        One row per action of the plan: n_fitting, n_chosen, n_held_out, gain_cents with its interval, cost_cents,
        hours, basis, share.
    judged : list of Result
        What earlier lists brought.
    findings, alerts : list of Finding
        What leadership needs to know of the list, and what somebody should know now.
    """

    listed: ActionList
    reasons: list[Finding]
    summary: pd.DataFrame
    judged: list[Result]
    findings: list[Finding]
    alerts: list[Finding]

    @property
    def results(self) -> pd.DataFrame:
        """One row per action judged: its effect, cost and verdict."""
        rows = [{"action": r.action, "verdict": r.verdict, **asdict(r.effect), "cost_cents": r.cost_cents,
                 "assumed_cents": r.assumed_cents, "share": r.share.value} for r in self.judged]  # fmt: skip
        return pd.DataFrame(rows)


def build(
    con: Backend,
    mart: ir.Table,
    kinds: Mapping[str, Column],
    plan: ActionPlan,
    *,
    place: Place,
    past: pd.DataFrame,
    campaigns: Mapping[str, pd.DataFrame],
    transactions: ir.Table | None,
    observed: Mapping[str, Any],
    margin_share: float,
    seed: int,
) -> Acting:
    """Make the list of a period.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    mart : ir.Table
        One row per customer.
    kinds : mapping of str to Column
        What each column of the mart holds.
    plan : ActionPlan
        actions.yaml.
    place : callable
        How messages name its keys.
    past : DataFrame
        The ledger of lists handed out before.
    campaigns : mapping of str to DataFrame
        campaigns and effects, as the respond stage writes them.
    transactions : ir.Table or None
        For what customers of earlier lists brought.
    observed : mapping
        as_of and currency.
    margin_share : float
        Margin over revenue.
    seed : int
        Of the hold-outs.

    Raises
    ------
    CrmwbError
        The plan asks for what the mart does not have, or the ledger's customers cannot be told without the secret key.
    """
    as_of = date.fromisoformat(observed["as_of"][:10])
    known = candidates(con, mart, kinds, plan, place)
    brought = outcomes(con, transactions, past, known.customer_id, as_of=as_of, margin_share=margin_share)
    judged = follow_up.results(past, brought, plan, as_of) if len(brought) else []
    of_campaigns = measured.shares(plan, known, campaigns["campaigns"], campaigns["effects"], margin_share)
    shares = follow_up.shares(plan, judged, of_campaigns)
    cooling = ledger.cooling(past, known.customer_id, plan, as_of)
    listed = choice.choose(known, plan, shares, cooling, as_of=as_of, seed=seed)
    summary = pd.DataFrame([_summary(name, listed, shares[name]) for name in shares])
    currency = observed["currency"]
    customers = engine.batches(con, mart.order_by("customer_id").select(*alerts.COLUMNS)).read_pandas()
    alerted = alerts.alerts(customers, plan.alerts, currency)
    why = reasons(con, mart, kinds, plan, rows=listed.rows, currency=currency)
    return Acting(
        listed, why, summary, judged, findings(listed, judged, plan, campaigns["campaigns"], currency), alerted
    )


def _summary(name: str, listed: ActionList, share: choice.Share) -> dict[str, Any]:
    rows = listed.rows[listed.rows["action"] == name]
    doing = rows[~rows["is_held_out"]]
    sums = ("gain_cents", "gain_low_cents", "gain_high_cents", "cost_cents", "hours")
    return {
        "action": name,
        "n_fitting": listed.n_fitting[name],
        "n_chosen": len(doing),
        "n_held_out": len(rows) - len(doing),
        **{column: doing[column].sum() for column in sums},
        "basis": share.basis,
        "share": share.value,
    }
