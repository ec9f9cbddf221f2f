"""What the campaigns show, as findings."""

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from crmwb.findings import Count, Finding, Interval, Listing, Money, Name, Share, Value
from crmwb.response.best import MONEY, best_effect, effect_by
from crmwb.response.build import Response
from crmwb.response.design import SUSPICIOUS
from crmwb.response.together import together


def findings(response: Response, currency: str) -> list[Finding]:
    """Return what can be said of all campaigns and of each, the most money first."""
    heads = response.campaigns
    if heads.empty:
        return []
    experiments = heads[heads["design"] == "experiment"]
    counted = {
        "n": Count(len(heads), "campaign"),
        "n_experiments": Count(len(experiments)),
        "n_observational": Count(len(heads) - len(experiments)),
    }
    code = "mixed" if 0 < len(experiments) < len(heads) else "experiments" if len(experiments) else "observational"
    latest_first = heads.sort_values(["starts_on", "campaign_id"], ascending=[False, True])
    of_all = _of_all(experiments["campaign_id"], response)
    each = [f for _, head in latest_first.iterrows() for f in _campaign(head, response, currency, of_all)]
    judged = [Finding(f"response.campaigns_{code}", counted), _outcomes(each, len(heads))]
    return [*judged, *sorted(each, key=lambda finding: -finding.weight)]


def _outcomes(each: list[Finding], n_campaigns: int) -> Finding:
    """Count how many campaigns surely changed revenue, how many did not, and of how many nothing can be stated."""
    kinds = [finding.code.removeprefix("response.") for finding in each]
    proven = sum(kind.startswith(("effect_gain", "effect_loss", "observational_effect")) for kind in kinds)
    unproven = sum(kind.startswith(("effect_unproven", "observational_unproven")) for kind in kinds)
    refused = n_campaigns - proven - unproven  # too few customers, or none who are comparable
    counted = {"proven": proven, "unproven": unproven, "refused": refused}
    parts = [Finding(f"response.outcome_{kind}", {"n": Count(n, "campaign")}) for kind, n in counted.items() if n]
    return Finding("response.outcomes", {"parts": Listing(tuple(parts)), "n_proven": Count(proven)})


def _of_all(experiments: pd.Series, response: Response) -> dict[str, float]:
    """Return the p-value of each experiment's effect on revenue, of all experiments together (Holm)."""
    own = response.effects
    own = own[own["grouping"] == ""] if len(own) else own
    best = {str(i): best_effect(own[own["campaign_id"] == i], MONEY) for i in experiments} if len(own) else {}
    p_values = {i: float(effect["p_value"]) for i, effect in best.items() if effect is not None}
    return dict(zip(p_values, together(list(p_values.values())).tolist(), strict=True))


def _campaign(head: pd.Series, response: Response, currency: str, of_all: Mapping[str, float]) -> Iterator[Finding]:
    name = Name(str(head["name"]))
    own = response.effects
    own = own[(own["campaign_id"] == head["campaign_id"]) & (own["grouping"] == "")] if len(own) else own
    if head["p_sizes"] < SUSPICIOUS:
        sizes = {"n": Count(int(head["n_treated"]), "customer"), "n_control": Count(int(head["n_control"]))}
        yield Finding("response.wrong_sizes", {"campaign": name, **sizes})
    elif head["p_balance"] < SUSPICIOUS:
        yield Finding("response.unlike_arms", {"campaign": name})
    elif head["design"] == "experiment":
        yield from _experiment(head, own, name, currency, p_of_all=of_all.get(str(head["campaign_id"]), math.nan))
    else:
        yield from _observational(own, name, currency)


def _experiment(
    head: pd.Series, own: pd.DataFrame, name: Value, currency: str, *, p_of_all: float
) -> Iterator[Finding]:
    effect = best_effect(own, MONEY)
    if effect is None:
        return
    values = {"campaign": name} | _money(effect, currency)
    total = effect["difference"] * effect["n_treated"]
    is_proven = effect["p_value"] < 1 - effect["level"]
    if is_proven:
        code = "effect_gain" if effect["difference"] > 0 else "effect_loss"
        yield Finding(f"response.{code}", values | {"total": Money(abs(total), currency)}, weight=abs(total))
    else:
        smallest = {"smallest": Money(effect["smallest"], currency), "campaign": name}
        yield Finding("response.effect_unproven", smallest | _money(effect, currency))
    # Whom to contact again is no question where nothing is shown, or where one of several is significant by chance.
    is_gain = p_of_all < 1 - effect["level"] and effect["difference"] > 0
    if head["answer"] in ({"all", "sort"} if is_gain else {"none"}):
        yield Finding(f"response.answer_{head['answer']}", {"campaign": name}, weight=abs(total) / 2)


def _observational(own: pd.DataFrame, name: Value, currency: str) -> Iterator[Finding]:
    naive, adjusted = (effect_by(own, MONEY, method) for method in ("unadjusted", "doubly_robust"))
    if naive is None:
        return
    values = {"campaign": name, "naive": Money(abs(naive["difference"]), currency)}
    if adjusted is None:
        yield Finding("response.not_comparable", values | {"kept": Share(naive["kept_share"])})
        return
    proven = adjusted["p_value"] < 1 - adjusted["level"]
    code = "observational_effect" if proven else "observational_unproven"
    direction = "more" if naive["difference"] >= 0 else "less"
    total = adjusted["difference"] * adjusted["n_treated"] if proven else 0.0
    yield Finding(f"response.{code}_{direction}", values | _money(adjusted, currency), weight=abs(total))


def _money(effect: pd.Series, currency: str) -> dict[str, Value]:
    return {
        "per_head": Money(abs(effect["difference"]), currency),
        "range": Interval(Money(effect["low"], currency), Money(effect["high"], currency)),
    }
