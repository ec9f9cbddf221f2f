"""Whether those who answered a survey are like the customers, and how content they are.

No figure of satisfaction is stated before the comparison; where respondents are unlike the customers, the mean is
weighted to the customers' tiers (post-stratification: Holt & Smith 1979, J. R. Stat. Soc. A 142:33).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from crmwb.effectiveness.inputs import Inputs
from crmwb.effectiveness.reading import fetch
from crmwb.findings import Count, Finding, Interval, Listing, Share, Term, Unavailable
from crmwb.params import EffectivenessParams

DIMENSIONS = ("tier", "region", "tenure")
TENURES = ("up_to_1_year", "1_to_2_years", "over_2_years")
YEAR = 365
SUSPICIOUS = 0.05
LEAST = 5.0  # expected answers of a group; smaller groups are put together before they are compared


@dataclass(frozen=True)
class Survey:
    """What answers to surveys show.

    Attributes
    ----------
    finding : Finding or Unavailable
        Whether the respondents are like the customers.
    groups : DataFrame
        dimension, group, n_customers, customer_share, n_respondents, respondent_share, response_share.
    tests : DataFrame
        dimension, unlike_share (of respondents who are in other groups than customers), p_value, is_unlike.
    satisfaction : Finding or Unavailable
        How content they are, weighted to the customers' tiers.
    by_tier : DataFrame
        position, tier, n_customers, n_respondents, mean, low, high; mean and interval unknown of tiers with few
        respondents.
    """

    finding: Finding | Unavailable
    satisfaction: Finding | Unavailable
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    tests: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_tier: pd.DataFrame = field(default_factory=pd.DataFrame)


def survey(inputs: Inputs) -> Survey:
    """Compare respondents with all customers who have bought, then describe satisfaction."""
    p = inputs.params.effectiveness
    contacts = inputs.clean.get("interactions")
    if contacts is None:
        absent = Unavailable("effectiveness.survey.no_answers", needs=(Term("table", "interactions"),))
        return Survey(absent, absent)
    answers = _answers(inputs)
    base = inputs.buyers[["customer_id", "tier", "region", "first_purchase_on"]]
    base = base.assign(tenure=_tenure(base["first_purchase_on"], inputs))
    known = base.merge(answers, on="customer_id", how="left")
    n = int(known["rating"].notna().sum())
    if n < p.min_respondents:
        values = {"n": Count(n, "customer"), "least": Count(p.min_respondents)}
        few = Unavailable("effectiveness.survey.few_answers", values=values)
        return Survey(few, few)
    groups = pd.concat([compare(known, dimension) for dimension in DIMENSIONS], ignore_index=True)
    tests = unlike(groups, p)
    by_tier = levels(known, [level.name for level in inputs.params.value.scorecard.levels], p)
    return Survey(_finding(n, len(known), tests), _satisfaction(by_tier, known, tests, p), groups, tests, by_tier)


def _answers(inputs: Inputs) -> pd.DataFrame:
    """Return each respondent's mean rating: customer_id, rating (0 to 1)."""
    contacts = inputs.clean["interactions"]
    since, until = inputs.as_of - timedelta(days=inputs.params.effectiveness.survey_days), inputs.as_of
    rated = contacts.filter(
        contacts.satisfaction.notnull(),
        contacts.occurred_at >= ibis.literal(since).cast("timestamp"),
        contacts.occurred_at < ibis.literal(until).cast("timestamp"),
    )
    millionths = (rated.satisfaction * 1_000_000).round().cast("int64")
    sums = rated.mutate(millionths=millionths).group_by("customer_id")
    by_customer = sums.aggregate(total=lambda t: t.millionths.sum().cast("int64"), n=lambda t: t.count())
    frame = fetch(inputs.con, by_customer.order_by("customer_id"))
    return pd.DataFrame({"customer_id": frame["customer_id"], "rating": frame["total"] / frame["n"] / 1_000_000})


def _tenure(first: pd.Series, inputs: Inputs) -> pd.Series:
    days = (pd.Timestamp(inputs.as_of) - pd.to_datetime(first)).dt.days
    return pd.Series(np.select([days <= YEAR, days <= 2 * YEAR], TENURES[:2], TENURES[2]), index=first.index)


