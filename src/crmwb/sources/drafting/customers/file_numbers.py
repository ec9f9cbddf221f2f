"""Files of branches that each number their customers from the beginning: asked, for one number may be two customers."""

from collections import Counter
from pathlib import Path

from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

KEY = "customers_by_file"
LEAST_SHARED = 3
HALF = 0.5


def ask(parts: list[Part]) -> None:
    """Ask whether a number is the same customer in every file, where files name most of those in several otherwise.

    Parameters
    ----------
    parts : list of Part
        All parts of a draft; the question is put into the first of purchases.
    """
    sales = [part for part in parts if part.table == "transactions" and part.profile is not None and _who(part)]
    first = {str(part.options["file"]): part for part in reversed(sales)}
    if len(first) < 2 or any(part.table == "customers" and "file" in part.options for part in parts):
        return
    one, *others = list(first.values())[::-1]
    for other in others:
        for name in {c.name for c in _names(one)} & {c.name for c in _names(other)}:
            here, there = (_called(part, name) for part in (one, other))
            shared = here.keys() & there.keys()
            different = sorted(key for key in shared if here[key] != there[key])
            if len(shared) >= LEAST_SHARED and len(different) >= HALF * len(shared):
                key = different[0]
                _ask(one, sales, name, f"{key} is {here[key]!r} and {there[key]!r}", len(different))
                return


def _who(part: Part) -> Column | None:
    who = part.guesses["customer_id"]
    is_plain = len(who.sources) == 1 and isinstance(who.value, str) and part.looked_at.holds(*who.sources)
    return who.sources[0] if is_plain else None


def _names(part: Part) -> list[Column]:
    """Return columns that name the customer: one text for each, and hardly any for two."""
    who = _who(part)
    texts = [c for c in part.looked_at.own if c is not who and not (c.is_number or c.is_date or c.is_flag)]
    n_customers = len(who.counts) if who else 0
    return [c for c in texts if len(c.counts) >= HALF * n_customers and len(_called(part, c.name)) == n_customers]


def _called(part: Part, name: str) -> dict[str, str]:
    """Return what each customer is called in a column, of those who are called one thing only."""
    who, column = _who(part), part.looked_at.column(name)
    pairs = set(zip(part.looked_at.texts(who), part.looked_at.texts(column), strict=True)) if who else set()
    n_texts = Counter(key for key, text in pairs if key and text)
    return {key: text for key, text in pairs if key and text and n_texts[key] == 1}


def _ask(part: Part, sales: list[Part], name: str, example: str, n: int) -> None:
    def answer(given: str) -> None:
        if given == "same":
            return
        for each in sales:
            file = Path(str(each.options["file"])).stem
            for column in ("customer_id", "order_id"):
                guess = each.guesses[column]
                if len(guess.sources) == 1 and isinstance(guess.value, str):
                    text = f"concat({syntax.value(file)}, '-', {syntax.column(guess.value)})"
                    why = "numbered by each file, as you said"
                    each.guesses[column] = Guess({"expression": text}, Sure.SURE, why, guess.sources)

    text = (
        f"{n:,} numbers of customers stand in several files and are called otherwise in each by {name} ({example}): "
        f"are these the same customers, or does each file number its own (apart)?"
    )
    part.questions.append(Question(KEY, text, answer, ("same", "apart"), columns=(name,)))
