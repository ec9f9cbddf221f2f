"""What circumstances of the history leave of the forecast and of the change of equity."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crmwb.findings import Count, Finding, Share, Unavailable, from_json, to_json
from crmwb.value.equity.equity import Equity

REVENUE = ("revenue_cents", "margin_cents")
AGREE = 1.2  # times: counts of active customers that differ by more are not stated
LEAST_SILENT = 0.1  # of a year's revenue: with more of it silent, months before tell too much of the months ahead


def supported(equity: Equity, circumstances: Mapping[str, Any]) -> Equity:
    """Leave out what the history cannot support.

    Where large customers have fallen silent, past revenue holds theirs and no method knows it: no revenue to come is
    stated. Where customer numbers were replaced, nobody can say who was new or lost: the change of equity and the share
    of new customers are not stated. Nor is that share after a wave of first purchases: months that hold it, and months
    before it, tell nothing of those to come.

    Parameters
    ----------
    equity : Equity
        As built.
    circumstances : mapping
        circumstances.json.
    """
    by_code = {finding["code"]: finding for finding in circumstances["findings"]}
    silent = next((from_json(by_code[code]) for code in by_code if code.startswith("circumstances.silent")), None)
    share = silent.values["share"] if silent else None
    if isinstance(share, Share) and (share.value or 0.0) >= LEAST_SILENT:
        equity = _without_revenue(equity, share)
    if "circumstances.ids_replaced" in by_code:
        equity = _without_newcomers(equity)
    elif "circumstances.wave" in by_code:
        equity = replace(equity, facts=equity.facts | {"forecast": _without_share(equity.facts["forecast"])})
    return equity


def without_new_share(equity: Equity, why: Unavailable) -> Equity:
    """Say why the share of new customers in revenue to come is not stated, where it was."""
    forecast = equity.facts["forecast"]
    if forecast["new_share"] is None:
        return equity
    left = _without_share(forecast)
    left |= {"findings": [*left["findings"], to_json(why)]}
    return replace(equity, facts=equity.facts | {"forecast": left, "check": None})


def active_agree(by_model: int, stated: int) -> bool:
    """Whether the model that values past months counts about as many active customers as their own chances do.

    The model knows how often and when customers bought, and nothing else. After a wave of first purchases, or where
    customers buy once a year, their own chances say otherwise: they were corrected by what came of earlier ones.
    """
    return max(by_model, stated) <= AGREE * min(by_model, stated)


def without_active(equity: Equity, by_model: int, stated: int) -> Equity:
    """Say why it is not stated how many are active."""
    why = Finding("equity.active_not_stated", {"by_model": Count(by_model), "stated": Count(stated)})
    return replace(equity, facts=equity.facts | {"caveats": [to_json(why), *equity.facts["caveats"]]})


def _without_revenue(equity: Equity, share: Share) -> Equity:
    forecast = equity.facts["forecast"]
    reason = to_json(Unavailable("forecast.silent", values={"share": share}))
    left = [finding for finding in forecast["findings"] if finding["code"] == "forecast.last_year"]
    measures = {
        name: measure | {"total": None, "unavailable": reason} if name in REVENUE else measure
        for name, measure in forecast["measures"].items()
    }
    known = forecast | {"findings": [reason, *left], "measures": measures, "new_share": None}
    facts = equity.facts | {"forecast": known, "check": None}
    rows = equity.forecast
    is_ahead = rows["measure"].isin(REVENUE) & rows["expected"].notna()
    return replace(equity, forecast=rows[~is_ahead].reset_index(drop=True), facts=facts)


def _without_newcomers(equity: Equity) -> Equity:
    change = equity.facts["bridge"]
    facts = equity.facts | {"forecast": _without_share(equity.facts["forecast"]), "check": None}
    if change is not None:
        reason = to_json(Unavailable("equity.ids_replaced"))
        facts["bridge"] = change | {"is_comparable": False, "finding": reason}
    return replace(equity, facts=facts)


def _without_share(forecast: Mapping[str, Any]) -> dict[str, Any]:
    left = [finding for finding in forecast["findings"] if not finding["code"].startswith("forecast.new_share")]
    return {**forecast, "findings": left, "new_share": None}
