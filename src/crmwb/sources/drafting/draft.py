"""A mapping draft for files that nobody has described yet: which file is what, and which column is which."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import os
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from crmwb.errors import CrmwbError
from crmwb.sources.drafting import export_files, roles, settings
from crmwb.sources.drafting.amounts import currencies_of_orders, refunds, styles
from crmwb.sources.drafting.contacts import other_files, strangers
from crmwb.sources.drafting.customers import customer_records, file_numbers, ids, tax_numbers
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question, of_files
from crmwb.sources.drafting.reading.links import Declared
from crmwb.sources.drafting.reading.profile import Profile
from crmwb.sources.drafting.rows import begun_again, cancelled_by_notes, credit_notes, heads, odd_rows, periods
from crmwb.sources.drafting.tables import (
    dimensions,
    facts,
    further_questions,
    heads_of_lines,
    joins,
    left_out,
    looking,
    overlaps,
    payments,
    purchases,
    refund_files,
    shape_questions,
    totals_of_lines,
    unread,
)

ORDER = (
    "transactions", "opportunities", "invoices", "payments", "contracts", "customer_summaries", "category_summaries",
    "campaigns", "campaign_members", "interactions", "customers", "products",
)  # fmt: skip
SUMMED_UP = ("customer_summaries", "category_summaries")
ENDING = re.compile(r"(\.(csv|tsv|txt|xls[xmb]?|ods|jsonl?|ndjson|xml|parquet|zip|gz|bz2|xz|zst))+$", re.IGNORECASE)
NOTHING = "no purchases, invoices, opportunities, contracts, customers summed up, trial, campaigns, contacts, customers or products"


@dataclass
class Draft:
    """A mapping draft.

    Attributes
    ----------
    name : str
        What it is about, for its name and its file's.
    directory : Path
        Where the files lie.
    parts : list of Part
        Its tables; a table may have several parts.
    unused : list of str
        What could not be used, and why.
    queries : dict of str to str
        Of a database: queries that go beside the mapping, by their paths from it.
    currency, time_zone : str or None
        What `source.currency` and `source.time_zone` are to be, as far as the files say.
    why_time_zone : str
        What the time zone is proposed by.
    rates : dict of str to float
        What one unit of other currencies is worth, as a person said.
    questions : list of Question
        What only a person can say.
    """

    name: str
    directory: Path
    parts: list[Part]
    unused: list[str] = field(default_factory=list)
    currency: str | None = None
    queries: dict[str, str] = field(default_factory=dict)
    time_zone: str | None = None
    why_time_zone: str = ""
    rates: dict[str, float] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)


def draft(paths: list[Path], declared: Collection[Declared] = (), given: Mapping[str, str] | None = None) -> Draft:
    """Look at files and guess what they are.

    Parameters
    ----------
    paths : list of Path
        Files, folders of them, folders of Parquet files that are one table, or files within a zip archive
        ("export.zip/sales.csv").
    declared : collection of Declared
        Links between them that a database says.
    given : mapping of str to str, optional
        What a person said before anything was asked, by `roles.KEYS`.

    Raises
    ------
    CrmwbError
        One of them is missing or cannot be read, or none of them is anything that the workbench knows.
    """
    paths = [file for path in paths for file in export_files.of_path(path)]
    on_disk = [export_files.on_disk(path) for path in paths]
    missing = [str(path) for path, lies in zip(paths, on_disk, strict=True) if not lies.exists()]
    if missing:
        raise CrmwbError(f"{', '.join(missing)}: no such file.")
    directory = Path(os.path.commonpath([lies.resolve().parent for lies in on_disk]))
    names = [
        (lies.resolve().relative_to(directory) / path.relative_to(lies)).as_posix()
        for path, lies in zip(paths, on_disk, strict=True)
    ]
    columns = {role: name for role, name in (given or {}).items() if role in roles.NAMES}
    every = [
        heads.filled(p)
        for p in roles.named([p for name in names for p in looking.look(directory, name, columns.values())], columns)
    ]
    profiles = [p for p in every if len(every) == 1 or not facts.is_history(p)]
    contact_files = other_files.aside(profiles)
    parts = _facts_beside(contact_files, profiles, declared, invoices_are_sales=roles.invoices_are_sales(given or {}))
    heads.write(parts)
    contacts, why_not = _contacts(contact_files, profiles, parts, declared)
    parts += contacts
    used = {part.options["file"] for part in parts}
    for table in ("customers", "products"):
        own = [p for p in profiles if p.file.name not in used]
        part = dimensions.best(table, [part for p in own if (part := dimensions.dimension(table, p, parts))])
        if part is not None:
            joins.enrich(part, profiles, declared)
            used.add(part.options["file"])
            _join_twins(parts, part)
            if table == "customers":
                customer_records.ask(parts, part)
                strangers.leave_out(parts, part)
        part = part or dimensions.derived(table, parts)
        parts += [part] if part else []
    joins.prune(parts)
    overlaps.ask(parts)
    file_numbers.ask(parts)
    tax_numbers.ask(parts)
    further_questions.ask(parts)
    overlaps.ask_of_other_files(parts)
    unread.ask(parts)
    used |= {joined["file"] for part in parts for joined in part.options.get("join", {}).values()}
    refund_files.ask(parts, [p for p in profiles if p.file.name not in used])
    used |= {str(part.options.get("file")) for part in parts}
    begun_again.tell_apart(parts)
    _write_notations(parts, profiles)
    parts.sort(key=lambda part: ORDER.index(part.table))
    left = [p for p in profiles if p.file.name not in used]
    reasons = {
        p.file.name: dimensions.mismatch(p, parts) or other_files.why_left_out(p) or left_out.why(p, parts) or NOTHING
        for p in left
    } | why_not
    unused = [f"{p.file.name} is left out: {reasons[p.file.name]}" for p in left]
    moved = [p.file.name for p in every if all(p is not other for other in profiles)]
    unused += [f"{name} is left out: it tells how opportunities moved from stage to stage" for name in moved]
    drafted = Draft(_source_name(parts, paths), directory, parts, unused)
    settings.propose(drafted)
    drafted.questions += left_out.questions([p for p in left if reasons[p.file.name] == NOTHING], parts)
    drafted.questions = _every(drafted, every)
    return drafted


def _source_name(parts: list[Part], paths: list[Path]) -> str:
    """Name a source after its first file, and none of refunds where one has sales."""
    back = {"constant": True}
    of_sales = [p for p in parts if "is_return" not in p.guesses or p.guesses["is_return"].value != back]
    return ENDING.sub("", Path((of_sales or parts)[0].options.get("file", paths[0].name)).name)


def _write_notations(parts: list[Part], files: list[Profile]) -> None:
    """Put into parts what files write otherwise: products not named, numbers, unknown values, currencies and odd rows."""
    dimensions.name_no_product(parts)
    currencies_of_orders.take(parts, files)
    heads_of_lines.follow(parts)
    cancelled_by_notes.ask(parts)
    for part in parts:
        styles.write_unknown(part)
        styles.write_numbers(part)
        if part.profile is not None and part.profile.oddities:
            odd_rows.name(part)


def _every(drafted: Draft, profiles: list[Profile]) -> list[Question]:
    """Return what is asked of all parts and files, each key once."""
    asked: dict[str, list[Question]] = defaultdict(list)
    for part in drafted.parts:
        asked[str(part.options.get("file"))] += part.questions
    every = [*drafted.questions, *of_files(asked), *settings.notation_questions(drafted.parts)]
    every += shape_questions.questions(profiles, drafted.parts)
    return list({question.key: question for question in reversed(every)}.values())[::-1]


def _facts_beside(
    contact_files: other_files.Aside,
    profiles: list[Profile],
    declared: Collection[Declared],
    *,
    invoices_are_sales: bool,
) -> list[Part]:
    """Return what happened as files tell it that hold no contacts; of visits and the like, only where no other does."""
    without = [p for p in profiles if all(p is not other for other in contact_files.every)]
    least = [p for p in profiles if all(p is not other for other in contact_files.never_purchases)]
    every = [files for files in (without, least) if files]
    for files in every:
        try:
            return _facts(files, declared, invoices_are_sales=invoices_are_sales)
        except roles.MissingRolesError:
            if files is every[-1] and not contact_files.every:
                raise
    return []


def _contacts(
    contact_files: other_files.Aside, profiles: list[Profile], parts: list[Part], declared: Collection[Declared]
) -> tuple[list[Part], dict[str, str]]:
    """Return the files of contacts that are no facts yet, and by file why one cannot be; at least one file is something."""
    used = {part.options.get("file") for part in parts}
    contact_files.contacts = [p for p in contact_files.contacts if p.file.name not in used]
    contacts, why_not = other_files.parts(contact_files, profiles, parts, declared)
    if not parts and not any(part.table == "campaign_members" for part in contacts):
        raise roles.MissingRolesError(_refusal(profiles), {})
    return contacts, why_not


def _facts(profiles: list[Profile], declared: Collection[Declared], *, invoices_are_sales: bool) -> list[Part]:
    """Return what happened, as the files tell it: won opportunities and summaries only where there are no purchases."""
    alone = {p.file.name: facts.facts(p, invoices_are_sales=invoices_are_sales) for p in profiles}
    parts = _with_joined(profiles, alone, declared)
    if not parts:
        likeliest = roles.likeliest(profiles[0], purchases.missing(profiles[0])) if len(profiles) == 1 else {}
        raise roles.MissingRolesError(_refusal(profiles), likeliest)
    bought = [part for part in parts if part.table == "transactions" and not part.is_stand_in]
    credited = [part for part in bought if part.profile is not None and credit_notes.are_in(part.profile)]
    has_invoices = any(part.table == "invoices" for part in parts)
    if credited and credited == bought and has_invoices and not invoices_are_sales:  # they are credit notes of these
        return _facts(profiles, declared, invoices_are_sales=True)
    if bought and all(map(refunds.holds_returns_only, bought)):
        parts = [part for part in parts if part not in bought]
        names = " and ".join(str(part.options["file"]) for part in bought)
        if not parts:
            raise CrmwbError(f"{names}: every row is a return, and no file tells the sales; name their file too.")
        parts[0].remarks.append(f"{names} holds returns only, and no file tells the sales that they are of: not read")
        bought = []
    return [part for part in parts if not (bought and (part.is_stand_in or part.table in SUMMED_UP))]


def _billed(profiles: list[Profile], parts: list[Part]) -> list[Part]:
    """Return invoices that are paid as sales too, where no other file tells any: what is open was sold as well."""
    names = {part.options["file"] for part in parts if part.table == "invoices"}
    every = [p for p in profiles if p.file.name in names]
    result = [part for p in every for part in facts.facts(p, invoices_are_sales=True) if part.table == "transactions"]
    for part in result:
        part.remarks.append(
            f"{part.options['file']} holds the sales, on the day of the invoice: no other file tells any"
        )
    return result


def _refusal(profiles: list[Profile]) -> str:
    """Say which role is missing in each file, its best candidate, and what disqualified it."""
    descriptions = []
    for looked_at in profiles:
        names = ", ".join(c.name for c in looked_at.columns[:12])
        lacking = periods.advice(looked_at) or roles.advice(looked_at, purchases.missing(looked_at))
        also = [remark for remark in looked_at.shape.remarks if "no name in the header" in remark]
        descriptions.append(
            f"{looked_at.file.name} has {names}: {'; '.join([lacking or 'nothing that is known', *also])}"
        )
    return (
        f"{NOTHING.capitalize()} found: {'; '.join(descriptions)}. Say which columns they are (--answer customer=COLUMN, and so on for "
        f"date, amount and order), mend the values, or write the mapping by hand (docs/mappings.md)."
    )


def _with_joined(profiles: list[Profile], alone: dict[str, list[Part]], declared: Collection[Declared]) -> list[Part]:
    """Return what files tell alone, and the purchases that they hold together only: lines go before order totals."""
    parts = [part for every in alone.values() for part in every]
    sales = [part for part in parts if part.table == "transactions" and not part.twins]
    refunded = {
        p.file.name: result
        for p in profiles
        if not alone[p.file.name]
        for part in sales
        if (result := refund_files.plain(p, part))
    }
    parts += refunded.values()
    alone = alone | {name: [result] for name, result in refunded.items()}
    paid = [
        part
        for p in profiles
        if not alone[p.file.name] and (part := payments.payments(p, profiles, declared, parts)) is not None
    ]
    alone = alone | {str(part.options["file"]): [part] for part in paid}
    if paid and not any(part.table == "transactions" and not part.is_stand_in for part in parts):
        parts += _billed(profiles, parts)
    parts += paid
    tied = totals_of_lines.lines(parts)
    joined = joins.joined_purchases(profiles, {name for name, every in alone.items() if every} - tied, declared)
    joined = [part for part in joined if not (joins.same_sales(part, parts) and joins.tells_no_lines(part))]
    left = [part for part in joined if not joins.names_few(part, parts)]
    joined = [part for part in left if not joins.are_of_some(part, left, parts)]
    again = {part.options["file"] for part in joined}
    parts = [part for part in parts if part.options["file"] not in again & tied]
    for part in joined:
        for other in joins.same_sales(part, parts):
            parts.remove(other)
            part.remarks.append(
                f"{other.options['file']} has amounts of whole orders; what is read are those of the lines"
            )
    return [*parts, *joined]


def _join_twins(parts: list[Part], own: Part) -> None:
    """Where facts write a key a little otherwise than its own file, let them say what they mean."""
    key = dimensions.KEYS[own.table]
    column = own.guesses[key].sources[0]
    for part in parts:
        guess = part.guesses.get(key)
        option = ids.same_written_otherwise(guess.sources[0], column) if guess and guess.sources else None
        if guess and option:
            why = f"{guess.why}; {ids.DIFFERENCES[option]} differ in {own.options['file']}"
            part.guesses[key] = replace(ids.with_options(guess, **{option: True}), why=why)
            own.guesses[key] = ids.with_options(own.guesses[key], **{option: True})
            continue
        twins = dimensions.near_twins(guess.sources[0], column) if guess and guess.sources else {}
        if guess and twins:
            value = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
            why = f"{guess.why}; {', '.join(twins)} is written otherwise in {own.options['file']}"
            part.guesses[key] = replace(guess, value={**value, "replace": twins}, why=why)
