"""Whether the margin at stake with customers says anything: with those who left long ago, hardly any is left."""

import pandas as pd

LITTLE = 0.01  # of the margin expected of all


def is_little(leaving: pd.DataFrame, buyers: pd.DataFrame) -> bool:
    """Whether hardly any of the margin that all are expected to bring is at stake, while those who leave brought some.

    Parameters
    ----------
    leaving, buyers : DataFrame
        Customers at risk or likely lost, and all who have bought: margin_at_stake_cents, clv_cents, revenue_cents.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.marts.at_stake import is_little
    >>> columns = ["margin_at_stake_cents", "clv_cents", "revenue_cents"]
    >>> buyers = pd.DataFrame([(1, 0, 90_000), (0, 5_000, 80_000)], columns=columns)
    >>> is_little(buyers[:1], buyers)
    True
    """
    expected = float(buyers["clv_cents"].fillna(0).sum())
    brought = float(leaving["revenue_cents"].fillna(0).sum())
    return brought > 0 and expected > 0 and float(leaving["margin_at_stake_cents"].fillna(0).sum()) < LITTLE * expected
