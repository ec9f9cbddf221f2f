"""Orders whose items stand in columns of their own (item1_price, item2_price …): a part for each place, so that all are read."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import defaultdict
from dataclasses import replace

import pyarrow as pa

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.links import called
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import Profile, columns_of
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches

NUMBERED = re.compile(r"^(?P<before>[a-z \u3040-\u9fff]*?) ?(?P<n>\d{1,2}) ?(?P<after>[a-z \u3040-\u9fff]*)$")
MOST_ITEMS = 50
OF_ITEMS = ("quantity", "product_id", "unit_price", "revenue_cents")
LEAST_STEMS = 2


def by_place(profile: Profile) -> dict[str, tuple[Profile, str]]:
    """Return the rows that have an item in each place, with the condition that tells them; nothing where items stand in rows."""
    places = _places(profile)
    if not places:
        return {}
    inside = {name for place in places.values() for name in place.values()}
    result = {}
    for n, place in sorted(places.items()):
        money = next(name for stem, name in place.items() if _is_money(stem))
        known = [bool(text) for text in profile.rows[money].to_pylist()]
        if not any(known):
            continue
        kept = profile.rows.filter(pa.array(known)).drop_columns(sorted(inside - set(place.values())))
        names = {name: stem for stem, name in place.items()}
        columns = [called(c, names[c.name]) if c.name in names else c for c in columns_of(kept, profile.shape)]
        result[str(n)] = (
            replace(profile, rows=kept, n_rows=kept.num_rows, columns=columns),
            f"{syntax.column(money)} is not null",
        )
    return result


def limited(parts: list[Part], condition: str, place: str) -> list[Part]:
    """Keep parts to the orders that have an item in a place, and say which it is."""
    for part in parts:
        part.keep_rows(condition, first=True)
        part.remarks.append(f"items of an order stand in columns of their own: here those in place {place}")
    return parts


def _places(profile: Profile) -> dict[int, dict[str, str]]:
    """Return columns by the place of their item and what they hold of it, where each place from 1 on has the same of them."""
    places: dict[int, dict[str, str]] = defaultdict(dict)
    for name in profile.rows.column_names:
        if match := NUMBERED.match(plain_words(name)):
            stem = " ".join(filter(None, [match["after"] or match["before"]]))
            places[int(match["n"])][stem] = name
    stems = [set(place) for place in places.values()]
    is_even = (
        1 < len(places) <= MOST_ITEMS
        and sorted(places) == list(range(1, len(places) + 1))
        and all(s == stems[0] for s in stems)
    )
    if not is_even or len(stems[0]) < LEAST_STEMS or not any(map(_is_money, stems[0])):
        return {}
    of_items = [stem for stem in stems[0] if any(matches(stem, TRANSACTIONS[name]) for name in OF_ITEMS)]
    return dict(places) if len(of_items) >= LEAST_STEMS else {}


def _is_money(stem: str) -> bool:
    return matches(stem, TRANSACTIONS["unit_price"]) > 0 or matches(stem, TRANSACTIONS["revenue_cents"]) > 0
