"""All circumstances of a history, for the features stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir

from crmwb import layout, storage
from crmwb.calendar import day_at
from crmwb.engine import Backend
from crmwb.features.circumstances import accounts, breaks, channels, growth, refunds
from crmwb.features.circumstances.sales import Sales, read
from crmwb.features.observation import Observation
from crmwb.findings import Change, Finding, to_json
from crmwb.history import History


@dataclass(frozen=True)
class Circumstances:
    """What changes how figures read.

    Attributes
    ----------
    findings : tuple of Finding
        `circumstances.*`, what matters most first.
    split : Finding or None
        What the change of revenue on the year before is made of; None where the two cannot be compared, or customer
        numbers were replaced.
    year : Change or None
        How revenue of the last 52 weeks changed on the 52 weeks before; None where the two cannot be compared.
    holes : tuple of (date, date)
        Of each long hole, the first day without sales and the first with one again.
    is_comparable : bool
        Whether the recent period and the one a year before have no days without sales that chance does not explain.
    """

    findings: tuple[Finding, ...] = ()
    split: Finding | None = None
    is_comparable: bool = True
    holes: tuple[tuple[date, date], ...] = ()
    year: Change | None = None

    def content(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "findings": [to_json(finding) for finding in self.findings],
            "split": None if self.split is None else to_json(self.split),
            "is_comparable": self.is_comparable,
            "year_change": None if self.year is None else self.year.value,
            "holes": [[begins.isoformat(), ends.isoformat()] for begins, ends in self.holes],
        }


def build(
    con: Backend,
    tables: Mapping[str, ir.Table],
    as_of: date,
    period: int,
    currency: str,
    *,
    past: History | None = None,
) -> Circumstances:
    """Look for circumstances in the sales before `as_of`.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    as_of : date
        Nothing from this day on is seen.
    period : int
        Days of the recent period.
    currency : str
        Of every amount.
    past : History, optional
        The history before `as_of`; customers' days are summed up anew where not given.
    """
    sales = read(con, tables["transactions"], as_of, period, past) if "transactions" in tables else None
    return Circumstances() if sales is None else judged(sales, currency)


def write(
    con: Backend, tables: Mapping[str, ir.Table], observation: Observation, period: int, *, past: History | None = None
) -> None:
    """Write circumstances.json, of what was known at an observation; parameters as of `build`."""
    circumstances = build(con, tables, observation.as_of, period, observation.currency, past=past)
    storage.write_json(circumstances.content(), layout.CIRCUMSTANCES)


def judged(sales: Sales, currency: str) -> Circumstances:
    """Return what sales show."""
    holes = breaks.holes(sales)
    spans = growth.windows(sales)
    in_comparison = [hole for hole in holes if any(hole.overlaps(*span) for span in spans)]
    replaced = breaks.ids_replaced(sales)
    judgements = (
        replaced,
        channels.numbers_per_order(sales),
        breaks.closes_now(sales),
        *(breaks.without_sales(hole) for hole in holes if hole.is_long or hole in in_comparison),
        None if replaced else channels.stopped(sales, currency),
        accounts.silent(sales, currency),
        accounts.dependence(sales, currency),
        accounts.one_order(sales, currency),
        None if replaced else growth.newcomers_stopped(sales),
        None if replaced else growth.wave(sales),
        refunds.still_to_come(sales, currency),
    )
    watched = spans[1][0] >= int(sales.days.index[0])
    split = growth.split(sales) if watched and not in_comparison and not replaced else None
    long = tuple((day_at(hole.begins), day_at(hole.ends)) for hole in holes if hole.is_long)
    stated = tuple(finding for finding in judgements if finding)
    return Circumstances(stated, split, not in_comparison, long, growth.year(sales, holes))
