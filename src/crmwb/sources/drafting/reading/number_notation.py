"""How numbers of a file are written: signs of currencies, marks for decimals and thousands, accountants' brackets."""
# ruff: noqa: E501 - lists and patterns are easier to read in one line

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from crmwb.engine import Backend
from crmwb.sources.drafting.reading.trial import LEAST_SHARE, plain, tried
from crmwb.sources.drafting.reading.words import CODES, currency
from crmwb.sources.values import NumberStyle

SIGNS = ("US$", "R$", "A$", "C$", "CA$", "HK$", "$", "€", "£", "¥", "元", "円", "₹", "₽", "₩", "₺", "₫", "kr", "zł", "Kč", "Ft", "Rs", "TL", "원", "R", "%")  # fmt: skip
RAND = re.compile(r"[-(]?R\s*-?[\d\s,.]*\d[.,]\d\d[)-]?")  # R 1 234,50; R1234 may be a number of anything
PLAIN = NumberStyle()
STYLES = (
    PLAIN,
    NumberStyle(thousands=","),
    NumberStyle(decimal=","),
    NumberStyle(decimal=",", thousands="."),
    NumberStyle(decimal=",", thousands=" "),
    NumberStyle(thousands=" "),
    NumberStyle(thousands="'"),
    NumberStyle(decimal=",", thousands="'"),
)
BRACKETED = re.compile(r"\(.*\d.*\)|[^-+()]*\d[^-+()]*-")
NUMBER_LIKE = re.compile(r"[-+(]*[\d.,' ]*\d[\d.,' ]*([eE][-+]?\d+)?[)-]?")


@dataclass(frozen=True)
class Numbers:
    """A column's values as numbers.

    Attributes
    ----------
    style : NumberStyle
        How they are written.
    values : dict of str to float
        What each of its texts is; texts that are no numbers are not there.
    share : float
        Share of the known rows that hold numbers.
    rival : NumberStyle or None
        Another style that reads the same texts as other numbers.
    """

    style: NumberStyle
    values: dict[str, float]
    share: float
    rival: NumberStyle | None = None
    rival_values: dict[str, float] = field(default_factory=dict)

    def swapped(self) -> "Numbers":
        """Return the same texts read in the other style."""
        other = self.rival or self.style
        return replace(self, style=other, values=self.rival_values, rival=self.style, rival_values=self.values)


def is_number_like(text: str, sign: str | None) -> bool:
    """Say whether a text looks like a number beside a sign."""
    return bool(NUMBER_LIKE.fullmatch(_bare(text, sign)))


def numbers(con: Backend, columns: dict[str, Counter[str]]) -> dict[str, Numbers]:
    """Return how the numbers of columns are written, of those that hold numbers.

    Parameters
    ----------
    con : Backend
        On which styles are tried.
    columns : dict of str to Counter
        Their known values, with how often each stands there.
    """
    by_signs: dict[tuple[str | None, bool], dict[str, list[str]]] = {}
    for name, counts in columns.items():
        texts = [text for text in counts if any(sign.isdigit() for sign in text)]
        sign = sign_of(texts)
        bare = {text: _bare(text, sign) for text in texts}
        like = [text for text in texts if NUMBER_LIKE.fullmatch(bare[text])]
        if sum(counts[text] for text in like) >= LEAST_SHARE * counts.total():
            accounting = any(BRACKETED.fullmatch(bare[text]) for text in like)
            by_signs.setdefault((sign, accounting), {})[name] = like
    result: dict[str, Numbers] = {}
    for (sign, accounting), texts_of in by_signs.items():
        styles = {f"s{i}": replace(s, currency_sign=sign, accounting=accounting) for i, s in enumerate(STYLES)}
        for name, rows in tried(con, texts_of, styles).items():
            read = [(styles[to], {row["text"]: row[to] for row in rows if row[to] is not None}) for to in styles]
            chosen = _best(read, columns[name])
            if chosen is not None:
                result[name] = chosen
    return result


def _best(read: list[tuple[NumberStyle, dict[str, float]]], counts: Counter[str]) -> Numbers | None:
    """Return the plainest style that reads most, and a rival that reads the same texts as other numbers."""
    n_read = [sum(counts[text] for text in texts) for _, texts in read]
    best = max(n_read)
    if best < LEAST_SHARE * counts.total():
        return None
    tied = [pair for pair, n in zip(read, n_read, strict=True) if n == best]
    style, texts = tied[0]
    rivals = [pair for pair in tied[1:] if pair[1] != texts]
    return Numbers(style, texts, best / counts.total(), *(rivals[0] if rivals else ()))


def signs_of(text: str) -> tuple[str, ...]:
    """Return the signs, names and codes of currencies that stand in a text, codes last."""
    met = re.findall(r"[^\W\d_]+\$?|[^\w\s.,()+'-]+", plain(text))
    if "R" in met and not RAND.fullmatch(plain(text)):
        return ()
    return tuple(sorted((s for s in met if s in SIGNS or currency(s)), key=lambda sign: sign in CODES))


def sign_of(texts: Iterable[str]) -> str | None:
    """Return the currency's sign or letters that stand at most of the numbers; both where both do, as in "$25.00 USD"."""
    met: Counter[tuple[str, ...]] = Counter(
        signs for text in texts if (signs := tuple(s for s in signs_of(text) if s in SIGNS or s in CODES))
    )
    several: Counter[tuple[str, ...]] = Counter({s: n for s, n in met.items() if len(s) == 2 and s[0] not in CODES})
    if several and several.total() * 2 > met.total():
        return " ".join(several.most_common(1)[0][0])
    each = Counter(sign for signs, n in met.items() for sign in signs for _ in range(n))
    return each.most_common(1)[0][0] if each else None


def _bare(text: str, sign: str | None) -> str:
    result = plain(text)
    for each in sign.split() if sign else ():
        result = result.replace(each, "").strip()
    return result
