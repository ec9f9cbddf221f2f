"""Names that people can read, from what sets each cluster apart."""

import numpy as np

LOW_AND_HIGH = {
    "age_days": ("new", "long-standing"),
    "days_since_last": ("bought lately", "silent for long"),
    "discount_cents": ("little discount", "much discount"),
    "discount_share": ("full price", "discount-driven"),
    "frequency": ("infrequent", "frequent"),
    "margin_cents": ("low margin", "high margin"),
    "mean_gap_days": ("short gaps", "long gaps"),
    "mean_order_cents": ("small orders", "large orders"),
    "monetary_cents": ("small spend per visit", "large spend per visit"),
    "n_brands": ("few brands", "many brands"),
    "n_campaigns_answered": ("answers few campaigns", "answers many campaigns"),
    "n_campaigns_received": ("rarely contacted", "often contacted"),
    "n_categories": ("narrow basket", "broad basket"),
    "n_channels": ("one channel", "several channels"),
    "n_lines": ("few items", "many items"),
    "n_orders": ("infrequent", "frequent"),
    "n_product_lines": ("few product lines", "many product lines"),
    "n_purchase_days": ("infrequent", "frequent"),
    "n_returns": ("few returns", "many returns"),
    "n_stores": ("one store", "several stores"),
    "off_season_share": ("buys in season", "buys off season"),
    "recency_days": ("short history", "long history"),
    "response_share": ("seldom responds", "responds often"),
    "return_share": ("returns little", "returns much"),
    "revenue_cents": ("low revenue", "high revenue"),
    "revenue_trend": ("falling", "growing"),
    "silence_ratio": ("on rhythm", "overdue"),
    "std_gap_days": ("regular", "irregular"),
    "top_brand_share": ("mixed brands", "one brand"),
    "top_category_share": ("mixed categories", "one category"),
    "top_product_line_share": ("mixed product lines", "one product line"),
    "top_store_share": ("mixed stores", "one store"),
}
N_WORDS = 2
STANDS_OUT = 0.35  # standard deviations from the average customer
SAYS_THE_SAME = 0.7  # two features more correlated than this would say one thing twice


def names(centres: np.ndarray, features: list[str], correlation: np.ndarray) -> list[str]:
    """Name each cluster by its strongest differences from the average customer.

    Two differences make a name; a feature that is closely correlated with one already named is passed over. Clusters
    that would share a name get their next strongest difference added until they differ, and a number where all their
    words are the same.

    Parameters
    ----------
    centres : ndarray of shape (k, n_columns)
        In standard deviations from the average customer.
    features : list of str
        The columns' names.
    correlation : ndarray of shape (n_columns, n_columns)
        Between the columns, over customers.

    Returns
    -------
    list of str
        One unique name per cluster, such as "frequent, broad basket".
    """
    words = [_words(centre, features, correlation) for centre in centres]
    longest = max(len(w) for w in words)
    n_words = [min(N_WORDS, len(w)) for w in words]
    for _ in range(longest):
        given = [", ".join(w[:n]) for w, n in zip(words, n_words, strict=True)]
        shared = [given.count(name) > 1 for name in given]
        n_words = [min(n + s, len(w)) for n, s, w in zip(n_words, shared, words, strict=True)]
    given = [", ".join(w[:n]) for w, n in zip(words, n_words, strict=True)]
    return [
        f"{name} ({given[:place].count(name) + 1})" if given.count(name) > 1 else name
        for place, name in enumerate(given)
    ]


def _words(centre: np.ndarray, features: list[str], correlation: np.ndarray) -> list[str]:
    """Return what stands out, strongest first; "average" where nothing does."""
    named: list[int] = []
    for column in sorted(range(len(features)), key=lambda c: (-abs(round(float(centre[c]), 9)), features[c])):
        if abs(centre[column]) < STANDS_OUT:
            break
        if all(abs(correlation[column, other]) < SAYS_THE_SAME for other in named):
            named.append(column)
    return [_word(features[c], bool(centre[c] > 0)) for c in named] or ["average"]


def _word(feature: str, is_high: bool) -> str:
    low, high = LOW_AND_HIGH.get(feature, (f"low {_plain(feature)}", f"high {_plain(feature)}"))
    return high if is_high else low


def _plain(feature: str) -> str:
    return feature.removesuffix("_cents").removesuffix("_days").removeprefix("n_").replace("_", " ")
