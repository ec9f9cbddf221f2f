"""Which files belong together: a column here whose values are the keys of another file."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile

LEAST_OVERLAP, NEARLY_ALL = 0.5, 0.9
MOST_STEPS = 3
SHARED = 0.8  # of the files: a word in the names of so many says nothing about any of them
PLAIN_NAME = re.compile(r"data ?sets?|data|export(ed)?|tables?|tbl|dump|csv|dim|fact")
OF_A_NUMBER = re.compile(r"(编号|编码|代码|号码|号|番号|コード)$")
PLAIN_KEY = re.compile(r"(id|key|no|nr|num|number|code|guid|uuid)")


class JoinedColumn(Column):
    """A column of what is joined, called "name.column" but known by its own name.

    Its counts are those of the other file; `n_rows` are the rows that it is joined to.
    """

    @cached_property
    def n_known(self) -> int:
        """Rows that it would be known in, if it is as often known in them as in the other file."""
        return round(self.n_rows * float(self.__dict__.get("known_share", 1.0)))

    @cached_property
    def words(self) -> str:
        """Its own name in small letters and plain words."""
        return Column(self.name.partition(".")[2], self.n_rows, self.counts, self.null_values).words


@dataclass(frozen=True)
class Declared:
    """A link that a database says: a column of one file, and the key of another that its values are."""

    file: str
    column: str
    other: str
    there: str


@dataclass(frozen=True)
class Link:
    """Each row of one file has one of another.

    Attributes
    ----------
    here, there : Column
        Whose values are the same; `there` no value stands twice.
    file : Profile
        The other file.
    """

    here: Column
    there: Column
    file: Profile


@dataclass
class Reach:
    """What can be joined to a file.

    Attributes
    ----------
    base : Profile
        The file.
    options : dict
        The joins, by their names, as a mapping has them.
    columns : dict of str to list of Column
        What each brings, named as the mapping names it.
    links : dict of str to Link
        By what each is joined.
    """

    base: Profile
    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    columns: dict[str, list[Column]] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        """The columns that what is joined is joined by, as the mapping names them."""
        return {f"{name}.{right}" for name, option in self.options.items() for right in option["key"].values()}


def reach(base: Profile, profiles: list[Profile], declared: Collection[Declared], n_steps: int = MOST_STEPS) -> Reach:
    """Follow links from a file to others, in at most so many steps, each other file once.

    Parameters
    ----------
    base : Profile
        The file.
    profiles : list of Profile
        All files.
    declared : collection of Declared
        Links that a database says; others are told by names and values.
    n_steps : int
        How far.
    """
    names = names_of(profiles)
    result = Reach(base)
    front: list[tuple[str, Profile]] = [("", base)]
    for _ in range(n_steps):
        nearer, front = front, []
        for name, at in nearer:
            for link in _links(at, profiles, names, declared):
                alias = names[link.file.file.name]
                if link.file is base or alias in result.options:
                    continue
                here = f"{name}.{link.here.name}" if name else link.here.name
                result.options[alias] = {**syntax.file_options(link.file), "key": {here: link.there.name}}
                if unknown := sorted({v for c in link.file.columns for v in c.null_values}):
                    result.options[alias]["null_values"] = unknown
                result.columns[alias] = [_renamed(c, alias, base.n_rows) for c in link.file.columns]
                result.links[alias] = link
                front.append((alias, link.file))
    return result


def _links(
    at: Profile, profiles: list[Profile], names: dict[str, str], declared: Collection[Declared]
) -> Iterator[Link]:
    """Yield the files that each row of one has a row in: by a column of the same name, or one that names the file.

    Where no name tells the file of orders, their numbers do.
    """
    every = list(_links_by_name(at, profiles, names, declared))
    known = any(_is_order(link.here) and any(c.is_date for c in link.file.own) for link in every)
    by_number = [] if known else list(_links_by_number(at, [p for p in profiles if p is not at]))
    yield from (link for link in every if all(link.file is not other.file for other in by_number))
    yield from by_number


def _links_by_number(at: Profile, others: Sequence[Profile]) -> Iterator[Link]:
    """Yield the one file that has a row for nearly every order that rows name, whatever its number is called there."""
    orders = [c for c in at.own if _is_order(c) and not c.is_unique and not c.is_date]
    met = [(here, key, p) for here in orders for p in others if (key := order_key(here, p)) is not None]
    fitting = [(here, key, p) for here, key, p in met if any(c.is_date for c in p.own) and agrees(at, here, p, key)]
    if fitting:
        here, key, other = max(fitting, key=lambda each: len(each[0].counts.keys() & each[1].all_values))
        yield Link(here, key, other)


def order_key(order: Column, file: Profile) -> Column | None:
    """Return the column of a file that numbers the orders that rows of another name, one in each row.

    Half of these orders must stand in a column of the same name, nearly all of them in one of another.

    Parameters
    ----------
    order : Column
        What names orders in the other file.
    file : Profile
        Where each order may have its row.
    """
    numbers = [c for c in file.own if _may_be_key(c)]
    met = {c: len(order.counts.keys() & c.all_values) / max(len(order.counts), 1) for c in numbers}
    return next(
        (c for c, share in met.items() if share >= (LEAST_OVERLAP if c.own_words == order.own_words else NEARLY_ALL)),
        None,
    )


def agrees(at: Profile, here: Column, other: Profile, there: Column) -> bool:
    """Say whether rows with one number say the same in another column, so that they are no numbers alike by chance.

    Parameters
    ----------
    at, other : Profile
        Two files.
    here, there : Column
        What numbers the same in each; `there` no number stands twice.
    """
    row_of = {key: i for i, key in enumerate(other.texts(there))}
    places = [row_of.get(key) if key else None for key in at.texts(here)]
    by_words = {c.words: other.texts(c) for c in other.own if c is not there and len(c.counts) > 1}
    for column in at.own:
        if column is here or column.words not in by_words:
            continue
        theirs = by_words[column.words]
        pairs = [(own, theirs[i]) for i, own in zip(places, at.texts(column), strict=True) if i is not None]
        if pairs and sum(one == two for one, two in pairs) >= NEARLY_ALL * len(pairs):
            return True
    return False


def _may_be_key(column: Column) -> bool:
    """Say whether a column has another value in each row, which is no day and no amount with decimals."""
    return column.is_unique and not column.is_date and not any(n != int(n) for n in column.numbers)


def _is_order(column: Column) -> bool:
    return vocabulary.matches(column.words, vocabulary.TRANSACTIONS["order_id"]) > 0


def _links_by_name(
    at: Profile, profiles: list[Profile], names: dict[str, str], declared: Collection[Declared]
) -> Iterator[Link]:
    for other in profiles:
        if other is at:
            continue
        said_so = [d for d in declared if (d.file, d.other) == (at.file.name, other.file.name)]
        stated = [(_column(at, d.column), _column(other, d.there)) for d in said_so]
        known = [(here, there) for here, there in stated if here is not None and there is not None]
        if known:
            yield Link(*max(known, key=lambda pair: _is_customer(pair[0])), other)
            continue
        one, ours = (singular(names[p.file.name]) for p in (other, at))
        keys = [c for c in other.columns if _may_be_key(c)]
        pairs = [(_likeness(here, there, one), here, there) for there in keys for here in at.columns]
        pairs = [
            (likeness, here, there)
            for likeness, here, there in pairs
            if likeness
            and not here.is_date
            and not _is_beside(there, at, other, profiles, names)
            and (not here.is_unique or _names_one_of(here, there, (one, ours)))
            and _share_met(here, there)
        ]
        if pairs:
            _, here, there = max(pairs, key=lambda pair: pair[0])
            yield Link(here, there, other)


def _is_beside(there: Column, at: Profile, other: Profile, profiles: list[Profile], names: dict[str, str]) -> bool:
    """Say whether a key is that of a third file, and a file with a key of its own only names it: reviews of orders.

    What is told of orders is joined to the orders, and not to what else names an order.
    """
    own = singular(names[other.file.name])
    if not any(c is not there and c.is_unique and own in c.words for c in other.columns):
        return False
    return any(
        singular(names[third.file.name]) in there.words
        and any(c.is_unique and c.words == there.words for c in third.columns)
        for third in profiles
        if third is not other and third is not at
    )


def _column(at: Profile, name: str) -> Column | None:
    return next((c for c in at.columns if c.name == name), None)


def _is_customer(column: Column) -> int:
    return vocabulary.matches(column.words, vocabulary.TRANSACTIONS["customer_id"])


def _names_one_of(here: Column, there: Column, stems: tuple[str, str]) -> bool:
    """Say whether columns that are both never the same twice are still a link: they are called like a file."""
    if here.words != there.words or any(stem and stem in here.words for stem in stems):
        return True
    own = OF_A_NUMBER.sub("", here.words)  # "产品" of "产品编码", in a file called "产品成本"
    return own != here.words and any(own and own in stem for stem in stems)


def _likeness(here: Column, there: Column, stem: str) -> int:
    """Return 2 where two columns have the same name, 1 where one is a key and the other names its file; else 0."""
    if here.words == there.words:
        return 2
    if PLAIN_KEY.fullmatch(there.words) and stem and stem in here.words:
        return 1
    own = {re.sub(rf" {PLAIN_KEY.pattern}$", "", words) for words in (here.words, there.words)}
    return 1 if len(own) == 1 else 0


def _share_met(here: Column, there: Column) -> bool:
    return len(here.counts.keys() & there.all_values) >= max(LEAST_OVERLAP * len(here.counts), 1)


def names_of(profiles: list[Profile]) -> dict[str, str]:
    """Return what each file is called in joins: its name without the words that all of them share."""
    words = {p.file.name: syntax.slug(_stem(p.file.name)).split("_") for p in profiles}
    met = Counter(word for every in words.values() for word in set(every))
    shared = {word for word, n in met.items() if len(words) > 1 and n >= SHARED * len(words)}
    names: dict[str, str] = {}
    for file, every in words.items():
        name = "_".join(word for word in every if word not in shared) or "_".join(every)
        names[file] = name if name not in names.values() else f"{name}_{len(names)}"
    return names


def _stem(name: str) -> str:
    return re.sub(r"(\.\w+)+$", "", Path(name).name)


def singular(stem: str) -> str:
    """Return the last word of a file's name, one of what it holds: "category" of "shop_categories"."""
    every = [word for word in re.split(r"[\W_]+", stem.lower()) if not PLAIN_NAME.fullmatch(word)]
    word = every[-1] if every else stem.lower()
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _renamed(column: Column, alias: str, n_rows: int) -> Column:
    renamed = _as(column, f"{alias}.{column.name}", JoinedColumn, n_rows)
    renamed.__dict__["known_share"] = column.n_known / max(column.n_rows, 1)
    return renamed


def called(column: Column, words: str) -> Column:
    """Return a column under its name, taken for one of another name."""
    renamed = _as(column, column.name, JoinedColumn, column.n_rows)
    share = column.n_known / max(column.n_rows, 1)
    renamed.__dict__.update(words=words, own_words=words, known_share=column.__dict__.get("known_share", share))
    return renamed


def _as(column: Column, name: str, kind: type[Column], n_rows: int) -> Column:
    fields = {name: getattr(column, name) for name in column.__dataclass_fields__}
    return kind(**fields | {"name": name, "n_rows": n_rows})
