"""How much one of an amount is, by the name of its column or a title: thousands, millions."""
# ruff: noqa: E501 - patterns are easier to read in one line

import re

from crmwb.sources.drafting.reading.words import USUAL_CODES

MONEY = rf"(?={'|'.join(sorted(USUAL_CODES))}|[€$£])"
SCALES = (  # what stands in the name of a column whose amounts are not in ones
    (
        re.compile(
            rf"(in )?(?<![a-z])(k|t|tsd\.?|thousands?( of)?|tausend) ?{MONEY}|(in )?\b(thousands?|tausend|tsd)\b\.?|\([' ]?000s?\)|\(k\)|千(元|円)"
            r"|(en )?\b(milliers|miles|millares) d(e\b|['’])|(in )?\bmigliaia( di)?\b|(em )?\bmilhares( de)?\b|(w )?\btys\b\.?|\bx ?1[.,' ]?000\b",
            re.IGNORECASE,
        ),
        1_000,
    ),
    (re.compile(r"万(?=元|円)?"), 10_000),
    (
        re.compile(
            rf"(in )?(?<![a-z])(m|mn|mio\.?|mill?ions?( of)?) ?{MONEY}|(in )?\b(mill?ions?|millionen|mio)\b\.?|百万(元|円)?"
            r"|(en )?\bmillon(es)? de\b|(in )?\bmilioni( di)?\b|(em )?\bmilh[oõ]es( de)?\b|(w )?\bmln\b\.?",
            re.IGNORECASE,
        ),
        1_000_000,
    ),
)


def scale_of(name: str) -> tuple[str, int]:
    """Return a name without what says how much one of it is, and how much that is."""
    for pattern, n in reversed(SCALES):
        if pattern.search(name):
            return pattern.sub(" ", name), n
    return name, 1
