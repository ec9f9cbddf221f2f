"""Campaigns: what each brought, and whom to contact next time."""

from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from crmwb import layout, storage
from crmwb.contract import named
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.contract.response import ARTEFACTS
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Days, Finding, Interval, Listing, Money, Name, Share, Term, from_json
from crmwb.plots import response as plots
from crmwb.response.design import SUSPICIOUS
from crmwb.response.returns import Margin, returns
from crmwb.response.together import together
from crmwb.workbench.campaign_groups import SURE, CampaignGroups

MONEY = "revenue_cents"
STATED = ["n_campaigns_received", "n_campaigns_answered"]
ALL, NOBODY, OPEN, COSTLY = "all", "none", "open", "costly"
ANSWERS = (ALL, "sort", NOBODY, COSTLY, OPEN)
REPEATS = ("response.answer_all", "response.answer_sort")
REFUSED = ("response.wrong_sizes", "response.unlike_arms", "response.not_comparable")
METHODS = ("adjusted", "difference", "doubly_robust")  # the one to go by stands first


class Campaigns:
    """What the respond stage computed."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per campaign: its design, sizes, and whom to contact next time."""
        return self._table("campaigns").sort_values(["starts_on", "campaign_id"], ignore_index=True)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """One row per campaign, group, outcome and way of estimating, with interval."""
        return self._table("effects")

    @cached_property
    def findings(self) -> list[Finding]:
        """What can be said, all campaigns first, then the most money."""
        return [from_json(content) for content in storage.read_json(self._root / layout.RESPONSE_FINDINGS)]

    @cached_property
    def revenue(self) -> pd.DataFrame:
        """One row per campaign with a known effect on revenue, the latest first.

        campaign_id, name, starts_on, design, n_treated, n_control, difference, low, high (cents per customer
        contacted), p_value, p_of_all (Holm's, over all experiments together), smallest, is_experiment, cost_cents,
        n_days_not_counted, n_later_unproven (later experiments of the same kind, where none of them raised revenue
        beyond chance, else 0).
        """
        own = self.effects[(self.effects["grouping"] == "") & (self.effects["outcome"] == MONEY)]
        own = _to_go_by(own, ["campaign_id"]).drop(columns=["n_treated", "n_control"])
        rows = self.frame.merge(own, on="campaign_id").assign(is_experiment=lambda d: d["design"] == "experiment")
        columns = ["campaign_id", "name", "starts_on", "design", "n_treated", "n_control", "difference", "low", "high"]
        rows = rows.sort_values(["starts_on", "campaign_id"], ascending=[False, True], ignore_index=True)
        rows["p_of_all"] = together(rows["p_value"].where(rows["is_experiment"]).to_numpy(np.float64))
        rows["n_later_unproven"] = _later_unproven(rows)
        columns += ["p_value", "p_of_all", "smallest", "is_experiment", "cost_cents", "n_days_not_counted"]
        return rows.reindex(columns=[*columns, "n_later_unproven"])

    def returns(self, margin: Margin) -> pd.DataFrame:
        """Return cost, extra margin and return on investment of each campaign with a cost: `response.returns`."""
        return returns(self.revenue, margin)

    def return_findings(self, margin: Margin) -> list[Finding]:
        """Whether each campaign with a cost paid, the dearest first, and of how many no cost is known."""
        rows = self.returns(margin).sort_values(["cost_cents", "campaign_id"], ascending=[False, True])
        findings = []
        for _, row in rows.iterrows():
            money = {end: Money(round(row[f"margin{end}_cents"]), self.currency) for end in ("", "_low", "_high")}
            values = {
                "campaign": Name(str(row["name"])),
                "cost": Money(row["cost_cents"], self.currency),
                "margin": money[""],
                "range": Interval(money["_low"], money["_high"]),
                "roi": Share(row["return_share"]),
                "roi_range": Interval(Share(row["return_low_share"]), Share(row["return_high_share"])),
            }
            kind = row["verdict"] if row["is_experiment"] else "observational"
            findings.append(Finding(f"response.return_{kind}", values, weight=row["cost_cents"]))
        n_without = int((~(self.frame["cost_cents"] > 0)).sum())
        return [*findings, *([Finding("response.no_cost", {"n": Count(n_without, "campaign")})] if n_without else [])]

    @property
    def design_finding(self) -> Finding | None:
        """Whether control groups were like those contacted; None where no campaign had one, or one was unlike."""
        known = self.frame[(self.frame["design"] == "experiment") & self.frame["p_balance"].notna()]
        unlike = (known["p_balance"] < SUSPICIOUS) | (known["p_sizes"] < SUSPICIOUS)
        if known.empty or unlike.any():
            return None
        sizes = "checked" if known["p_sizes"].notna().any() else "unchecked"
        return Finding(f"response.arms_alike_sizes_{sizes}", {"n": Count(len(known), "campaign")})

    def longer_finding(self, outcome_days: int) -> Finding | None:
        """Which campaigns ran longer than the days that count as their outcome; None where none did."""
        rows = self.frame[self.frame["n_days_not_counted"] > 0]
        if rows.empty:
            return None
        values = {
            "n": Count(len(rows), "campaign"),
            "days": Days(outcome_days),
            "longest": Days(outcome_days + int(rows["n_days_not_counted"].max())),
        }
        return Finding("response.longer", values)

    def stated(self, by: str) -> pd.DataFrame:
        """Return what a source that sums customers up says of their answers, by a column of segments.

        Returns
        -------
        DataFrame
            `by`, n_customers, n_received, n_answered, answered_share, the largest share first; no rows where nothing is
            stated.
        """
        mart = storage.read(MART, [by, *STATED], root=self._root)
        known = mart[mart[by].notna() & (mart[STATED[0]] > 0) & mart[STATED[1]].notna()]
        groups = known.groupby(by).agg(
            n_customers=(by, "size"), n_received=(STATED[0], "sum"), n_answered=(STATED[1], "sum")
        )
        groups["answered_share"] = groups["n_answered"] / groups["n_received"]
        return groups.reset_index().sort_values(["answered_share", by], ascending=[False, True], ignore_index=True)

    @property
    def stated_finding(self) -> Finding:
        """How many of the campaigns that customers received they answered."""
        rows = self.stated("rfm_segment")
        values = {
            "share": Share(rows["n_answered"].sum() / rows["n_received"].sum()),
            "customers": Count(int(rows["n_customers"].sum()), "customer"),
        }
        return Finding("response.stated", values)

    @property
    def naive(self) -> pd.DataFrame:
        """One row per campaign: name, extra_cents, by which those reached spent more than others, whatever the cause.

        The largest first. Campaigns overlap, so the amounts do not add up.
        """
        rows = self.effects[(self.effects["grouping"] == "") & (self.effects["outcome"] == MONEY)]
        rows = rows[rows["method"] == "unadjusted"]
        rows = rows.assign(extra_cents=(rows["difference"] * rows["n_treated"]).round())
        rows = rows.merge(self.frame[["campaign_id", "name"]], on="campaign_id")
        return rows.sort_values(["extra_cents", "campaign_id"], ascending=[False, True], ignore_index=True)[
            ["name", "extra_cents"]
        ]

    @cached_property
    def groups(self) -> CampaignGroups:
        """Effects on revenue by tier, RFM segment, lifecycle stage and spending before the campaign.

        What groups spent before is taken out where it is known, as of all customers.
        """
        rows = self.effects[(self.effects["grouping"] != "") & (self.effects["outcome"] == MONEY)]
        rows = _to_go_by(rows, ["campaign_id", "grouping", "group"]).sort_index()
        rows = rows.merge(self.frame[["campaign_id", "name", "starts_on"]], on="campaign_id")
        return CampaignGroups(rows, self.revenue, self.currency)

    @property
    def together_finding(self) -> Finding | None:
        """How many experiments changed revenue beyond chance when all are judged together; None with fewer than two."""
        p_of_all = self.revenue["p_of_all"].dropna()
        if len(p_of_all) < 2:
            return None
        values = {"n": Count(int((p_of_all < SURE).sum())), "n_tested": Count(len(p_of_all), "campaign")}
        return Finding("response.together", values)

    def answers(self, margin: Margin) -> pd.DataFrame:
        """Return the campaigns with an answer whom to contact next time; `costly` where they surely did not pay.

        Where answers or purchases leave it open, but revenue rose beyond chance, however many were tested, all. An
        effect that is beyond chance only where its campaign is looked at alone leaves it open too.
        """
        rows = self.frame[self.frame["answer"].notna()]
        is_alone = rows["campaign_id"].isin(self._significant_alone) & (rows["answer"] != OPEN)
        rows = rows.assign(answer=rows["answer"].mask(is_alone, OPEN))
        raised = self.revenue[(self.revenue["difference"] > 0) & (self.revenue["p_of_all"] < SURE)]["campaign_id"]
        is_raised = rows["campaign_id"].isin(raised) & (rows["answer"] == OPEN)
        is_costly = rows["campaign_id"].isin(self._lost(margin)["campaign_id"]) & (rows["answer"] != NOBODY)
        return rows.assign(
            answer=rows["answer"].mask(is_raised, ALL).mask(is_costly, COSTLY),
            answer_outcome=rows["answer_outcome"].mask(is_raised & ~is_costly, MONEY),
        ).reset_index(drop=True)

    @cached_property
    def _significant_alone(self) -> set[str]:
        """Experiments whose effect on what their answer is about is significant alone, not of all together (Holm)."""
        own = _to_go_by(self.effects[self.effects["grouping"] == ""], ["campaign_id", "outcome"])
        own = own.rename(columns={"outcome": "answer_outcome"})
        asked = self.frame.loc[self.frame["answer"].notna(), ["campaign_id", "answer_outcome"]]
        rows = asked.merge(own, on=["campaign_id", "answer_outcome"])
        p_of_all = pd.Series(together(rows["p_value"].to_numpy(np.float64)), index=rows.index)
        return set(rows.loc[(rows["p_value"] < SURE) & (p_of_all >= SURE), "campaign_id"])

    def shown_findings(self, margin: Margin, most: int = 5) -> list[Finding]:
        """Return the first findings, and of the others why campaigns were refused; none asks to repeat what lost."""
        lost = {Name(str(name)) for name in self._lost(margin)["name"]}
        rows = [f for f in self.findings if f.code not in REPEATS or f.values["campaign"] not in lost]
        return rows[:most] + [finding for finding in rows[most:] if finding.code in REFUSED][:most]

    def _lost(self, margin: Margin) -> pd.DataFrame:
        rows = self.returns(margin)
        return rows[rows["is_experiment"].astype(bool) & (rows["verdict"] == "lost")]

    def next_time_finding(self, margin: Margin) -> Finding:
        """Whom to contact next time, by how many campaigns say so."""
        answers = self.answers(margin)["answer"].value_counts().reindex(ANSWERS).dropna()
        if list(answers.index) == [OPEN]:
            return Finding("response.next_time_open", {"n": Count(int(answers.iloc[0]), "campaign")})
        answered = [
            Finding("response.answers", {"answer": Term("answer", str(name)), "n": Count(int(n), "campaign")})
            for name, n in answers.items()
        ]
        return Finding("response.next_time", {"answers": Listing(tuple(answered))})

    def deciles(self, campaign_id: str) -> pd.DataFrame:
        """Return predicted and observed gain in ten groups of a campaign's customers."""
        return self._of("deciles", campaign_id)

    def learners(self, campaign_id: str) -> pd.DataFrame:
        """Return how well each learner ranks a campaign's customers, the plain response model last."""
        return self._of("learners", campaign_id)

    def plot_effects(self, n_campaigns: int = 20) -> Picture:
        """Draw the effect of the latest campaigns on revenue per customer contacted."""
        rows = self.revenue.head(n_campaigns)
        return draw(
            plots.effects, rows, self.currency, alt=Finding("response.alt.effects", {"n": Count(len(rows), "campaign")})
        )

    def plot_groups(self, campaign_id: str) -> Picture:
        """Draw what a contact added in ten groups of customers."""
        head = self.frame.set_index("campaign_id").loc[campaign_id]
        currency = self.currency if head["answer_outcome"] == MONEY else ""
        words = Finding("response.alt.groups", {"campaign": Name(str(head["name"]))})
        return draw(plots.groups, self.deciles(campaign_id), currency, alt=words)

    def _of(self, table: str, campaign_id: str) -> pd.DataFrame:
        rows = self._table(table)
        return rows[rows["campaign_id"] == campaign_id].drop(columns="campaign_id").reset_index(drop=True)

    def _table(self, name: str) -> pd.DataFrame:
        return storage.read(named(ARTEFACTS, name), root=self._root)


def _later_unproven(rows: pd.DataFrame) -> list[int]:
    """Count later experiments of each campaign's kind, where none of them raised revenue beyond chance, else 0."""
    tested = rows[rows["p_of_all"].notna()]
    counts = []
    for _, own in rows.iterrows():
        later = tested[(tested["kind"] == own["kind"]) & (tested["starts_on"] > own["starts_on"])]
        is_proven = (later["difference"] > 0) & (later["p_of_all"] < SURE)
        counts.append(0 if not own["kind"] or is_proven.any() else len(later))
    return counts


def _to_go_by(effects: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return of several estimates of one effect the one to go by, by the order of `METHODS`."""
    rows = effects[effects["method"].isin(METHODS)]
    rows = rows.assign(place=rows["method"].map(METHODS.index)).sort_values([*keys, "place"], kind="stable")
    return rows.drop_duplicates(keys).drop(columns="place")
