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
    """Return text, or what it is where it holds one of them: beside an address there is often a name."""
    is_email = text.contains("@") & text.re_search(EMAIL)
    return ibis.cases((is_email, HIDDEN_EMAIL), (stands_in(text.strip()), HIDDEN_PHONE), else_=text)


def said(text: str) -> str:
    """Return text as a message may show it; see `hidden`."""
    if re.search(EMAIL, text):
        return HIDDEN_EMAIL
    return HIDDEN_PHONE if re.fullmatch(PHONE, text.strip()) else text


def in_name(name: str) -> bool:
    """Say whether the name of a file holds an e-mail address."""
    return re.search(EMAIL, name) is not None
