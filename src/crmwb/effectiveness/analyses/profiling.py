"""Profiling: who the customers are."""

import pandas as pd

from crmwb.effectiveness.analyses.analysis import Analysis, named, rows_by
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Finding, Money, Name, Share, Term, Unavailable

TRAITS = ("industry", "region", "age_band", "income_band", "country", "company_size", "kind")
KNOWN_SHARE = 0.2  # of customers: a trait known of fewer describes no customer base
MOST_SHARE = 0.8  # of customers: of the traits known of so many, the first is taken


def profiling(inputs: Inputs) -> Analysis:
    """Describe the customers by the trait that is known of most of them and tells them apart."""
    trait = known_trait(inputs.buyers)
    if trait is None:
        return Analysis(Unavailable("effectiveness.profiling.nothing_known"))

    def mean_revenue(part: pd.DataFrame) -> Money:
        return inputs.money(float(part["revenue_cents"].mean()))

    rows = rows_by(inputs.buyers, trait, "revenue_cents", named, mean_revenue)
    known = inputs.buyers[inputs.buyers[trait].notna()]
    most = max(rows, key=lambda row: row.n_customers)
    of = float(known["revenue_cents"].sum())
    values = {
        "trait": Term("column", trait),
        "group": most.label,
        "share": Share(most.customer_share),
        "revenue": Share((most.amount_cents or 0.0) / of if of > 0 else None),
        "known": Share(len(known) / len(inputs.buyers)),
    }
    return Analysis(Finding("effectiveness.profiling.largest", values), rows)


def known_trait(buyers: pd.DataFrame) -> str | None:
    """Return the first trait with several values that is known of most customers, else the one known of the most."""
    shares = {t: float(buyers[t].notna().mean()) for t in TRAITS if buyers[t].nunique() > 1}
    best = max(shares.values(), default=0.0)
    least = min(best, MOST_SHARE)
    return next((t for t, share in shares.items() if share >= least), None) if best >= KNOWN_SHARE else None


def largest_group(buyers: pd.DataFrame, column: str) -> tuple[Name, float]:
    """Return the most frequent value of a column, and its share of the customers of whom it is known."""
    counts = buyers[column].dropna().astype(str).value_counts()
    top = min(counts[counts == counts.max()].index)
    return Name(top), float(counts[top] / counts.sum())
