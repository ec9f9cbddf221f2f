"""What a file of customers says of whose purchases count, and for whom: own companies and tests, records merged into others."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re
from dataclasses import replace

from crmwb.errors import CrmwbError
from crmwb.sources.drafting.customers import customer_versions, ids, own_places
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.links import names_of
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import no_business, row_kinds

MOST_KINDS = 20
MOST_STEPS = 3  # of records merged into one that was merged itself
LEAST_KNOWN = 0.8  # of the values that name another customer, must be customers
LEAST_FORMER, PART_OF_FORMER = 5, 0.1  # customers, and of those that a column names: many of them buy no more
MERGED = re.compile(
    r".*\b(merged|merge|duplicate( of)?|dup(licate)? of|replaced|superseded|surviv\w*|golden|master|moved|dublette\w*|duplikat\w*|zusammengefuhrt\w*|ersetzt\w*|fusion\w*|doublon\w*|remplace\w*|reemplaz\w*|duplicado\w*|unit[oa]"
    r"|samengevoegd|polaczon\w*|mesclad\w*)\b.*|.*(合并|归并|重复|統合|名寄せ).*"
)


def ask(parts: list[Part], customers: Part) -> None:
    """Ask which customers are none, and count purchases for the record into which a customer was merged.

    Parameters
    ----------
    parts : list of Part
        Purchases and other facts; those that name customers by a plain column are changed.
    customers : Part
        A file of customers.
    """
    key = customers.guesses["customer_id"].sources[0]
    sales = [p for p in parts if p.table == "transactions" and p.profile is not None and _named_by(p)]
    for column in customers.looked_at.own if sales else ():
        is_few = column is not key and len(column.counts) <= MOST_KINDS and not column.is_date
        values = no_business.own_customers(column.words, column.counts) if is_few else []
        if not values and column is not key and not column.is_date and not column.is_number:
            values = sorted(filter(own_places.is_own_use, column.counts))  # "Keller AG (own use)" among many names
        if 0 < len(values) < len(column.counts):
            _ask_of_own(sales, customers, key, column, values)
    _ask_of_records([p for p in parts if p.table == "transactions" and _names(p) is not None], customers, key)


def _ask_of_records(facts: list[Part], customers: Part, key: Column) -> None:
    """Ask of records that are other customers' too: versions of one, merged into another, or numbered anew."""
    if not facts:
        own = (c for c in customers.looked_at.own if c is not key and MERGED.fullmatch(c.words))
        for column in (c for c in own if _names_others(c, key, customers)):
            customers.remarks.append(
                f"{column.name} names records that others were merged into, and is not read, for ids are written otherwise in other "
                f"files: purchases count for the record that they name"
            )
        return
    for column in customers.looked_at.own:
        if column is key or column.is_date or column.is_flag:
            continue
        if customer_versions.are_told_by(column, key, customers):
            customer_versions.ask(facts, customers, column, _alias(facts, customers))
        elif _names_others(column, key, customers):
            _merge(facts, customers, key, column)
        elif n_former := _n_former(facts, column, key):
            _ask_of_former(facts, customers, key, column, n_former)


def _names(part: Part) -> Column | None:
    """Return the column of its own file that names the customer, read as it stands; None of others."""
    guess = part.guesses["customer_id"]
    is_plain = len(guess.sources) == 1 and isinstance(guess.value, str) and part.profile is not None
    return guess.sources[0] if is_plain and part.looked_at.holds(*guess.sources) else None


def _named_by(part: Part) -> str:
    """Return the name of the column that names the customer, of its own file or of a joined one; empty of others."""
    value = part.guesses["customer_id"].value
    return value if isinstance(value, str) else str(value.get("column", "")) if isinstance(value, dict) else ""


def _join(part: Part, customers: Part, key: Column, here: str, name: str) -> None:
    """Join the file of customers to purchases, under a name, by a column that names a customer."""
    read = customers.guesses["customer_id"].value
    how = {option: True for option in ids.FORMS if isinstance(read, dict) and read.get(option)}
    part.join(name, {**syntax.join(customers.options, {here: key.name}), **how})


def _alias(facts: list[Part], customers: Part) -> str:
    return names_of([customers.looked_at, *(part.looked_at for part in facts)])[customers.looked_at.file.name]


def _ask_of_own(facts: list[Part], customers: Part, key: Column, column: Column, values: list[str]) -> None:
    def answer(given: str) -> None:
        if given == "keep":
            return
        name = _alias(facts, customers)
        returns = (back for part in facts for back in part.refunds if all(back is not other for other in facts))
        for part in (*facts, *returns):
            _join(part, customers, key, _named_by(part), name)
            there = f"{name}.{column.name}"
            condition = f"({syntax.column(there)} is null or not {syntax.is_in(there, values)})"
            part.keep_rows(condition)
            part.remarks.append(
                f"purchases of customers whose {column.name} is {' or '.join(values)} are left out, as you said"
            )

    text = (
        f"{column.name} in {customers.options['file']} is {' or '.join(map(repr, values))} for {row_kinds.rows(column, values).replace('row', 'customer')}, "
        f"which sound like your own company, its people or tests: leave their purchases out, or keep them?"
    )
    facts[0].questions.append(
        Question(syntax.slug(f"{column.words} own"), text, answer, ("leave_out", "keep"), columns=())
    )


