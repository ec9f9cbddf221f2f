"""How rules, cards and tests write numbers: few digits, the unit beside them."""

import math

UNKNOWN = "–"


def share(part: float) -> str:
    """Write a share as a percentage, with a decimal where it is small: 0.543 → "54%", 0.042 → "4.2%"."""
    percent = round(100 * part, 1 if abs(part) < 0.0995 else 0) + 0.0  # + 0.0: no minus before nothing
    return f"{percent:g}%".replace("-", "−")


def money(cents: float, currency: str = "") -> str:
    """Write an amount in hundredths: 1234567 → "12,346"; small amounts keep their hundredths; currency in front."""
    amount = cents / 100
    digits = 2 if abs(amount) < 99.995 and amount != round(amount) else 0
    return f"{currency} {amount:,.{digits}f}".strip().replace("-", "−")


def number(value: float) -> str:
    """Write a number with three digits: 14.249 → "14.2", 0.0491 → "0.0491", 1234.5 → "1,234"."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else UNKNOWN
    digits = min(max(2 - math.floor(math.log10(abs(value))), 0), 6)
    written = f"{value:,.{digits}f}".replace("-", "−")
    return written.rstrip("0").rstrip(".") if digits else written


def times(index: float) -> str:
    """Write how many times as much: 1.84 → "1.8×", 0.62 → "0.62×", 14.2 → "14×"."""
    return f"{index:.0f}×" if index >= 9.95 else f"{index:.1f}×" if index >= 0.995 else f"{index:.2g}×"


def amount(value: float, unit: str, currency: str = "") -> str:
    """Write a value in its unit: `share`, `money`, `days`, `count`, `ratio`."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if unit == "share":
        return share(value)
    if unit == "money":
        return money(value, currency)
    return f"{number(value)} days" if unit == "days" else number(value)


def listing(items: list[str]) -> str:
    """Write a list as a sentence does: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
