"""The marketing mix of each segment: what its measured needs advise on product, price, place and promotion."""

from typing import Any

import pandas as pd

from crmwb import layout
from crmwb.contract.segments import MIX
from crmwb.errors import CrmwbError
from crmwb.findings import (
    Count,
    Finding,
    Listing,
    Money,
    Number,
    Passage,
    Share,
    Term,
    Value,
    Wording,
    dumps,
    from_json,
    loads,
    vetoes,
)
from crmwb.params import NeedsParams
from crmwb.segmentation.needs.measure import Needs
from crmwb.segmentation.needs.measures import MEASURES, amount, finding, item
from crmwb.segmentation.needs.rules import PS, Condition, MarketingMix, Rule

STANDARD = "standard"
N_ITEMS = 3


def columns(rules: MarketingMix, params: NeedsParams) -> list[str]:
    """Return the columns of customers that `measure` and `mix` read, those of segments among them."""
    return ["customer_id", *params.schemes, "kind", *_named(rules)]


def mix(
    needs: Needs, customers: pd.DataFrame, rules: MarketingMix, params: NeedsParams, *, currency: str = ""
) -> pd.DataFrame:
    """Work out the marketing mix of every segment.

    Parameters
    ----------
    needs : Needs
        As `measure` made them.
    customers : DataFrame
        As `measure` had them, with the columns that conditions on profiles name.
    rules : MarketingMix
        As `read_rules` read them.
    params : NeedsParams
        How many advices at most.
    currency : str, optional
        For the figures in advices.

    Returns
    -------
    DataFrame
        `MIX`: for each scheme, segment and p, at most `params.n_advices` rows, the most important first: the
        advice and the figures that speak for it, values of findings as JSON; none of a rule for companies, or for
        persons, unless half of those whose kind is known are such. Where no rule fits, one row says that the standard
        offer is right (rule "standard").

    Raises
    ------
    CrmwbError
        A condition names a profile that customers do not have as a number.
    """
    profiles = _profiles(customers, rules, params)
    suiting = _suiting(rules, customers)
    wants = needs.frame
    rows: list[tuple[str, str, str, int, str, str, str]] = []
    for scheme in [s for s in params.schemes if customers[s].notna().any()]:
        of_scheme = dict(list(wants[wants["scheme"] == scheme].groupby("segment")))
        for segment in sorted(customers[scheme].dropna().unique()):
            here = of_scheme.get(segment, wants.iloc[:0])
            for p in PS:
                ordered = sorted((r for r in suiting if r.p == p), key=lambda r: r.priority)
                asked = [(r, _met(r, here, profiles, scheme, segment)) for r in ordered]
                given = [(r, met) for r, met in asked if met][: params.n_advices]
                advices: list[tuple[Value, Passage, str]] = [
                    (_advice(r, met[0], Term(scheme, segment), currency), _because(r, met, currency), r.name)
                    for r, met in given
                ] or [(*_standard(p, here, ordered, needs.facts["not_available"]), STANDARD)]
                rows += [
                    (scheme, segment, p, place, dumps(advice), dumps(because), rule)
                    for place, (advice, because, rule) in enumerate(advices, start=1)
                ]
    return pd.DataFrame(rows, columns=MIX.names)


def actions_mapped(mix: pd.DataFrame, scheme: str) -> "pd.Series[int]":
    """Count the advices of each segment of a scheme, index segment; the standard offer is none."""
    of_scheme = mix[mix["scheme"] == scheme]
    return (of_scheme["rule"] != STANDARD).groupby(of_scheme["segment"]).sum().astype("int64").rename("n_actions")


def _suiting(rules: MarketingMix, customers: pd.DataFrame) -> list[Rule]:
    """Return the rules whose advice suits the kind of customers that the source has, companies or persons."""
    known = customers["kind"].dropna() if "kind" in customers else pd.Series([], dtype="string")
    shares = {str(kind): float(share) for kind, share in known.value_counts(normalize=True).items()}
    return [
        rule
        for rule in rules.rules
        if rule.kind is None
        or vetoes.withheld(Finding(vetoes.ADVICE, {"for": Term("kind", rule.kind)}), kind_shares=shares) is None
    ]


def _profiles(customers: pd.DataFrame, rules: MarketingMix, params: NeedsParams) -> pd.DataFrame:
    """Average the columns that rules name: scheme, segment, profile, value, everyone_else, lift.

    Values of a segment of fewer than `params.min_customers`, or beside fewer, are unknown.
    """
    wanted = _named(rules)
    for rule in rules.rules:
        for c in rule.when:
            if c.profile and (c.profile not in customers or not pd.api.types.is_numeric_dtype(customers[c.profile])):
                raise CrmwbError(
                    f"{layout.MARKETING_MIX}: rule {rule.name}: profile: customers have no number {c.profile}; "
                    "docs/data_dictionary.md lists the columns."
                )
    out = []
    for scheme in params.schemes:
        for name in wanted:
            sums = customers.groupby(scheme)[name].agg(["sum", "count"]).astype(float)
            total, n = sums["sum"], sums["count"]
            enough = (n >= params.min_customers) & (n.sum() - n >= params.min_customers)
            value, others = total / n.where(enough), (total.sum() - total) / (n.sum() - n).where(enough)
            out.append(
                pd.DataFrame(
                    {
                        "scheme": scheme,
                        "segment": total.index,
                        "profile": name,
                        "value": value.to_numpy(),
                        "everyone_else": others.to_numpy(),
                        "lift": (value / others.where(others != 0)).to_numpy(),
                    }
                )
            )
    columns = ["scheme", "segment", "profile", "value", "everyone_else", "lift"]
    return pd.concat(out, ignore_index=True) if out else pd.DataFrame(columns=columns)


