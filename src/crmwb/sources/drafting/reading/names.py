"""Names of columns, and short values, in plain words of English: other languages by the lists in `languages`."""

import re
import tomllib
from functools import cache
from importlib import resources

from crmwb.sources.letters import without_accents

CHINESE = "[\u3040-\u30ff\u4e00-\u9fff]"  # and Japanese
OTHERS = "[\u0370-\u05ff\u0600-\u06ff\u0e00-\u0e7f\uac00-\ud7af]"  # Greek, Cyrillic, Hebrew, Arabic, Thai, Korean
PLAIN = str.maketrans(
    {"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "ð": "d", "þ": "th"}
)
WRAPPED = re.compile(
    r"^((links|relationships|attributes|fields|properties)\.)+"
)  # objects of interfaces, around others
KOREAN = re.compile("[\uac00-\ud7af]+")
IN_EVERY_LANGUAGE = {"id", "no", "nr"}  # and numbers
SHORT = re.compile(r"[a-z]{1,3}")  # alone, so short a word may be a code of any language: AR, SO, IL
SHORT_FOR = {"dt": "date", "mt": "montant"}  # before what they are of: DT_EMISSION, MT_TTC
ABBREVIATED = re.compile(r"^(dt|mt)(?= [a-z])")
LEAST_JOINED = 4  # letters of a word that another one follows without a blank; one is enough in Korean
FIRST = {  # these follow in English what they are of
    *("number", "no", "nr", "code", "id", "name", "date", "datetime", "time", "amount", "price", "quantity", "status"),
    *("type", "percent", "total"),
}
FOLLOW = {"number", "code", "id", "amount", "price", "paid", "percent"}
NO_NOUN = re.compile(r"(excl|incl|not|per) .*")


def plain_words(name: str) -> str:
    """Return a name in small letters and plain words of English, as far as its language is known.

    Parameters
    ----------
    name : str
        As a file has it.

    Returns
    -------
    str
        Without accents; a name of which a word is not known stays in its own language.

    Examples
    --------
    >>> from crmwb.sources.drafting.reading.names import plain_words
    >>> plain_words("CustomerID"), plain_words("Stück"), plain_words("Дата заказа"), plain_words("주문번호")
    ('customer id', 'stuck', 'order date', 'order number')
    """
    own = _small(WRAPPED.sub("", name).replace("IDs", "Ids").replace("USt", "Ust").replace("MwSt", "Mwst"))
    return in_english(own) or ABBREVIATED.sub(lambda match: SHORT_FOR[match[0]], own)


@cache
def in_english(text: str) -> str | None:
    """Return in English what is wholly made of words that the list of one language has; None for any other text."""
    plain = _small(text)
    if not plain or (plain.isascii() and plain.isdigit()):
        return None
    by_language = _languages() if _parts(plain, _every_word()) is not None else []  # most values are no words
    parts = next((parts for forms in by_language if (parts := _parts(plain, forms))), None)
    if (
        parts is None
        or all(part in IN_EVERY_LANGUAGE or part.isdecimal() for part in parts)
        or (SHORT.fullmatch(plain) and "tax" not in parts[0])
    ):
        return None
    if len(parts) > 1 and parts[0] in FIRST and parts[1] not in FOLLOW and not NO_NOUN.fullmatch(parts[1]):
        n = next((i for i, part in enumerate(parts) if NO_NOUN.fullmatch(part)), len(parts))
        parts = [*parts[1:n], parts[0], *parts[n:]]
    return " ".join(parts)


def _small(text: str) -> str:
    apart = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", text)
    plain = without_accents(apart.translate(PLAIN)).lower().translate(PLAIN)
    return " ".join(re.findall(rf"[a-z]+|\d+|{CHINESE}+|{OTHERS}+", plain))


@cache
def _languages() -> list[dict[str, str]]:
    """Return what words are in English, by language; words in small letters without accents."""
    folder = resources.files("crmwb.sources.drafting.reading") / "languages"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    lists = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return [{_small(form): english for english, forms in of.items() for form in forms.split(", ")} for of in lists]


@cache
def _every_word() -> dict[str, str]:
    """Return the words of all languages together."""
    return {form: english for forms in _languages() for form, english in forms.items()}


@cache
def _longest() -> int:
    return max(map(len, _every_word()))


def _parts(text: str, forms: dict[str, str]) -> list[str] | None:
    """Return in English the words that a text is made of, the longest first; None where it has others too."""

    def rest(start: int, *, is_joined: bool) -> list[str] | None:
        if start == len(text):
            return []
        for end in range(min(len(text), start + _longest()), start, -1):
            word = text[start:end]
            english = forms.get(word) or (word if word in IN_EVERY_LANGUAGE or word.isdecimal() else None)
            if english is None:
                continue
            has_blank = end == len(text) or text[end] == " "
            may_join = len(word) >= LEAST_JOINED or KOREAN.fullmatch(word) is not None
            if not may_join and (is_joined or not has_blank):
                continue
            after = rest(end + (end < len(text) and text[end] == " "), is_joined=not has_blank)
            if after is not None:
                return [english, *after]
        return None

    return rest(0, is_joined=False)
