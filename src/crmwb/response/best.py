"""Which of a campaign's estimated effects to go by."""

import pandas as pd

MONEY = "revenue_cents"


def best_effect(own: pd.DataFrame, outcome: str) -> pd.Series | None:
    """Return the effect on an outcome to go by: adjusted for spending before where that is known."""
    known = (effect_by(own, outcome, method) for method in ("adjusted", "difference", "doubly_robust"))
    return next((effect for effect in known if effect is not None), None)


def effect_by(own: pd.DataFrame, outcome: str, method: str) -> pd.Series | None:
    """Return the effect on an outcome that one way of estimating gives; None where it gives none."""
    if own.empty:
        return None
    rows = own[(own["outcome"] == outcome) & (own["method"] == method) & own["difference"].notna()]
    return None if rows.empty else rows.iloc[0]
