"""Direct identifiers that can be told by how they are written: e-mail addresses, and phone numbers with their country.

They have no place in any column, so a value that holds one is set aside, and not shown there either. Names, streets and
national ids look like any other text: of them a mapping must not name the columns. docs/privacy.md lists what is told
and what is not.
"""

import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from crmwb import engine

FAULT = "an e-mail address or a phone number, which stops here (leave it out, or for an id write pseudonym: true)"
HIDDEN_EMAIL, HIDDEN_PHONE = "(an e-mail address)", "(a phone number)"

# What may hold one, looked for by the engine in every value: the signs of them, in every width. What it finds is read
# with care by `kind_of`, which is slow.
DIGIT = r"\p{Nd}"
BETWEEN = r"[\s\p{Zs}\p{Pd}()/.\x{200b}-\x{200f}\x{2060}\x{ad}]"  # what stands between digits of a number
SUSPICIOUS = (
    r"[@＠﹫]|%40|&#|&commat|(?i:[(\[{<]\s*at\s*[)\]}>])"
    rf"|[+＋﹢⁺₊]{BETWEEN}*{DIGIT}(?:{BETWEEN}*{DIGIT}){{6}}"
    rf"|[0０]{BETWEEN}*[0０]{BETWEEN}*{DIGIT}(?:{BETWEEN}*{DIGIT}){{6}}"
)
# Numbers filled up with zeros, as many ids are: nothing before their digits but letters, and no country after a 00, or
# fewer digits than a country and a number in it have.
FILLED_UP = r"^(?:[0-9]+|[A-Za-z_./-]*(?:0?[1-9]|000)[0-9]*|[A-Za-z_./-]+00[1-9][0-9]{0,8})$"
EMAIL = re.compile(
    r"""(?:"[^"\r\n]+"|[^\s@<>,;:"()\[\]]+)@(?:\[[\d.:a-fA-F]+\]|[^\s@<>,;:"()\[\]]+\.(?:xn--[\w-]+|[^\W\d_]{2,}))"""
)
AT = re.compile(r"\s*[(\[{<]\s*(?:at|ät|@)\s*[)\]}>]\s*", re.IGNORECASE)
DOT = re.compile(r"\s*[(\[{<]\s*(?:dot|punkt|\.)\s*[)\]}>]\s*", re.IGNORECASE)
IDN_DOTS = str.maketrans("。｡．", "...")
DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
PHONE = re.compile(r"\+\d[\d ()/.-]{6,18}\d")  # a whole value: also a number that no country gives out
LABEL = re.compile(r"^[^\W\d_]{1,12}\.?\s*[:.]?\s*(?=\+)")
COUNTRY_00 = re.compile(r"(?<![\d.,+-])\(?00\)?[ .-]?(?=[1-9])")
DIGITS_ONLY = re.compile(r"\d+")
HASH = re.compile(  # digits among the letters of a hash, a code or a UUID are no phone number
    r"(?=.*[a-f])([0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
NO_COUNTRY = "ZZ"


@engine.function("crmwb_identifier_in", pa.string(), pa.int8())
def _kinds(texts: pa.Array) -> pa.Array:
    """Return 1 where a text holds an e-mail address, 2 where it holds a phone number, else 0."""
    held = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    encoded = pc.dictionary_encode(held)
    kinds = pa.array([kind_of(text) for text in encoded.dictionary.to_pylist()], pa.int8())
    return pc.take(kinds, encoded.indices)


@ibis.udf.scalar.builtin(name="crmwb_identifier_in")  # type: ignore[untyped-decorator]  # ibis is untyped
def _kind(text: str) -> ibis.dtype("int8"):  # type: ignore[valid-type]
    """Say what a text holds, see `_kinds`; the engine has the body."""


@lru_cache(maxsize=100_000)
def kind_of(text: str) -> int:
    """Return 1 where a text holds an e-mail address, 2 where it holds a phone number with its country, else 0."""
    if HASH.fullmatch(text.strip().lower()) or re.search(FILLED_UP, text):
        return 0
    plain = _plain(text)
    if ("@" in plain or AT.search(plain)) and EMAIL.search(AT.sub("@", DOT.sub(".", plain))):
        return 1
    return 2 if _holds_phone(plain) else 0


def _plain(text: str) -> str:
    """Return text with signs of every width and encoding as plain ones."""
    shown = html.unescape(unquote(text)) if "%" in text or "&" in text else text
    if shown.isascii():  # every sign of ASCII is plain
        return shown
    shown = unicodedata.normalize("NFKC", shown).translate(IDN_DOTS)
    return DASHES.sub("-", "".join(sign for sign in shown if unicodedata.category(sign) != "Cf"))


def _holds_phone(text: str) -> bool:
    """Return whether a text holds a phone number that begins with + or 00 and the country.

    Digits alone after 00 are told only beside other text: an id may be written so.
    """
    stripped = text.strip()
    if "+" in text and PHONE.fullmatch(LABEL.sub("", stripped)):
        return True
    if not DIGITS_ONLY.fullmatch(stripped):
        text = COUNTRY_00.sub("+", text)
    if "+" not in text:
        return False
    import phonenumbers

    result = phonenumbers.PhoneNumberMatcher(text, NO_COUNTRY, leniency=phonenumbers.Leniency.POSSIBLE)
    return next(iter(result), None) is not None


def _kind_in(text: ir.StringValue) -> ir.IntegerValue:
    may_be = text.re_search(SUSPICIOUS) & ~text.re_search(FILLED_UP)
    return ibis.ifelse(may_be, _kind(text), ibis.literal(0, "int8"))


def stands_in(text: ir.StringValue) -> ir.BooleanValue:
    """Return where text holds an e-mail address or a phone number."""
    return _kind_in(text) > 0


def hidden(text: ir.StringValue) -> ir.StringValue:
    """Return text, or what it is where it holds one of them: beside an address there is often a name."""
    kind = _kind_in(text)
    return ibis.cases((kind == 1, HIDDEN_EMAIL), (kind == 2, HIDDEN_PHONE), else_=text)


def shown(text: str) -> str:
    """Return text as a message may show it; see `hidden`."""
    return (text, HIDDEN_EMAIL, HIDDEN_PHONE)[kind_of(text)]


def in_name(name: str) -> bool:
    """Say whether the name of a file holds an e-mail address."""
    return kind_of(name) == 1
