"""The lists that were handed out, without identities: what the next runs are measured against.

Customers stand in it as codes under the project's secret key, so the file can be committed and says nothing to others.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from crmwb import storage
from crmwb.actions.plan import clocks
from crmwb.errors import CrmwbError
from crmwb.params.actions import ActionPlan
from crmwb.sources.privacy import secret

COLUMNS = ("issued_on", "review_on", "action", "code", "is_held_out", "at_stake_cents", "cost_cents")


def issue(rows: pd.DataFrame, as_of: date, path: Path) -> int:
    """Add a list to the ledger.

    Parameters
    ----------
    rows : DataFrame
        As `choice.choose` makes them.
    as_of : date
        The day of the list.
    path : Path
        The ledger.

    Returns
    -------
    int
        Rows added.

    Raises
    ------
    CrmwbError
        The list of that day is in it already, or there is no secret key.
    """
    before = read(path)
    if (before["issued_on"] == as_of).any():
        raise CrmwbError(f"{path}: the list of {as_of} was handed out already; run the pipeline on newer data first.")
    added = rows.assign(issued_on=as_of, code=secret.codes(rows["customer_id"], secret.key()))[list(COLUMNS)]
    both = pd.concat([before, added], ignore_index=True) if len(before) else added
    storage.write_csv(both.sort_values(["issued_on", "action", "code"], ignore_index=True), path)
    return len(added)


def read(path: Path) -> pd.DataFrame:
    """Return the ledger; without a row where nothing was handed out yet.

    Raises
    ------
    CrmwbError
        It is no ledger.
    """
    if not path.is_file():
        return pd.DataFrame(columns=list(COLUMNS))
    try:
        frame = pd.read_csv(path, dtype={"code": "string", "action": "string"})
        frame = frame[list(COLUMNS)]
        days = {name: pd.to_datetime(frame[name], format="%Y-%m-%d").dt.date for name in ("issued_on", "review_on")}
        return frame.assign(**days)
    except (ValueError, KeyError, AttributeError) as error:
        raise CrmwbError(
            f"{path}: no ledger of action lists ({' '.join(str(error).split())[:100]}); restore it."
        ) from None


def forget(path: Path, codes: set[str]) -> int:
    """Take the rows of forgotten customers out of the ledger.

    Parameters
    ----------
    path : Path
        The ledger.
    codes : set of str
        Of the customers, as data/forgotten.csv holds them.

    Returns
    -------
    int
        Rows taken out.
    """
    rows = read(path)
    gone = rows["code"].isin(codes)
    if gone.any():
        storage.write_csv(rows[~gone], path)
    return int(gone.sum())


def cooling(ledger: pd.DataFrame, customer_ids: np.ndarray, plan: ActionPlan, as_of: date) -> Mapping[str, np.ndarray]:
    """Return, by action, who had it, or one that shares its cool-down, or was held out of it, within these days.

    Raises
    ------
    CrmwbError
        The ledger has rows and there is no secret key to tell whose.
    """
    if ledger.empty:
        return {}
    codes = np.array(secret.codes(customer_ids, secret.key()))
    result = {}
    for action, (names, days) in clocks(plan).items():
        since = as_of - timedelta(days=days)
        had = ledger[ledger["action"].isin(names) & (ledger["issued_on"] > since)]["code"]
        result[action] = np.isin(codes, had.to_numpy(dtype=str))
    return result
