"""Files that other systems import, such as members of a campaign: the list under columns that actions.yaml names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from crmwb import storage
from crmwb.actions.owner_files import COLUMNS, in_words
from crmwb.actions.plan import Place, named
from crmwb.errors import CrmwbError
from crmwb.findings import language
from crmwb.params.actions import ActionPlan, Export, ExportColumn

OF_THE_LIST = ("owner", "action_name", *COLUMNS)  # `action` is said in words, `action_name` as actions.yaml has it


def write(rows: pd.DataFrame, mart: pd.DataFrame, plan: ActionPlan, folder: Path) -> None:
    """Write one CSV per export of the plan; those held out are in none, and who is not contacted only where it says so.

    Parameters
    ----------
    rows : DataFrame
        As artefacts.LIST.
    mart : DataFrame
        customer_id and the columns of `wanted`, one row per customer.
    plan : ActionPlan
        The exports.
    folder : Path
        Where to.
    """
    for write_file in writers(rows, mart, plan, folder):
        write_file()


def writers(rows: pd.DataFrame, mart: pd.DataFrame, plan: ActionPlan, folder: Path) -> Iterator[Callable[[], None]]:
    """Yield what `write` does, one call for each export, which any process may make."""
    known = mart[mart["customer_id"].isin(rows["customer_id"])]
    for name, export in plan.exports.items():
        yield partial(_write_one, rows, known, plan, export, folder / f"{name}.csv")


def _write_one(rows: pd.DataFrame, mart: pd.DataFrame, plan: ActionPlan, export: Export, path: Path) -> None:
    storage.write_csv(table(rows, mart, plan, export), path)


def table(rows: pd.DataFrame, mart: pd.DataFrame, plan: ActionPlan, export: Export) -> pd.DataFrame:
    """Return an export: one row per action of the list, columns as the export names them."""
    contacts = [action.name for action in plan.actions if action.is_contact]
    keep = ~rows["is_held_out"] & (rows["action"].isin(contacts) if export.only_contacts else True)
    own = rows[keep].sort_values(["action", "customer_id"], ignore_index=True)
    with language.using(export.language):
        named_here = {column.column for column in export.columns.values() if column.column}
        listed = in_words(own, plan, export.language, named_here).assign(owner=own["owner"], action_name=own["action"])
    known = own[["customer_id"]].merge(mart, on="customer_id", how="left", validate="one_to_one")
    return pd.DataFrame({name: _cells(column, listed, known) for name, column in export.columns.items()})


def _cells(column: ExportColumn, listed: pd.DataFrame, known: pd.DataFrame) -> Iterable[object]:
    if column.column is None:
        return [column.constant] * len(listed)
    values = listed[column.column] if column.column in listed else known[column.column]
    return values.map(lambda cell: column.replace.get(str(cell), cell)) if column.replace else values


def wanted(plan: ActionPlan, mart: Mapping[str, object], place: Place = named) -> list[str]:
    """Return the columns of the mart that exports name.

    Raises
    ------
    CrmwbError
        An export names a column that neither the list nor the mart has.
    """
    names = []
    for export, described in plan.exports.items():
        for target, column in described.columns.items():
            if column.column is None or column.column in OF_THE_LIST:
                continue
            if column.column not in mart:
                key = place(("exports", export, "columns", target))
                raise CrmwbError(
                    f"{key}: neither the list ({', '.join(OF_THE_LIST)}) nor the mart has a column {column.column}."
                )
            names.append(column.column)
    return list(dict.fromkeys(names))
