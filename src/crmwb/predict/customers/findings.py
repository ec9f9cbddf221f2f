"""What is said of customers: who buys, who leaves, who is like the best; as findings by section."""

from typing import Any

from crmwb.findings import Count, Days, Finding, Interval, Number, Share, Times, Unavailable, Value
from crmwb.predict.customers.build import Customers
from crmwb.predict.customers.lookalikes import LIKE, PROFILE_ONLY, RULE, Lookalikes
from crmwb.predict.customers.propensity import HIATUS, MEAN, MORE, RISK, Propensity

Stated = Finding | Unavailable


def findings(customers: Customers) -> dict[str, list[Stated]]:
    """Return what can be said, by section: buys, leaves, lookalikes."""
    return {
        "buys": _propensity("buys", customers.buys, customers.buy_days),
        "leaves": _propensity("leaves", customers.leaves, None),
        "lookalikes": _lookalikes(customers.lookalikes),
    }


def _propensity(target: str, propensity: Propensity | Unavailable, days: int | None) -> list[Stated]:
    if isinstance(propensity, Unavailable):
        return [propensity]
    tests: dict[Any, dict[Any, Any]] = propensity.tests.set_index("method").to_dict("index")
    values: dict[str, Value] = {"n": Count(int(tests[MORE]["n_customers"]), "forecast")}
    if days is not None:
        values["days"] = Days(days)
    if propensity.chosen == MEAN:
        return [_nothing_chosen(target, tests, values)]
    values |= {"risk": Number(tests[RISK]["log_loss"]), "hiatus": Number(tests[HIATUS]["log_loss"])}
    values |= {"more": Number(tests[MORE]["log_loss"]), "gain": _range(tests[MORE])}
    code = "more" if propensity.chosen == MORE else "same"
    stated: list[Stated] = [Finding(f"predict.{target}_{code}", values)]
    if days is not None:
        own = tests[propensity.chosen]
        lifted = {"days": Days(days), "lift": Times(own["lift"]), "slope": Number(own["slope"])}
        stated.insert(0, Finding("predict.buys_lift", lifted))
    return stated


def _nothing_chosen(target: str, tests: dict[Any, dict[Any, Any]], values: dict[str, Value]) -> Finding:
    """Return that no chance is stated; where the hiatus rule was better than the share of all, that it was."""
    hiatus = tests[HIATUS]
    if not hiatus["gain_low"] > 0:
        return Finding(f"predict.{target}_not", values)
    losses = {"hiatus": Number(hiatus["log_loss"]), "share": Number(tests[MEAN]["log_loss"])}
    return Finding(f"predict.{target}_not_but_rule", values | losses)


def _range(row: dict[Any, Any]) -> Interval:
    return Interval(Number(row["gain_low"]), Number(row["gain_high"]))


def _lookalikes(lookalikes: Lookalikes | Unavailable) -> list[Stated]:
    if isinstance(lookalikes, Unavailable):
        return [lookalikes]
    tests: dict[Any, dict[Any, Any]] = lookalikes.tests.set_index("method").to_dict("index")
    rule = tests[RULE]
    values: dict[str, Value] = {
        "n": Count(int(rule["n_customers"]), "customer"),
        "months": Count(lookalikes.ahead_months, "month"),
        "rule": Times(rule["lift"]),
    }
    if LIKE in tests:
        own = tests[LIKE]
        values |= {"like": Times(own["lift"]), "gain": _range(own), "share": Share(own["top_best_share"])}
    code = {LIKE: "alike_better", RULE: "alike_same", None: "alike_none"}[lookalikes.chosen]
    if lookalikes.chosen == RULE and LIKE not in tests:
        code = "alike_rule_only"
    stated: list[Stated] = [Finding(f"predict.{code}", values)]
    if PROFILE_ONLY in tests:
        of_profile: dict[str, Value] = {"lift": Times(tests[PROFILE_ONLY]["lift"])}
        if lookalikes.sorts_prospects:
            of_profile["n"] = Count(int(lookalikes.customers["is_prospect"].sum()), "prospect")
        code = "prospects_sorted" if lookalikes.sorts_prospects else "prospects_not_sorted"
        stated.append(Finding(f"predict.{code}", of_profile))
    return stated
