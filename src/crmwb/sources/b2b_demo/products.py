"""What the demo company sells: six lines of four categories, each with two brands at eight prices."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crmwb.sources.b2b_demo.draws import ids, names

LINES = {
    "spare parts": ("bearings", "belts", "filters", "seals"),
    "electrical": ("cables", "switches", "lamps", "batteries"),
    "hygiene": ("cleaners", "wipes", "paper", "waste bags"),
    "fasteners": ("screws", "bolts", "anchors", "rivets"),
    "safety": ("gloves", "helmets", "footwear", "eyewear"),
    "power tools": ("drills", "grinders", "saws", "compressors"),
}
BRANDS = ("Kestrel", "Own")
COST_SHARE = (0.56, 0.44)  # of the list price, by brand
PRICES = (150, 350, 800, 1_900, 4_500, 9_900, 24_000, 59_000)  # of one piece, in hundredths
N_CATEGORIES = 4
UNITS = (1.5, 25.0)  # customers look for a size of which they need so many


@dataclass(frozen=True)
class Choice:
    """What stands on order lines, one entry each: product (row of the table), quantity, and what the goods cost us."""

    product: np.ndarray
    quantity: np.ndarray
    cost_cents: np.ndarray


def table() -> dict[str, pa.Array]:
    """Return the columns of the products table, ordered by line, category, brand and price."""
    n_each = len(BRANDS) * len(PRICES)
    number = np.arange(len(LINES) * N_CATEGORIES * n_each)
    category, brand, size = number // n_each, number // len(PRICES) % len(BRANDS), number % len(PRICES)
    lines, categories = tuple(LINES), tuple(c for line in LINES.values() for c in line)
    called = [f"{BRANDS[b]} {categories[c]}, size {s + 1}" for c, b, s in zip(category, brand, size, strict=True)]
    return {
        "product_id": ids("A", number + 1, 4),
        "name": pa.array(called),
        "line": names(lines, category // N_CATEGORIES),
        "category": names(categories, category),
        "brand": names(BRANDS, brand),
        "unit_cost_cents": pa.array(np.rint(np.array(PRICES)[size] * np.array(COST_SHARE)[brand]).astype(np.int64)),
    }


def choose(rng: np.random.Generator, line: np.ndarray, is_own: np.ndarray, gross_cents: np.ndarray) -> Choice:
    """Choose a product for each order line.

    Parameters
    ----------
    rng : Generator
        Where chance comes from.
    line : ndarray of shape (n,)
        Which of `LINES`.
    is_own : ndarray of shape (n,)
        Whether it is of our own brand.
    gross_cents : ndarray of shape (n,)
        What the line comes to at list price. The price a customer is quoted moves around the list's, so that whole
        pieces make up exactly this; the goods cost us in proportion.
    """
    n = len(line)
    category = rng.integers(0, N_CATEGORIES, n)
    units = UNITS[0] * (UNITS[1] / UNITS[0]) ** rng.random(n)
    steps = np.sqrt(
        np.array(PRICES[1:], dtype=np.float64) * np.array(PRICES[:-1])
    )  # where one size gives way to the next
    size = np.searchsorted(steps, gross_cents / units)
    brand = is_own.astype(np.int64)
    product = ((line * N_CATEGORIES + category) * len(BRANDS) + brand) * len(PRICES) + size
    quantity = np.maximum(1.0, np.rint(gross_cents / np.array(PRICES)[size]))
    return Choice(product, quantity, np.rint(gross_cents * np.array(COST_SHARE)[brand]).astype(np.int64))
