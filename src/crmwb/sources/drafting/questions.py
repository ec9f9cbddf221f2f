"""What only a person can say: questions of a draft, each with the answers it takes and what they do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crmwb.errors import CrmwbError

Ask = Callable[[str, str], str]


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
        Values of a column that an answer says something of, as VALUE=…; empty where it names none.
    """

    key: str
    text: str
    answer: Callable[[str], None]
    choices: tuple[str, ...] = ()
    default: str | None = None
    is_safe: bool = False
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

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


def of_files(asked: Mapping[str, Sequence[Question]]) -> list[Question]:
    """Return questions about several files, those with the same key as one whose answer counts in each file.

    Parameters
    ----------
    asked : mapping of str to sequence of Question
        By file; of a key that a file asks twice, the first counts.
    """
    by_key: dict[str, list[Question]] = {}
    for questions in asked.values():
        for key, question in {question.key: question for question in reversed(questions)}.items():
            by_key.setdefault(key, []).append(question)
    order = list(dict.fromkeys(question.key for questions in asked.values() for question in questions))
    return [_as_one(by_key[key]) if len(by_key[key]) > 1 else by_key[key][0] for key in order]


def _as_one(same: list[Question]) -> Question:
    first = same[0]
    values = tuple(dict.fromkeys(value for question in same for value in question.values))

    def answer(given: str) -> None:
        pairs = [pair.strip() for pair in given.split(",")] if values and "=" in given else []
        if strange := sorted({pair.rpartition("=")[0] for pair in pairs} - set(values)):
            raise ValueError(f"in no file it is {strange[0]!r}")
        for question in same:
            own = ",".join(pair for pair in pairs if pair.rpartition("=")[0] in question.values)
            question.answer((own or question.default or given) if pairs else given)

    others = [value for value in values if value not in first.values]
    also = f", where it is {' or '.join(map(repr, others))} too" if others else ""
    choices = [choice for choice in first.choices if all(choice in question.choices for question in same)]
    return Question(
        first.key,
        f"{first.text} (The same is asked of {len(same) - 1:,} more {'file' if len(same) == 2 else 'files'}{also}.)",
        answer,
        tuple(choices),
        first.default if len({question.default for question in same}) == 1 else None,
        all(question.is_safe for question in same),
        tuple(dict.fromkeys(name for question in same for name in question.columns)),
        values,
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
