"""The act stage: who is to do what with whom in the next period, and what earlier lists brought."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from crmwb import engine
from crmwb.actions import alerts, changes, choice, follow_up, ledger, measured, proportion, readiness, supported
from crmwb.actions.alert import Alert, by_money
from crmwb.actions.candidates import candidates
from crmwb.actions.choice import ActionList
from crmwb.actions.findings import findings, follow_up_findings
from crmwb.actions.follow_up import Result
from crmwb.actions.inputs import Inputs
from crmwb.actions.outcomes import outcomes
from crmwb.actions.plan import Place
from crmwb.actions.readiness import Readiness
from crmwb.actions.reasons import reasons
from crmwb.contract import Column
from crmwb.engine import Backend
from crmwb.findings import Finding
from crmwb.params import Params
from crmwb.params.actions import ActionPlan


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
    findings : list of Finding
        What leadership needs to know of the list, and of the lists before.
    alerts : list of Alert
        What somebody should know now.
    readiness : list of Readiness
        What the history supports.
    """

    listed: ActionList
    reasons: list[Finding]
    summary: pd.DataFrame
    judged: list[Result]
    findings: list[Finding]
    alerts: list[Alert]
    readiness: list[Readiness]

    @property
    def results(self) -> pd.DataFrame:
        """One row per action judged: its effect, cost and verdict."""
        rows = [{"action": r.action, "verdict": r.verdict, **asdict(r.effect), "cost_cents": r.cost_cents,
                 "assumed_cents": r.assumed_cents, "share": r.share.value} for r in self.judged]  # fmt: skip
        return pd.DataFrame(rows)


def build(
    con: Backend, known: Inputs, kinds: Mapping[str, Column], plan: ActionPlan, *, place: Place, p: Params
) -> Acting:
    """Make the list of a period.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    known : Inputs
        Artefacts of the stages before.
    kinds : mapping of str to Column
        What each column of the mart holds.
    plan : ActionPlan
        actions.yaml.
    place : callable
        How messages name its keys.
    p : Params
        params.yaml.

    Raises
    ------
    CrmwbError
        The plan is in another currency than the source, asks for what the mart does not have, or the ledger's customers
        cannot be told without the secret key.
    """
    proportion.require_currency(plan, known.currency, place)
    as_of, margin = known.as_of, known.margin_share
    fitting = candidates(con, known.mart, kinds, plan, place)
    transactions = known.clean.get("transactions")
    brought = outcomes(con, transactions, known.past, fitting.customer_id, as_of=as_of, margin_share=margin)
    judged = follow_up.results(known.past, brought, plan, as_of) if len(brought) else []
    said_of_lists = follow_up_findings(
        known.past, judged, follow_up.unjudged(known.past, brought, plan, judged, as_of), known.currency
    )
    of_campaigns = measured.shares(plan, fitting, known.campaigns, known.effects, margin)
    shares = follow_up.shares(plan, judged, of_campaigns)
    cooling = ledger.cooling(known.past, fitting.customer_id, plan, as_of)
    rates = supported.base_rates(
        con,
        known.mart,
        transactions,
        fitting,
        plan,
        shares=shares,
        as_of=as_of,
        first_day=known.first_day,
        margin_share=margin,
    )
    lowered = supported.lowered(fitting, plan, shares, rates)
    listed = choice.choose(fitting, plan, shares, cooling, as_of=as_of, seed=p.seed, rates=rates)
    usual = proportion.usual(con, known.mart, transactions, None if known.is_margin_assumed else margin)
    doubtful = proportion.findings(plan, fitting, shares, usual, known.currency)
    doubtful += supported.findings(lowered, plan.most_lift)
    columns = list(dict.fromkeys((*alerts.COLUMNS, *readiness.READ)))
    customers = engine.batches(con, known.mart.order_by("customer_id").select(*columns)).read_pandas()
    return Acting(
        listed,
        reasons(
            con,
            known.mart,
            kinds,
            plan,
            rows=listed.rows,
            currency=known.currency,
            returns=supported.returns(listed.rows, fitting, rates),
        ),
        pd.DataFrame([_summary(name, listed, shares[name], lowered.get(name)) for name in shares]),
        judged,
        [*findings(listed, plan, known.campaigns, known.currency), *doubtful, *said_of_lists],
        alerts=by_money(_alerts(con, known, plan, customers)),
        readiness=readiness.readiness(customers, known, p),
    )


def _alerts(con: Backend, known: Inputs, plan: ActionPlan, customers: pd.DataFrame) -> Iterator[Alert]:
    deals = pd.DataFrame(columns=["customer_id", "owner", "amount_cents"])
    if "opportunities" in known.clean:
        table = known.clean["opportunities"]
        is_open = (table.opened_on < known.as_of) & (table.closed_on.isnull() | (table.closed_on >= known.as_of))
        rows = table.filter(is_open).order_by("opportunity_id").select(*deals.columns)
        deals = engine.batches(con, rows).read_pandas()
    yield from alerts.alerts(
        customers, deals, plan.alerts, currency=known.currency, total=known.total,
        is_comparable=known.is_comparable, since=known.since,
    )  # fmt: skip
    if known.accepted is not None and known.then is not None:
        yield from changes.changes(
            customers,
            known.then,
            known.accepted,
            plan.alerts.since_accepted,
            as_of=known.as_of,
            best_tier=known.best_tier,
            forecast=known.forecast,
            set_aside=known.set_aside,
            currency=known.currency,
            total=known.total,
        )


def _summary(name: str, listed: ActionList, share: choice.Share, lowered: supported.Lowered | None) -> dict[str, Any]:
    rows = listed.rows[listed.rows["action"] == name]
    doing = rows[~rows["is_held_out"]]
    sums = ("gain_cents", "gain_low_cents", "gain_high_cents", "cost_cents", "hours")
    return {
        "action": name,
        "n_fitting": listed.n_fitting[name],
        "n_chosen": len(doing),
        "n_held_out": len(rows) - len(doing),
        "is_too_small": name in listed.too_small,
        **{column: doing[column].sum() for column in sums},
        "basis": share.basis,
        "share": share.value,
        "return_share": float("nan") if lowered is None else round(lowered.return_share, 6),
        "n_lowered": 0 if lowered is None else lowered.n_lowered,
        "n_dropped": 0 if lowered is None else lowered.n_dropped,
    }
