"""A draft as the text of a mapping: every guess with how sure it is, and why."""

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from crmwb.sources.drafting.draft import Draft
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax

MARKS = {Sure.SURE: "sure", Sure.LIKELY: "likely", Sure.GUESS: "a GUESS"}
LONGEST_WHY = 180


class _InFull(yaml.SafeDumper):
    """Writes what stands twice in a value twice: an anchor would hold in the whole mapping, of which this is a part."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - of all values
        return True


def text(draft: Draft, path: str, open_questions: Sequence[Question] = ()) -> str:
    """Return the mapping that a draft stands for.

    Parameters
    ----------
    draft : Draft
        Its guesses.
    path : str
        Where the mapping will stand, for the advice at its head.
    open_questions : sequence of Question
        What nobody has answered yet.
    """
    return "\n".join(_lines(draft, path, open_questions)) + "\n"


def _lines(draft: Draft, path: str, open_questions: Sequence[Question]) -> Iterator[str]:
    yield "# yaml-language-server: $schema=mapping.schema.json"
    yield f"# Drafted by crmwb map. Look at what is not sure, mend it, then run: crmwb check {path}"
    for remark in draft.unused:
        yield f"# {remark}"
    yield from _settings(draft, open_questions)
    yield f"name: {_yaml(draft.name)}"
    yield "licence: null"
    yield "caveat: null                  # what a reader must know before trusting the numbers"
    yield ""
    if draft.rates:
        yield "rates:"
        yield "  rows:"
        for code, rate in sorted(draft.rates.items()):
            yield f"    - {_yaml({'currency': code, 'rate': rate})}"
    elif any("currency" in part.options for part in draft.parts):
        yield "# rates: what one unit of each other currency is worth is missing, and needed"
    yield "tables:"
    for table in dict.fromkeys(part.table for part in draft.parts):
        parts = [part for part in draft.parts if part.table == table]
        yield f"  {table}:"
        for part in parts:
            lines = list(_part(part))
            if len(parts) == 1:
                yield from (f"    {line}" for line in lines)
            else:
                yield from (f"    {'- ' if i == 0 else '  '}{line}" for i, line in enumerate(lines))


def _settings(draft: Draft, open_questions: Sequence[Question]) -> Iterator[str]:
    """Yield what is still asked, and what params.yaml is to say."""
    for question in open_questions:
        yield f"# QUESTION: {question.shown()}"
    if not draft.currency:
        yield "# source.currency: nothing in the files says it, so that of params.yaml is taken"
    else:
        yield f"# source.currency: {draft.currency} (params.yaml)"
    if draft.time_zone:
        yield f"# source.time_zone: {draft.time_zone} (params.yaml): {draft.why_time_zone}"


def _part(part: Part) -> Iterator[str]:
    for name, value in syntax.written(part.options).items():
        yield f"{name}: {_yaml(value)}"
    remarks = [*part.remarks, *(part.profile.shape.remarks if part.profile else [])]
    for remark in remarks:
        yield f"# {remark}"
    lines = {name: f"{name}: {_yaml(guess.value)}" for name, guess in part.guesses.items()}
    width = min(max(map(len, lines.values()), default=0), 60)
    yield "columns:" if lines else "columns: {}"
    for name, guess in part.guesses.items():
        yield f"  {lines[name]:<{width}}  # {_why(guess)}"


def _why(guess: Guess) -> str:
    why = " ".join(f"{MARKS[guess.sure]}: {guess.why}".split())
    return why if len(why) <= LONGEST_WHY else f"{why[: LONGEST_WHY - 1]}…"


def _yaml(value: Any) -> str:
    """Return a value as YAML on one line.

    >>> shared = {"key": "order_no"}
    >>> _yaml([shared, shared])
    '[{key: order_no}, {key: order_no}]'
    """
    written: str = yaml.dump(
        value, None, _InFull, default_flow_style=True, width=10_000, allow_unicode=True, sort_keys=False
    )
    return written.removesuffix("\n").removesuffix("\n...")
