"""The eight RFM classes in use in China: money high or low, by whether recency and frequency are high or low."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

# The part of the name that recency and frequency decide: (recency is high, frequency is high) → part.
BY_ACTIVITY = {(True, True): "value", (False, True): "retain", (True, False): "develop", (False, False): "win_back"}
BY_MONEY = {True: "important", False: "general"}


@dataclass(frozen=True)
class RfmClass:
    """One of the eight classes.

    Attributes
    ----------
    name : str
        Key of Term("rfm_class", …).
    recency, frequency, money : bool
        Whether the score is high: in the upper half of the scores.
    """

    name: str
    recency: bool
    frequency: bool
    money: bool


CLASSES = tuple(
    RfmClass(f"{BY_MONEY[money]}_{part}", recency, frequency, money)
    for money in (True, False)
    for (recency, frequency), part in BY_ACTIVITY.items()
)


def classes(scores: pd.DataFrame, n_bins: int) -> pd.Series:
    """Give each customer its class.

    Parameters
    ----------
    scores : DataFrame
        recency_score, frequency_score and monetary_score, 1 … n_bins (best).
    n_bins : int
        How many scores there are; those above the middle one are high.

    Returns
    -------
    Series
        On the index of `scores`, the names of `CLASSES`.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.segmentation.rfm import classes
    >>> scores = pd.DataFrame({"recency_score": [5, 1], "frequency_score": [4, 3], "monetary_score": [4, 5]})
    >>> classes(scores, 5).tolist()
    ['important_value', 'important_win_back']
    """
    recency, frequency, money = (
        2 * scores[name].to_numpy() > n_bins + 1 for name in ("recency_score", "frequency_score", "monetary_score")
    )
    conditions = [(recency == c.recency) & (frequency == c.frequency) & (money == c.money) for c in CLASSES]
    return pd.Series(np.select(conditions, [c.name for c in CLASSES], default=""), index=scores.index, dtype=object)
