"""Saying a finding or a value in the language in use, from its catalogue."""

import string
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

from crmwb.findings import language, numbers
from crmwb.findings.catalogue import find, message
from crmwb.findings.finding import Finding, Unavailable
from crmwb.findings.values import (
    Change,
    Count,
    Day,
    Days,
    Interval,
    Listing,
    Money,
    Month,
    Name,
    Number,
    Passage,
    Share,
    Span,
    Term,
    Times,
    Value,
    Wording,
)

Said = Value | str
COMPOSED = "cluster_name"  # the vocabulary whose keys are put together, see `term`


def say(what: Said) -> str:
    """Write a finding, or a value, in the language in use; a str stands as it is.

    Raises
    ------
    LookupError
        The catalogue has no message of its code, or a value that the message speaks of is missing.

    Examples
    --------
    >>> say(Finding("common.interval", {"low": Share(0.1), "high": Share(0.2)}))
    '10% to 20%'
    """
    if isinstance(what, str):
        return what
    written = _write(what)
    # A sentence that begins with a word of ours begins with a capital; a name from the data stays as it is.
    if isinstance(what, Finding | Unavailable) and message(what.code, _code()).startswith("{"):
        return written if isinstance(_first(what), Name) else written[:1].upper() + written[1:]
    return written


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Fill a message: `{name}` with a value, `{name:one|other}` with the word that fits its number."""
    return "".join(
        literal if name is None else literal + _filled(values[name], fill(forms, values) if "{" in forms else forms)
        for literal, name, forms in _parts(text)
    )


@cache
def _parts(text: str) -> tuple[tuple[str, str | None, str], ...]:
    """Return the parts of a message: what stands before a value, its name, and the words that fit its number."""
    return tuple((literal, name, forms or "") for literal, name, forms, _ in string.Formatter().parse(text))


def _filled(value: Any, forms: str) -> str:
    """Return a value, or the word that fits its number."""
    if not forms:
        return _write(value)
    words = forms.split("|")
    return words[min(numbers.plural_form(_size(value)), len(words) - 1)]


def term(kind: str, key: str) -> str:
    """Return a word of a fixed vocabulary; a key without an entry is written without underscores.

    A key of the vocabulary `cluster_name` may be put together: "large_orders+mostly:region=north#2" is two traits, the
    second about a level of a column (`low:` and `high:` speak of a column alone), and a number.
    """
    code = f"columns.{key}" if kind == "column" else f"terms.{kind}.{key}"
    composed = _composed if kind == COMPOSED else _no_word
    return find(code, _code()) or composed(key) or key.removesuffix("_cents").replace("_", " ")


def _composed(key: str) -> str | None:
    """Return the words of a key that is put together; None where it is not, or a part has no entry."""
    names, _, number = key.partition("#")
    parts = [_part(part) for part in names.split("+")]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    words = message("common.comma", _code()).join(known)
    return fill(message(f"terms.{COMPOSED}.numbered", _code()), {"names": words, "n": number}) if number else words


def _part(part: str) -> str | None:
    if part.startswith("very."):
        word = _part(part.removeprefix("very."))
        return None if word is None else fill(message(f"terms.{COMPOSED}.very", _code()), {"word": word})
    word, _, about = part.partition(":")
    text = find(f"terms.{COMPOSED}.{word}", _code())
    column, _, level = about.partition("=")
    return (
        None if text is None else fill(text, {"column": term("column", column), "level": term(column, unquote(level))})
    )


def _no_word(_key: str) -> None:
    return None


def _write(what: Any) -> str:  # noqa: C901, PLR0911, PLR0912  # one line per kind of value
    match what:
        case Finding():
            return fill(message(what.code, _code()), what.values)
        case Unavailable():
            return _unavailable(what)
        case Money(cents, currency, exact):
            return numbers.exact_money(cents, currency) if exact else numbers.money(cents, currency)
        case Share(value):
            return numbers.share(value)
        case Change(value):
            return numbers.change(value)
        case Times(value):
            return numbers.times(value)
        case Number(value):
            return numbers.number(value)
        case Count(value, noun):
            return numbers.counted(value, noun) if noun else numbers.count(value)
        case Days(value):
            return numbers.days(value)
        case Span(value):
            return numbers.span(value)
        case Day(when):
            return numbers.day(when)
        case Month(when):
            return numbers.month(when)
        case Name(text):
            return text
        case Term(kind, key):
            return term(kind, key)
        case Interval(low, high):
            return numbers.interval(_write(low), _write(high))
        case Listing(items):
            return numbers.listing([_write(item) for item in items])
        case Passage(items):
            return message("common.between_sentences", _code()).join(say(item) for item in items)
        case Wording():
            return _worded(what)
        case str():
            return what
        case int() | float():
            return numbers.number(what)
    raise TypeError(f"a finding's values are of findings.values; this is {type(what).__name__}")


def _unavailable(what: Unavailable) -> str:
    sentence = fill(message(what.code, _code()), what.values)
    if not what.needs:
        return sentence
    return fill(message("common.needs", _code()), {"what": sentence, "needs": Listing(tuple(what.needs))})


def _worded(what: Wording) -> str:
    """Fill a person's text; where it is not there in this language, that of another, marked as such."""
    own = what.texts.get(_code())
    if own is not None:
        return fill(own, what.values)
    other = next((code for code in language.LANGUAGES if code in what.texts), None)
    if other is None:
        raise LookupError(f"a text of a person has no language: {what}")
    values = {"text": Name(fill(what.texts[other], what.values)), "language": Term("language", other)}
    return fill(message("common.other_language", _code()), values)


def _first(what: Finding | Unavailable) -> Any:
    """Return the value that the message begins with."""
    name = next(name for _, name, _, _ in string.Formatter().parse(message(what.code, _code())) if name)
    value = what.values[name]
    return value.items[0] if isinstance(value, Listing) and value.items else value


def _size(value: Any) -> float:
    """Return the number that decides about the plural; of an unknown one, any."""
    known = value if isinstance(value, int | float) else getattr(value, "value", None)
    if isinstance(value, Listing):
        known = len(value.items)
    return 2 if known is None else float(known)


def _code() -> str:
    return language.current().code
