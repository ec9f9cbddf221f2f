"""The contracts: who stays, what comes in every month and why it changes, and what running contracts are worth."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.contracts import BRIDGE as CONTRACT_BRIDGE
from crmwb.contract.contracts import CUSTOMERS as CONTRACT_CUSTOMERS
from crmwb.contract.contracts import RENEWALS, SURVIVAL
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.findings import Change, Count, Finding, Listing, Money, Name, Share, Span, Term, Value
from crmwb.plots import contracts as plots

ALL = "(all)"
GAINS, LOSSES = ("new", "returned", "expansion"), ("contraction", "churn")
FLOWS = (*GAINS, *LOSSES)
MONTHS = 12
COLUMNS = ("flow", "money_cents", "group", "n_contracts", "n_running", "mrr_cents", "churn_share", "renewal_1_share")
MIN_CONTRACTS = 20  # of a group: with fewer, its churn says nothing


class Contracts:
    """What the contracts of a source tell."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def facts(self) -> dict[str, Any]:
        """is_available, and of contracts: how many run, what they bring, churn, and what they are worth."""
        content: dict[str, Any] = storage.read_json(self._root / layout.CONTRACT_FACTS)
        return content

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per customer with a contract: contract_status, contract_months, mrr_cents, contract_clv_cents …."""
        return storage.read(CONTRACT_CUSTOMERS, root=self._root)

    @cached_property
    def survival(self) -> pd.DataFrame:
        """One row per plan and month: the share of contracts that still run, with its 95% interval."""
        return storage.read(SURVIVAL, root=self._root)

    @cached_property
    def bridge(self) -> pd.DataFrame:
        """One row per month end: recurring revenue, and what changed it."""
        return storage.read(CONTRACT_BRIDGE, root=self._root)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """One row per kind of group and group: contracts, revenue, churn, and the renewals to be expected."""
        return storage.read(RENEWALS, root=self._root)

    @property
    def labels(self) -> dict[str, str]:
        """What the columns of `flows` and `shown` are called."""
        return {name: f"contracts.column.{name}" for name in COLUMNS}

    @property
    def finding(self) -> Finding:
        """How many contracts run, what they bring a month, and how that changed."""
        facts = self.facts
        values = {
            "n": Count(facts["n_running"], "contract"),
            "customers": Count(facts["n_customers"], "customer"),
            "money": Money(facts["mrr_cents"], self.currency),
        }
        if facts["mrr_year_ago_cents"] is None:
            return Finding("contracts.running", values)
        change = Change.between(facts["mrr_year_ago_cents"], facts["mrr_cents"])
        return Finding("contracts.running_change", values | {"change": change})

    @property
    def churn_finding(self) -> Finding:
        """How many contracts end in a month, and after how long half of them have ended."""
        share, median = self.facts["churn_share"], self.facts["median_months"]
        values = {"share": Share(share), "median": Count(median, "month")}
        if share is None:
            return Finding("contracts.no_churn")
        return Finding(f"contracts.{'churn_half' if median is not None else 'churn_most_stay'}", values)

    @property
    def flows(self) -> pd.DataFrame:
        """One row per kind of change of recurring revenue in the last twelve months: flow, n_customers, money_cents."""
        last = self.bridge.tail(MONTHS)
        return pd.DataFrame({
            "flow": [Finding(f"contracts.flow.{name}") for name in FLOWS],
            "n_customers": [int(last[f"n_{name}"].sum()) for name in FLOWS],
            "money_cents": [int(last[f"{name}_cents"].sum()) for name in FLOWS],
        })  # fmt: skip

    @property
    def flow_finding(self) -> Finding:
        """What changed recurring revenue over the last twelve months."""
        last = self.bridge.tail(MONTHS)
        cents = {name: int(last[f"{name}_cents"].sum()) for name in FLOWS}
        sides: dict[str, Value] = {}
        for side, names in (("gained", GAINS), ("lost", LOSSES)):
            moves = [
                Finding(f"contracts.move.{name}", {"money": Money(cents[name], self.currency)})
                for name in names
                if cents[name]
            ]
            sides[side] = Listing(tuple(moves)) if moves else Finding("contracts.move.nothing")
        return Finding("contracts.flows", sides | {"months": Count(len(last), "month")})

    @property
    def group_finding(self) -> Finding:
        """In which kinds of groups renewals differ beyond chance, and where churn is highest and lowest."""
        differ = [by for by, is_so in self.facts["differ"].items() if is_so]
        if not differ:
            return Finding("contracts.groups_alike")
        kinds = Listing(tuple(Term("contract_group", by) for by in differ))
        large = self.groups[(self.groups["n_contracts"] >= MIN_CONTRACTS) & self.groups["churn_share"].notna()]
        rows = large[large["by"] == differ[0]].sort_values(["churn_share", "group"], kind="stable")
        if len(rows) < 2:
            return Finding("contracts.groups_differ", {"kinds": kinds})
        values = {
            "kinds": kinds,
            "most": Name(str(rows["group"].iloc[-1])), "most_share": Share(rows["churn_share"].iloc[-1]),
            "least": Name(str(rows["group"].iloc[0])), "least_share": Share(rows["churn_share"].iloc[0]),
        }  # fmt: skip
        return Finding("contracts.groups_differ_most", values)

    @property
    def worth_finding(self) -> Finding:
        """What running contracts are expected to bring within the horizon."""
        cents = self.facts["clv_cents"]
        if cents is None:
            return Finding("contracts.no_worth")
        values = {"money": Money(cents, self.currency), "share": Share(self.facts["margin_share"])}
        return Finding("contracts.worth", values | {"horizon": Span(self.facts["horizon_days"])})

    def shown(self, by: str) -> pd.DataFrame:
        """Return the groups of one kind, most recurring revenue first."""
        rows = self.groups[self.groups["by"] == by].sort_values(["mrr_cents", "group"], ascending=[False, True])
        columns = ["group", "n_contracts", "n_running", "mrr_cents", "churn_share", "renewal_1_share"]
        return rows[columns].reset_index(drop=True)

    @property
    def kinds(self) -> list[str]:
        """The kinds of groups with more than one group: plan, cohort, and attributes of customers."""
        n = self.groups.groupby("by")["group"].nunique()
        several = [str(by) for by in n.index[n > 1]]
        return sorted(several, key=lambda by: (by != "plan", by != "cohort", by))

    def plot_survival(self) -> Picture:
        """Draw how long contracts last."""
        return draw(plots.survival, self.survival, alt=Finding("contracts.alt.survival"))

    def plot_bridge(self) -> Picture:
        """Draw what was gained and lost of recurring revenue."""
        return draw(plots.bridge, self.bridge, self.currency, alt=Finding("contracts.alt.bridge"))

    def _repr_html_(self) -> str:
        caption = Finding("contracts.caption.groups", {"kind": Term("contract_group", "plan")})
        return tables.html(self.shown("plan"), caption=caption, currency=self.currency)
