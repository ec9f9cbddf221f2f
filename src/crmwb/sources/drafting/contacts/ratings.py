"""How content customers are, from 0 to 1: of ratings in numbers on the usual scales, and in words."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Collection

from crmwb.sources.drafting.contacts import words
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import matches

NO_RATING = "none"
SCALES = {"0-1": (0, 1), "1-5": (1, 5), "5-1": (5, 1), "0-5": (0, 5), "1-10": (1, 10), "0-10": (0, 10), "1-6": (1, 6), "6-1": (6, 1), "1-7": (1, 7), "1-4": (1, 4), "0-100": (0, 100)}  # worst, best  # fmt: skip
OF_TEN = re.compile(r".*\bnps\b.*|.*recommend.*|weiterempfehlung.*|.*nps.*")
AS_AT_SCHOOL = re.compile(r"(gesamt|schul)?note")  # 1 is best, in German
STATED = re.compile(r"(\d+) ?(?:-|–|to|bis|a|~|至|到) ?(\d+)")
WORDS = (  # from the best to the worst
    re.compile(r"very (satisfied|good|happy)|sehr (zufrieden|gut)|excellent|tres satisfaite?|muy satisfech[oa]|非常满意|很满意"),
    re.compile(r"satisfied|good|happy|zufrieden|gut|satisfaite?|bon|satisfech[oa]|bueno|满意|好评|比较满意|positive"),
    re.compile(r"neutral|ok|average|mittel|teils teils|neutre|regular|一般|中评|中立"),
    re.compile(r"dissatisfied|bad|unhappy|unsatisfied|unzufrieden|schlecht|insatisfaite?|mauvais|insatisfech[oa]|malo|不满意|差评|较不满意|negative"),
    re.compile(r"very (dissatisfied|bad|unhappy|unsatisfied)|sehr (unzufrieden|schlecht)|tres insatisfaite?|muy insatisfech[oa]|非常不满意|很不满意"),
)  # fmt: skip
MOST_POINTS = 101
MOST_WORDS = 8


def rating(profile: Profile, taken: Collection[Column]) -> Column | None:
    """Return the column of ratings, in numbers or in words; None where there is none."""
    free = [c for c in profile.columns if c not in taken and not c.is_date and c.n_known]
    fitting = [c for c in free if matches(c.words, words.RATED) and (_is_of_points(c) or _by_words(c))]
    return max(fitting, key=lambda c: matches(c.words, words.RATED), default=None)


def put(part: Part, column: Column) -> None:
    """Put ratings into a part of interactions as shares from 0 to 1, or ask on which scale they are."""
    if (by_words := _by_words(column)) and not column.is_number:
        cases = " ".join(f"when {syntax.is_in(column.name, values)} then {share}" for share, values in by_words.items())
        part.guesses["satisfaction"] = Guess(
            {"expression": f"case {cases} end"}, Sure.LIKELY, f"of {column.shown(4)}", (column,)
        )
        return
    fitting = [
        name for name, ends in SCALES.items() if min(ends) <= min(column.numbers) and max(column.numbers) <= max(ends)
    ]
    plain = _plainly(column)
    if plain in fitting:
        _take(
            part,
            column,
            plain,
            Sure.LIKELY,
            f"rated from {plain.partition('-')[0]} to {plain.partition('-')[2]}, the last being best",
        )
        return
    text = f"On which scale is {column.name} in {part.options['file']}, from the worst to the best (5-1 where 1 is best; {NO_RATING}: it is no rating)?"
    choices = (*fitting, NO_RATING)

    def answer(given: str) -> None:
        if given != NO_RATING:
            _take(part, column, given, Sure.SURE, "you said so")

    part.questions.append(
        Question(syntax.slug(f"scale of {column.words}"), text, answer, choices, columns=(column.name,))
    )


def _take(part: Part, column: Column, scale: str, sure: Sure, why: str) -> None:
    worst, best = SCALES[scale]
    name = syntax.column(column.name)
    above = name if worst == 0 else f"({name} - {worst})" if best > worst else f"({worst} - {name})"
    expression = f"{above} / {abs(best - worst)}" if abs(best - worst) != 1 else f"{above} / 1"
    part.guesses["satisfaction"] = Guess({"expression": expression}, sure, why, (column,))


def _plainly(column: Column) -> str | None:
    """Return the scale that the name or the values say; None where they could be of several."""
    stated = STATED.search(column.name)
    if stated and f"{stated[1]}-{stated[2]}" in SCALES:
        return f"{stated[1]}-{stated[2]}"
    if AS_AT_SCHOOL.fullmatch(column.words):
        return None
    least, most = min(column.numbers), max(column.numbers)
    is_whole = all(n == int(n) for n in column.numbers)
    is_plain = matches(column.words, words.RATED) == words.PLAINLY
    reasons = {
        "0-10": OF_TEN.fullmatch(column.words) is not None or (is_whole and (least, most) == (0, 10)),
        "0-1": not is_whole and most <= 1,
        "1-5": is_whole and is_plain and least >= 1 and most == 5,
        "0-100": most > 10,
    }
    return next((scale for scale, holds in reasons.items() if holds), None)


def _is_of_points(column: Column) -> bool:
    if not column.is_number or column.is_flag or len(column.counts) > MOST_POINTS:
        return False
    return min(column.numbers) >= 0 and max(column.numbers) <= max(max(ends) for ends in SCALES.values())


def _by_words(column: Column) -> dict[float, list[str]]:
    """Return by share the values that say how content somebody is; nothing where fewer than two do.

    Where nobody is very satisfied or very dissatisfied, satisfied and dissatisfied are the ends of the scale.
    """
    if len(column.counts) > MOST_WORDS:
        return {}
    by_place = {
        i: sorted(v for v in column.counts if pattern.fullmatch(plain_words(v))) for i, pattern in enumerate(WORDS)
    }
    met = {i: values for i, values in by_place.items() if values}
    first = 0 if met.keys() & {0, len(WORDS) - 1} else 1
    last = len(WORDS) - 1 - first
    return {(last - i) / (last - first): values for i, values in met.items()} if len(met) > 1 else {}
