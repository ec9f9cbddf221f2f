"""What has changed among customers at risk: who has become so since the month end before, in words."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from crmwb import layout, storage
from crmwb.findings import Count, Day, Finding, Listing, Money, Name, Value
from crmwb.marts.at_stake import is_little
from crmwb.marts.lost_accounts import LARGE
from crmwb.marts.newly import Newly, compared_with
from crmwb.value.potential.total import TotalRange

N_NAMED = 3
STAKE = "margin_at_stake_cents"
MATERIAL = 0.001  # of the margin expected of all


class RiskChanges:
    """Who has become at risk, of all customers who have bought."""

    def __init__(self, root: Path, buyers: pd.DataFrame, currency: str) -> None:
        facts, happened = (storage.read_json(root / path) for path in (layout.LIFECYCLE_FACTS, layout.CIRCUMSTANCES))
        self.newly = Newly.of(buyers, compared_with(facts, happened))
        self._buyers = buyers
        self._total = TotalRange.of(storage.read_json(root / layout.VALUE_MODELS))
        self._currency = currency

    @property
    def at_risk(self) -> pd.DataFrame:
        """Who has become at risk or likely lost, the most margin at stake first; no row where it is not known."""
        rows = pd.DataFrame() if self.newly is None else self.newly.at_risk
        order = [STAKE, "revenue_cents", "customer_id"]
        return rows if rows.empty else rows.sort_values(order, ascending=[False, False, True], ignore_index=True)

    @property
    def matters(self) -> bool:
        """Whether leadership should know: a thousandth of a year's margin is at stake, or they brought much."""
        rows, buyers = self.at_risk, self._buyers
        if rows.empty:
            return False
        stake, expected = (float(frame.fillna(0).sum()) for frame in (rows[STAKE], buyers["clv_cents"]))
        brought, of_all = (float(frame["revenue_cents"].fillna(0).sum()) for frame in (rows, buyers))
        return stake >= max(MATERIAL * expected, 1) or brought >= LARGE * max(of_all, 1)

    @property
    def findings(self) -> Iterator[Finding]:
        """How many have become at risk, with which margin, and how many no longer are; none where it is not known."""
        newly = self.newly
        if newly is None:
            return
        n, n_back = len(newly.at_risk), newly.n_no_longer
        back = Finding("accounts.newly.back", {"n": Count(n_back)}) if n_back else Finding("accounts.newly.no_back")
        values: dict[str, Value] = {"day": Day(newly.since), "back": back}
        if not n:
            yield Finding("accounts.newly.nobody", values)
            return
        values |= {"n": Count(n, "customer"), "regulars": self._how_often(newly)}
        stake = float(self.at_risk[STAKE].fillna(0).sum())
        if self._is_gone:
            brought = float(self.at_risk["revenue_cents"].sum())
            yield Finding("accounts.newly.gone", values | {"brought": Money(brought, self._currency)}, weight=brought)
        elif self._total.is_informative and stake > 0:
            yield Finding(
                "accounts.newly.since", values | {"money": self._total.stated(stake, self._currency)}, weight=stake
            )
        else:
            yield Finding("accounts.newly.counted", values)

    @property
    def largest(self) -> Finding | None:
        """Who of them has the most at stake, or brought most, with who looks after them; None where nobody has any."""
        rows = self.at_risk.head(N_NAMED)
        if rows.empty or not rows["revenue_cents"].fillna(0).sum() > 0:
            return None
        code = "it_is" if len(self.at_risk) == 1 else "largest_brought" if self._is_gone else "largest"
        return Finding(f"accounts.newly.{code}", {"who": named(rows)})

    @property
    def _is_gone(self) -> bool:
        return is_little(self.at_risk, self._buyers)

    def _how_often(self, newly: Newly) -> Finding:
        """Say how many of them are regular customers."""
        n, n_regular = len(newly.at_risk), len(newly.regulars)
        if n == 1:
            days = Count(int(newly.at_risk["n_purchase_days"].iloc[0]))
            return Finding("accounts.newly.one_customer", {"days": days})
        often = "all_regulars" if n_regular == n else "regulars" if n_regular else "no_regulars"
        return Finding(f"accounts.newly.{often}", {"n": Count(n_regular)})


def named(rows: pd.DataFrame) -> Listing:
    """Return customers by their ids, with the owner of each who has one."""
    return Listing(
        tuple(
            Finding("accounts.with_owner", {"customer": Name(str(customer)), "owner": Name(str(owner))})
            if isinstance(owner, str) and owner
            else Name(str(customer))
            for customer, owner in rows[["customer_id", "owner"]].itertuples(index=False)
        )
    )
