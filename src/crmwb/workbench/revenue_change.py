"""How revenue changed: recent days and the whole year in one sentence, and whether few customers made the change."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from crmwb.findings import Change, Count, Finding, Share, Value

if TYPE_CHECKING:
    from crmwb.workbench import Workbench

MOST_FEW = 5  # customers, and
FEW_SHARE = 0.1  # of those who bought in either period: more are not few
MOST_OF_IT = 0.5  # of the change, that few customers must have made
ALL = 1.005  # of the change, as a share that is written as 100%
LEAST_CHANGE = 0.05  # of revenue: nobody asks who made a smaller one


@dataclass(frozen=True)
class FewCustomers:
    """The fewest customers who made at least half of a change.

    Attributes
    ----------
    n : int
        How many.
    share : float
        Of the change; above 1 where the others moved the other way.
    without : Change
        What the change would be without these customers in either period.
    """

    n: int
    share: float
    without: Change


def few_customers(now: pd.Series, before: pd.Series) -> FewCustomers | None:
    """Return the few customers who made most of a change of revenue; None where it is small, or many made it.

    Parameters
    ----------
    now, before : Series of shape (n_customers,)
        Revenue of each customer in two periods.

    Examples
    --------
    >>> few_customers(pd.Series([900] + [10] * 20), pd.Series([100] + [12] * 20))
    FewCustomers(n=1, share=1.052632, without=Change(value=-0.166667))
    """
    now, before = now.fillna(0), before.fillna(0)
    change, total_before = now - before, float(before.sum())
    total = float(change.sum())
    if total_before <= 0 or abs(total) < LEAST_CHANGE * total_before:
        return None
    shares = (change / total).sort_values(ascending=False, kind="stable")
    n = int((shares.head(MOST_FEW).cumsum() < MOST_OF_IT).sum()) + 1
    if n > min(MOST_FEW, FEW_SHARE * int(((now != 0) | (before != 0)).sum())):
        return None
    largest = shares.index[:n]
    without = Change.between(total_before - before[largest].sum(), float(now.sum() - now[largest].sum()))
    return FewCustomers(n, round(float(shares.iloc[:n].sum()), 6), without)


def hidden_by_one(now: pd.Series, before: pd.Series) -> Change | None:
    """Return the change without the one customer who hides at least half of it; None where no single one does.

    Parameters
    ----------
    now, before : Series of shape (n_customers,)
        Revenue of each customer in two periods.

    Examples
    --------
    >>> hidden_by_one(pd.Series([0] + [13] * 20), pd.Series([40] + [10] * 20))
    Change(value=0.3)
    """
    now, before = now.fillna(0), before.fillna(0)
    change = now - before
    if change.empty or int(((now != 0) | (before != 0)).sum()) * FEW_SHARE < 1:
        return None
    hiding: list[tuple[float, Change]] = []
    changes, spent_before = change.to_numpy(dtype=float), before.to_numpy(dtype=float)
    for who in (changes.argmin(), changes.argmax()):
        own = float(changes[who])
        rest, of = float(changes.sum()) - own, float(spent_before.sum() - spent_before[who])
        if of > 0 and own * rest < 0 and abs(rest) >= LEAST_CHANGE * of and abs(own) >= MOST_OF_IT * abs(rest):
            hiding.append((abs(own), Change.between(of, of + rest)))
    return max(hiding, key=lambda one: one[0])[1] if hiding else None


def revenue_change(wb: "Workbench") -> Finding:
    """Return how the recent days compare with those a year before, else with those before them.

    Where the year before is known, the change over 52 weeks stands beside that of the recent days, and the few
    customers who made most of it are counted.
    """
    happened, customers = wb.circumstances, wb.customers.frame
    recent, before, year_ago = (customers[f"{when}_revenue_cents"] for when in ("recent", "previous", "year_ago"))
    if not happened.is_comparable:
        return Finding("decisions.not_comparable")
    by = Change.between(year_ago.sum(min_count=1), recent.sum(min_count=1))
    if by.value is not None:
        more = beside_year_ago(wb)
        if more is not None:
            return Finding("decisions.change_year_and_more", {"change": by, "more": more})
        return Finding("decisions.change_year", {"change": by})
    by = Change.between(before.sum(min_count=1), recent.sum(min_count=1))
    return Finding("decisions.no_comparison" if by.value is None else "decisions.change_period", {"change": by})


def beside_year_ago(wb: "Workbench") -> Finding | None:
    """Return what belongs beside a change against the same days a year before; None where nothing is known.

    The change over 52 weeks, and the few customers who made most of that of the recent days, else the one who hides it.
    """
    whole, few, hidden = wb.circumstances.year, None, None
    over_year = None if whole is None else Finding("decisions.over_year", {"change": whole})
    if not wb.circumstances.ids_replaced:
        now, before = (wb.customers.frame[f"{when}_revenue_cents"] for when in ("recent", "year_ago"))
        few = few_customers(now, before)
        hidden = hidden_by_one(now, before) if few is None else None
    if few is not None:
        values: dict[str, Value] = {"n": Count(few.n, "customer"), "share": Share(few.share), "without": few.without}
        who = "one" if few.n == 1 else "few"
        of_few = Finding(f"decisions.without_{who}{'' if few.share < ALL else '_all'}", values)
    elif hidden is not None:
        of_few = Finding("decisions.without_hiding", {"without": hidden})
    else:
        return over_year
    return of_few if over_year is None else Finding("decisions.both", {"year": over_year, "few": of_few})