def _n_former(facts: list[Part], column: Column, key: Column) -> int:
    """Return how many customers of purchases a column names that the key does not, where these are many."""
    bought = {value for part in facts if (own := _names(part)) is not None for value in own.counts}
    named = column.counts.keys() & bought - key.counts.keys()
    is_many = len(named) >= max(LEAST_FORMER, PART_OF_FORMER * len(column.counts))
    return len(named) if is_many and not column.counts.keys() & key.counts.keys() else 0


def _ask_of_former(facts: list[Part], customers: Part, key: Column, column: Column, n: int) -> None:
    def answer(given: str) -> None:
        if given == "else":
            return
        name = f"{_alias(facts, customers)}_former"
        for part in facts:
            own = _names(part)
            if own is None or not own.counts.keys() & column.counts.keys():
                continue
            part.join(name, syntax.join(customers.options, {own.name: column.name}))
            here = f"{name}.{key.name}"
            expression = f"coalesce({syntax.column(here)}, {syntax.column(own.name)})"
            why = f"the number of today, where {column.name} of {customers.options['file']} has it"
            sources = (own, replace(key, name=here))
            part.guesses["customer_id"] = Guess({"expression": expression}, Sure.SURE, why, sources)

    text = (
        f"{column.name} of {customers.options['file']} names {n:,} customers of purchases that {key.name} does not: are these former "
        f"numbers of the same customers (former), or something else?"
    )
    facts[0].questions.append(
        Question(syntax.slug(f"former {column.words}"), text, answer, ("former", "else"), columns=())
    )


def _names_others(column: Column, key: Column, customers: Part) -> bool:
    """Say whether a column names other customers of the same file, in some rows."""
    if not column.counts or sum(n for v, n in column.counts.items() if v in key.counts) < LEAST_KNOWN * column.n_known:
        return False
    pairs = zip(customers.looked_at.texts(column), customers.looked_at.texts(key), strict=True)
    n_others = sum(other is not None and other != own for other, own in pairs)
    is_parent = vocabulary.matches(column.words, vocabulary.CUSTOMERS["parent_id"]) and not MERGED.fullmatch(
        column.words
    )
    is_referrer = vocabulary.matches(column.words, vocabulary.CUSTOMERS["referred_by"]) > 0
    return n_others > 0 and not is_parent and not is_referrer


def _merge(facts: list[Part], customers: Part, key: Column, column: Column) -> None:
    """Count the purchases of a merged record for the one that it was merged into, where the name says so or a person does."""
    pairs = zip(customers.looked_at.texts(key), customers.looked_at.texts(column), strict=True)
    into = {own: other for own, other in pairs if own and other and own != other}
    is_named = MERGED.fullmatch(column.words) is not None
    n_steps = _steps(into)
    if n_steps > MOST_STEPS:
        if not is_named:  # numbers of something else, such as families, that look like customers'
            return
        raise CrmwbError(
            f"{customers.options['file']}: records are merged by {column.name} in more than {MOST_STEPS} steps, or in a circle; export the "
            f"record that is left for each."
        )

    def answer(given: str) -> None:
        if given != "merged":
            return
        name = _alias(facts, customers)
        for part in facts:
            own = _names(part)
            if own is None:
                continue
            texts: list[str] = []
            here, sources = own.name, [own]
            for i in range(1, n_steps + 1):
                step = name if i == 1 else f"{name}_{i}"
                _join(part, customers, key, here, step)
                here = f"{step}.{column.name}"
                texts.insert(0, syntax.column(here))
                sources.append(replace(column, name=here))
            expression = f"coalesce({', '.join([*texts, syntax.column(own.name)])})"
            why = f"the record that it was merged into, by {column.name} of {customers.options['file']}"
            part.guesses["customer_id"] = Guess({"expression": expression}, Sure.LIKELY, why, tuple(sources))
        kept = f"({syntax.column(column.name)} is null or {syntax.column(column.name)} = {syntax.column(key.name)})"
        customers.keep_rows(kept)
        remark = f"{len(into):,} {'record was' if len(into) == 1 else 'records were'} merged into others by {column.name}: their purchases count for those"
        customers.remarks.append(remark)

    if is_named:
        answer("merged")
        return
    text = (
        f"{column.name} of {customers.options['file']} names another customer in {len(into):,} rows: were these records merged into "
        f"that one, so that their purchases count for it, or is it something else (a parent company, who referred them)?"
    )
    facts[0].questions.append(
        Question(syntax.slug(f"merged by {column.words}"), text, answer, ("merged", "else"), columns=())
    )


def _steps(into: dict[str, str]) -> int:
    """Return in how many steps every merged record leads to one that is left; above `MOST_STEPS` also of a circle."""
    longest = 1
    for own in into:
        n, at = 0, own
        while at in into and n <= MOST_STEPS:
            n, at = n + 1, into[at]
        longest = max(longest, n)
    return longest
