"""What a new model changes against the accepted one, and whether it is time to accept anew."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmwb import storage
from crmwb.findings import Count, Day, Finding, Number, Passage, Share, Term, Unavailable, to_json
from crmwb.params import RefitParams
from crmwb.quality.runs.stability import stability_index
from crmwb.segmentation.refit import bins
from crmwb.segmentation.refit.accepted import columns
from crmwb.segmentation.refit.causes import CAUSES, causes
from crmwb.segmentation.refit.labels import SCHEMES, labels

DAYS_OF_A_MONTH = 365.25 / 12
NOT_ACCEPTED = Finding("refit.not_accepted")
NO_MONTH_END = Unavailable("refit.unavailable.no_month_end")


def report(
    model: dict[str, Any],
    accepted: dict[str, Any] | None,
    customers: pd.DataFrame,
    snapshots: Path,
    params: RefitParams,
    *,
    interests: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Compare a settled model with the accepted one.

    Parameters
    ----------
    model : dict
        What `settle` returned.
    accepted : dict, optional
        The accepted model, of the same source.
    customers : DataFrame
        One row per customer, of now.
    snapshots : Path
        Customers at past month ends, where they stood when the model was accepted is looked up.
    params : RefitParams
        When it is time to accept anew.
    interests : DataFrame, optional
        As for `settle`.

    Returns
    -------
    dict
        Plain JSON. `verdict` (a finding), `is_due` (None where nothing was accepted), `reasons` (findings), `matching`,
        `accepted_as_of`, `compared_as_of` (the month end nearest to it), `n_compared`; `definitions`, per scheme the
        share of customers whom both models put in the same segment, as they are now; `moves`, per scheme, from, to and
        cause: n_customers, share, revenue_cents; `psi`, per feature and segment scheme; `not_available`.
    """
    if accepted is None:
        empty: dict[str, Any] = {"definitions": [], "moves": [], "psi": [], "reasons": [], "not_available": []}
        dates = {"accepted_as_of": None, "compared_as_of": None, "n_compared": 0}
        return {"verdict": to_json(NOT_ACCEPTED), "is_due": None, "matching": model["matching"]} | dates | empty
    buyers = customers[customers["n_purchase_days"] > 0].sort_values("customer_id").set_index("customer_id", drop=False)
    now = labels(buyers, model, interests)
    unchanged = labels(buyers, accepted["model"], interests)
    as_of, then = _then(snapshots, accepted)
    before = labels(then, accepted["model"]) if len(then) else dict.fromkeys(SCHEMES, NO_MONTH_END)
    not_available: list[dict[str, Any]] = []
    definitions: list[dict[str, Any]] = []
    migrations: list[dict[str, Any]] = []
    for scheme in SCHEMES:
        after, kept, was = now[scheme], unchanged[scheme], before[scheme]
        if scheme == "cluster_name" and not model["matching"]["is_matched"]:
            not_available.append({"scheme": scheme, "why": model["matching"]["finding"]})
            continue
        if isinstance(after, Unavailable) or isinstance(kept, Unavailable):
            why = after if isinstance(after, Unavailable) else kept
            not_available.append({"scheme": scheme, "why": to_json(why)})
            continue
        same = float((after.astype(str) == kept.astype(str)).mean())
        definitions.append({"scheme": scheme, "unmoved_share": round(same, 6), "n_customers": len(buyers)})
        if isinstance(was, Unavailable):
            not_available.append({"scheme": scheme, "why": to_json(was)})
            continue
        migrations += _migrations(scheme, was, kept, after, buyers)
    psi = [*_psi_features(buyers, accepted), *_psi_segments(now, accepted)]
    months = (date.fromisoformat(model["as_of"]) - date.fromisoformat(accepted["as_of"])).days / DAYS_OF_A_MONTH
    reasons = list(_reasons(psi, definitions, months, params))
    return {
        "verdict": to_json(_verdict(reasons, accepted["as_of"])),
        "is_due": bool(reasons),
        "reasons": [to_json(reason) for reason in reasons],
        "matching": model["matching"],
        "accepted_as_of": accepted["as_of"],
        "compared_as_of": as_of,
        "n_compared": int(then.index.isin(buyers.index).sum()),
        "definitions": definitions,
        "moves": migrations,
        "psi": psi,
        "not_available": not_available,
    }


