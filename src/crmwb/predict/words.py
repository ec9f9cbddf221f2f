"""What columns that chances are read from are called, and why a chance is high or low."""

from crmwb.findings import Finding, Name, Term, Value

ONE_RISK = "one_risk"  # log odds of the target by the risk of the lifecycle
LOG = "log_"


def column_of(name: str) -> Value:
    """Return what a column that was learned from is called: "log_amount", "stage=negotiation", "days_since_last"."""
    column, is_level, level = name.partition("=")
    if is_level:
        named = Finding("predict.name.stage") if column == "stage" else Term("column", column)
        return Finding("predict.level", {"column": named, "level": Name(level)})
    if column == ONE_RISK:
        return Finding("predict.column.one_risk")
    return Term("column", column.removeprefix(LOG))


def reason(name: str, effect: float) -> Finding:
    """Return why a chance is high or low: a column that raises or lowers it."""
    return Finding(f"predict.{'raises' if effect > 0 else 'lowers'}", {"column": column_of(name)})
