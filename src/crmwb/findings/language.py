"""Which language people are addressed in: CRMWB_LANG, or the one that a page is being written in."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from crmwb.errors import CrmwbError

VARIABLE = "CRMWB_LANG"


@dataclass(frozen=True)
class Language:
    """A language with a catalogue.

    Attributes
    ----------
    code : str
        The folder of its catalogue.
    locale : str
        Its locale in Babel: plurals, lists, numbers and dates.
    tag : str
        What `<html lang>` says.
    own_name : str
        Its name in itself.
    """

    code: str
    locale: str
    tag: str
    own_name: str


LANGUAGES = {
    "en": Language("en", "en_GB", "en", "English"),
    "zh": Language("zh", "zh_Hans_CN", "zh-Hans", "中文"),
}
_using: ContextVar[str | None] = ContextVar("language", default=None)


def current() -> Language:
    """Return the language in use: that of `using`, else of CRMWB_LANG, else English.

    Raises
    ------
    CrmwbError
        There is no catalogue of that language.
    """
    return get(_using.get() or os.environ.get(VARIABLE) or "en")


def get(code: str) -> Language:
    """Return a language by its code.

    Raises
    ------
    CrmwbError
        There is no catalogue of that language.
    """
    if code not in LANGUAGES:
        raise CrmwbError(f"{VARIABLE}: no language {code!r}; set it to one of {', '.join(LANGUAGES)}.")
    return LANGUAGES[code]


@contextmanager
def using(code: str) -> Iterator[None]:
    """Write everything within the block in one language."""
    token = _using.set(get(code).code)
    try:
        yield
    finally:
        _using.reset(token)
