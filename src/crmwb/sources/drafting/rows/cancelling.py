"""Amounts that nearly cancel for most customers: charges beside what was paid of them, as in statements of accounts. Asked about.

Signs tell it, and no word. What the rows are is told by a text whose beginning is the same for each kind.
"""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
from collections import defaultdict
from dataclasses import dataclass

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question, pairs
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import below_zero, row_kinds, taking_back

LEFT = 0.34  # of the larger side: what is left of a customer whose charges are mostly paid; returns leave more
HALF = 0.5
LEAST_CUSTOMERS = 3
MOST_KINDS = 20
NEARLY_ALL = 0.95
CENT = 0.005
CODE = re.compile(r"\b(codes?|types?|kinds?|art|schlussel|codigo|codice|tipo)\b|(代码|编码|类型|コード|区分)")


@dataclass(frozen=True)
class Kind:
    """Rows of one kind: those whose text is the same, or begins with the same words before a number.

    Attributes
    ----------
    start : str
        The text, or its beginning.
    is_whole : bool
        Whether it is all of the text.
    numbers : list of float
        Their amounts.
    """

    start: str
    is_whole: bool
    numbers: list[float]

    @property
    def shown(self) -> str:
        """The kind, for a person."""
        rows = f"{len(self.numbers):,} {'row' if len(self.numbers) == 1 else 'rows'}"
        return f"{self.start!r} ({rows}, {sum(self.numbers):,.2f})"

    def condition(self, column: Column) -> str:
        """Return the condition that a row is of this kind."""
        if self.is_whole:
            return syntax.is_in(column.name, [self.start])
        return f"starts_with({syntax.column(column.name)}, {syntax.value(self.start)})"


def ask(part: Part) -> bool:
    """Ask which rows are sales where amounts of most customers nearly cancel; say whether it did.

    Parameters
    ----------
    part : Part
        Purchases whose amount is one column with a sign.
    """
    amount, who = part.guesses["revenue_cents"], part.guesses["customer_id"].sources
    own = part.looked_at.own
    if amount.is_product or not amount.sources or amount.sources[0] not in own or len(who) != 1 or who[0] not in own:
        return False
    out = below_zero.left_out(part)
    numbers = [
        0.0 if is_out else n or 0.0 for n, is_out in zip(part.looked_at.numbers(amount.sources[0]), out, strict=True)
    ]
    n_cancelled, n = _cancelled(part.looked_at.texts(who[0]), numbers)
    if n_cancelled < LEAST_CUSTOMERS or n_cancelled <= HALF * n:
        return False
    named = _named(part, numbers)
    if named is not None and row_kinds.is_asked(part, ["above" if x > 0 else "below" for x in numbers]):
        return False
    text = (
        f"{amount.sources[0].name} nearly comes to nothing for {n_cancelled:,} of {n:,} customers with several rows, as where charges stand "
        f"beside what was paid of them"
    )
    if named is None:
        _ask_of_signs(part, amount.sources[0], text)
    else:
        _ask_of_kinds(part, *named, text)
    return True


def _cancelled(keys: list[str | None], numbers: list[float]) -> tuple[int, int]:
    """Return of how many customers amounts nearly cancel, and how many have amounts in several rows."""
    by_customer: dict[str, list[float]] = defaultdict(list)
    for key, number in zip(keys, numbers, strict=True):
        if key and number:
            by_customer[key].append(number)
    several = [every for every in by_customer.values() if len(every) > 1]
    sides = [(sum(n for n in every if n > 0), -sum(n for n in every if n < 0)) for every in several]
    return sum(abs(a - b) <= LEFT * max(a, b) for a, b in sides), len(several)


def _named(part: Part, numbers: list[float]) -> tuple[Column, list[Kind]] | None:
    """Return the column with the fewest kinds that tell amounts above zero from those below, and its kinds."""
    used = {c.name for guess in part.guesses.values() for c in guess.sources}
    fitting = []
    for column in part.looked_at.own:
        is_code = CODE.search(column.words) is not None and len(column.counts) <= MOST_KINDS
        if column.name in used or (column.is_number and not is_code) or column.is_date or column.is_unique:
            continue
        kinds = _kinds(part, column, numbers)
        sides = {sum(n > 0 for n in k.numbers) * 2 > len(k.numbers) for k in kinds}
        alike = sum(_n_alike(k.numbers) for k in kinds)
        if 2 <= len(kinds) <= MOST_KINDS and len(sides) == 2 and alike >= NEARLY_ALL * sum(map(bool, numbers)):
            fitting.append((column, kinds))
    return min(fitting, key=lambda pair: len(pair[1]), default=None)


def _n_alike(numbers: list[float]) -> int:
    """Return how many amounts of a kind have its sign; all of them where they come to nothing, as transfers do."""
    n_above, n_below = sum(n > 0 for n in numbers), sum(n < 0 for n in numbers)
    return n_above + n_below if abs(sum(numbers)) < CENT else max(n_above, n_below)


def _kinds(part: Part, column: Column, numbers: list[float]) -> list[Kind]:
    by_start: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for text, number in zip(part.looked_at.texts(column), numbers, strict=True):
        if text and number:
            start = re.split(r"[\W_]*\d", text, maxsplit=1)[0]
            by_start[start or text, start == text].append(number)
    return [Kind(start, is_whole, every) for (start, is_whole), every in sorted(by_start.items())]


def _ask_of_kinds(part: Part, column: Column, kinds: list[Kind], why: str) -> None:
    by_start = {kind.start: kind for kind in kinds}

    def answer(given: str) -> None:
        said_of = pairs(given) if given != "sales" else {}
        if strange := sorted(said_of.keys() - by_start.keys()):
            raise ValueError(
                f"{column.name} never begins with {strange[0]!r}; write KIND=sale, KIND=return or KIND=none, or sales"
            )
        if strange := sorted(set(said_of.values()) - row_kinds.ANSWERS):
            raise ValueError(f"{strange[0]!r} is none of sale, return and none")
        of = {
            what: [by_start[start].condition(column) for start, each in said_of.items() if each == what]
            for what in row_kinds.ANSWERS
        }
        if of["none"]:
            row_kinds.leave_out(part, f"({syntax.column(column.name)} is null or not ({' or '.join(of['none'])}))")
        if of["return"]:
            taking_back.take_back(part, (column,), f"({' or '.join(of['return'])})")

    text = (
        f"{why}. {column.name} tells them apart: {', '.join(kind.shown for kind in kinds)}. Which of these are no sales, such as payments "
        f"(KIND=none), or took something back (KIND=return)? Several by commas, or sales where all of them are."
    )
    key = syntax.slug(f"kinds of {column.words}")
    part.questions.append(Question(key, text, answer, columns=(column.name,)))


def _ask_of_signs(part: Part, amount: Column, why: str) -> None:
    name = syntax.column(amount.name)

    def answer(given: str) -> None:
        if given != "both":
            row_kinds.leave_out(part, f"{name} {'>' if given == 'above' else '<'} 0")

    text = f"{why}: are only amounts above zero what was sold (above), only those below (below), or are these sales and returns (both)?"
    part.questions.append(
        Question(
            syntax.slug(f"sides of {amount.words}"), text, answer, ("above", "below", "both"), columns=(amount.name,)
        )
    )
