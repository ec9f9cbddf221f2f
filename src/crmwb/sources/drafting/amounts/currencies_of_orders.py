"""Lines that name no currency, of orders whose currencies stand in another file: they are in these, or a person says not."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Iterable, Sequence

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.guess import HEAD, Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.links import order_key
from crmwb.sources.drafting.reading.profile import Column, Profile


def take(parts: Sequence[Part], files: Iterable[Profile]) -> None:
    """Take amounts of lines in the currencies of their orders, which stand in another file; ask whether they are.

    Parameters
    ----------
    parts : sequence of Part
        All parts of a draft; those of lines without a currency are changed.
    files : iterable of Profile
        All files.
    """
    several = [(file, column) for file in files if (column := _of_several(file)) is not None]
    lines: dict[str, list[Part]] = {}
    for part in parts:
        if part.table == "transactions" and part.profile is not None and not part.currencies and not part.through:
            lines.setdefault(str(part.options["file"]), []).append(part)
    for same in lines.values():
        order = same[0].guesses["order_id"].sources
        if len(order) != 1 or "currency" in same[0].options or not same[0].looked_at.holds(*order):
            continue
        joined = {
            option["file"] for option in same[0].options.get("join", {}).values()
        }  # whose currency is known already
        for file, column in several:
            if (
                file is not same[0].profile
                and file.file.name not in joined
                and (key := order_key(order[0], file)) is not None
            ):
                _join(same, file, column, {order[0].name: key.name})
                break


def _of_several(file: Profile) -> Column | None:
    """Return the column of a file that names the currencies of its rows, of some only or several of them."""
    column = modifiers.find(file).get("currency")
    if column is None or not file.holds(column):
        return None
    codes = modifiers.codes(column)
    return column if codes and (len(codes) > 1 or column.n_known < column.n_rows) else None


def _join(same: Sequence[Part], file: Profile, column: Column, key: dict[str, str]) -> None:
    for part in same:
        part.join(HEAD, syntax.join(syntax.file_options(file), key))
        part.options["currency"] = {"expression": syntax.column(f"{HEAD}.{column.name}")}
        part.currencies = modifiers.codes(column)
        part.currency_of_orders = column

    def answer(given: str) -> None:
        for part in same if given == "results" else ():
            del part.options["currency"]
            if f"{HEAD}." in part.condition:
                continue
            part.options["join"].pop(HEAD)
            if not part.options["join"]:
                del part.options["join"]

    codes = " or ".join(sorted(same[0].currencies))
    lines = same[0].options["file"]
    text = (
        f"{file.file.name} says that orders are in {codes}{' or in none' if column.n_known < column.n_rows else ''}, and {lines} holds lines of them and "
        f"names no currency: are its amounts in that of their order (order), or all in that of the results (results)?"
    )
    question = Question(syntax.slug(f"currency of {lines}"), text, answer, ("order", "results"), columns=(column.name,))
    same[0].questions.append(question)
