"""The files that owners get: what each is to do with whom, as CSV and as Excel, in every language."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import storage
from crmwb.actions.excel_file import SheetColumn, Style, write_sheet
from crmwb.findings import Finding, Term, language, loads
from crmwb.findings.say import say
from crmwb.params.actions import ActionPlan

NOT_IN_NAMES = re.compile(r"[^\w.-]+")
LONGEST_NAME = 60
CENTS = 100
COLUMNS: dict[str, Style] = {
    "customer_id": "text", "action": "text", "to_do": "text", "channel": "text", "reason": "text", "gain": "money",
    "gain_low": "money", "gain_high": "money", "basis": "text", "cost": "money", "hours": "number", "due_on": "day",
    "review_on": "day",
}  # fmt: skip


def write(rows: pd.DataFrame, plan: ActionPlan, folder: Path, as_of: date) -> None:
    """Write one CSV and one Excel file per owner, English ones in `folder`, others in folders of their language.

    Parameters
    ----------
    rows : DataFrame
        As artefacts.LIST; those held out are left out.
    plan : ActionPlan
        For what owners are told to do.
    folder : Path
        Where to.
    as_of : date
        The day of the list.
    """
    for write_files in writers(rows, plan, folder, as_of):
        write_files()


def writers(rows: pd.DataFrame, plan: ActionPlan, folder: Path, as_of: date) -> Iterator[Callable[[], None]]:
    """Yield what `write` does, one call for each owner and language, which any process may make."""
    doing = rows[~rows["is_held_out"]]
    owners = sorted(doing["owner"].unique())
    names = dict(zip(owners, file_names(owners), strict=True))
    for owner, listed in doing.groupby("owner", sort=True):
        for code in language.LANGUAGES:
            own_folder = folder if code == "en" else folder / code
            yield partial(_write_one, listed, plan, own_folder / names[owner], code, as_of)


def _write_one(listed: pd.DataFrame, plan: ActionPlan, path: Path, code: str, as_of: date) -> None:
    """Write both files of an owner in one language, named `path` but for their endings."""
    with language.using(code):
        headings = [SheetColumn(say(Finding(f"actions.owner_file.{name}")), style) for name, style in COLUMNS.items()]
        worded = in_words(listed, plan, code)
        shown = worded.set_axis([column.heading for column in headings], axis=1)
        storage.write_csv(shown, path.with_name(f"{path.name}.csv"))
        cells = [list(row) for row in worded.itertuples(index=False)]
        title = say(Finding("actions.owner_file.title"))
        write_sheet(headings, cells, path.with_name(f"{path.name}.xlsx"), title=title, made_on=as_of)


def in_words(
    rows: pd.DataFrame, plan: ActionPlan, code: str, columns: Collection[str] = tuple(COLUMNS)
) -> pd.DataFrame:
    """Return rows of the list as people read them, in the language in use: these of COLUMNS, in whole units."""
    texts = {action.name: getattr(action.text, code) for action in plan.actions}
    words: dict[str, Callable[[Any], str]] = {
        "action": lambda name: say(Term("action", name)),
        "channel": lambda name: say(Term("channel", name)),
        "reason": lambda text: say(loads(text)),
        "basis": lambda name: say(Term("gain_basis", name)),
    }

    def column(name: str) -> Iterable[object]:
        if name == "to_do":
            return [texts[action] for action in rows["action"]]
        if name in words:
            word = cache(words[name])  # many customers share one reason
            return [word(cell) for cell in rows[name]]
        return rows[f"{name}_cents"] / CENTS if COLUMNS[name] == "money" else rows[name]

    return pd.DataFrame({name: column(name) for name in COLUMNS if name in columns}, index=rows.index)


def file_names(owners: Iterable[str]) -> list[str]:
    """Return a file's name for each owner: their own as far as it can stand in one, and no two alike.

    Examples
    --------
    >>> file_names(["", "Ann Lee", "ann/lee"])
    ['team', 'Ann_Lee', 'ann_lee-2']
    """
    return list(_differing(NOT_IN_NAMES.sub("_", owner).strip("._-")[:LONGEST_NAME] or "team" for owner in owners))


def _differing(names: Iterable[str]) -> Iterator[str]:
    taken: set[str] = set()
    for name in names:
        tried, n = name, 1
        while tried.casefold() in taken:  # some file systems do not tell capitals apart
            n += 1
            tried = f"{name}-{n}"
        taken.add(tried.casefold())
        yield tried
