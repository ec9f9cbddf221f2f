"""Names of clusters, from what sets each apart: keys of the vocabulary `cluster_name`, which the catalogues say."""

import numpy as np

from crmwb.findings import Finding, Term, Value

LOW_AND_HIGH = {  # codes; their words are in terms.toml, [cluster_name]
    "age_days": ("new", "long_standing"),
    "active_month_share": ("few_active_months", "many_active_months"),
    "clv_cents": ("low_future_value", "high_future_value"),
    "days_since_last": ("recent_purchase", "no_recent_purchase"),
    "days_to_pay": ("pays_fast", "pays_late"),
    "discount_cents": ("few_discounts", "many_discounts"),
    "discount_share": ("full_price", "discounted"),
    "discounted_line_share": ("full_price", "discounted"),
    "frequency": ("buys_rarely", "buys_often"),
    "lines_per_order": ("few_lines_per_order", "many_lines_per_order"),
    "margin_cents": ("low_margin", "high_margin"),
    "mean_gap_days": ("short_intervals", "long_intervals"),
    "mean_order_cents": ("small_orders", "large_orders"),
    "median_order_cents": ("small_orders", "large_orders"),
    "monetary_cents": ("small_orders", "large_orders"),
    "n_brands": ("few_brands", "many_brands"),
    "n_campaigns_answered": ("few_responses", "many_responses"),
    "n_campaigns_received": ("few_campaigns", "many_campaigns"),
    "n_categories": ("few_categories", "many_categories"),
    "n_channels": ("one_channel", "several_channels"),
    "n_lines": ("few_lines", "many_lines"),
    "n_orders": ("buys_rarely", "buys_often"),
    "n_product_lines": ("few_product_lines", "many_product_lines"),
    "n_products": ("few_products", "many_products"),
    "n_purchase_days": ("buys_rarely", "buys_often"),
    "n_returns": ("few_returns", "many_returns"),
    "n_stores": ("one_store", "several_stores"),
    "off_season_share": ("in_season", "off_season"),
    "p_alive": ("low_p_alive", "high_p_alive"),
    "profit_cents": ("low_profit", "high_profit"),
    "recency_days": ("short_history", "long_history"),
    "referral_value_cents": ("few_referrals", "many_referrals"),
    "response_share": ("low_response", "high_response"),
    "return_share": ("low_return_rate", "high_return_rate"),
    "revenue_cents": ("low_revenue", "high_revenue"),
    "revenue_trend": ("falling_revenue", "growing_revenue"),
    "share_of_wallet": ("low_share_of_wallet", "high_share_of_wallet"),
    "silence_ratio": ("within_interval", "overdue"),
    "std_gap_days": ("regular", "irregular"),
    "top_brand_share": ("mixed_brands", "one_brand"),
    "top_category_share": ("mixed_categories", "one_category"),
    "top_channel_share": ("mixed_channels", "mainly_one_channel"),
    "top_product_line_share": ("mixed_product_lines", "one_product_line"),
    "top_store_share": ("mixed_stores", "mainly_one_store"),
    "weekend_share": ("buys_on_weekdays", "buys_at_weekends"),
}
# What grows with the number of orders, as do the columns top_*: who orders often has bought in more categories.
GROWS_WITH_ORDERS = frozenset(
    {
        "discount_cents", "n_brands", "n_categories", "n_channels", "n_lines", "n_product_lines", "n_products",
        "n_returns", "n_stores",
    }
)  # fmt: skip
ORDERS = ("n_orders", "frequency", "n_purchase_days", "active_month_share")  # the first that is there counts them
N_TRAITS = 2
STANDS_OUT = 0.35  # standard deviations from the average customer
SAYS_THE_SAME = 0.7  # two features more correlated than this would say one thing twice


