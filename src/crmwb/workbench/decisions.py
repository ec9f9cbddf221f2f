"""What leadership has to decide: at most five actions, each with the money at stake, an owner and how sure it is."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pandas as pd

from crmwb.actions.basis import LITTLE, assumed_share
from crmwb.display.blocks import Decision
from crmwb.findings import Count, Days, Finding, Interval, Money, Name, Share, Term, Unavailable, Value
from crmwb.marts.lost_accounts import lost_accounts
from crmwb.marts.regulars import Regulars
from crmwb.params.lifecycle import RISK_CLASSES
from crmwb.response.returns import Margin, returns
from crmwb.workbench.campaign_groups import SURE
from crmwb.workbench.revenue_change import beside_year_ago
from crmwb.workbench.risk_changes import N_NAMED, named

if TYPE_CHECKING:
    from crmwb.workbench import Workbench

_, AT_RISK, LIKELY_LOST = RISK_CLASSES
MOST = 5
SUMMARIES = tuple(f"actions.summary_{basis}" for basis in ("assumed", "mixed", "measured"))
ONE_ASSUMPTION = "actions.one_assumption"
MOST_ASSUMED = 0.5  # of a gain, from where on it counts as assumed
KEY_TIERS = 2  # the upper ones, whose customers are called first
MOST_PERSONS = 0.5  # of customers, from where on advice is for persons
STOPPED = "circumstances.channel_stopped"
UNPAID = "unpaid"  # the reason of a loss that ends once invoices are paid
OWNS = 0.5  # of an alert's money, from where on its owner answers for all of it
MATERIAL = 0.001  # of the revenue of 12 months: what wins less is no matter for leadership
YEAR_MONTHS, YEAR_DAYS = 12, 365


def decisions(wb: "Workbench", most: int = MOST) -> list[Decision]:
    """Return what leadership has to decide, most money first, and last what would win money by assumptions only.

    What the history cannot support is left out: no forecast, no decision that rests on one. So is what wins, after its
    cost, less than `MATERIAL` of the revenue of 12 months: it stays in the list of actions and on its own page. Where
    there are more than `most`, those that stop a loss go before those that plan.

    Parameters
    ----------
    wb : Workbench
        Of a project whose pipeline has run to its reports.
    most : int, default 5
        How many at most.
    """
    candidates = (overdue, fall, lost, risk, losses, action_list, campaigns, best_tier, plan, cost_gap)
    least = MATERIAL * wb.customers.months["revenue_cents"].tail(YEAR_MONTHS).sum()
    material = [decision for candidate in candidates for decision in candidate(wb) if decision.weight >= least]
    return sorted(material[:most], key=lambda decision: (decision.is_assumed, -decision.weight))


def overdue(wb: "Workbench") -> Iterator[Decision]:
    """Yield what is overdue, where actions.yaml calls it an alert."""
    alert = _alert(wb, "actions.alert.overdue")
    if alert:
        values = {"money": alert.values["money"], "n": alert.values["n"]}
        yield _decision("overdue", values, _owner(alert, "finance"), "accounts_and_credit", alert.weight)


def fall(wb: "Workbench") -> Iterator[Decision]:
    """Yield a fall of revenue against the year before, where actions.yaml calls it an alert."""
    alert = _alert(wb, "actions.alert.revenue_fell")
    if alert:
        more = beside_year_ago(wb)
        values: dict[str, Value] = {
            "change": alert.values["change"],
            "less": Money(round(alert.weight), wb.currency),
        }
        values |= {} if more is None else {"more": more}
        stake = "stake" if more is None else "stake_and_more"
        title, decide, sure = "title", "decide", "sure"
        gone = next((f for f in wb.circumstances.findings if f.code == STOPPED), None)
        if gone is not None and (fell := _least(gone.values.get("fell"))) >= OWNS * alert.weight:
            values |= gone.values
            title, stake, decide = "title_channel", "stake_channel", "decide_channel"
            sure = "sure_channel" if fell >= alert.weight else "sure"
        yield _decision(
            "fall", values, Term("department", "sales"), "lifecycle_and_retention", alert.weight,
            title=title, stake=stake, decide=decide, sure=sure,
        )  # fmt: skip


def risk(wb: "Workbench") -> Iterator[Decision]:
    """Yield who is at risk, where the chance of leaving was tested and their future margin is known.

    It weighs what the list of actions is expected to keep of it, less the cost: that is what can be decided. Those who
    are likely lost already are counted beside them: they are no longer to be kept. Where customer numbers were
    replaced, nobody can say who left; where sales stop now in every year, nobody would buy whom one keeps. Where
    most of all are at risk or likely lost, it is of regular buyers, or of the list where these are few.
    """
    buyers, tested = wb.customers.buyers, wb.lifecycle.facts["risk"]
    at_risk = buyers[buyers["risk_class"] == AT_RISK]
    at_stake = at_risk["margin_at_stake_cents"].sum(min_count=1)
    if not tested["is_available"] or at_risk.empty or pd.isna(at_stake) or at_stake <= 0:
        return
    if wb.circumstances.ids_replaced or wb.circumstances.closes_now or wb.value.too_uncertain:
        return
    listed = wb.actions.frame
    doing = listed[listed["customer_id"].isin(at_risk["customer_id"]) & ~listed["is_held_out"].astype(bool)]
    gain, cost = int(doing["gain_cents"].sum()), int(doing["cost_cents"].sum())
    if gain <= cost:
        return
    assumed = assumed_share(doing)
    is_assumed = assumed > MOST_ASSUMED
    basis = "assumed" if assumed > 1 - LITTLE else "mixed" if assumed else "measured"
    keeps: dict[str, Value] = {
        "assumed": Share(assumed),
        "gain": Money(gain, wb.currency),
        "n_listed": Count(len(doing), "customer"),
        "cost": Money(cost, wb.currency),
    }
    key = at_risk["tier"].isin(wb.value.scorecard.names[:KEY_TIERS])
    values = {
        "n": Count(len(at_risk), "customer"),
        "share": Share(len(at_risk) / len(buyers)),
        "money": wb.value.future(at_stake),
        "n_listed": Count(len(doing), "customer"),
        "keeps": Finding(f"decisions.keeps_{basis}", keeps),
        "n_key": Count(int(key.sum())),
        "n_lost": Count(int((buyers["risk_class"] == LIKELY_LOST).sum())),
        "n_moments": Count(int(tested["reliability"]["n_moments"]), "month_end"),
    }
    alert = _alert(wb, "actions.alert.key_customers")
    owner = _owner(alert, "sales") if alert else Term("department", "sales")
    code = "risk" if key.any() else "risk_below"
    stake = "stake_of_numbers" if wb.circumstances.numbers_per_order else "stake"
    regulars = None if wb.circumstances.numbers_per_order else Regulars.where_most_leave(buyers)
    if regulars and not regulars.are_news and regulars.is_mostly_once:
        code = "risk_once"
        values["once"] = Count(int((at_risk["n_purchase_days"] == 1).sum()))
    if regulars and regulars.are_news and len(regulars.at_risk):
        code = "risk_regulars"
        values |= {
            "n": Count(len(regulars.at_risk), "customer"),
            "part": wb.value.future(regulars.at_risk["margin_at_stake_cents"].sum()),
            "n_all": Count(len(at_risk), "customer"),
        }
    weight = float(gain - cost)
    yield _decision(code, values, owner, "lifecycle_and_retention", weight, stake=stake, is_assumed=is_assumed)


def lost(wb: "Workbench") -> Iterator[Decision]:
    """Yield which of the largest customers are likely lost, by name, where the chance of leaving was tested."""
    happened, tested = wb.circumstances, wb.lifecycle.facts["risk"]
    if not tested["is_available"] or happened.ids_replaced or happened.closes_now or happened.numbers_per_order:
        return
    buyers = wb.customers.buyers
    rows = lost_accounts(buyers)
    if rows.empty:
        return
    first, brought = rows.iloc[0], int(rows["revenue_cents"].sum())
    owner = Name(first["owner"]) if isinstance(first["owner"], str) and first["owner"] else Term("department", "sales")
    values = {
        "who": named(rows.head(N_NAMED)),
        "n": Count(len(rows), "customer"),
        "n_more": Count(max(len(rows) - N_NAMED, 0)),
        "money": Money(brought, wb.currency),
        "share": Share(brought / int(buyers["revenue_cents"].sum())),
        "days": Days(first["days_since_last"]),
        "gap": Days(round(first["usual_gap_days"])),
        "chance": Share(1 - first["risk"]),
        "horizon": Days(first["risk_horizon_days"]),
        "n_moments": Count(int(tested["reliability"]["n_moments"]), "month_end"),
    }
    code = "lost" if len(rows) == 1 else "lost_several" if len(rows) <= N_NAMED else "lost_many"
    a_year = brought * YEAR_DAYS / max(float(first["age_days"] - first["days_since_last"]), YEAR_DAYS)
    yield _decision(code, values, owner, "customers_at_risk", a_year)


def losses(wb: "Workbench") -> Iterator[Decision]:
    """Yield which customers cost more than they bring even if all pay, where costs are known.

    What is lost only if invoices stay unpaid is at stake with those overdue, and is not counted twice.
    """
    lost = wb.value.realised.unprofitable
    if not lost or not lost["before_unpaid"]:
        return
    reasons = lost["before_unpaid"]
    cents = sum(reason["loss_cents"] for reason in reasons)
    first = max(reasons, key=lambda reason: (reason["reason"] != UNPAID, reason["loss_cents"]))
    values = {
        "n": Count(sum(reason["n_customers"] for reason in reasons), "customer"),
        "money": Money(cents, wb.currency),
        "reason": Term("loss_reason", first["reason"]),
        "choice": Term("loss_choice", first["reason"]),
        "share": Share(first["loss_share"]),
    }
    stake = "stake_paid" if cents < lost["loss_cents"] else "stake"
    yield _decision("losses", values, Term("department", "sales"), "value", float(cents), stake=stake)


def action_list(wb: "Workbench") -> Iterator[Decision]:
    """Yield the list of next actions, where it names anybody, with what it is expected to win less its cost."""
    summary = next((f for f in wb.actions.findings if f.code in SUMMARIES), None)
    if summary is None or wb.circumstances.ids_replaced:  # it would win back old numbers
        return
    held_out = Count(int(wb.actions.frame["is_held_out"].sum()), "customer")
    owners = sorted({name for name in wb.actions.frame["owner"].dropna() if name})
    owner = (
        Finding("decisions.account_owners", {"n": Count(len(owners))}) if owners else Term("department", "marketing")
    )
    cost = summary.values["cost"]
    net = summary.weight - (cost.cents or 0) if isinstance(cost, Money) else summary.weight
    basis = summary.code.rpartition("_")[2]
    one = next((f for f in wb.actions.findings if f.code == ONE_ASSUMPTION), None) if basis == "assumed" else None
    yield _decision(
        "list", {**summary.values, **(one.values if one else {}), "held_out": held_out}, owner, "actions_and_alerts",
        net, stake=f"stake_{basis}", decide="decide" if held_out.value else "decide_untested",
        sure="sure_one" if one else f"sure_{basis}", title="title_assumed" if basis == "assumed" else "title",
        is_assumed=basis == "assumed",
    )  # fmt: skip


def campaigns(wb: "Workbench") -> Iterator[Decision]:
    """Yield which campaign raised revenue beyond chance, however many were tested, or that none had a control group.

    Where the source states costs, margins are set against them; what surely lost most is a decision of its own.
    """
    rows = wb.campaigns.revenue
    if rows.empty:
        return
    known = wb.value.models.get("margin")
    margin = Margin(known["share"], known["is_assumed"]) if known else Margin(0.0, is_assumed=True)
    paid = returns(rows if known else rows.head(0), margin)
    lost = paid[paid["is_experiment"].astype(bool) & (paid["verdict"] == "lost")]
    if len(lost):
        worst = lost.assign(loss=lost["cost_cents"] - lost["margin_cents"]).nlargest(1, "loss").iloc[0]
        values = {"campaign": Name(str(worst["name"])), **_return_values(worst, wb.currency)}
        sure = "sure_assumed" if margin.is_assumed else "sure"
        owner = Term("department", "marketing")
        yield _decision("campaign_costly", values, owner, "campaigns", float(worst["loss"]), sure=sure)
    tested = rows["p_of_all"].notna()
    proven = rows[tested & (rows["difference"] > 0) & (rows["p_of_all"] < SURE)]
    proven = proven[~proven["campaign_id"].isin(lost["campaign_id"])]
    if len(proven):
        best = proven.assign(extra=proven["difference"] * proven["n_treated"]).nlargest(1, "extra").iloc[0]
        low, high = (Money(round(best[end] * best["n_treated"]), wb.currency) for end in ("low", "high"))
        money = round(best["extra"])
        values = {
            "campaign": Name(str(best["name"])),
            "money": Money(money, wb.currency),
            "range": Interval(low, high),
            "tested": Count(int(tested.sum()), "campaign"),
        }
        stake, sure, owner = "stake", "sure", Term("department", "marketing")
        for _, own in paid[paid["campaign_id"] == best["campaign_id"]].iterrows():
            values |= _return_values(own, wb.currency)
            values["margin_share"] = Share(margin.share)
            stake = f"stake_{own['verdict']}"
            sure = "sure_assumed" if margin.is_assumed else "sure"
        later = int(best.get("n_later_unproven", 0))
        values["later"] = Count(later, "campaign")
        title, decide = ("title_later", "decide_later") if later else ("title", "decide")
        yield _decision(
            "campaign_proven", values, owner, "campaigns", money, title=title, stake=stake, decide=decide, sure=sure
        )
    elif not rows["is_experiment"].any():
        name, naive = wb.campaigns.naive.iloc[0][["name", "extra_cents"]]
        if naive > 0:
            values = {"campaign": Name(str(name)), "money": Money(int(naive), wb.currency)}
            yield _decision("campaign_control", values, Term("department", "marketing"), "campaigns", float(naive))


def _return_values(own: pd.Series, currency: str) -> dict[str, Value]:
    ends = (Money(round(own[f"margin_{end}_cents"]), currency) for end in ("low", "high"))
    return {
        "margin": Money(round(own["margin_cents"]), currency),
        "margin_range": Interval(*ends),
        "cost": Money(own["cost_cents"], currency),
        "roi": Share(own["return_share"]),
        "roi_range": Interval(Share(own["return_low_share"]), Share(own["return_high_share"])),
    }


def best_tier(wb: "Workbench") -> Iterator[Decision]:
    """Yield what the best tier has brought, where customers have tiers and their numbers are the same all along.

    Where the company's customers have owners, it is about those of the tier who have none. Persons need none. Customers
    outside the tier who brought more than most in it are counted: the tier heeds more than income.
    """
    if wb.circumstances.ids_replaced:
        return
    buyers = wb.customers.buyers
    revenue = buyers["revenue_cents"].sum()
    top = buyers[buyers["tier"] == wb.value.scorecard.names[0]]
    if top.empty or revenue <= 0:
        return
    are_persons = (buyers["kind"].dropna() == "person").mean() >= MOST_PERSONS
    has_owner = buyers["owner"].fillna("").ne("")
    without = top[~has_owner[top.index]]
    lacks_owners = not are_persons and bool(has_owner.any()) and not without.empty
    concerned = without if lacks_owners else top
    outside = buyers[buyers["tier"] != wb.value.scorecard.names[0]]
    outside = outside[~has_owner[outside.index]] if lacks_owners else outside
    n_larger = int((outside["revenue_cents"] > top["revenue_cents"].median()).sum())
    stake = "stake_larger_outside" if n_larger else "stake"
    brought = int(concerned["revenue_cents"].sum())
    values = {
        "tier": Term("tier", wb.value.scorecard.names[0]),
        "n": Count(len(concerned), "customer"),
        "n_larger": Count(n_larger, "customer"),
        "money": Money(brought, wb.currency),
        "share": Share(brought / revenue),
    }
    code = "tier" if lacks_owners else "tier_service"
    department = "marketing" if are_persons else "sales"
    yield _decision(code, values, Term("department", department), "value", float(brought), stake=stake)


def plan(wb: "Workbench") -> Iterator[Decision]:
    """Yield the revenue to plan with, where it is forecast as far as it was tested."""
    if "unavailable" in wb.value.models:
        return
    total = next(
        (f for f in wb.value.equity.findings("forecast") if isinstance(f, Finding) and "expected" in f.values), None
    )
    proof = next((f for f in wb.value.equity.findings("proof") if f.code.startswith("forecast.proof")), None)
    if total is None or proof is None:
        return
    values = {**{name: total.values[name] for name in ("expected", "range", "begins", "ends")}, **proof.values}
    sure = "sure" if proof.code == "forecast.proof" else "sure_of_total"
    yield _decision("plan", values, Term("department", "finance"), "value", total.weight, sure=sure)


def cost_gap(wb: "Workbench") -> Iterator[Decision]:
    """Yield that every margin rests on an assumption, where the source holds no costs."""
    margin = wb.value.models.get("margin", {})
    revenue = int(wb.customers.buyers["revenue_cents"].sum())
    if margin.get("is_assumed") and revenue > 0:
        values = {"money": Money(revenue, wb.currency), "share": Share(margin["share"])}
        yield _decision("cost_gap", values, Term("department", "finance"), "data_quality", revenue * margin["share"])


def unsaid_gap(wb: "Workbench", shown: Iterable[Decision]) -> Finding | None:
    """Return that every margin is assumed, where it is and none of the decisions shown says so."""
    gap = next(cost_gap(wb), None)
    if gap is None or gap in shown:
        return None
    return Finding("decisions.cost_gap.note", {"share": Share(wb.value.models["margin"]["share"])})


def _decision(
    code: str,
    values: dict[str, Value],
    owner: Value,
    report: str,
    weight: float,
    *,
    title: str = "title",
    stake: str = "stake",
    decide: str = "decide",
    sure: str = "sure",
    is_assumed: bool = False,
) -> Decision:
    what, at_stake, choice, how_sure = (
        Finding(f"decisions.{code}.{part}", values) for part in (title, stake, decide, sure)
    )
    return Decision(what, at_stake, choice, owner, how_sure, report, weight, is_assumed)


def _alert(wb: "Workbench", code: str) -> Finding | None:
    return next((alert for alert in wb.actions.alerts if alert.code.startswith(code)), None)


def _owner(alert: Finding, department: str) -> Value:
    """Return the account owner with half of an alert's money or more, else a department."""
    owner = alert.values.get("owner")
    part, money = (_least(alert.values.get(name)) for name in ("part", "money"))
    if isinstance(owner, Value) and not isinstance(owner, Unavailable) and part >= OWNS * money > 0:
        return owner
    return Term("department", department)


def _least(amount: object) -> float:
    """Return an amount, or the lower end of its range."""
    amount = amount.low if isinstance(amount, Interval) else amount
    return float(amount.cents or 0) if isinstance(amount, Money) else 0.0
