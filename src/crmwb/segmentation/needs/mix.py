"""The marketing mix of each segment: what its measured needs advise on product, price, place and promotion."""

import pandas as pd
import pyarrow as pa

from crmwb import layout
from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Term, vetoes
from crmwb.params import NeedsParams
from crmwb.segmentation.needs.measure import Needs
from crmwb.segmentation.needs.rules import PS, Condition, MarketingMix, Rule
from crmwb.segmentation.needs.words import MEASURES, written

MIX_SCHEMA = pa.schema(
    [
        ("scheme", pa.string()),
        ("segment", pa.string()),
        ("p", pa.string()),
        ("position", pa.int64()),
        ("advice", pa.string()),
        ("because", pa.string()),
        ("cannot_tell", pa.string()),
        ("rule", pa.string()),
    ]
)
STANDARD = "standard"
CANNOT_TELL = {
    "product": "That they buy more of it does not tell that showing it brings more sales: give it to some, not to "
    "others, and compare.",
    "price": "What they paid does not tell what they would have paid: try the other price on a part of them first.",
    "place": "Where they buy may be all they were offered: whether another way would suit them better, only offering "
    "it tells.",
    "promotion": "Who answers might have bought anyway: a control group that is not contacted would tell.",
    STANDARD: "That no difference was found does not tell that there is none, only that what is known shows none.",
}
N_ITEMS = 3


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
        `MIX_SCHEMA`: for each scheme, segment and p, at most `params.n_advices` rows, the most important first, each
        with the figures that speak for it; none of a rule for companies, or for persons, unless half of those whose
        kind is known are such. Where no rule fits, one row says that the standard offer is right (rule
        "standard").

    Raises
    ------
    CrmwbError
        A condition names a profile that customers do not have as a number.
    """
    profiles = _profiles(customers, rules, params)
    suiting = _suiting(rules, customers)
    found = needs.frame
    rows: list[tuple[str, str, str, int, str, str, str, str]] = []
    for scheme in [s for s in params.schemes if customers[s].notna().any()]:
        of_scheme = dict(list(found[found["scheme"] == scheme].groupby("segment")))
        for segment in sorted(customers[scheme].dropna().unique()):
            here = of_scheme.get(segment, found.iloc[:0])
            for p in PS:
                ordered = sorted((r for r in suiting if r.p == p), key=lambda r: r.priority)
                asked = [(r, _met(r, here, profiles, scheme, segment)) for r in ordered]
                given = [(r, met) for r, met in asked if met][: params.n_advices]
                rows += [
                    (
                        scheme,
                        segment,
                        p,
                        place,
                        _advice(r, met[0], segment, currency),
                        _because(r, met, currency),
                        CANNOT_TELL[p],
                        r.name,
                    )
                    for place, (r, met) in enumerate(given, start=1)
                ] or [(scheme, segment, p, 1, *_standard(p, here, ordered, needs.facts["not_available"]))]
    return pd.DataFrame(rows, columns=MIX_SCHEMA.names)


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
    wanted = sorted({c.profile for rule in rules.rules for c in rule.when if c.profile is not None})
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


def _advice(rule: Rule, rows: pd.DataFrame, segment: str, currency: str) -> str:
    first = rows.iloc[0]
    items = [str(item) for item in rows["item"].head(N_ITEMS)] if "item" in rows else [""]
    text = rule.advice.format(
        item=items[0],
        items=" and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items),
        value=_figure(first, "value", currency),
        everyone_else=_figure(first, "everyone_else", currency),
        lift=f"{first['lift']:.1f}" if first["everyone_else"] else f"more than {first['lower']:.0f}",
        segment=segment.replace("_", " "),
    )
    return " ".join(text.split())


def _because(rule: Rule, met: list[pd.DataFrame], currency: str) -> str:
    return " ".join(_evidence(condition, rows, currency) for condition, rows in zip(rule.when, met, strict=True))


def _evidence(condition: Condition, rows: pd.DataFrame, currency: str) -> str:
    first = rows.iloc[0]
    if condition.need is not None:
        return str(first["sentence"])
    values = [_figure(first, name, currency) for name in ("value", "everyone_else")]
    called = str(condition.profile).removesuffix("_cents").replace("_", " ")
    return f"Their mean {called} is {values[0]}, everyone else's {values[1]}."


def _figure(row: "pd.Series[float]", column: str, currency: str) -> str:
    if "measure" in row:
        return written(str(row["measure"]), float(row[column]), currency)
    value, name = float(row[column]), str(row["profile"])
    if name.endswith("_cents"):
        return f"{currency} {value / 100:,.2f}".strip()
    return f"{100 * value:.0f}%" if name.endswith("share") or name.startswith("p_") else f"{value:,.1f}"


def _standard(
    p: str, needs: pd.DataFrame, rules: list[Rule], not_available: dict[str, str]
) -> tuple[str, str, str, str]:
    """Say that the standard offer is right, and of what that can be said."""
    asked = list(dict.fromkeys(c.need for rule in rules for c in rule.when if c.need is not None))
    looked = needs[needs["measure"].isin(asked) & needs["lower"].notna()]
    if looked.empty:
        reasons = [not_available.get(name, not_available.get(MEASURES[name][0], "")) for name in asked]
        known = [why for why in dict.fromkeys(reasons) if why] or ["there are too few of them, or too few others"]
        because = f"What rules on {p} ask for could not be compared: {'; '.join(known)}."
        return (
            "Nothing is known that tells them from others: the standard offer.",
            because,
            CANNOT_TELL[STANDARD],
            STANDARD,
        )
    n_clear = int(looked["is_clear"].sum())
    compared = f"{len(looked):,} comparison{'' if len(looked) == 1 else 's'}"
    clear = {0: "none is clear", 1: "1 is clear, and not large enough for a rule"}.get(
        n_clear, f"{n_clear:,} are clear, and none large enough for a rule"
    )
    because = f"Of {compared} that rules on {p} ask for, {clear}."
    return "No different from others: the standard offer.", because, CANNOT_TELL[STANDARD], STANDARD
