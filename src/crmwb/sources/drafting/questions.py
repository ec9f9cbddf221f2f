"""What only a person can say: questions of a draft, each with the answers it takes and what they do."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from crmwb.errors import CrmwbError
from crmwb.sources.drafting.reading import syntax

Ask = Callable[[str, str], str]
PAIR = re.compile(r"\s*(.*?)\s*=\s*([^,=]*?)\s*(?:,|$)")


@dataclass(frozen=True)
class Question:
    """A question about a draft.

    Attributes
    ----------
    key : str
        By which an answer names it: `--answer KEY=ANSWER`.
    text : str
        What is asked, and what follows.
    answer : callable
        Puts an answer into the draft; ValueError, with what it takes, where it is none.
    choices : tuple of str
        The answers that it takes; empty where any may be given.
    default : str or None
        What is taken where nobody is asked.
    is_safe : bool
        The default changes no sum and no customer: it may be taken unasked.
    columns : tuple of str
        Source columns that it asks about.
    values : tuple of str
        Values of a column that an answer says something of, as VALUE=… or as a list; empty where it names none.
    rows_with : tuple of str or None
        It asks only of rows in which a column is one of these, None for blank; empty where it asks of all.
    """

    key: str
    text: str
    answer: Callable[[str], None]
    choices: tuple[str, ...] = ()
    default: str | None = None
    is_safe: bool = False
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    rows_with: tuple[str | None, ...] = ()

    def settle(self, given: str) -> None:
        """Put an answer into the draft.

        Raises
        ------
        CrmwbError
            It is none that the question takes.
        """
        if self.choices and given not in self.choices:
            raise CrmwbError(f"{self.key}: {given!r} is no answer to it; answer {' or '.join(self.choices)}.")
        try:
            self.answer(given)
        except ValueError as error:
            raise CrmwbError(f"{self.key}: {given!r}: {error}.") from None

    def shown(self) -> str:
        """Return the question with how to answer it."""
        choices = "|".join(self.choices) or self.default or "…"
        return f"{self.text} Answer with --answer {self.key}={choices}"


def pairs(given: str) -> dict[str, str]:
    """Return what an answer says of each value, as VALUE=WHAT, several by commas.

    Raises
    ------
    ValueError
        Part of it says nothing of a value.

    Examples
    --------
    >>> pairs("Refund=return, Paid by A, B=none")
    {'Refund': 'return', 'Paid by A, B': 'none'}
    """
    answers, rest = dict(PAIR.findall(given)), PAIR.sub("", given).strip(" ,")
    if rest or not answers:
        raise ValueError(f"{rest!r} says nothing of a value; write VALUE=…, several by commas")
    return answers


def listed(given: str, known: Collection[str]) -> list[str]:
    """Return the values that an answer lists by commas; those that are known may hold commas themselves.

    Examples
    --------
    >>> listed("void, open, late,old", ["open, late", "void"])
    ['void', 'open, late', 'old']
    """
    whole = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    values: list[str] = re.findall(rf"\s*({whole}|[^,]+?)\s*(?:,|$)" if whole else r"\s*([^,]+?)\s*(?:,|$)", given)
    return values


def of_files(asked: Mapping[str, Sequence[Question]]) -> list[Question]:
    """Return questions about several files, those with the same key and choices as one whose answer counts in each.

    Parameters
    ----------
    asked : mapping of str to sequence of Question
        By file; of a key that a file asks twice, the first counts.
    """
    same: dict[str, list[Question]] = {}
    for file, questions in asked.items():
        firsts: dict[str, Question] = {}
        for question in questions:
            firsts.setdefault(question.key, question)
        for own in firsts.values():
            if own.key in same and same[own.key][0].choices != own.choices:  # what one takes, the other does not
                apart = replace(own, key=syntax.slug(f"{own.key} {file}"))
                same.setdefault(apart.key, []).append(apart)
            else:
                same.setdefault(own.key, []).append(own)
    return [_as_one(questions) if len(questions) > 1 else questions[0] for questions in same.values()]


def _as_one(same: list[Question]) -> Question:
    first = same[0]
    values = tuple(dict.fromkeys(value for question in same for value in question.values))

    def answer(given: str) -> None:
        said_of = pairs(given) if values and "=" in given else {}
        if strange := sorted(said_of.keys() - set(values)):
            raise ValueError(f"in no file it is {strange[0]!r}")
        chosen = [] if said_of else [value for value in listed(given, values) if value in values]
        for question in same:
            own = [f"{value}={what}" for value, what in said_of.items() if value in question.values]
            own += [value for value in chosen if value in question.values]
            question.answer((",".join(own) or question.default or given) if said_of or chosen else given)

    others = [value for value in values if value not in first.values]
    also = f", where it is {' or '.join(map(repr, others))} too" if others else ""
    files = "file" if len(same) == 2 else "files"
    return replace(
        first,
        text=f"{first.text} (The same is asked of {len(same) - 1:,} more {files}{also}.)",
        answer=answer,
        default=first.default if len({question.default for question in same}) == 1 else None,
        is_safe=all(question.is_safe for question in same),
        columns=tuple(dict.fromkeys(name for question in same for name in question.columns)),
        values=values,
    )


def settle(questions: list[Question], answers: Mapping[str, str], ask: Ask | None = None) -> list[Question]:
    """Answer questions: by the answers given, else by asking, else by what is safe; return those that stay open.

    Raises
    ------
    CrmwbError
        An answer names no question, or is none that its question takes.
    """
    known = {question.key for question in questions}
    if strange := sorted(answers.keys() - known):
        raise CrmwbError(f"--answer {strange[0]}: no such question; asked is {', '.join(sorted(known)) or 'nothing'}.")
    left = []
    for question in questions:
        if question.key in answers:
            question.settle(answers[question.key])
        elif ask is not None:
            _asked(question, ask)
        elif question.is_safe and question.default is not None:
            question.settle(question.default)
        else:
            left.append(question)
    return left


def _asked(question: Question, ask: Ask) -> None:
    choices = f" ({'/'.join(question.choices)})" if question.choices else ""
    while True:
        try:
            question.settle(ask(f"{question.text}{choices}", question.default or "").strip())
        except CrmwbError as error:
            question = Question(**{**vars(question), "text": str(error)})
        else:
            return
