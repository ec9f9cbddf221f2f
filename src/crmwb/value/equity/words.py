"""How the findings write money, shares and dates."""

from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def money(cents: float, currency: str) -> str:
    """Write an amount in hundredths the short way: 123_456_700 → "USD 1.2m"."""
    amount = cents / 100
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(amount) >= size * 0.99995:
            return f"{currency} {amount / size:,.1f}{letter}"
    return f"{currency} {amount:,.0f}"


def share(part: float) -> str:
    """Write a share as a percentage, with a decimal where it is small: 0.543 → "54%", 0.042 → "4.2%"."""
    return f"{100 * part:.{1 if abs(part) < 0.0995 else 0}f}%"


def day(when: date) -> str:
    """Write a date: 2018-01-01 → "1 January 2018"."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def month(when: date) -> str:
    """Write a month: 2018-01-01 → "January 2018"."""
    return f"{MONTHS[when.month - 1]} {when.year}"


def listing(items: list[str]) -> str:
    """Write a list as a sentence does: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