def _named(rules: MarketingMix) -> list[str]:
    """Return the profiles that rules name, sorted."""
    return sorted({c.profile for rule in rules.rules for c in rule.when if c.profile is not None})


def _met(rule: Rule, needs: pd.DataFrame, profiles: pd.DataFrame, scheme: str, segment: str) -> list[pd.DataFrame]:
    """Return what meets each condition of a rule, that which differs most first; nothing where one is not met."""
    of_segment = profiles[(profiles["scheme"] == scheme) & (profiles["segment"] == segment)]
    met = [_rows(condition, needs, of_segment) for condition in rule.when]
    return met if all(len(rows) for rows in met) else []


def _rows(condition: Condition, needs: pd.DataFrame, profiles: pd.DataFrame) -> pd.DataFrame:
    if condition.profile is not None:
        rows = profiles[profiles["profile"] == condition.profile]
    else:
        rows = needs[needs["measure"] == condition.need]
        rows = rows[rows["is_clear"]] if condition.is_clear else rows
        rows = rows if condition.item is None else rows[rows["item"] == condition.item]
        if condition.affinity_at_least is not None:
            rows = rows[rows["affinity"] >= condition.affinity_at_least]
    for column, least, most in (
        ("lift", condition.at_least, condition.at_most),
        ("value", condition.value_at_least, condition.value_at_most),
    ):
        rows = rows if least is None else rows[rows[column] >= least]
        rows = rows if most is None else rows[rows[column] <= most]
    if condition.profile is not None:
        return rows
    differs = (rows["value"] - rows["everyone_else"]).abs()
    return rows.assign(differs=differs).sort_values(["differs", "item"], ascending=[False, True])


def _advice(rule: Rule, rows: pd.DataFrame, segment: Term, currency: str) -> Wording:
    """Return a rule's advice with what its texts name."""
    first = rows.iloc[0]
    items = [item(str(first["measure"]), str(name)) for name in rows["item"].head(N_ITEMS)] if "item" in rows else []
    lift: Value = Number(round(float(first["lift"]), 1))
    if not first["everyone_else"]:
        lift = Finding("needs.more_than", {"n": Number(round(float(first["lower"])))})
    values: dict[str, Value] = {
        **({"item": items[0]} if items else {}),
        "items": Listing(tuple(items)),
        "value": _figure(first, "value", currency),
        "everyone_else": _figure(first, "everyone_else", currency),
        "lift": lift,
        "segment": segment,
    }
    return Wording(
        {str(language): text for language, text in rule.advice.items()},
        {name: value for name, value in values.items() if name in rule.placeholders},
    )


def _because(rule: Rule, met: list[pd.DataFrame], currency: str) -> Passage:
    pairs = zip(rule.when, met, strict=True)
    return Passage(tuple(_evidence(condition, rows.iloc[0], currency) for condition, rows in pairs))


def _evidence(condition: Condition, first: "pd.Series[float]", currency: str) -> Finding:
    if condition.need is not None:
        return finding(dict(first), currency)
    figures = {"value": _figure(first, "value", currency), "others": _figure(first, "everyone_else", currency)}
    return Finding("needs.profile", {"column": Term("column", str(condition.profile))} | figures)


def _figure(row: "pd.Series[float]", column: str, currency: str) -> Value:
    if "measure" in row:
        return amount(str(row["measure"]), float(row[column]), currency)
    value, name = float(row[column]), str(row["profile"])
    if name.endswith("_cents"):
        return Money(value, currency)
    return Share(value) if name.endswith("share") or name.startswith("p_") else Number(value)


def _standard(
    p: str, needs: pd.DataFrame, rules: list[Rule], not_available: dict[str, dict[str, Any]]
) -> tuple[Finding, Passage]:
    """Return that the standard offer is right, and why."""
    asked = list(dict.fromkeys(c.need for rule in rules for c in rule.when if c.need is not None))
    looked = needs[needs["measure"].isin(asked) & needs["lower"].notna()]
    about: dict[str, Value] = {"p": Term("marketing_mix", p)}
    if looked.empty:
        of_measures = [not_available.get(name, not_available.get(MEASURES[name].kind)) for name in asked]
        known = dict.fromkeys(dumps(from_json(why)) for why in of_measures if why is not None)
        reasons = [loads(why) for why in known] or [Finding("needs.standard.too_few")]
        return Finding("needs.standard.unknown"), Passage((Finding("needs.standard.not_compared", about), *reasons))
    n_clear = int(looked["is_clear"].sum())
    counts = {"n": Count(len(looked), "comparison"), "n_clear": Count(n_clear)}
    code = "needs.standard.too_small" if n_clear else "needs.standard.none_clear"
    return Finding("needs.standard.same"), Passage((Finding(code, about | counts),))
