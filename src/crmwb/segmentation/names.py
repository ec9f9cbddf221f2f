"""Names that people can read, from what sets each cluster apart."""

from collections.abc import Mapping

import numpy as np

LOW_AND_HIGH = {
    "age_days": ("new", "long-standing"),
    "active_month_share": ("few months a year", "nearly every month"),
    "clv_cents": ("little to come", "much to come"),
    "days_since_last": ("bought lately", "silent for long"),
    "days_to_pay": ("pays fast", "pays late"),
    "discount_cents": ("little discount", "much discount"),
    "discount_share": ("full price", "discount hunters"),
    "discounted_line_share": ("full price", "discount hunters"),
    "frequency": ("rarely", "often"),
    "lines_per_order": ("few items at a time", "many items at a time"),
    "margin_cents": ("low margin", "high margin"),
    "mean_gap_days": ("short gaps", "long gaps"),
    "mean_order_cents": ("small baskets", "big baskets"),
    "median_order_cents": ("small baskets", "big baskets"),
    "monetary_cents": ("small baskets", "big baskets"),
    "n_brands": ("few brands", "many brands"),
    "n_campaigns_answered": ("answers few campaigns", "answers many campaigns"),
    "n_campaigns_received": ("rarely contacted", "often contacted"),
    "n_categories": ("narrow range", "wide range"),
    "n_channels": ("one channel", "several channels"),
    "n_lines": ("few items", "many items"),
    "n_orders": ("rarely", "often"),
    "n_product_lines": ("few product lines", "many product lines"),
    "n_products": ("few products", "many products"),
    "n_purchase_days": ("rarely", "often"),
    "n_returns": ("few returns", "many returns"),
    "n_stores": ("one store", "several stores"),
    "off_season_share": ("buys in season", "buys off season"),
    "p_alive": ("probably gone", "surely active"),
    "profit_cents": ("low profit", "high profit"),
    "recency_days": ("short history", "long history"),
    "referral_value_cents": ("few referrals", "many referrals"),
    "response_share": ("seldom responds", "responds often"),
    "return_share": ("returns little", "returns much"),
    "revenue_cents": ("low revenue", "high revenue"),
    "revenue_trend": ("falling", "growing"),
    "share_of_wallet": ("small share of wallet", "large share of wallet"),
    "silence_ratio": ("on rhythm", "overdue"),
    "std_gap_days": ("regular", "irregular"),
    "top_brand_share": ("mixed brands", "one brand"),
    "top_category_share": ("mixed categories", "one category"),
    "top_channel_share": ("mixed channels", "one channel"),
    "top_product_line_share": ("mixed product lines", "one product line"),
    "top_store_share": ("mixed stores", "one store"),
    "weekend_share": ("weekdays", "weekends"),
}
N_WORDS = 2
STANDS_OUT = 0.35  # standard deviations from the average customer
SAYS_THE_SAME = 0.7  # two features more correlated than this would say one thing twice


def names(
    centres: np.ndarray, features: list[str], correlation: np.ndarray, labels: Mapping[str, str] | None = None
) -> list[str]:
    """Name each cluster by its strongest differences from the average customer.

    Two differences make a name; a feature that is closely correlated with one already named is passed over. Clusters
    that would share a name get their next strongest difference added until they differ; where all their words are the
    same, the one further out in the first of them is "very" so, and a number parts what even that does not.

    Parameters
    ----------
    centres : ndarray of shape (k, n_columns)
        In standard deviations from the average customer.
    features : list of str
        The columns' names: a feature's, or of one column per level "feature: level".
    correlation : ndarray of shape (n_columns, n_columns)
        Between the columns, over customers.
    labels : mapping, optional
        feature → words, for columns that have no pair of words of their own here.

    Returns
    -------
    list of str
        One unique name per cluster, such as "big baskets, rarely". The same for the same centres, whatever the order
        of the columns.
    """
    if not len(centres):
        return []
    found = [_differences(centre, features, correlation, labels or {}) for centre in centres]
    words = [[word for word, _ in own] for own in found]
    longest = max(len(w) for w in words)
    n_words = [min(N_WORDS, len(w)) for w in words]
    for _ in range(longest):
        given = [", ".join(w[:n]) for w, n in zip(words, n_words, strict=True)]
        shared = [given.count(name) > 1 for name in given]
        n_words = [min(n + s, len(w)) for n, s, w in zip(n_words, shared, words, strict=True)]
    given = [", ".join(w[:n]) for w, n in zip(words, n_words, strict=True)]
    strength = [own[0][1] for own in found]
    for name in sorted({name for name in given if given.count(name) > 1}):
        furthest = max((place for place, other in enumerate(given) if other == name), key=lambda p: strength[p])
        if strength[furthest]:
            given[furthest] = f"very {name}"
    return [
        f"{name} ({given[:place].count(name) + 1})" if given.count(name) > 1 else name
        for place, name in enumerate(given)
    ]


def _differences(
    centre: np.ndarray, features: list[str], correlation: np.ndarray, labels: Mapping[str, str]
) -> list[tuple[str, float]]:
    """Return what stands out and how far, strongest first; "average" where nothing does."""
    named: list[int] = []
    words: list[tuple[str, float]] = []
    for column in sorted(range(len(features)), key=lambda c: (-abs(round(float(centre[c]), 9)), features[c])):
        if abs(centre[column]) < STANDS_OUT:
            break
        word = _word(features[column], bool(centre[column] > 0), labels)
        if word not in dict(words) and all(abs(correlation[column, other]) < SAYS_THE_SAME for other in named):
            named.append(column)
            words.append((word, abs(round(float(centre[column]), 9))))
    return words or [("average", 0.0)]


def _word(feature: str, is_high: bool, labels: Mapping[str, str]) -> str:
    column, is_level, level = feature.partition(": ")
    if is_level:
        plain = level.replace("_", " ")
        often, seldom = ("buys much", "buys little") if column == "interest" else ("mostly", "seldom")
        return f"{often if is_high else seldom} {plain}"
    label = labels.get(feature) or _plain(feature)
    low, high = LOW_AND_HIGH.get(feature, (f"low {label}", f"high {label}"))
    return high if is_high else low


def _plain(feature: str) -> str:
    return feature.removesuffix("_cents").removesuffix("_days").removeprefix("n_").replace("_", " ")