def compare(known: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Count customers and respondents by the groups of a dimension; customers of no known group are left out.

    Parameters
    ----------
    known : DataFrame
        One row per customer: the dimension's column, and rating, unknown of who did not answer.
    dimension : str
        A column.
    """
    rows = known[known[dimension].notna()]
    counts = rows.groupby(dimension).agg(n_customers=("rating", "size"), n_respondents=("rating", "count"))
    counts = counts.rename_axis("group").reset_index()
    if len(counts) < 2:
        counts = counts.iloc[:0]
    return counts.assign(
        dimension=dimension,
        customer_share=counts["n_customers"] / counts["n_customers"].sum(),
        respondent_share=counts["n_respondents"] / max(counts["n_respondents"].sum(), 1),
        response_share=counts["n_respondents"] / counts["n_customers"],
    )[["dimension", "group", "n_customers", "customer_share", "n_respondents", "respondent_share", "response_share"]]


def unlike(groups: pd.DataFrame, p: EffectivenessParams) -> pd.DataFrame:
    """Test of each dimension whether respondents come from its groups as customers do.

    Respondents are a part of the customers, so they are compared with those who did not answer (chi-square test of
    independence, p-values after Holm). They are unlike where the test says so and at least `unlike_share` of them
    would have to be in other groups; a small difference that only a large sample shows does not count.
    """
    from scipy.stats import chi2_contingency

    rows = []
    for dimension, part in groups.groupby("dimension", sort=False):
        silent = (part["n_customers"] - part["n_respondents"]).to_numpy(float)
        counts = _pooled(np.column_stack([part["n_respondents"].to_numpy(float), silent]))
        p_value = float(chi2_contingency(counts).pvalue) if len(counts) > 1 and counts.sum(axis=0).min() > 0 else 1.0
        apart = float((part["respondent_share"] - part["customer_share"]).abs().sum() / 2)
        rows.append((dimension, apart, p_value))
    tests = pd.DataFrame(rows, columns=["dimension", "unlike_share", "p_value"])
    tests["p_value"] = _holm(tests["p_value"].to_numpy(float))
    return tests.assign(is_unlike=(tests["p_value"] < SUSPICIOUS) & (tests["unlike_share"] >= p.unlike_share))


def _pooled(counts: np.ndarray) -> np.ndarray:
    """Put groups together that are too small for the test."""
    expected = counts.sum(axis=1) * counts.sum(axis=0).min() / max(counts.sum(), 1)
    small = expected < LEAST
    if small.sum() < 2:
        return counts
    return np.vstack([counts[~small], counts[small].sum(axis=0)])


def _holm(p_values: np.ndarray) -> np.ndarray:
    order = np.argsort(p_values, kind="stable")
    raised = np.maximum.accumulate(p_values[order] * (len(p_values) - np.arange(len(p_values))))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted


def levels(known: pd.DataFrame, tiers: Sequence[str], p: EffectivenessParams) -> pd.DataFrame:
    """Return the mean rating of each tier over respondents, with interval; unknown of tiers with few respondents.

    Tiers come in the order of `tiers`, which `position` numbers.
    """
    from scipy.stats import t

    rows = []
    there = {str(tier): part for tier, part in known.groupby("tier")}
    for tier in sorted(there, key=lambda name: (tiers.index(name) if name in tiers else len(tiers), name)):
        part = there[tier]
        ratings = part["rating"].dropna().to_numpy(float)
        n = len(ratings)
        if n < p.min_respondents:
            rows.append((tier, len(part), n, np.nan, np.nan, np.nan))
            continue
        reach = float(t.ppf((1 + p.level) / 2, n - 1)) * ratings.std(ddof=1) / np.sqrt(n)
        rows.append((tier, len(part), n, ratings.mean(), ratings.mean() - reach, ratings.mean() + reach))
    table = pd.DataFrame(rows, columns=["tier", "n_customers", "n_respondents", "mean", "low", "high"])
    return table.assign(position=range(1, len(table) + 1))


def _finding(n: int, n_customers: int, tests: pd.DataFrame) -> Finding:
    values = {"n": Count(n, "customer"), "share": Share(n / n_customers)}
    unlike_in = tests.loc[tests["is_unlike"], "dimension"]
    if unlike_in.empty:
        return Finding("effectiveness.survey.like", values)
    by = Listing(tuple(Term("survey_dimension", dimension) for dimension in unlike_in))
    most = float(tests.loc[tests["is_unlike"], "unlike_share"].max())
    return Finding("effectiveness.survey.unlike", values | {"by": by, "apart": Share(most)})


def _satisfaction(
    by_tier: pd.DataFrame, known: pd.DataFrame, tests: pd.DataFrame, p: EffectivenessParams
) -> Finding | Unavailable:
    """Return the mean weighted to the customers' tiers; unavailable where a tier that counts has few respondents."""
    from scipy.stats import norm

    stated = by_tier[by_tier["mean"].notna()]
    covered = float(stated["n_customers"].sum() / len(known))
    if covered < p.in_place_share:
        return Unavailable("effectiveness.survey.tiers_not_covered", values={"share": Share(covered)})
    weights = (stated["n_customers"] / stated["n_customers"].sum()).to_numpy(float)
    half = float(norm.ppf((1 + p.level) / 2))
    errors = ((stated["high"] - stated["low"]) / 2 / half).to_numpy(float)
    mean, error = float(weights @ stated["mean"].to_numpy(float)), float(np.sqrt((weights**2) @ (errors**2)))
    low, high = mean - half * error, mean + half * error
    ranked = stated.sort_values(["mean", "tier"], ignore_index=True)
    least, most = ranked.iloc[0], ranked.iloc[-1]
    values = {
        "mean": Share(mean),
        "range": Interval(Share(max(low, 0.0)), Share(min(high, 1.0))),
        "plain": Share(float(known["rating"].mean())),
    }
    others = set(tests.loc[tests["is_unlike"], "dimension"]) - {"tier"}
    if others:
        by = Listing(tuple(Term("survey_dimension", d) for d in DIMENSIONS if d in others))
        return Finding("effectiveness.survey.satisfaction_biased", values | {"by": by})
    if len(stated) < 2 or least["high"] >= most["low"]:
        return Finding("effectiveness.survey.satisfaction_alike", values)
    ends = {name: Term("tier", str(row["tier"])) for name, row in (("least", least), ("most", most))}
    means = {"of_least": Share(float(least["mean"])), "of_most": Share(float(most["mean"]))}
    return Finding("effectiveness.survey.satisfaction_differs", values | ends | means)
