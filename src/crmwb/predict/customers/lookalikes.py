"""New customers, and prospects, who look like the best: judged by what newcomers of earlier months brought later.

A newcomer is looked at on the first month end after the first purchase. Whether they become one of the best (the top
share of all customers by revenue of the months ahead) is learned from those whose months ahead were over by the origin,
and judged on those who came after it. Rivals: no order at all, and the revenue of the first purchase day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crmwb import storage
from crmwb.calendar import month_of
from crmwb.findings import Count, Unavailable
from crmwb.history.places import Places
from crmwb.params import SENSITIVE, PredictParams
from crmwb.predict.customers.newcomers import NEW_DAYS, newcomers
from crmwb.predict.logistic import Logistic, commonest, indicators
from crmwb.predict.losses import auc, lift

PROFILE = ("kind", "country", "region", "industry", "company_size", "acquisition_channel", "acquisition_route")
BASKET = ("first_day_revenue_cents", "mean_order_cents", "lines_per_order", "n_products", "n_categories")
PLAIN = ("discount_share", "n_purchase_days")
TEXTS = ("top_channel", "top_product_line", *(name for name in PROFILE if name not in SENSITIVE))
FIRST = "first_day_revenue_cents"
READ = ("customer_id", "age_days", *BASKET, *PLAIN, *TEXTS)  # of every customer now
LIKE, PROFILE_ONLY, RULE = "likeness", "profile_only", "first_purchase"
METHODS = (LIKE, PROFILE_ONLY, RULE)
MIN_BEST, MIN_NEW = 20, 100  # among the newcomers that are learned from, and among those judged on
PART_ROWS = 65_536
MOST_LEARNED = 500_000  # newcomers; of more, every k-th by month and id
N_DRAWS = 300
MIN_KNOWN = 0.5  # of prospects, before an attribute may sort them
TESTS = ["method", "n_customers", "best_share", "top_best_share", "lift", "auc", "gain", "gain_low", "gain_high"]


@dataclass(frozen=True)
class Lookalikes:
    """Likeness to the best customers.

    Attributes
    ----------
    tests : DataFrame
        TESTS, one row per method: on newcomers not seen, the share who became best, the same among the tenth listed
        first, their ratio; and by how much the ratio exceeds that of the rule (of the rule: that of no order), with a
        95% bootstrap interval.
    chosen : str or None
        What newcomers are sorted by: LIKE where it beats the rule beyond chance, else RULE where that beats no order,
        else None.
    sorts_prospects : bool
        PROFILE_ONLY beats no order beyond chance, so those who never bought can be sorted too.
    customers : DataFrame
        customer_id, best_customer_probability (NaN where RULE sorts), likeness_rank (1 the first), is_prospect; of
        newcomers and prospects who can be sorted.
    ahead_months : int
    """

    tests: pd.DataFrame
    chosen: str | None
    sorts_prospects: bool
    customers: pd.DataFrame
    ahead_months: int


def lookalikes(
    snapshots: Path, places: Places, features_now: pd.DataFrame, params: PredictParams, seed: int
) -> Lookalikes | Unavailable:
    """Learn from newcomers of past months, judge on later ones, and sort those of now.

    Parameters
    ----------
    snapshots : Path
        Features at month ends.
    places : Places
        All customers.
    features_now : DataFrame
        As of now, of those who never bought, or for the first time lately (`newcomers.candidates`).
    params : PredictParams
        ahead_months, best_share, max_purchases.
    seed : int
        Of the bootstrap.
    """
    there = set(storage.columns_of(snapshots))
    ends = storage.values_of(snapshots, "as_of")
    months = [month_of(end) for end in ends]
    ahead = min(params.ahead_months, len(months) // 3)
    if ahead < 1:
        return Unavailable("predict.too_short_for_lookalikes", values={"n": Count(len(months), "month_end")})
    columns = [name for name in (*BASKET, *PLAIN, *TEXTS) if name in there]
    known = newcomers(snapshots, ends, columns, ahead, params=params, places=places)
    origin = months[-1] - ahead  # what was known then is learned from, and who came from then on is judged
    learned = known[known["month"] + ahead <= origin]
    judged = known[(known["month"] + ahead > origin) & (known["month"] <= months[-1] - ahead)]
    if judged.empty:
        return Unavailable("predict.no_newcomers")
    counts = {"n": Count(len(judged), "customer"), "n_best": Count(int(judged["is_best"].sum()))}
    if min(len(learned), len(judged)) < MIN_NEW or min(learned["is_best"].sum(), judged["is_best"].sum()) < MIN_BEST:
        return Unavailable("predict.too_few_newcomers", values=counts)
    names = {LIKE: (*BASKET, *PLAIN, *TEXTS), PROFILE_ONLY: _of_prospects(features_now)}
    models = {name: _fit(learned, read) for name, read in names.items()}
    scores = {name: _chances(m, judged, learned, names[name]) for name, m in models.items() if m is not None}
    scores[RULE] = judged[FIRST].to_numpy(np.float64, na_value=0.0)
    tests = _tests(scores, judged["is_best"].to_numpy(np.float64), seed)
    gains = tests.set_index("method")["gain_low"]
    chosen = LIKE if gains.get(LIKE, -1) > 0 else RULE if gains[RULE] > 0 else None
    profile = tests.set_index("method").reindex([PROFILE_ONLY])
    sorts = bool((profile["over_chance_low"] > 0).all())
    customers = _sorted(known, features_now, chosen, names[PROFILE_ONLY] if sorts else (), params)
    return Lookalikes(tests[TESTS], chosen, sorts, customers, ahead)


def _of_prospects(features_now: pd.DataFrame) -> tuple[str, ...]:
    """Return the attributes known of most who never bought; one that comes with the first purchase tells nothing."""
    prospects = features_now[features_now["n_purchase_days"].fillna(0) == 0]
    if prospects.empty:
        return ()
    names = [name for name in TEXTS if name in PROFILE and name in prospects]
    return tuple(name for name in names if prospects[name].notna().mean() >= MIN_KNOWN)


def _columns(rows: pd.DataFrame, common: Mapping[str, Sequence[str]], read: Sequence[str]) -> pd.DataFrame:
    """Return some columns as likeness reads them: logs, and a column for each common value of a text."""
    out = {}
    for name in read:
        if name not in common:
            values = rows[name].astype("float64").to_numpy(np.float64)
            out[name] = values if name in PLAIN else np.log1p(np.maximum(values, 0.0))
    parts = [indicators(pd.Series(rows[name], name=name), common[name]) for name in read if name in common]
    return pd.concat([pd.DataFrame(out, index=rows.index), *parts], axis=1)


def _common(learned: pd.DataFrame, read: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each text that have a column: the commonest of those who are learned from."""
    return {name: commonest(learned[name].value_counts()) for name in read if name in TEXTS}


