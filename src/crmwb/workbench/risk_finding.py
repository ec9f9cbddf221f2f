"""How many are at risk, said so that it can be used: the margin at stake, or what they brought where none is left."""

import pandas as pd

from crmwb.findings import Count, Finding, Interval, Listing, Money, Share, Term, Value
from crmwb.marts.at_stake import LITTLE, is_little
from crmwb.marts.regulars import Regulars
from crmwb.params.segmentation import RfmParams
from crmwb.value.potential.total import TotalRange

KEY_TIERS = ["vip", "important"]
MOSTLY = 0.5  # of an RFM segment; of buyers whose chance of leaving is known


def at_risk_finding(
    buyers: pd.DataFrame, leaving: pd.DataFrame, regulars: Regulars | None, total: TotalRange, currency: str
) -> Finding:
    """Return who is at risk or likely lost; of those whose chance of leaving is known, where these are not most.

    Parameters
    ----------
    buyers, leaving : DataFrame
        Customers who have bought, and those of them at risk or likely lost: tier, revenue_cents, clv_cents,
        margin_at_stake_cents, risk.
    regulars : Regulars or None
        Where most are leaving.
    total : TotalRange
        How sums of future margin are stated.
    currency : str
        Of every amount.
    """

    def future(rows: pd.DataFrame) -> Money | Interval:
        return total.stated(float(rows["margin_at_stake_cents"].sum()), currency)

    values: dict[str, Value]
    if regulars and regulars.are_news:
        values = {
            "regulars": Count(regulars.n_customers, "customer"),
            "n": Count(len(regulars.at_risk)),
            "n_lost": Count(len(regulars.likely_lost)),
            "money": future(leaving),
            "part": future(regulars.leaving),
        }
        return Finding(f"accounts.regulars_{'at_risk' if total.is_informative else 'counted'}", values)
    known = int(buyers["risk"].notna().sum())
    if known < MOSTLY * len(buyers):
        counted: dict[str, Value] = {"n": Count(len(leaving)), "known": Count(known, "customer")}
        unknown = {"unknown": Count(len(buyers) - known), "share": Share(1 - known / len(buyers))}
        return Finding("accounts.at_risk_of_known", counted | unknown)
    values = {"n": Count(len(leaving), "customer"), "share": Share(len(leaving) / max(len(buyers), 1))}
    once: dict[str, Value] = {"once": Count(regulars.n_once)} if regulars and regulars.is_mostly_once else {}
    if not total.is_informative:
        return Finding(f"accounts.{'once_counted' if once else 'at_risk_counted'}", values | once)
    if is_little(leaving, buyers):
        brought = int(leaving["revenue_cents"].fillna(0).sum())
        of_all = Share(brought / float(buyers["revenue_cents"].fillna(0).sum()))
        gone = {"brought": Money(brought, currency), "part": of_all, "least": Share(LITTLE)}
        return Finding("accounts.at_risk_gone", values | gone)
    values["money"] = future(leaving)
    if once:
        return Finding("accounts.once_at_risk", values | once)
    key = leaving[leaving["tier"].isin(KEY_TIERS)]
    values |= {"key": Count(len(key)), "part": future(key)}
    return Finding("accounts.at_risk_below" if key.empty else "accounts.at_risk", values)


def silent_though_recent(explained: pd.DataFrame, rfm: RfmParams) -> Finding | None:
    """Reconcile RFM segments of recent buyers with the risk of most of their members; None where nothing is amiss.

    Parameters
    ----------
    explained : DataFrame
        As `Accounts.explained` returns it.
    rfm : RfmParams
        The segments: recency is a rank among all customers, so the most recent may have been silent for long.
    """
    middle = (rfm.n_bins + 1) / 2  # the score of those whose names may say that they fall silent
    recent = {s.name for s in rfm.segments if s.recency[0] >= middle and s.recency[1] > middle}
    rows = explained[explained["leaving_share"] > MOSTLY]
    names = [group for group in rows["group"] if isinstance(group, Term) and group.kind == "rfm_segment"]
    names = [name for name in names if name.key in recent]
    if not names:
        return None
    quoted = Listing(tuple(Finding("accounts.explained.segment", {"name": name}) for name in names))
    return Finding("accounts.explained.silent_though_recent", {"names": quoted})
