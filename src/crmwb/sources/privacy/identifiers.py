"""Direct identifiers that can be told by how they are written: e-mail addresses, and phone numbers with their country.

They have no place in any column, so a value that holds one is set aside, and not shown there either. Names, streets and
national ids look like any other text: of them a mapping must not name the columns.
"""

import re

import ibis
import ibis.expr.types as ir

EMAIL = r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+\.[A-Za-z]{2,}"
PHONE = r"\+\d[\d ()/.-]{6,18}\d"
FAULT = "an e-mail address or a phone number, which stops here (leave it out, or for an id write pseudonym: true)"
HIDDEN_EMAIL, HIDDEN_PHONE = "(an e-mail address)", "(a phone number)"


def stands_in(text: ir.StringValue) -> ir.BooleanValue:
    """Return where text holds an e-mail address, or is a phone number."""
    is_phone = text.startswith("+") & text.re_search(f"^{PHONE}$")
    return (text.contains("@") & text.re_search(EMAIL)) | is_phone


def hidden(text: ir.StringValue) -> ir.StringValue:
    """Return text without them: what they were stands there instead."""
    found = text.re_replace(EMAIL, HIDDEN_EMAIL).re_replace(rf"^\s*{PHONE}\s*$", HIDDEN_PHONE)
    return ibis.ifelse(text.contains("@") | text.contains("+"), found, text)


def in_name(name: str) -> bool:
    """Say whether the name of a file holds an e-mail address."""
    return re.search(EMAIL, name) is not None
