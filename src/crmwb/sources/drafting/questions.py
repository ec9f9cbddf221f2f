"""What only a person can say: questions of a draft, each with the answers it takes and what they do."""

from collections.abc import Callable, Mapping
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
    """

    key: str
    text: str
    answer: Callable[[str], None]
    choices: tuple[str, ...] = ()
    default: str | None = None
    is_safe: bool = False
    columns: tuple[str, ...] = ()

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
