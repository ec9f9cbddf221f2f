"""What is said of customers: who buys, who leaves, who is like the best; as findings by section."""

from typing import Any

from crmwb.findings import Count, Days, Finding, Interval, Number, Share, Times, Unavailable, Value
from crmwb.predict.customers.build import Customers
from crmwb.predict.customers.lookalikes import LIKE, PROFILE_ONLY, RULE, Lookalikes
from crmwb.predict.customers.propensity import HIATUS, MEAN, MORE, RISK, Propensity

Said = Finding | Unavailable


def findings(customers: Customers) -> dict[str, list[Said]]:
    """Return what can be said, by section: buys, leaves, lookalikes."""
    return {
        "buys": _propensity("buys", customers.buys, customers.buy_days),
        "leaves": _propensity("leaves", customers.leaves, None),
        "lookalikes": _lookalikes(customers.lookalikes),
    }


def _propensity(target: str, found: Propensity | Unavailable, days: int | None) -> list[Said]:
    if isinstance(found, Unavailable):
        return [found]
    tests: dict[Any, dict[Any, Any]] = found.tests.set_index("method").to_dict("index")
    values: dict[str, Value] = {"n": Count(int(tests[MORE]["n_customers"]), "forecast")}
    if days is not None:
        values["days"] = Days(days)
    if found.chosen == MEAN:
        return [Finding(f"predict.{target}_not", values)]
    values |= {"risk": Number(tests[RISK]["log_loss"]), "hiatus": Number(tests[HIATUS]["log_loss"])}
    values |= {"more": Number(tests[MORE]["log_loss"]), "gain": _range(tests[MORE])}
    code = "more" if found.chosen == MORE else "same"
    said: list[Said] = [Finding(f"predict.{target}_{code}", values)]
    if days is not None:
        own = tests[found.chosen]
        lifted = {"days": Days(days), "lift": Times(own["lift"]), "slope": Number(own["slope"])}
        said.insert(0, Finding("predict.buys_lift", lifted))
    return said


def _range(row: dict[Any, Any]) -> Interval:
    return Interval(Number(row["gain_low"]), Number(row["gain_high"]))


def _lookalikes(found: Lookalikes | Unavailable) -> list[Said]:
    if isinstance(found, Unavailable):
        return [found]
    tests: dict[Any, dict[Any, Any]] = found.tests.set_index("method").to_dict("index")
    rule = tests[RULE]
    values: dict[str, Value] = {
        "n": Count(int(rule["n_customers"]), "customer"),
        "months": Count(found.ahead_months, "month"),
        "rule": Times(rule["lift"]),
    }
    if LIKE in tests:
        own = tests[LIKE]
        values |= {"like": Times(own["lift"]), "gain": _range(own), "share": Share(own["top_best_share"])}
    code = {LIKE: "alike_better", RULE: "alike_same", None: "alike_none"}[found.chosen]
    if found.chosen == RULE and LIKE not in tests:
        code = "alike_rule_only"
    said: list[Said] = [Finding(f"predict.{code}", values)]
    if PROFILE_ONLY in tests:
        of_profile: dict[str, Value] = {"lift": Times(tests[PROFILE_ONLY]["lift"])}
        if found.sorts_prospects:
            of_profile["n"] = Count(int(found.customers["is_prospect"].sum()), "prospect")
        code = "prospects_sorted" if found.sorts_prospects else "prospects_not_sorted"
        said.append(Finding(f"predict.{code}", of_profile))
    return said
