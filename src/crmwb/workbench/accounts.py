"""Accounts to look after: customers at risk, who left and is worth winning back, and who owes what."""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmwb import layout, storage
from crmwb.actions.basis import LITTLE, assumed_share
from crmwb.contract.actions import LIST as ACTION_LIST
from crmwb.contract.lifecycle import RELIABILITY
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.contract.marts import RISK
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Interval, Money, Name, Share, Term, Unavailable, Value
from crmwb.marts.at_stake import is_little
from crmwb.marts.part import Part, hidden_rows, require
from crmwb.marts.regulars import Regulars
from crmwb.marts.risk_explained import SCHEMES, UNKNOWN
from crmwb.marts.suppression import LEAST, hidden_groups
from crmwb.params.lifecycle import LEAVING, RISK_CLASSES
from crmwb.plots import risk as plots
from crmwb.value.potential.total import TotalRange
from crmwb.workbench.circumstances import Circumstances
from crmwb.workbench.risk_changes import RiskChanges
from crmwb.workbench.risk_finding import at_risk_finding

COMPARED_TO = ("", "all")
HELD_OUT = "held_out"
COLUMNS = [
    *("customer_id", "owner", "tier", "risk_class", "risk", "margin_at_stake_cents", "clv_cents"),
    *("realised_margin_cents", "revenue_cents"),
    *("was_at_risk", "days_since_last", "n_purchase_days", "n_invoices", "n_overdue"),
    *("overdue_cents", "open_invoice_cents"),
    *("over_limit_cents", "credit_limit_cents", "days_to_pay", "late_payment_share"),
]  # fmt: skip


