"""docs/licences.md names every package of the lock, and says of what is copyleft what that means."""

import re

from project import PROJECT

PAGE = (PROJECT / "docs" / "licences.md").read_text(encoding="utf-8")
LOCK = (PROJECT / "requirements.lock").read_text(encoding="utf-8")


def rows(heading: str) -> dict[str, list[str]]:
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")
    ]
    return {row[0]: row[1:] for row in cells[1:]}


def test_every_package_of_the_lock_is_listed_with_a_licence():
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", LOCK)}
    listed = rows("Every package")
    assert listed.keys() == names, "run `make licences`"
    assert not [name for name, (licence, _) in listed.items() if licence in {"", "UNKNOWN", "not installed here"}]


def test_what_is_copyleft_is_explained():
    copyleft = {n for n, (licence, _) in rows("Every package").items() if re.search("GPL|MPL|Mozilla|EPL", licence)}
    explained = rows("What is copyleft")
    assert explained.keys() == copyleft
    assert explained["pygit2"][1] == "dvc"
    assert all(len(meaning) > 40 for *_, meaning in explained.values())
