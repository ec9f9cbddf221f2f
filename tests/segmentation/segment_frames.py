"""Feature frames for the segmentation tests: hand-written, planted, and from CDNOW's sample."""

import io
from pathlib import Path

import numpy as np
import pandas as pd

from crmwb import params
from crmwb.params import ClusterParams, RfmParams, SegmentationParams, View, ViewColumn, ViewsParams

PROJECT = Path(__file__).parents[2]
CHOICES = params.load(PROJECT / "params.yaml")
SEED = 7


def people(text: str) -> pd.DataFrame:
    """Read customers from rows written as text ("-" is NULL); what is not written gets a harmless value."""
    frame = pd.read_csv(io.StringIO(text.strip()), sep=r"\s+", na_values=["-"])
    return complete(frame)


def complete(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that every segmentation needs."""
    if "customer_id" not in frame:
        frame.insert(0, "customer_id", [f"c{i:06d}" for i in range(len(frame))])
    frame["customer_id"] = frame["customer_id"].astype(str)
    for column in ("n_purchase_days", "days_since_last", "revenue_cents"):
        if column not in frame:
            frame[column] = 1
    if "n_orders" not in frame:
        frame["n_orders"] = frame["n_purchase_days"]
    return frame


def rfm_params(n_bins: int = CHOICES.segmentation.rfm.n_bins, **changes) -> RfmParams:
    """The project's own RFM choices, changed; its names cover five bins, so with fewer one name covers all.

    Recency is told apart by single days, so that scores can be worked out by hand.
    """
    named = dict(CHOICES.segmentation.rfm) | {"recency_step_days": 1}
    if n_bins != named["n_bins"]:
        named["segments"] = ({"name": "everyone", "recency": (1, n_bins), "frequency_monetary": (1, n_bins)},)
    return RfmParams(**named | {"n_bins": n_bins} | changes)


def cluster_params(**changes) -> ClusterParams:
    quick = {"k_max": 4, "n_bootstrap": 6}
    return ClusterParams(**dict(CHOICES.segmentation.clusters) | quick | changes)


def choices(features: tuple[str, ...] = (), **clusters) -> SegmentationParams:
    """The project's own choices, quicker; where `features` are given, they are the one view that is clustered."""
    changed = {"clusters": cluster_params(**clusters)}
    if features:
        columns = tuple(ViewColumn(column=name, transform="none") for name in features)
        declared = {"shown": View(why={"en": "A test shows it."}, weight=1, columns=columns)}
        changed["views"] = ViewsParams(**dict(CHOICES.segmentation.views) | {"declared": declared})
        changed["clusters"] = cluster_params(**clusters | {"views": ("shown",)})
    return SegmentationParams(**dict(CHOICES.segmentation) | changed)


def planted(n: int = 600, seed: int = SEED) -> tuple[pd.DataFrame, np.ndarray]:
    """Three kinds of customers that differ in three features at once, and which kind each is of.

    Shares 50%, 30% and 20%; revenue per customer rises from the first to the last.
    """
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, size=n, p=[0.5, 0.3, 0.2])
    noise = rng.standard_normal((n, 3))
    frame = pd.DataFrame(
        {
            "n_orders": np.array([10, 30, 60])[kind] + (3 * noise[:, 0]).round(),
            "days_since_last": np.array([90, 20, 50])[kind] + (5 * noise[:, 1]).round(),
            "discount_share": np.array([0.2, 0.6, 0.3])[kind] + 0.03 * noise[:, 2],
            "n_purchase_days": 5,
            "n_active_months": np.arange(n) % 50,
            "revenue_cents": np.array([1_000, 5_000, 20_000])[kind],
        }
    )
    return complete(frame), kind


PLANTED_FEATURES = ("n_orders", "days_since_last", "discount_share")


def noise(n: int, seed: int, common: float = 0.0) -> pd.DataFrame:
    """Customers without segments: four features of pure noise, tied by what they have in `common`."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n, 4)) + common * rng.standard_normal((n, 1))
    return complete(pd.DataFrame(values, columns=list(NOISE_FEATURES)))


NOISE_FEATURES = ("mean_gap_days", "discount_share", "top_brand_share", "revenue_trend")


def cdnow() -> pd.DataFrame:
    """Describe the customers of CDNOW's 1/10 sample as of 1998-07-01, in plain pandas."""
    log = pd.read_csv(
        PROJECT / "tests" / "fixtures" / "cdnow_sample.txt",
        sep=r"\s+",
        names=["customer_id", "sample_id", "day", "n_discs", "dollars"],
        dtype={"customer_id": str},
    )
    log["day"] = pd.to_datetime(log["day"].astype(str))
    log["cents"] = (log["dollars"] * 100).round().astype("int64")
    paid = log[log["cents"] > 0].groupby("customer_id")
    out = pd.DataFrame(index=sorted(log["customer_id"].unique()))
    out["n_purchase_days"] = paid["day"].nunique().reindex(out.index, fill_value=0)
    out["days_since_last"] = (pd.Timestamp("1998-07-01") - paid["day"].max()).dt.days.reindex(out.index)
    out["revenue_cents"] = log.groupby("customer_id")["cents"].sum()
    out["n_orders"] = paid.size().reindex(out.index, fill_value=0)
    return out.rename_axis("customer_id").reset_index()