def _fit(learned: pd.DataFrame, read: Sequence[str]) -> Logistic | None:
    there = [name for name in read if name in learned]
    some = learned.iloc[:: max(-(-len(learned) // MOST_LEARNED), 1)]
    x = _columns(some, _common(learned, there), there)
    return Logistic.fit(x, some["is_best"].to_numpy(np.float64)) if x.shape[1] else None


def _chances(model: Logistic, rows: pd.DataFrame, learned: pd.DataFrame, read: Sequence[str]) -> np.ndarray:
    """Return the chance of each to become one of the best, worked out for some of them at a time."""
    there = [name for name in read if name in rows and name in learned]
    common, chance = _common(learned, there), np.zeros(len(rows))
    for begins in range(0, len(rows), PART_ROWS):
        part = slice(begins, begins + PART_ROWS)
        chance[part] = model.chance(_columns(rows.iloc[part], common, there))
    return chance


def _tests(scores: dict[str, np.ndarray], y: np.ndarray, seed: int) -> pd.DataFrame:
    """Return TESTS and over_chance_low: the lower end of the ratio less 1."""
    rng = np.random.default_rng(seed)
    lifts = {name: np.zeros(N_DRAWS) for name in scores}
    for draw in range(N_DRAWS):  # one after the other: of many customers, each takes much memory
        drawn = rng.integers(0, len(y), len(y))
        for name, score in scores.items():
            lifts[name][draw] = lift(score[drawn], y[drawn])
    rows = []
    for name in METHODS:
        if name not in scores:
            continue
        own = lift(scores[name], y)
        rival, rival_lifts = (1.0, 1.0) if name == RULE else (lift(scores[RULE], y), lifts[RULE])
        low, high = np.nanquantile(lifts[name] - rival_lifts, [0.025, 0.975])
        over_chance_low = np.nanquantile(lifts[name], 0.025) - 1
        rows.append(
            (name, len(y), y.mean(), own * y.mean(), own, auc(scores[name], y), own - rival, low, high, over_chance_low)
        )
    return pd.DataFrame(rows, columns=[*TESTS, "over_chance_low"])


def _sorted(
    known: pd.DataFrame, features_now: pd.DataFrame, chosen: str | None, profile: Sequence[str], params: PredictParams
) -> pd.DataFrame:
    """Sort the newcomers and the prospects of now, by what was learned from all newcomers whose months are over."""
    over, now, names = known[known["ahead_cents"].notna()], features_now, (*BASKET, *PLAIN, *TEXTS)
    n_days = now["n_purchase_days"].fillna(0)
    new = now[(n_days >= 1) & (n_days <= params.max_purchases) & (now["age_days"] <= 3 * NEW_DAYS)]
    parts = []
    if chosen == LIKE and (model := _fit(over, names)) is not None and len(new):
        p = _chances(model, new, over, names).round(6)
        parts.append(pd.DataFrame({"customer_id": new["customer_id"], "p": p, "score": p, "is_prospect": False}))
    elif chosen == RULE and len(new):
        score = new[FIRST].astype("float64").fillna(0.0)
        parts.append(
            pd.DataFrame({"customer_id": new["customer_id"], "p": np.nan, "score": score, "is_prospect": False})
        )
    prospects = now[n_days == 0]
    if profile and len(prospects) and (model := _fit(over, profile)) is not None:
        p = _chances(model, prospects, over, profile).round(6)
        parts.append(
            pd.DataFrame({"customer_id": prospects["customer_id"], "p": np.nan, "score": p, "is_prospect": True})
        )
    if not parts:
        return pd.DataFrame(
            {"customer_id": [], "best_customer_probability": [], "likeness_rank": [], "is_prospect": []}
        )
    every = pd.concat(parts, ignore_index=True).sort_values(
        ["is_prospect", "score", "customer_id"], ascending=[True, False, True], ignore_index=True
    )
    rank = every.groupby("is_prospect").cumcount() + 1
    return every.assign(likeness_rank=rank).rename(columns={"p": "best_customer_probability"}).drop(columns="score")
