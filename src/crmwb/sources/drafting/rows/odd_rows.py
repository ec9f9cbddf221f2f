"""Rows that are none (repeated headers, totals): set aside where they are few, left out where they are many."""

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax

FEW = 0.02  # of all rows; the pipeline stops where 5% cannot be read


def name(part: Part) -> None:
    """Say which rows are none; where they are many, let the filter leave out those that it can tell."""
    looked_at = part.looked_at
    few = looked_at.n_odd <= FEW * (looked_at.n_odd + looked_at.n_rows)
    sources = [c for guess in part.guesses.values() for c in guess.sources if c in looked_at.own]
    if few or part.table != "transactions" or not sources:
        part.remarks.append(f"set aside, for they cannot be read: {', '.join(looked_at.oddities)}")
        return
    asked = ("customer_id", "ordered_at", "revenue_cents")
    columns = list(dict.fromkeys(c.name for key in asked for c in part.guesses[key].sources if c in looked_at.own))
    known = " or ".join(f"{syntax.column(column)} is not null" for column in columns)
    when = part.guesses["ordered_at"].sources[0].name
    no_header = f"({syntax.column(when)} is null or {syntax.column(when)} <> {syntax.value(when)})"
    part.keep_rows(f"({known})", no_header, first=True)
    part.remarks.append(
        f"left out by the filter: what repeats the header, or holds nothing in {', '.join(columns)} "
        f"({', '.join(looked_at.oddities)})"
    )
