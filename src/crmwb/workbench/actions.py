"""Actions: the next best actions with their owners, and the results of earlier lists."""

from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from crmwb import layout, storage
from crmwb.actions import plan as plans
from crmwb.actions.basis import LITTLE, assumed_share
from crmwb.actions.holdouts import least_chosen
from crmwb.contract.actions import LIST as ACTION_LIST
from crmwb.contract.actions import READINESS
from crmwb.contract.actions import RESULTS as ACTION_RESULTS
from crmwb.contract.actions import SUMMARY as ACTION_SUMMARY
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Interval, Money, Share, Times, from_json, loads
from crmwb.params.actions import ActionPlan
from crmwb.plots import actions as plots

BROUGHT = "result"  # begins the names of findings about the lists before
JUDGED = "result_"  # begins the names of those of an action that was judged
MOST_RESULTS = 3  # for leadership
UNOWNED = "unowned"  # whom alerts of customers without an owner are for
NOTICEABLE = 0.005  # of what the best list could bring


class Actions:
    """The results of the stage `act`."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def plan(self) -> ActionPlan:
        """actions.yaml."""
        return plans.load(self._root / layout.ACTION_PLAN)[0]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer with an action, held out or not: owner, action, expected gain, cost, dates."""
        return storage.read(ACTION_LIST, root=self._root)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row per action: gains that were measured before assumed ones, the largest first of each."""
        return measured_first(storage.read(ACTION_SUMMARY, root=self._root), "action")

    @property
    def shown_summary(self) -> pd.DataFrame:
        """`summary` for people: of actions that fit anybody; n_held_out says of which nobody is held out, and why."""
        summary = self.summary[self.summary["n_fitting"] > 0].reset_index(drop=True)
        unseen = {action.name for action in self.plan.actions if not action.is_followed_up}
        held_out = [
            Finding("actions.too_few_to_measure") if is_too_small
            else Finding("actions.no_purchase_shows_it") if name in unseen
            else Count(int(n))
            for name, n, is_too_small in zip(
                summary["action"], summary["n_held_out"], summary["is_too_small"], strict=True
            )
        ]  # fmt: skip
        return summary.assign(n_held_out=pd.Series(held_out, index=summary.index, dtype=object))

    @property
    def chosen_note(self) -> Finding:
        """How an action is chosen, and how much of the gain behind the choice is assumed."""
        doing = self.frame[~self.frame["is_held_out"].astype(bool)]
        assumed = 0.0 if doing.empty else assumed_share(doing)
        if not assumed:
            return Finding("actions.note.chosen")
        code = "chosen_assumed" if assumed > 1 - LITTLE else "chosen_mixed"
        values = {} if code == "chosen_assumed" else {"assumed": Share(assumed)}
        if not self.plan.caution:
            return Finding(f"actions.note.{code}", values)
        return Finding(f"actions.note.{code}_cautious", values | {"weight": Share(1 - self.plan.caution)})

    @property
    def supported_note(self) -> Finding | None:
        """How far the history limits gains that are not proven; None where the plan sets no limit."""
        if self.plan.most_lift is None:
            return None
        return Finding("actions.note.supported", {"times": Times(self.plan.most_lift)})

    @property
    def cost_note(self) -> Finding | None:
        """What the actions of the list cost per customer, from the cheapest to the dearest; None where it is empty."""
        costs = self.frame.loc[~self.frame["is_held_out"].astype(bool), "cost_cents"]
        if costs.empty:
            return None
        least, most = (Money(int(cents), self.currency) for cents in (costs.min(), costs.max()))
        return Finding("actions.note.cost", {"cost": least if least == most else Interval(least, most)})

    @property
    def reach_note(self) -> Finding | None:
        """How near the list comes to the best one within the same limits; None where it is empty."""
        if self.frame.empty:
            return None
        if self.gap < NOTICEABLE:
            return Finding("actions.note.reached_all")
        return Finding("actions.note.reached", {"reached": Share(1 - self.gap)})

    @property
    def hold_out_note(self) -> Finding:
        """Who is held out of actions, and of which nobody is."""
        share = self.plan.hold_out_share
        least = least_chosen(share, self.plan.period_days)
        if least is None:
            return Finding("actions.note.nobody_held_out")
        return Finding("actions.note.held_out", {"share": Share(share), "least": Count(least, "customer")})

    @cached_property
    def results(self) -> pd.DataFrame:
        """One row per action whose lists are due for review: effect per customer with interval, cost, verdict."""
        return storage.read(ACTION_RESULTS, root=self._root)

    @cached_property
    def findings(self) -> list[Finding]:
        """The findings about the list for leadership."""
        return [finding for finding in self._findings if not is_named(finding, BROUGHT)]

    @cached_property
    def brought(self) -> list[Finding]:
        """What the lists before brought, or why that is not known; empty where none was handed out."""
        return [finding for finding in self._findings if is_named(finding, BROUGHT)]

    @property
    def brought_in_short(self) -> list[Finding]:
        """`brought` for leadership: what was judged and how many lists; where nothing was, the first reason why."""
        judged = [finding for finding in self.brought if is_named(finding, JUDGED)]
        others = [finding for finding in self.brought if finding not in judged]
        return [*judged[:MOST_RESULTS], *others[: 1 if judged else 2]]

    @cached_property
    def _findings(self) -> list[Finding]:
        return [from_json(content) for content in storage.read_json(self._root / layout.ACTION_FINDINGS)]

    @cached_property
    def alerts(self) -> list[Finding]:
        """The alerts, the largest amount first."""
        return [from_json(alert["finding"]) for alert in storage.read_json(self._root / layout.ACTION_ALERTS)]

    @cached_property
    def alert_owners(self) -> pd.DataFrame:
        """One row per alert, as `alerts`: finding, and owner (of an account, or who else it is for)."""
        rows = storage.read_json(self._root / layout.ACTION_ALERTS)
        return pd.DataFrame({"finding": self.alerts, "owner": [row["owner"] or UNOWNED for row in rows]}, dtype=object)

    @cached_property
    def readiness(self) -> pd.DataFrame:
        """One row per analysis: is_ready, what there is (has) and what it takes (needs), as findings."""
        frame = storage.read(READINESS, root=self._root).sort_values("position", ignore_index=True)
        findings = {name: [loads(text) for text in frame[name]] for name in ("has", "needs")}
        return frame.drop(columns="position").assign(**findings)

    @property
    def gap(self) -> float:
        """Share of what any choice could gain that this one may miss at most."""
        return float(storage.read_json(self._root / layout.ACTION_METRICS)["gap"])

    def top(self, n: int) -> pd.DataFrame:
        """Return the customers to act on: measured gains before assumed ones, the largest first of each."""
        return measured_first(self.frame[~self.frame["is_held_out"]], "customer_id").head(n)

    def owners(self) -> pd.DataFrame:
        """Sum the list up by owner, the largest gain first; without owners, no row."""
        doing = self.frame[~self.frame["is_held_out"] & (self.frame["owner"] != "")]
        sums = doing.groupby("owner").agg(
            n_chosen=("customer_id", "size"),
            hours=("hours", "sum"),
            gain_cents=("gain_cents", "sum"),
            cost_cents=("cost_cents", "sum"),
        )
        return sums.sort_values("gain_cents", ascending=False, kind="stable").reset_index()

    def what_if(self, plan: ActionPlan) -> pd.DataFrame:
        """Make the list by another plan, and compare it with that of `self.plan`, by action.

        Parameters
        ----------
        plan : ActionPlan
            Such as `wb.actions.plan.model_copy(update={"budget": 500.0})`.

        Returns
        -------
        DataFrame
            One row per action of either plan: n, gain_cents and cost_cents now and then (`_then`), hold-outs left out.
            Cool-downs and gains that earlier lists taught are left out of both.
        """
        from crmwb import engine, params
        from crmwb.actions.candidates import candidates
        from crmwb.actions.choice import choose
        from crmwb.actions.follow_up import shares
        from crmwb.actions.inputs import margin
        from crmwb.actions.supported import base_rates
        from crmwb.marts import mart

        p = params.load(self._root / layout.PARAMS)
        observed = storage.read_json(self._root / layout.OBSERVATION)
        as_of, first_day = (date.fromisoformat(observed[name][:10]) for name in ("as_of", "first_event"))
        margin_share = margin(storage.read_json(self._root / layout.VALUE_MODELS), p)[0]
        tables = []
        with engine.connect(p.engine) as con:
            known = storage.open_artefact(con, MART, "mart", root=self._root)
            clean = storage.open_tables(con, self._root / layout.CLEAN).get("transactions")
            for one in (self.plan, plan):
                fitting, won = candidates(con, known, mart.by_name(), one), shares(one, [], {})
                rates = base_rates(
                    con,
                    known,
                    clean,
                    fitting,
                    one,
                    shares=won,
                    as_of=as_of,
                    first_day=first_day,
                    margin_share=margin_share,
                )
                rows = choose(fitting, one, won, {}, as_of=as_of, seed=p.seed, rates=rates).rows
                groups = rows[~rows["is_held_out"]].groupby("action")
                sums = {"gain_cents": ("gain_cents", "sum"), "cost_cents": ("cost_cents", "sum")}
                tables.append(groups.agg(n=("customer_id", "size"), **sums))
        compared = tables[0].join(tables[1], how="outer", rsuffix="_then").fillna(0)
        return compared.astype("int64").reset_index()

    def plot_gains(self) -> Picture:
        """Draw the expected gain of each action."""
        rows = self.summary[self.summary["n_chosen"] > 0]
        return draw(plots.gains, rows, self.currency, alt=Finding("actions.alt.gains"))


def measured_first(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Sort expected gains: those that were measured before those that are assumed, the largest first of each."""
    ranked = rows.assign(is_assumed=rows["basis"] == "assumed")
    ranked = ranked.sort_values(["is_assumed", "gain_cents", key], ascending=[True, False, True], ignore_index=True)
    return ranked.drop(columns="is_assumed")


def is_named(finding: Finding, begins: str) -> bool:
    """Tell whether the name of a finding within its catalogue begins so."""
    return finding.code.partition(".")[2].startswith(begins)