class Accounts:
    """The customer mart and the list of actions, as seen by who looks after accounts."""

    def __init__(self, root: Path, currency: str, part: Part | None = None) -> None:
        self._root = root
        self.currency = currency
        self.part = part
        if part:
            require(part, self.whole)

    @cached_property
    def whole(self) -> pd.DataFrame:
        """COLUMNS of each customer who has bought, whatever the part."""
        columns = [*COLUMNS, *([self.part.column] if self.part and self.part.column not in COLUMNS else [])]
        frame = storage.read(MART, columns, root=self._root)
        return frame[frame["n_purchase_days"].fillna(0) > 0].reset_index(drop=True)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """COLUMNS of each customer who has bought, of the part if there is one."""
        return self.part.of(self.whole) if self.part else self.whole

    @cached_property
    def listed(self) -> pd.DataFrame:
        """The list of actions, hold-outs left out."""
        rows = storage.read(ACTION_LIST, root=self._root)
        ours = rows["customer_id"].isin(self.frame["customer_id"]) if self.part else True
        return rows[~rows["is_held_out"] & ours]

    @cached_property
    def at_risk(self) -> pd.DataFrame:
        """Customers at risk or likely lost, those with most `at_stake` first, with the action of the list.

        `HELD_OUT` of those with whom nothing is done, so that the action can be measured; unknown of those not on it.
        """
        rows = self._leaving
        of_list = storage.read(ACTION_LIST, ["customer_id", "action", "is_held_out"], root=self._root)
        of_list["action"] = of_list["action"].mask(of_list["is_held_out"].astype(bool), HELD_OUT)
        rows = rows.merge(of_list[["customer_id", "action"]], on="customer_id", how="left")
        order = list(dict.fromkeys([self.at_stake, "revenue_cents", "customer_id"]))
        return rows.sort_values(order, ascending=[name == "customer_id" for name in order], ignore_index=True)

    @property
    def _leaving(self) -> pd.DataFrame:
        return self.frame[self.frame["risk_class"].isin(LEAVING)]

    @property
    def at_stake(self) -> str:
        """The column that says what is at stake: the future margin, or what they brought where hardly any is left."""
        is_gone = self.has_risk and is_little(self._leaving, self.frame)
        return "revenue_cents" if is_gone else "margin_at_stake_cents"

    @cached_property
    def changes(self) -> RiskChanges | None:
        """Who has become at risk since the month end before; None of a part of the customers."""
        return None if self.part else RiskChanges(self._root, self.frame, self.currency)

    @cached_property
    def late(self) -> pd.DataFrame:
        """Customers with an overdue invoice or beyond their credit limit, the largest amount overdue first."""
        owes = (self.frame["overdue_cents"].fillna(0) > 0) | (self.frame["over_limit_cents"].fillna(0) > 0)
        order = ["overdue_cents", "over_limit_cents", "customer_id"]
        return self.frame[owes].sort_values(order, ascending=[False, False, True], ignore_index=True)

    @property
    def overdue(self) -> pd.DataFrame:
        """Of `late`, the customers with an overdue invoice, who alone owe the amounts that owners collect."""
        return self.late[self.late["overdue_cents"].fillna(0) > 0].reset_index(drop=True)

    def shown(self, rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
        """Return columns of a list of customers, without the owner where nobody has one."""
        has_owner = self.has_owners
        return rows[[column for column in columns if column != "owner" or has_owner]]

    @cached_property
    def has_owners(self) -> bool:
        """Whether the source names owners of customers."""
        return bool(self.whole["owner"].fillna("").ne("").any())

    @cached_property
    def has_risk(self) -> bool:
        """Whether a chance of leaving is known of anybody."""
        return bool(self.frame["risk"].notna().any())

    @cached_property
    def has_invoices(self) -> bool:
        """Whether the source has invoices."""
        return bool(self.frame["n_invoices"].notna().any())

    def plot_reliability(self) -> Picture:
        """Draw the chance of leaving stated at past month ends beside the share who left."""
        groups = storage.read(RELIABILITY, root=self._root)
        apart = (groups["mean_risk"] - groups["silent_share"]).abs().max()
        reason = Finding("accounts.reliability.apart", {"apart": Share(float(apart))})
        reason = Finding("accounts.reliability.reason", {"apart": Share(float(apart))})
        return draw(plots.reliability, groups, alt=Finding("accounts.reliability.alt"), reason=reason)

    def classes(self) -> pd.DataFrame:
        """Count the classes of risk: risk_class, n_customers, customer_share, margin_at_stake_cents.

        Of a part, cells of few customers are unknown, and those that would give them away by subtraction.
        """
        table = _classes(self.frame)
        if self.part:
            rows = hidden_rows(self.whole, self.part, "risk_class", RISK_CLASSES)
            table = table.astype("float64")
            table.loc[table.index.isin(rows[rows].index)] = np.nan
        return table.reset_index()

    def shown_classes(self, compare_to: str = "") -> pd.DataFrame:
        """Return `classes`, for `compare_to` "all" with all_share, the share of all customers in each class.

        Raises
        ------
        CrmwbError
            There is nothing else to compare to.
        """
        if compare_to not in COMPARED_TO:
            raise CrmwbError(f"compare_to: {compare_to!r} is not known; it is empty, or all (every customer).")
        if not compare_to:
            return self.classes()
        whole = _classes(self.whole)["customer_share"].rename("all_share").reset_index()
        return self.classes().merge(whole, on="risk_class", how="left")

    def explained(self) -> pd.DataFrame:
        """Count those at risk and likely lost by stage, by silence and by RFM segment, of all customers.

        Returns
        -------
        DataFrame
            explained_by and group (values of findings), n_customers, at_risk, likely_lost and leaving_share (of both);
            the first row holds all who bought, whom each of the three counts once.
        """
        rows = storage.read(RISK, root=self._root)
        counts = rows.pivot_table(
            index=["scheme", "segment"], columns="risk_class", values="n_customers", aggfunc="sum", fill_value=0
        )
        table = counts.reindex(columns=list(LEAVING), fill_value=0).astype("int64")
        table.insert(0, "n_customers", counts.sum(axis=1).astype("int64"))
        table["leaving_share"] = table[list(LEAVING)].sum(axis=1) / table["n_customers"]
        table = table.reset_index()
        table["place"] = table["scheme"].map({scheme: place for place, scheme in enumerate(SCHEMES)})
        table = table.sort_values(["place", "leaving_share", "segment"], ascending=[True, False, True])
        sums = table[table["scheme"] == SCHEMES[0]][["n_customers", *LEAVING]].sum()
        whole = sums.to_dict() | {"leaving_share": sums[list(LEAVING)].sum() / max(sums["n_customers"], 1)}
        called: list[Value | None] = [
            None if segment == UNKNOWN else Term(scheme, segment)
            for scheme, segment in zip(table["scheme"], table["segment"], strict=True)
        ]
        by: list[Value | None] = [Term("column", scheme) for scheme in table["scheme"]]
        table = table.assign(
            **{n: pd.Series(v, table.index, object) for n, v in (("explained_by", by), ("group", called))}
        )
        first = pd.DataFrame([whole | {"explained_by": None, "group": Finding("accounts.explained.all")}])
        names = ["explained_by", "group", "n_customers", *LEAVING, "leaving_share"]
        return pd.concat([first, table], ignore_index=True)[names].astype(
            dict.fromkeys(("n_customers", *LEAVING), "int64")
        )

    @cached_property
    def is_explained(self) -> bool:
        """Whether the risk can be seen by stage, silence and RFM: known, of all customers, and counted at all."""
        happened = Circumstances(self._root)
        unsure = happened.ids_replaced or happened.closes_now or happened.numbers_per_order
        return self.part is None and self.has_risk and not unsure

    def by_owner(self, rows: pd.DataFrame, amount: str) -> pd.DataFrame:
        """Sum an amount up by owner, the largest first; without owners, no row. Of a part, few customers have none."""
        sums = (
            rows[rows["owner"].notna()].groupby("owner").agg(n_customers=("customer_id", "size"), sum=(amount, "sum"))
        )
        if self.part:
            sums = sums.drop(hidden_groups(sums["n_customers"]))
        sums = sums.rename(columns={"sum": amount}).reset_index()
        return sums.sort_values([amount, "owner"], ascending=[False, True], ignore_index=True)

    def unowned(self, rows: pd.DataFrame, amount: str) -> Finding | None:
        """Return how many have no owner where others have, with how much of an amount; None of a part."""
        without = rows[rows["owner"].isna()]
        if self.part or without.empty or len(without) == len(rows):
            return None
        money = self._stated(int(without[amount].sum()), amount)
        return Finding("accounts.unowned", {"n": Count(len(without)), "money": money})

    def payment_by_tier(self) -> pd.DataFrame:
        """Describe how each tier pays: n_customers, overdue_cents, mean late_payment_share and days_to_pay."""
        billed = self.frame[self.frame["n_invoices"].fillna(0) > 0]
        table = billed.groupby("tier").agg(
            n_customers=("customer_id", "size"),
            overdue_cents=("overdue_cents", "sum"),
            late_payment_share=("late_payment_share", "mean"),
            days_to_pay=("days_to_pay", "mean"),
        )
        return table.sort_values(["overdue_cents", "n_customers"], ascending=False).reset_index()

    @property
    def _keeping(self) -> pd.DataFrame:
        """The list's rows that win customers back or keep those at risk."""
        return self.listed[self.listed["action"].isin(["win_back", "write_at_risk", "call_at_risk"])]

    def worth_winning_back(self) -> pd.DataFrame:
        """Return customers whom the list wins back, the largest expected gain less its cost first."""
        rows = self._keeping
        rows = rows.assign(net_cents=rows["gain_cents"] - rows["cost_cents"])
        columns = ["customer_id", "owner", "action", "gain_cents", "cost_cents", "net_cents", "due_on"]
        return rows.sort_values(["net_cents", "customer_id"], ascending=[False, True], ignore_index=True)[columns]

    @cached_property
    def is_withheld(self) -> bool:
        """Whether figures of the part are withheld: its totals and its list would give small cells away."""
        if self.part is None:
            return False
        return bool(hidden_rows(self.whole, self.part, "risk_class", RISK_CLASSES).any())

    @property
    def risk_finding(self) -> Finding | Unavailable:
        """How many are at risk, and the margin at stake; where most are, how it stands with regular buyers."""
        if not self.has_risk:
            why = storage.read_json(self._root / layout.LIFECYCLE_FACTS)["risk"]["not_available"]
            return Unavailable(f"lifecycle.no_risk.{why}" if why else "accounts.no_risk")
        if self.is_withheld:
            return Finding("accounts.part_few", {"least": Count(LEAST, "customer")})
        total = TotalRange.of(self._models)
        return self._circumstance or at_risk_finding(self.frame, self.at_risk, self._regulars, total, self.currency)

    @property
    def _circumstance(self) -> Finding | Unavailable | None:
        """What must be said in place of those at risk, by what happened to the company; None for nothing."""
        happened = Circumstances(self._root)
        if happened.ids_replaced or happened.closes_now:
            return Unavailable(f"lifecycle.unavailable.{'ids_replaced' if happened.ids_replaced else 'closes_now'}")
        if not happened.numbers_per_order:
            return None
        n = int((self.frame["risk_class"] == RISK_CLASSES[1]).sum())
        return Finding("accounts.at_risk_of_numbers", {"n": Count(n, "customer")})

    @cached_property
    def _regulars(self) -> Regulars | None:
        """Regular buyers, where they are the news: most of all customers are at risk; None elsewhere."""
        regulars = Regulars.where_most_leave(self.frame)
        return None if regulars is None or (self.part and regulars.has_few(LEAST)) else regulars

    @property
    def in_all(self) -> Finding | None:
        """How many are at risk in all, where the finding on risk is of regular buyers; None elsewhere."""
        regulars = self._regulars
        if not self.has_risk or self.is_withheld or self._circumstance or not regulars or not regulars.are_news:
            return None
        values: dict[str, Value] = {
            "n": Count(len(self.at_risk), "customer"),
            "share": Share(len(self.at_risk) / len(self.frame)),
            "once": Count(regulars.n_once),
        }
        return Finding("accounts.in_all", values)

    @property
    def slow_buyers(self) -> Finding | None:
        """How many buyers have no risk, since their rhythm is longer than the history can test; None of a part."""
        n = int(self.frame["risk"].isna().sum())
        if self.part is not None or not self.has_risk or not n:
            return None
        return Finding("accounts.slow_buyers", {"n": Count(n, "customer")})

    @property
    def winning_back(self) -> Finding:
        """What winning customers back and keeping those at risk is expected to bring."""
        rows = self.worth_winning_back()
        if rows.empty:
            return Finding("accounts.nobody_to_win_back")
        if self.part and (self.is_withheld or len(rows) < LEAST):
            return Finding("accounts.part_few", {"least": Count(LEAST, "customer")})
        values: dict[str, Value] = {"n": Count(len(rows)), "gain": self._sum(rows, "gain_cents")}
        assumed = assumed_share(self._keeping)
        values |= {"cost": self._sum(rows, "cost_cents"), "assumed": Share(assumed)}
        kind = "_all_assumed" if assumed > 1 - LITTLE else "_assumed" if assumed else ""
        return Finding(f"accounts.win_back{kind}", values)

    @property
    def credit_finding(self) -> Finding | Unavailable:
        """How much is overdue with how many, and who is beyond the limit."""
        if not self.has_invoices:
            return Unavailable("accounts.no_invoices", needs=(Term("table", "invoices"),))
        late, over = (self.late[self.late[name].fillna(0) > 0] for name in ("overdue_cents", "over_limit_cents"))
        if self.late.empty:
            return Finding("accounts.nothing_overdue")
        values = {"n": Count(len(late), "customer"), "money": self._sum(late, "overdue_cents")}
        return Finding(
            "accounts.credit",
            values | {"n_over": Count(len(over), "customer"), "over": self._sum(over, "over_limit_cents")},
        )

    def first_owner(self, rows: pd.DataFrame, amount: str) -> Finding:
        """Return the owner with the largest part of an amount; that there are none, where nobody has one."""
        owners = self.by_owner(rows, amount)
        if owners.empty:
            return Finding("accounts.no_owners")
        most = owners.iloc[0]
        values = {"owner": Name(str(most["owner"])), "n": Count(int(most["n_customers"]), "customer")}
        return Finding(
            "accounts.most_brought" if amount == "revenue_cents" else "accounts.most",
            values | {"money": self._stated(int(most[amount]), amount)},
        )

    def slowest(self) -> Finding:
        """Return the tier with the most money overdue."""
        most = self.payment_by_tier().iloc[0]
        values = {"tier": Term("tier", str(most["tier"])), "n": Count(int(most["n_customers"]), "customer")}
        return Finding("accounts.slowest", values | {"money": Money(int(most["overdue_cents"]), self.currency)})

    @cached_property
    def _models(self) -> dict[str, Any]:
        content: dict[str, Any] = storage.read_json(self._root / layout.VALUE_MODELS)
        return content

    def _future(self, rows: pd.DataFrame) -> Money | Interval:
        return TotalRange.of(self._models).stated(float(rows["margin_at_stake_cents"].sum()), self.currency)

    def _stated(self, cents: int, amount: str) -> Money | Interval:
        """Return a sum as it is stated elsewhere: of margin to come, the range that earlier forecasts bear out."""
        if amount == "margin_at_stake_cents":
            return TotalRange.of(self._models).stated(float(cents), self.currency)
        return Money(cents, self.currency)

    def _sum(self, rows: pd.DataFrame, name: str) -> Money:
        return Money(int(rows[name].fillna(0).sum()), self.currency)


def _classes(customers: pd.DataFrame) -> pd.DataFrame:
    """Return n_customers, customer_share and margin_at_stake_cents by risk_class."""
    groups = customers.groupby("risk_class")
    table = groups.agg(n_customers=("customer_id", "size"), margin_at_stake_cents=("margin_at_stake_cents", "sum"))
    table.insert(1, "customer_share", table["n_customers"] / max(len(customers), 1))
    return table.reindex([name for name in RISK_CLASSES if name in table.index])
