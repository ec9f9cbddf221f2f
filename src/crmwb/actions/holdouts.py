"""Who is held out of an action: by a keyed hash, so that nobody chooses and the same customer stays where they are."""

from collections.abc import Iterable
from hashlib import blake2b
from math import ceil

import numpy as np

MIN_HELD_OUT = 30  # in each arm, over all lists; with fewer the interval says nothing
YEAR_DAYS = 365


def least_chosen(share: float, period_days: int) -> int | None:
    """Return for how many customers an action must be chosen before somebody is held out of it.

    With so many on each list, the lists of one year hold out `MIN_HELD_OUT` together: of fewer, holding out costs what
    the action brings and shows nothing.

    Parameters
    ----------
    share : float
        The share held out, 0 to 1.
    period_days : int
        Days from one list to the next.

    Returns
    -------
    int or None
        None where nobody is held out of anything.

    Examples
    --------
    >>> from crmwb.actions.holdouts import least_chosen
    >>> least_chosen(0.1, period_days=28)
    24
    """
    return ceil(MIN_HELD_OUT / share / max(YEAR_DAYS // period_days, 1)) if share else None


def is_held_out(customer_ids: Iterable[str], action: str, share: float, seed: int) -> np.ndarray:
    """Draw hold-outs.

    Parameters
    ----------
    customer_ids : iterable of str
        The customers chosen for the action.
    action : str
        Its name: each action draws anew, so that nobody is held out of everything.
    share : float
        The share held out, 0 to 1.
    seed : int
        Another seed draws others.

    Returns
    -------
    ndarray of bool
        In the order of the ids; the same for the same id, action and seed, whoever else is on the list.

    Examples
    --------
    >>> from crmwb.actions.holdouts import is_held_out
    >>> customer_ids = [f"c{i}" for i in range(1_000)]
    >>> int(is_held_out(customer_ids, "call", 0.1, seed=1).sum())
    91
    """
    key = f"{seed}:{action}".encode()[:64]
    limit = int(share * 2**64)
    draws = (int.from_bytes(blake2b(i.encode(), digest_size=8, key=key).digest(), "big") for i in customer_ids)
    return np.array([draw < limit for draw in draws], dtype=bool)
