"""Why customers are in another segment than before: because they changed, or because the definition did."""

import numpy as np

UNMOVED, BEHAVIOUR, REDEFINITION, BOTH = CAUSES = ("unmoved", "behaviour", "redefinition", "both")


def causes(before: np.ndarray, unchanged: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Say for each customer why it moved.

    Parameters
    ----------
    before : ndarray of shape (n,)
        Old behaviour under the old definition.
    unchanged : ndarray of shape (n,)
        New behaviour under the old definition: what it would be, had the definition stayed.
    after : ndarray of shape (n,)
        New behaviour under the new definition.

    Returns
    -------
    int ndarray of shape (n,)
        Places in `CAUSES`: unmoved (before = after); behaviour (the old definition moves it there already);
        redefinition (the old definition leaves it where it was); both (each takes it a part of the way).
    """
    moved = before != after
    cause: np.ndarray = np.select([~moved, unchanged == after, unchanged == before], [0, 1, 2], default=3)
    return cause
