"""What a report says of a part of the customers: its share of all, how it differs, and whom to look at.

Every report that can be asked for by part has one line in `crmwb.marts.subjects`; the figures are made in one way for
all of them, and what would tell of fewer than five customers is left out, also where it follows by subtraction.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from crmwb import layout, storage
from crmwb.contract.actions import LIST as ACTION_LIST
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.display.picture import Picture, draw
from crmwb.findings import Count, Finding, Interval, Money, Name, Share, Term, Value
from crmwb.findings.say import Said
from crmwb.marts.part import VOCABULARIES, Part, hidden_rows, parse, require
from crmwb.marts.subjects import SUBJECTS
from crmwb.marts.suppression import LEAST, hidden_groups
from crmwb.params.lifecycle import LEAVING, RISK_CLASSES
from crmwb.plots import colours
from crmwb.plots import part as plots
from crmwb.value.potential.total import TotalRange

ALL = "all"
FORWARD = ("clv_cents", "margin_at_stake_cents")  # expected, not counted: stated as a range where history says no more
MOST_ROWS = 12
LEAST_DIFFERENCE = 0.005  # of shares: less is no difference worth a sentence


LIST_COLUMNS = ("customer_id", "owner", "tier", "stage", "risk_class", "days_since_last", "action")


class PartOfCustomers:
    """The customers of a part beside all customers, or beside another part.

    Parameters
    ----------
    root : Path
        The project's folder.
    currency : str
        Of all amounts.
    part : Part
        The part.
    subject : str
        A report of `SUBJECTS`.
    compare_to : str, default "all"
        "all", or another part by the same column or another, "region=South".

    Raises
    ------
    CrmwbError
        A part is not there, or may not be shown.
    """

    def __init__(self, root: Path, currency: str, part: Part, subject: str, compare_to: str = ALL) -> None:
        self._root = root
        self.currency = currency
        self.part = part
        self.subject = SUBJECTS[subject]
        self.other = None if compare_to in {"", ALL} else parse(compare_to)
        for one in filter(None, (part, self.other)):
            require(one, self.customers)

    @cached_property
    def customers(self) -> pd.DataFrame:
        """One row per customer who has bought, or of all where nobody is known to have: the mart with its action."""
        mart = storage.read(MART, root=self._root)
        has_bought = mart["n_purchase_days"].fillna(0) > 0
        mart = (mart[has_bought] if has_bought.any() else mart).reset_index(drop=True)
        listed = storage.read(ACTION_LIST, root=self._root)
        listed = listed.loc[~listed["is_held_out"], ["customer_id", "action", "gain_cents", "cost_cents"]]
        mart = mart.merge(listed, on="customer_id", how="left")
        is_leaving = mart["risk_class"].isin(LEAVING)
        mart["margin_at_stake_cents"] = mart["margin_at_stake_cents"].where(is_leaving)
        n_open = mart["n_opportunities_open"]
        mart["opportunities"] = np.select([n_open > 0, n_open.notna()], ["open", "none"], default="")
        mart["opportunities"] = mart["opportunities"].replace("", None)
        return mart

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The customers of the part."""
        return self.part.of(self.customers)

    @cached_property
    def compared(self) -> pd.DataFrame:
        """Whom the part is compared to: all customers, or those of another part."""
        return self.other.of(self.customers) if self.other else self.customers

    @property
    def compared_label(self) -> Value:
        """What the part is compared to, for readers."""
        return self.other.label if self.other else Finding("part.all")

    @property
    def groups(self) -> list[str]:
        """The columns by which the part's customers are known, and some of their groups may be shown."""
        columns = [c for c in self.subject.groups if c != self.part.column and self.frame[c].notna().any()]
        return [c for c in columns if (self.table(c).get("n_customers", pd.Series(dtype=float)).fillna(0) > 0).any()]

    @property
    def finding(self) -> Finding:
        """How many customers the part has, and what share of revenue they brought."""
        revenue = self.customers["revenue_cents"].fillna(0).sum()
        of_part = self.frame["revenue_cents"].fillna(0).sum()
        values: dict[str, Value] = {
            "part": self.part.label,
            "n": Count(len(self.frame), "customer"),
            "share": Share(len(self.frame) / len(self.customers)),
        }
        if revenue <= 0:
            return Finding("part.size", values)
        money = {"money": Money(int(of_part), self.currency), "of_revenue": Share(of_part / revenue)}
        return Finding("part.size_and_revenue", values | money)

    def tiles(self) -> list[tuple[Said, Said, Said]]:
        """Return the part's amounts: label, value, and its share of that of all customers."""
        return [
            (Term("column", name), self._stated(name, amount), Finding("part.of_all", {"share": Share(amount / whole)}))
            for name in self._amounts
            if (amount := float(self.frame[name].fillna(0).sum())) and (whole := self.customers[name].fillna(0).sum())
        ]

    def table(self, by: str) -> pd.DataFrame:
        """Count the part by a column, with the shares of whom it is compared to, and its amounts.

        Returns
        -------
        DataFrame
            The column, n_customers, customer_share, compared_share, and each amount in cents; what must not be shown
            is unknown. At most `MOST_ROWS` groups, those with the most customers.
        """
        order = self._order(by)
        groups = self.frame.groupby(by, observed=True)
        table = pd.DataFrame({"n_customers": groups.size().reindex(order).fillna(0.0)})
        table["customer_share"] = table["n_customers"] / max(len(self.frame), 1)
        compared = self.compared[by].value_counts().reindex(order).fillna(0.0)
        table["compared_share"] = compared / max(len(self.compared), 1)
        for name in self._amounts:
            table[name] = groups[name].sum(min_count=1).reindex(order).astype(float)
            table.loc[self._hidden(by, name, order), name] = np.nan
        few = self._hidden(by, "", order)
        table.loc[few, ["n_customers", "customer_share", *self._amounts]] = np.nan
        if self.other:
            table.loc[hidden_rows(self.customers, self.other, by, order).to_numpy(), "compared_share"] = np.nan
        elif few.any():  # beside the shares of all, of which they are a part
            small = set(hidden_groups(self.customers[by].value_counts()))
            table.loc[[name in small for name in order], "compared_share"] = np.nan
        empty = table["n_customers"].eq(0) & table["compared_share"].fillna(0).eq(0)
        return table[~empty].dropna(axis="columns", how="all").rename_axis(by).reset_index()

    def difference(self, by: str) -> Finding:
        """Return the group that the part has most more, or less, of than whom it is compared to."""
        table = self.table(by)
        known = table.dropna(subset=["customer_share", "compared_share"])
        apart = known["customer_share"] - known["compared_share"]
        if known.empty:
            return Finding("part.few", {"least": Count(LEAST, "customer")})
        most = known.iloc[int(apart.abs().to_numpy().argmax())]
        values = {
            "group": _value_of(by, str(most[by])),
            "part": self.part.label,
            "other": self.compared_label,
            "share": Share(float(most["customer_share"])),
            "of_other": Share(float(most["compared_share"])),
        }
        far = float(most["customer_share"] - most["compared_share"])
        code = "alike" if abs(far) < LEAST_DIFFERENCE else "more" if far > 0 else "fewer"
        return Finding(f"part.{code}", values)

    def plot(self, by: str) -> Picture:
        """Draw the part's shares by a column beside those of whom it is compared to."""
        alt = Finding("part.alt", {"by": _heading(by), "part": self.part.label, "other": self.compared_label})
        names = [_value_of(by, str(name)) for name in self.table(by)[by]]
        return draw(
            plots.shares,
            self.table(by),
            names,
            self.part.label,
            self.compared_label,
            alt=alt,
            reason=self.difference(by),
        )

    def heading(self, by: str) -> Finding:
        """Return the heading of the section on a column."""
        return Finding("part.heading.by", {"by": _heading(by)})

    @property
    def compared_share(self) -> Finding:
        """Return what the column of the shares compared to is called."""
        return Finding("part.compared", {"other": self.compared_label})

    @property
    def listed_finding(self) -> Finding:
        """How many customers have the amount by which they are listed, and how much."""
        by = self.subject.listed_by
        having = self.frame[self.frame[by].fillna(0) > 0]
        values = {"n": Count(len(having), "customer"), "money": self._stated(by, float(having[by].sum()))}
        return Finding("part.listed", values)

    def listed(self, n: int) -> pd.DataFrame:
        """Return the part's customers with the largest amount of the subject, at most n; none where few have it."""
        by = self.subject.listed_by
        if not by or self._is_hidden_total(by):
            return pd.DataFrame()
        rows = self.frame[self.frame[by].fillna(0) > 0].sort_values([by, "customer_id"], ascending=[False, True])
        columns = [c for c in LIST_COLUMNS if rows[c].notna().any()]
        return rows[[*columns[:1], by, *columns[1:]]].head(n).reset_index(drop=True)

    @cached_property
    def _amounts(self) -> list[str]:
        """The amounts of the subject that are known and that enough customers of the part have."""
        known = [name for name in self.subject.amounts if self.customers[name].fillna(0).any()]
        return [name for name in known if not self._is_hidden_total(name)]

    def _is_hidden_total(self, amount: str) -> bool:
        """Return whether the part's sum of an amount tells of too few, or would give another part's away."""
        having = self.customers[self.customers[amount].fillna(0) != 0]
        counts = having.groupby(self.part.column).size()
        n = int(counts.get(self.part.value, 0))
        return 0 < n < LEAST or self.part.value in hidden_groups(counts)

    def _hidden(self, by: str, amount: str, order: Sequence[str]) -> pd.Series:
        """Return which groups must not be shown: by customers, or by those of them who have an amount."""
        rows = self.customers[self.customers[amount].fillna(0) != 0] if amount else self.customers
        if not (rows[self.part.column] == self.part.value).any():
            return pd.Series(np.zeros(len(order), dtype=bool), index=list(order))
        return hidden_rows(rows, self.part, by, order)

    def _order(self, by: str) -> list[str]:
        """Return the groups of a column in their usual order; those without one by falling number of customers."""
        counts = self.customers[by].value_counts()
        usual = RISK_CLASSES if by == "risk_class" else tuple(colours.FIXED)
        named = [name for name in usual if name in counts.index]
        others = sorted((name for name in counts.index if name not in named), key=lambda name: (-counts[name], name))
        return [*named, *others][:MOST_ROWS]

    def _stated(self, name: str, cents: float) -> Money | Interval:
        if name in FORWARD:
            return TotalRange.of(storage.read_json(self._root / layout.VALUE_MODELS)).stated(cents, self.currency)
        return Money(int(cents), self.currency)


def _value_of(column: str, value: str) -> Value:
    known = (*VOCABULARIES, "previous_stage", "risk_class", "action", "loss_reason", "opportunities", "top_channel")
    kinds = {"previous_stage": "stage", "opportunities": "part_opportunities", "top_channel": "channel"}
    return Term(kinds.get(column, column), value) if column in known else Name(value)


def _heading(column: str) -> Value:
    return Term("column", column)
