"""How much of an expected gain is assumed rather than measured."""

import pandas as pd

ASSUMED = "assumed"
LITTLE = 0.005  # of the gain: such a part is not stated


def assumed_share(rows: pd.DataFrame) -> float:
    """Return which part of a gain rests on assumptions; 1 without a gain, and 0 where it is too little to state.

    Parameters
    ----------
    rows : DataFrame
        gain_cents and basis, a row for each customer or action.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.actions.basis import assumed_share
    >>> assumed_share(pd.DataFrame({"gain_cents": [300, 100], "basis": ["assumed", "learned"]}))
    0.75
    """
    gain = float(rows["gain_cents"].sum())
    share = float(rows.loc[rows["basis"] == ASSUMED, "gain_cents"].sum()) / gain if gain else 1.0
    return 0.0 if share < LITTLE else share
