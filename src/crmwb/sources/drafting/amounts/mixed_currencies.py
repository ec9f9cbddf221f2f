"""Files whose amounts are in several currencies by a sign beside each: a part for each currency, never one sum."""

from collections import Counter
from dataclasses import replace

import pyarrow as pa

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import number_notation, syntax, words
from crmwb.sources.drafting.reading.profile import Column, Profile, columns_of

LEAST_SHARE = 0.8  # of the rows, or it is no column of amounts
MOST_SIGNS = 2
LEAST_ROWS = 2  # of a currency, or it is a slip of the pen and its rows are set aside


def by_currency(profile: Profile) -> dict[str, tuple[Profile, str]]:
    """Return the rows of each currency, and the condition that tells them; nothing where amounts have one currency."""
    for column in profile.columns:
        signs = {} if column.is_date else _signs(column)
        codes: Counter[str] = Counter()
        for value, n in column.counts.items() if len(set(signs.values())) > 1 else ():
            if code := signs.get(sign_of(value) or ""):
                codes[code] += n
        several = [code for code, n in codes.most_common() if n >= LEAST_ROWS]
        if len(several) > 1:
            return {code: _rows_of(profile, column, signs, code, several) for code in several}
    return {}


def limited(parts: list[Part], condition: str, code: str) -> list[Part]:
    """Keep parts to the rows of one currency, and say which it is."""
    for part in parts:
        part.keep_rows(condition, first=True)
        part.options["currency"] = {"constant": code}
        part.currencies = Counter({code: part.looked_at.n_rows})
        part.remarks.append(
            f"its amounts are in several currencies, by signs or in columns of their own: here those in {code}"
        )
    return parts


def sign_of(text: str) -> str | None:
    """Return the sign or the letters of a currency that stand beside a number; both of "$25.00 USD", as "$ USD"."""
    met = [sign for sign in number_notation.signs_of(text) if words.currency(sign)]
    return " ".join(met) if met and len(met) <= MOST_SIGNS and words.currency(" ".join(met)) else None


def _signs(column: Column) -> dict[str, str]:
    """Return the signs beside a column's numbers, and their currencies; nothing where it holds no amounts."""
    result: dict[str, str] = {}
    n_amounts = 0
    for value, n in column.counts.items():
        sign = sign_of(value)
        if number_notation.is_number_like(value, sign):
            n_amounts += n
            if sign and (code := words.currency(sign)):
                result[sign] = code
    return result if n_amounts >= LEAST_SHARE * max(column.n_known, 1) else {}


def _rows_of(
    profile: Profile, column: Column, signs: dict[str, str], code: str, several: list[str]
) -> tuple[Profile, str]:
    """Return the rows of one currency; amounts without a sign are those of the commonest."""
    texts = profile.texts(column)
    codes = [words.currency(sign_of(text or "") or "") for text in texts]
    is_first = code == several[0]
    mask = [own == code or (is_first and own not in several) for own in codes]
    rows = profile.rows.filter(pa.array(mask))
    others = [sign for sign, other in signs.items() if other in several and other != code]
    own = [sign for sign, of in signs.items() if of == code]
    condition = _without(column, others) if is_first else _with(column, own, others)
    return replace(profile, rows=rows, n_rows=rows.num_rows, columns=columns_of(rows, profile.shape)), condition


def _with(column: Column, own: list[str], others: list[str]) -> str:
    name = syntax.column(column.name)
    expression = " or ".join(f"contains({name}, {syntax.value(_telling(sign))})" for sign in sorted(own))
    longer = [other for other in others if any(_telling(sign) in other for sign in own)]  # the $ of R$
    return f"({expression})" + "".join(
        f" and not contains({name}, {syntax.value(_telling(other))})" for other in sorted(longer)
    )


def _without(column: Column, others: list[str]) -> str:
    name = syntax.column(column.name)
    expression = " or ".join(f"contains({name}, {syntax.value(_telling(sign))})" for sign in sorted(others))
    return f"({name} is null or not ({expression}))"


def _telling(sign: str) -> str:
    """Return what tells a currency: the code, where it stands beside a sign."""
    return sign.rsplit(maxsplit=1)[-1]