def names(centres: np.ndarray, features: list[str], correlation: np.ndarray) -> list[str]:
    """Name each cluster by its strongest differences from the average customer.

    What grows with the number of orders counts only as far as it goes beyond what a cluster's orders bring with them,
    by the correlation of the two over customers. Two differences make a name; a feature that is closely correlated with
    one already named is passed over. Clusters that would share a name get their next strongest difference added until
    they differ; where all their traits are the same, the one further out in the first of them is "very" so, and a
    number parts what even that does not.

    Parameters
    ----------
    centres : ndarray of shape (k, n_columns)
        In standard deviations from the average customer.
    features : list of str
        The columns' names: a feature's, or of one column per level "feature: level".
    correlation : ndarray of shape (n_columns, n_columns)
        Between the columns, over customers.

    Returns
    -------
    list of str
        One unique key of Term("cluster_name", …) per cluster, such as "large_orders+buys_rarely" (see
        `findings.say.term`). The same for the same centres, whatever the order of the columns.
    """
    if not len(centres):
        return []
    differences = [_differences(_beyond_orders(c, features, correlation), features, correlation) for c in centres]
    traits = [[trait for trait, _ in own] for own in differences]
    longest = max(len(own) for own in traits)
    n_traits = [min(N_TRAITS, len(own)) for own in traits]
    for _ in range(longest):
        given = ["+".join(own[:n]) for own, n in zip(traits, n_traits, strict=True)]
        shared = [given.count(name) > 1 for name in given]
        n_traits = [min(n + s, len(own)) for n, s, own in zip(n_traits, shared, traits, strict=True)]
    given = ["+".join(own[:n]) for own, n in zip(traits, n_traits, strict=True)]
    strength = [own[0][1] for own in differences]
    for name in sorted({name for name in given if given.count(name) > 1}):
        furthest = max((place for place, other in enumerate(given) if other == name), key=lambda p: strength[p])
        if strength[furthest]:
            given[furthest] = f"very.{name}"
    return [
        f"{name}#{given[:place].count(name) + 1}" if given.count(name) > 1 else name for place, name in enumerate(given)
    ]


def numbered(name: str, number: int) -> str:
    """Return a name with a number, for a cluster that would share it."""
    return f"{name.partition('#')[0]}#{number}"


def feature_value(feature: str) -> Value:
    """Return what says a prepared column: "n_orders", or one column per level "feature: level"."""
    column, is_level, level = feature.partition(": ")
    if not is_level:
        return Term("column", feature)
    return Finding("clusters.level", {"column": Term("column", column), "level": Term(column, level)})


def _beyond_orders(centre: np.ndarray, features: list[str], correlation: np.ndarray) -> np.ndarray:
    """Return a centre without what the number of orders alone explains of it, where the features count orders."""
    orders = next((features.index(name) for name in ORDERS if name in features), None)
    if orders is None:
        return centre
    columns = (name.partition(": ")[0] for name in features)
    grows = np.array([c in GROWS_WITH_ORDERS or c.startswith("top_") for c in columns])
    return np.where(grows, centre - correlation[:, orders] * centre[orders], centre)


def _differences(centre: np.ndarray, features: list[str], correlation: np.ndarray) -> list[tuple[str, float]]:
    """Return what stands out and how far, strongest first; "average" where nothing does."""
    named: list[int] = []
    traits: dict[str, float] = {}
    for column in sorted(range(len(features)), key=lambda c: (-abs(round(float(centre[c]), 9)), features[c])):
        if abs(centre[column]) < STANDS_OUT:
            break
        trait = _trait(features[column], is_high=bool(centre[column] > 0))
        if trait not in traits and all(abs(correlation[column, other]) < SAYS_THE_SAME for other in named):
            traits[trait] = round(abs(float(centre[column])), 9)
            named.append(column)
    return list(traits.items()) or [("average", 0.0)]


def _trait(feature: str, *, is_high: bool) -> str:
    column, is_level, level = feature.partition(": ")
    if is_level:
        high, low = ("buys_much", "buys_little") if column == "interest" else ("mostly", "seldom")
        return f"{high if is_high else low}:{column}={_escaped(level)}"
    low, high = LOW_AND_HIGH.get(feature, (f"low:{feature}", f"high:{feature}"))
    return high if is_high else low


def _escaped(level: str) -> str:
    """Write a level of the data without the signs that a name is put together with."""
    return level.replace("%", "%25").replace("+", "%2B").replace("#", "%23")
