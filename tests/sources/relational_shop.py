"""A shop as relational systems export it, of known truth: eight tables, lines apart from their orders."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Shop:
    """Tables by name, each a list of rows of text or None; and what is true of them.

    Attributes
    ----------
    revenue_cents : dict of str to int
        By person: lines times prices less the order's discount.
    n_lines : int
        Lines of orders.
    """

    tables: dict[str, Rows]
    revenue_cents: dict[str, int]
    n_lines: int


KEYS = {
    "customers": "customer_id", "addresses": "address_id", "products": "product_id", "categories": "category_id",
    "orders": "order_id", "order_items": "order_item_id", "payments": "payment_id", "reviews": "review_id",
}  # fmt: skip
FOREIGN = {
    ("addresses", "customer_id"): "customers",
    ("products", "category_id"): "categories",
    ("orders", "customer_id"): "customers",
    ("order_items", "order_id"): "orders",
    ("order_items", "product_id"): "products",
    ("payments", "order_id"): "orders",
    ("reviews", "order_id"): "orders",
}


def shop(n_customers: int = 60, n_orders: int = 400, seed: int = 5) -> Shop:
    """Return a shop: every order has one to four lines, a discount in every third, one payment or two."""
    rng = random.Random(seed)
    tables: dict[str, Rows] = {name: [] for name in KEYS}
    for c in range(n_customers):
        kind = rng.choice(["DE", "FR", "NA"])
        tables["customers"].append({"customer_id": f"C{c:04}", "country": kind, "signup_date": "2023-01-05"})
        tables["addresses"].append(
            {"address_id": f"A{c}", "customer_id": f"C{c:04}", "city": rng.choice(["Bonn", "Lyon"])}
        )
    for c in range(4):
        tables["categories"].append({"category_id": f"K{c}", "category_name": ["Toys", "Tools", "Food", "Books"][c]})
    for p in range(30):
        tables["products"].append({
            "product_id": f"P{p:03}", "product_name": f"Thing {p}", "category_id": f"K{p % 4}",
            "list_price": _money(rng.randrange(100, 9000)),
        })  # fmt: skip
    revenue: dict[str, int] = {}
    n_lines = 0
    for o in range(n_orders):
        who = f"C{rng.randrange(n_customers):04}"
        at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(525_600))
        status = "shipped" if o % 20 == 3 else "completed"
        lines = []
        for _ in range(rng.randrange(1, 5)):
            product = tables["products"][rng.randrange(30)]
            price, units = rng.randrange(100, 9000), rng.randrange(1, 4)
            lines.append(price * units)
            tables["order_items"].append({
                "order_item_id": str(len(tables["order_items"]) + 1), "order_id": f"O{o:05}",
                "product_id": product["product_id"], "quantity": str(units), "unit_price": _money(price),
            })  # fmt: skip
        discount = rng.randrange(1, sum(lines) // 3) if o % 3 == 0 else 0
        total = sum(lines) - discount
        tables["orders"].append({
            "order_id": f"O{o:05}", "customer_id": who, "order_date": at.strftime("%Y-%m-%d %H:%M:%S"),
            "status": status, "discount_amount": _money(discount), "order_total": _money(total),
        })  # fmt: skip
        parts = [total] if o % 4 else [total // 2, total - total // 2]
        for part in parts:
            tables["payments"].append({
                "payment_id": f"Y{len(tables['payments'])}", "order_id": f"O{o:05}", "method": "card",
                "payment_amount": _money(part), "paid_at": at.strftime("%Y-%m-%d %H:%M:%S"),
            })  # fmt: skip
        if o % 5 == 0:
            tables["reviews"].append(
                {"review_id": f"R{o}", "order_id": f"O{o:05}", "score": str(1 + o % 5), "reviewed_on": "2024-06-01"}
            )
        revenue[who] = revenue.get(who, 0) + total
        n_lines += len(lines)
    return Shop(tables, revenue, n_lines)


def as_csv(rows: Rows) -> str:
    """Return rows as a CSV file."""
    lines = [",".join(rows[0])] + [",".join("" if v is None else str(v) for v in row.values()) for row in rows]
    return "\n".join(lines) + "\n"


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
