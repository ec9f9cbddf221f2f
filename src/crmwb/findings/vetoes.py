"""The vetoes: what must not be said or advised, and why.

Each is a guard (see `guards`) of the claims whose codes it names. A claim is a finding: `needs.<measure>` that
segments differ in a measure, `advice.rule` that a rule gives advice, `segments.trait` that a column sets a segment
apart, `lifecycle.longest_stay` that customers stay longest in a stage, `actions.alert.revenue_fell` that revenue of the
company fell. What of the run a veto looks at is named in it.
"""

from typing import TYPE_CHECKING, Any

from crmwb.findings.finding import Finding
from crmwb.findings.guards import Context, guard, reason
from crmwb.findings.values import Count, Share, Term

if TYPE_CHECKING:
    import pandas as pd

ADVICE, TRAIT, LONGEST_STAY = "advice.rule", "segments.trait", "lifecycle.longest_stay"
REVENUE_FELL = "actions.alert.revenue_fell"
CLOSED_COHORT = (
    0.02  # of customers: where fewer first bought in the second half of the history, the data follow a cohort
)
MIN_CELL = 30  # customers or stays: what fewer show is chance
MOST = 0.5  # advice for one kind of customer is given where they are at least this share of those whose kind is known
CLOCK_AUDITS = ("quiet_hours", "midnight_stamps")
# Which families of traits (see `segmentation.vocabulary`) a scheme's groups are made from, and so differ in.
MADE_FROM = {
    "rfm_segment": {"often", "silence"},
    "stage": {"often", "silence", "age"},
    "tier": {"age", "breadth", "season", "response", "payment", "wallet", "referred"},
}


def withheld(claim: Finding, **facts: Any) -> Finding | None:
    """Return why a claim must not be made, or None where it may be.

    Parameters
    ----------
    claim : Finding
        By the codes above.
    **facts
        What vetoes look at: `audits` (of data/quality/summary.json), `kind_shares` (kind of customer → share),
        `parameters` (durations in months that params.yaml sets and that bound what is claimed), `won_late_share` (of
        customers, those who first bought in the second half of the history), `is_comparable` (of circumstances.json).

    Examples
    --------
    >>> audits = [{"table": "transactions", "audit": "quiet_hours", "severity": "warning"}]
    >>> withheld(Finding("needs.hour_order_share"), audits=audits).code
    'guards.clock'
    >>> withheld(Finding("needs.order_cents"), audits=audits)
    """
    return reason(claim, Context(facts))


@guard("needs.hour_*")
def clock(_claim: Finding, context: Context) -> Finding | None:
    """Say nothing of hours where an audit warns that the times of orders are not the company's, or not known."""
    audits = context.facts.get("audits", ())
    warned = any(
        a["audit"] in CLOCK_AUDITS and a["severity"] == "warning" and a["table"] == "transactions" for a in audits
    )
    return Finding("guards.clock") if warned else None


@guard(ADVICE)
def other_customers(claim: Finding, context: Context) -> Finding | None:
    """Give advice for companies, or for persons, only where most customers are known to be such."""
    kind = claim.values.get("for")
    if not isinstance(kind, Term):
        return None
    share = context.facts.get("kind_shares", {}).get(kind.key, 0.0)
    return None if share >= MOST else Finding("guards.other_customers", {"kind": kind, "share": Share(share)})


@guard(LONGEST_STAY)
def too_few(claim: Finding, _context: Context) -> Finding | None:
    """Say nothing of a group of fewer than `MIN_CELL`."""
    n = claim.values.get("n")
    few = isinstance(n, Count) and (n.value is None or n.value < MIN_CELL)
    return Finding("guards.too_few", {"least": Count(MIN_CELL)}) if few else None


@guard(LONGEST_STAY)
def parameter(claim: Finding, context: Context) -> Finding | None:
    """Say no duration that is, to the month, one that params.yaml sets: it tells of the rule, not of customers."""
    median = claim.values.get("median")
    if not isinstance(median, Count) or median.value is None:
        return None
    bounds = context.facts.get("parameters", ())
    return Finding("guards.parameter") if any(abs(median.value - bound) < 1 for bound in bounds) else None


@guard(TRAIT)
def by_construction(claim: Finding, _context: Context) -> Finding | None:
    """Name no trait that a scheme's groups are made from: they differ in it by definition."""
    scheme, family = (getattr(claim.values.get(name), "text", None) for name in ("scheme", "family"))
    return Finding("guards.by_construction") if family in MADE_FROM.get(str(scheme), ()) else None


@guard(REVENUE_FELL)
def closed_cohort(_claim: Finding, context: Context) -> Finding | None:
    """Call no revenue that of the company where the data follow customers of one time and none who came later."""
    share = context.facts.get("won_late_share")
    is_cohort = share is not None and share < CLOSED_COHORT
    return Finding("guards.closed_cohort", {"share": Share(share)}) if is_cohort else None


@guard(REVENUE_FELL)
def days_without_sales(_claim: Finding, context: Context) -> Finding | None:
    """Compare no revenue where days without sales, closed or lost, lie in one of the two periods."""
    return None if context.facts.get("is_comparable", True) else Finding("guards.days_without_sales")


def won_late_share(age_days: "pd.Series") -> float | None:
    """Return the share of customers who first bought in the second half of the history; None without any.

    Parameters
    ----------
    age_days : Series of shape (n,)
        Days since each customer's first purchase; unknown of those who never bought.
    """
    known = age_days.dropna()
    return float((known < known.max() / 2).mean()) if len(known) else None