def _then(snapshots: Path, accepted: dict[str, Any]) -> tuple[str | None, pd.DataFrame]:
    """Return the customers at the month end nearest to the day of a model, the earlier of two equally near."""
    ends = storage.values_of(snapshots, "as_of")
    if not ends:
        return None, pd.DataFrame()
    day = date.fromisoformat(accepted["as_of"])
    nearest = min(ends, key=lambda end: abs((end - day).days))
    read = [name for name in storage.columns_of(snapshots) if name in {"customer_id", *columns(accepted)}]
    frame = storage.read_frame(snapshots, read, ("as_of", [nearest]))
    return nearest.isoformat(), frame.sort_values("customer_id").set_index("customer_id", drop=False)


def _migrations(
    scheme: str, was: pd.Series, kept: pd.Series, after: pd.Series, buyers: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Yield how many went from where to where, and why; customers who were not there then are left out."""
    both = was.index.intersection(after.index)
    before, unchanged, now = (s.reindex(both).astype(str).to_numpy() for s in (was, kept, after))
    frame = pd.DataFrame(
        {
            "from": before,
            "to": now,
            "cause": np.array(CAUSES)[causes(before, unchanged, now)],
            "cents": buyers["revenue_cents"].reindex(both).to_numpy().astype(np.int64),
        }
    )
    rows = frame.groupby(["from", "to", "cause"], sort=True)["cents"].agg(["size", "sum"]).reset_index()
    for row in rows.itertuples(index=False, name=None):
        origin, target, cause, n, cents = row
        yield {
            "scheme": scheme,
            "from": origin,
            "to": target,
            "cause": cause,
            "n_customers": int(n),
            "share": round(int(n) / len(both), 6),
            "revenue_cents": int(cents),
        }


def _psi_features(buyers: pd.DataFrame, accepted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for column, frozen in accepted["features"].items():
        if column in buyers:
            index = stability_index(bins.shares(buyers[column], frozen), frozen["shares"])
            yield {"kind": "feature", "name": column, "psi": round(index, 6)}


def _psi_segments(now: dict[str, Any], accepted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield of each scheme its index and, of each segment, its part of it."""
    for scheme, then in accepted["segments"].items():
        segments = now.get(scheme)
        if segments is None or isinstance(segments, Unavailable):
            continue
        shares = bins.segment_shares(segments)
        yield {"kind": "scheme", "name": scheme, "psi": round(stability_index(shares, then), 6)}
        for segment in sorted({*shares, *then}):
            here, there = shares.get(segment, 0.0), then.get(segment, 0.0)
            part = stability_index({segment: here}, {segment: there})
            row = {"kind": "segment", "name": f"{scheme}: {segment}", "psi": round(part, 6)}
            yield row | {"share_then": there, "share_now": here}


def _reasons(
    psi: list[dict[str, Any]], definitions: list[dict[str, Any]], months: float, params: RefitParams
) -> Iterator[Finding]:
    """Yield what speaks for accepting anew, by the rule of params."""
    for row in psi:
        if row["kind"] != "segment" and row["psi"] > params.max_psi:
            what, index = Term("column", row["name"]), Number(row["psi"])
            yield Finding("refit.reason.drift", {"what": what, "index": index, "most": Number(params.max_psi)})
    for row in definitions:
        if row["unmoved_share"] < params.min_unmoved_share:
            scheme, share = Term("column", row["scheme"]), Share(row["unmoved_share"])
            values = {"scheme": scheme, "share": share, "least": Share(params.min_unmoved_share)}
            yield Finding("refit.reason.definition", values)
    if months > params.max_months:
        passed = {"months": Count(months, "month"), "most": Count(params.max_months)}
        yield Finding("refit.reason.months", passed)


def _verdict(reasons: list[Finding], as_of: str) -> Finding | Passage:
    day = Day(date.fromisoformat(as_of))
    if not reasons:
        return Finding("refit.valid", {"day": day})
    return Passage((Finding("refit.due", {"day": day}), *reasons))
