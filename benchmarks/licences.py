# ruff: noqa: E501 - what it writes is prose
"""Writes docs/licences.md: every distribution of requirements.lock that is installed here, with its licence.

`python benchmarks/licences.py`. What is copyleft is listed apart, with the package that brings it and what that means.
"""

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "licences.md"
COPYLEFT = re.compile(r"GPL|MPL|Mozilla|EPL|CDDL|EUPL|LGPL|General Public", re.IGNORECASE)
ABSENT = {  # in the lock for other systems or Pythons, so not installed here
    "appnope": "BSD-2-Clause", "colorama": "BSD-3-Clause", "pywin32": "PSF-2.0", "pywinpty": "MIT", "tzdata": "Apache-2.0",
}  # fmt: skip
UNNAMED = {  # by packages that name theirs in a file alone
    "axe-playwright-python": "MIT AND MPL-2.0",  # the binding, and axe-core inside
}
MEANING = {
    "MPL": "Copyleft file by file: whoever changes files of this package and passes them on must publish these changes. "
    "Using it, or passing it on unchanged, asks for nothing more.",
    "LGPL": "Used as a library, unchanged and replaceable, as Python packages are: your own code is not touched. Changes "
    "to the package itself, passed on, must be published.",
    "linking": "The GPL, with a permission to link it from anything: your own code is not touched. Changes to the library "
    "itself, passed on, must be published.",
    "GPL": "Strong copyleft: a program that imports it and is passed on to others as a whole with it must be offered "
    "under the GPL. Using it inside a company, also on servers, asks for nothing.",
    "OR": "Offered under several licences, of which one may choose the one without copyleft.",
}


FONTS = [
    "## The font in Chinese pages",
    "",
    "A page holds the Chinese characters that it uses, taken from a font of the machine that makes it: Noto Sans or Source Han",
    "Sans (SIL Open Font License 1.1) or Droid Sans Fallback (Apache License 2.0). Both licences let anybody embed the font and",
    "pass the page on; the font's own notes on its owner and licence stay in it. Other fonts are not taken.",
]


def locked() -> list[str]:
    """Return the names in requirements.lock, sorted."""
    lines = (PROJECT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return sorted({normal(m[1]) for line in lines if (m := re.match(r"([A-Za-z0-9._-]+)==", line))})


def normal(name: str) -> str:
    """Return a distribution's name as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licences() -> dict[str, str]:
    """Return the licence of every installed distribution."""
    command = [str(Path(sys.executable).parent / "pip-licenses"), "--format=json", "--from=mixed", "--with-system"]
    rows = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {normal(row["Name"]): plain(row["License"]) for row in rows} | UNNAMED


def plain(licence: str) -> str:
    """Return a licence in one line: some packages put its whole text there."""
    return " ".join(licence.split())[:100].replace("|", "/") or "UNKNOWN"


def requirements(name: str) -> set[str]:
    """Return what an installed distribution needs, without extras."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return set()
    return {normal(re.split(r"[\s\[<>=!~;(]", line, maxsplit=1)[0]) for line in lines if "extra ==" not in line}


def closure(names: set[str]) -> set[str]:
    """Return distributions and all that they need."""
    reached, todo = set(), set(names)
    while todo:
        reached |= todo
        todo = {need for name in todo for need in requirements(name)} - reached
    return reached


def meaning(licence: str) -> str:
    """Return what a copyleft licence means for users."""
    choices = [] if " AND " in licence else licence.split(" OR ")
    if any(not COPYLEFT.search(choice) for choice in choices):
        return MEANING["OR"]
    key = next((key for key in MEANING if key in licence.replace("Mozilla", "MPL").replace("EPL", "MPL")), "GPL")
    return MEANING[key]


def page() -> str:
    names, of = locked(), licences() | ABSENT
    run_time = closure(requirements("crmwb"))
    direct = requirements("crmwb")
    lines = [
        "# Licences", "",
        "Written by `make licences` from the packages that `requirements.lock` names. crmwb itself is under the MIT licence.",
        "This is a list of what the packages say of themselves, and no legal advice.", "",
        "## What is copyleft", "",
        "None of it is copied into crmwb: pip installs these packages beside it, and users get them from their authors.",
        "To use crmwb inside a company asks for nothing. Whoever passes on an image or a machine with everything installed",
        "passes on these packages too, and must keep their licences and offer their sources.", "",
        "| package | licence | comes by way of | what that means |", "|---|---|---|---|",
    ]  # fmt: skip
    for name in names:
        if COPYLEFT.search(of.get(name, "")):
            via = sorted(d for d in direct if name in closure({d}))
            by = ", ".join(via) if via else "development or an extra"
            lines.append(f"| {name} | {of[name]} | {by} | {meaning(of[name])} |")
    lines += ["", *FONTS, "", "## Every package", "", "| package | licence | needed by |", "|---|---|---|"]
    for name in names:
        needed_by = "crmwb" if name in run_time else "development, an extra or another system"
        lines.append(f"| {name} | {of.get(name, 'not installed here')} | {needed_by} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(PROJECT)}: written.")
