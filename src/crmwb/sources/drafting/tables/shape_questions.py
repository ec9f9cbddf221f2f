"""What is asked of how files are written: a second table, titles of sheets, typed numbers, records that stand again."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Callable, Iterable

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Profile


def questions(profiles: Iterable[Profile], parts: Iterable[Part]) -> list[Question]:
    """Return what is asked of files by their shape, in the order in which it matters."""
    every = list(profiles)
    result = [_second_table(p) for p in every if p.shape.second_table]
    result += [_unlike_titles(p) for p in every if p.shape.unlike_titles]
    result += [_typed_number(p) for p in every if p.shape.typed_number]
    return result + [_repeated_records(p, list(parts)) for p in every if p.shape.repeated_records]


def _stops_at(answer: str, how: str) -> Callable[[str], None]:
    """Return what an answer does that only a change of the file can follow: say how."""

    def stop(given: str) -> None:
        if given == answer:
            raise ValueError(how)

    return stop


def _second_table(looked_at: Profile) -> Question:
    """Stop at a file in which another table follows: its rows would be read as if they were of the first."""
    text = (
        f"In {looked_at.file.name}, another table seems to begin in {looked_at.shape.second_table}: put each table into a "
        f"file or sheet of its own. Where it is the same table that goes on, read on."
    )
    return Question(syntax.slug(f"second table {looked_at.file.name}"), text, lambda _: None, ("read_on",))


def _unlike_titles(looked_at: Profile) -> Question:
    """Ask of sheets read as one table whose titles are not the same: one may say another currency or unit."""
    answer = _stops_at(
        "other", "put sheets of another currency or unit into files of their own, and convert one of them"
    )
    text = (
        f"The sheets of {looked_at.file.name} that are read as one table say above it: "
        f"{'; '.join(map(repr, looked_at.shape.unlike_titles))}. Are their amounts in the same currency and unit (same), or not (other)?"
    )
    return Question(syntax.slug(f"titles {looked_at.file.name}"), text, answer, ("same", "other"))


def _typed_number(looked_at: Profile) -> Question:
    """Ask of numbers typed as text among real ones of which none tells what its sign is: "€ 1.250"."""
    answer = _stops_at("decimals", "write these texts as numbers in the workbook")
    text = (
        f"In {looked_at.file.name}, some numbers are typed as text among others, as {looked_at.shape.typed_number!r}: does its "
        f"sign stand between thousands (thousands), or is it the decimal sign (decimals)?"
    )
    return Question(syntax.slug(f"typed in {looked_at.file.name}"), text, answer, ("thousands", "decimals"))


def _repeated_records(looked_at: Profile, parts: list[Part]) -> Question:
    """Ask of records with lines that stand in a file several times, as where what changed is fetched again."""

    def answer(given: str) -> None:
        if given != "last":
            return
        if not looked_at.shape.record:
            raise ValueError(
                "keep the last record of each number in the file only; a draft cannot tell which lines are of which record"
            )
        number, moment = looked_at.shape.record
        for joined in (each for part in parts for each in part.options.get("join", {}).values()):
            if joined["file"] == looked_at.file.name and joined.get("several") == "first":
                joined["several"] = "last"  # refunds that name an order
        for part in parts:
            if part.profile is None or part.looked_at.file.name != looked_at.file.name:
                continue
            part.join("latest", syntax.join(part.options, {number: number}, several="last") | {"key": number})
            for spread in part.options.get("spread", {}).values():
                if spread["over"] == number:  # each record's own lines, not those of all records of its number
                    spread["over"] = [number, moment]
            is_last = f"{syntax.column(moment)} = {syntax.column(f'latest.{moment}')}"
            part.keep_rows(is_last)
            part.remarks.append(f"of each {number}, the last record by {moment} counts, as you said")

    text = (
        f"{looked_at.shape.repeated_records} stand in several records of {looked_at.file.name}: do all of them count (all), or is the last of "
        f"each what holds, as where changed records are fetched again (last)?"
    )
    return Question(syntax.slug(f"records of {looked_at.file.name}"), text, answer, ("all", "last"))
