"""The segment model: RFM, value classes and clusters learnt together, scored together; tiers come from value."""

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import union_categoricals

from crmwb import layout
from crmwb.contract.segments import CUSTOMERS
from crmwb.errors import CrmwbError
from crmwb.findings import Finding
from crmwb.params import POTENTIAL, SegmentationParams
from crmwb.segmentation import acceptance, clusters, rfm, value_classes
from crmwb.segmentation.cards.cards import PROFIT

NEVER_BOUGHT = dict.fromkeys(("rfm_segment", "rfm_class", "cluster_name"), "never_bought") | {"tier": POTENTIAL}
WITHOUT_PURCHASES = Finding("clusters.no_purchases")
NEEDED = ("customer_id", "n_purchase_days", "days_since_last", "n_orders", "revenue_cents")


TEXTS = ("rfm_segment", "rfm_class", "value_class", "cluster_name")
SHORT = {  # of what `score` returns
    **dict.fromkeys(("recency_score", "frequency_score", "monetary_score", "frequency_monetary_score"), "Int8"),
    **dict.fromkeys(TEXTS, "category"),
    "cluster": "Int32",
    "cluster_probability": "Float64",
    "is_outlier": "boolean",
}


def columns(params: SegmentationParams) -> list[str]:
    """Return the columns of customers that `fit` and `score` read, as far as there are such."""
    of_views = (params.views.declared[view] for view in params.clusters.views if view in params.views.declared)
    viewed = (declared.column for view in of_views for declared in view.columns)
    return list(dict.fromkeys([*NEEDED, *value_classes.BROUGHT, "clv_cents", *PROFIT, *viewed]))


def fit(
    customers: pd.DataFrame,
    as_of: str,
    params: SegmentationParams,
    seed: int,
    *,
    interests: pd.DataFrame | None = None,
    n_at_once: int | None = 1,
) -> dict[str, Any]:
    """Learn scores, classes and clusters from the customers who bought.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: features and, as far as the chosen views want them, value; in any order.
    as_of : str
        The day before which the features were known (ISO), kept in the model.
    params : SegmentationParams
        The choices.
    seed : int
        Where all chance comes from.
    interests : DataFrame, optional
        One row per customer and category, where a chosen view asks for them.
    n_at_once : int, optional
        How many methods are tried at a time, as for `clusters.evidence.gather`; it changes nothing.

    Returns
    -------
    dict
        as_of, n_customers, n_buyers, seed, and the models `rfm`, `value_classes` and `clusters`: plain JSON, with
        everything that `score` needs. Where the source has no transactions, `rfm` and `value_classes` are None and
        there are no clusters.

    Raises
    ------
    CrmwbError
        A column is missing, nobody has bought, or a parameter does not suit the features.

    Examples
    --------
    Sixty customers of two kinds, one of whom never bought. In a project's folder, with the choices of its params.yaml,
    but for fewer ways to cluster:

    >>> from pathlib import Path
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmwb import params, segmentation
    >>> rng, is_large = np.random.default_rng(0), np.arange(60) < 20
    >>> customers = pd.DataFrame({"customer_id": [f"c{i:02d}" for i in range(60)], "discount_share": 0.0})
    >>> customers["mean_order_cents"] = np.where(is_large, 50_000, 2_000) * rng.uniform(0.8, 1.2, 60)
    >>> customers["lines_per_order"] = np.where(is_large, 8, 2) * rng.uniform(0.8, 1.2, 60)
    >>> customers["n_orders"] = customers["n_purchase_days"] = [*rng.integers(1, 9, 59), 0]
    >>> customers["active_month_share"], customers["top_channel"] = 0.5, "web"
    >>> customers["days_since_last"] = rng.integers(0, 400, 60)
    >>> customers["revenue_cents"] = (customers["n_orders"] * customers["mean_order_cents"]).astype(int)
    >>> choices = params.load(Path("params.yaml")).segmentation
    >>> quick = choices.clusters.model_copy(update={"methods": ("kmeans",), "k_max": 3, "n_bootstrap": 5})
    >>> choices = choices.model_copy(update={"clusters": quick})
    >>> model = segmentation.fit(customers, "2024-06-01", choices, seed=0)
    >>> scored = segmentation.score(customers, model)
    >>> scored["cluster_name"].value_counts().to_dict()
    {'small_orders': 39, 'large_orders': 20, 'never_bought': 1}
    >>> segmentation.metrics(scored, model)["n_buyers"]
    59
    >>> profiles = segmentation.profiles(customers, scored, model, tiers=())
    >>> profiles.loc[profiles["scheme"] == "cluster_name", ["segment", "n_customers"]].values.tolist()
    [['large_orders', 20], ['small_orders', 39], ['never_bought', 1]]
    """
    buyers = _buyers(customers)
    known = {"as_of": as_of, "seed": seed, "n_customers": len(customers), "n_buyers": len(buyers)}
    if customers["n_purchase_days"].isna().all():  # unknown, not 0: the source has no transactions
        return known | {"rfm": None, "value_classes": None, "clusters": clusters.none(WITHOUT_PURCHASES)}
    if buyers.empty:
        raise CrmwbError(
            f"{layout.CUSTOMER_FEATURES}: none of {len(customers):,} customers bought anything before {as_of}; "
            "segments need purchases: check the transactions of the source, and params.yaml: as_of."
        )
    if not buyers["customer_id"].is_monotonic_increasing:
        buyers = buyers.sort_values("customer_id")
    return known | {
        "rfm": rfm.fit(buyers, params.rfm),
        "value_classes": value_classes.cuts(
            value_classes.brought(buyers), buyers.get("clv_cents"), params.value_classes.upper_share
        ),
        "clusters": clusters.fit(
            buyers,
            params,
            seed,
            passes=partial(acceptance.passes, buyers, params=params),
            interests=interests,
            n_at_once=n_at_once,
        ),
    }


def score(
    customers: pd.DataFrame,
    model: dict[str, Any],
    *,
    interests: pd.DataFrame | None = None,
    rfm_before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give every customer its scores, class and cluster.

    Parameters
    ----------
    customers : DataFrame
        One row per customer; these need not be the customers that the model was fitted on.
    model : dict
        What `fit` returned.
    interests : DataFrame, optional
        As for `fit`.
    rfm_before : DataFrame, optional
        The RFM scores of a month earlier, a row for each of `customers`; see `rfm.score`.

    Returns
    -------
    DataFrame
        The columns of `CUSTOMERS`, rows in the order of `customers`. Customers who never bought have no scores,
        class or cluster; they are `NEVER_BOUGHT`. All is unknown where the source has no transactions.
    """
    customers = customers.reset_index(drop=True)
    whole = [field.name for field in CUSTOMERS.schema if field.type == pa.int64()]
    if model["rfm"] is None:
        return customers[["customer_id"]].reindex(columns=CUSTOMERS.names).astype(dict.fromkeys(whole, "Int64"))
    buyers = _buyers(customers)
    was = rfm_before if rfm_before is None or len(buyers) == len(customers) else rfm_before.iloc[buyers.index]
    scored = [
        rfm.score(buyers, model["rfm"], before=was),
        value_classes.classes(value_classes.brought(buyers), buyers.get("clv_cents"), model["value_classes"]).rename(
            "value_class"
        ),
        clusters.score(buyers, model["clusters"], interests=interests),
    ]
    out = customers[["customer_id"]].join(pd.concat(scored, axis=1))
    never = {name: label for name, label in NEVER_BOUGHT.items() if name in out}
    known: pd.DataFrame = out.fillna(never).astype(dict.fromkeys(whole, "Int64"))
    return known.reindex(columns=CUSTOMERS.names)


def score_in_parts(
    customers: pd.DataFrame,
    model: dict[str, Any],
    *,
    interests: pd.DataFrame | None = None,
    rfm_before: pd.DataFrame | None = None,
    n_buyers: int = clusters.SCORED_ROWS,
) -> pd.DataFrame:
    """Do what `score` does for many customers: part by part, texts as categories and whole numbers short.

    Parameters
    ----------
    customers, model, interests, rfm_before
        As for `score`.
    n_buyers : int
        How many buyers a part has.
    """
    cuts = [0, *np.flatnonzero(customers["n_purchase_days"] > 0)[n_buyers::n_buyers].tolist(), len(customers)]
    parts = []
    for rows in (slice(*ends) for ends in pairwise(cuts)):
        before = None if rfm_before is None else rfm_before.iloc[rows]
        scored = score(customers.iloc[rows], model, interests=interests, rfm_before=before).drop(columns="customer_id")
        parts.append(scored.astype(dict.fromkeys(TEXTS, "str")).astype(SHORT))
    ids = customers["customer_id"].reset_index(drop=True)
    given = [name for name in CUSTOMERS.names if name in SHORT]
    columns = (_joined([part.pop(name) for part in parts]) for name in given)
    return pd.concat([ids, *columns], axis=1, keys=["customer_id", *given])


def metrics(customers: pd.DataFrame, model: dict[str, Any]) -> dict[str, Any]:
    """Return the few numbers worth tracking: the verdict and evidence of clusters, and the sizes of RFM segments.

    Parameters
    ----------
    customers : DataFrame
        What `score` returned.
    model : dict
        What `fit` returned.
    """
    clusters = model["clusters"]
    chosen: dict[str, Any] = next((row for row in clusters["evidence"] if row["is_chosen"]), {})
    kept = ("silhouette", "null_silhouette", "min_jaccard", "min_share")
    return {
        "n_customers": len(customers),
        "n_buyers": int(customers["cluster"].notna().sum()),
        "clusters": {"k": clusters["k"], "kind": clusters["kind"]} | {name: chosen[name] for name in kept if chosen},
        "rfm_segments": customers["rfm_segment"].value_counts().sort_index().to_dict(),
    }


def _joined(parts: list[pd.Series]) -> pd.Series:
    """Return parts of a column as one; categories are those of all, sorted."""
    if isinstance(parts[0].dtype, pd.CategoricalDtype):
        return pd.Series(union_categoricals(parts, sort_categories=True))
    return pd.concat(parts, ignore_index=True)


def _buyers(features: pd.DataFrame) -> pd.DataFrame:
    """Return the customers with a purchase.

    Raises
    ------
    CrmwbError
        A column that every segmentation needs is missing.
    """
    missing = [name for name in NEEDED if name not in features]
    if missing:
        raise CrmwbError(
            f"{layout.CUSTOMER_FEATURES}: no column {', '.join(missing)}; run `dvc repro features` to make it anew."
        )
    bought = features["n_purchase_days"] > 0
    return features if bought.all() else features[bought]
