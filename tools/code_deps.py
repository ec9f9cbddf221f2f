"""Write the code deps of every stage in dvc.yaml from what its script imports: `make deps`.

DVC follows no imports. What a stage reads and writes of data, and its params, are declared by hand; which of our files
it runs is read from their syntax. A package of which a stage reaches every file stands as one folder.
"""

import ast
import sys
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

PROJECT = Path(__file__).parents[1]
SRC = PROJECT / "src"
PIPELINE = PROJECT / "dvc.yaml"
FRONT_DOOR = SRC / "crmwb" / "__init__.py"  # imports the workbench only for who asks for it
SAY = SRC / "crmwb" / "findings" / "say.py"  # whoever writes sentences depends on the catalogues
CATALOGUES = SRC / "crmwb" / "findings" / "locales"
ALL_CODE = "src/crmwb"  # of a report, which shows the hash of all our code


@cache
def imported_names(file: Path) -> frozenset[str]:
    """Return every module that `file` imports, anywhere in it; `from a import b` counts as both a and a.b."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def module_file(name: str) -> Path | None:
    """Return the file of our module `name`, or None where `name` is no module of ours."""
    if name.split(".", maxsplit=1)[0] != "crmwb":
        return None
    path = SRC.joinpath(*name.split("."))
    if path.with_suffix(".py").is_file():
        return path.with_suffix(".py")
    return path / "__init__.py" if (path / "__init__.py").is_file() else None


def reached_files(start: Path) -> set[Path]:
    """Return every file of ours that running `start` can import, through packages' `__init__` files too."""
    reached: set[Path] = set()
    waiting = [start]
    while waiting:
        file = waiting.pop()
        for name in frozenset() if file == FRONT_DOOR else imported_names(file):
            parts = name.split(".")
            for i in range(1, len(parts) + 1):
                module = module_file(".".join(parts[:i]))
                if module and module not in reached:
                    reached.add(module)
                    waiting.append(module)
    return reached


def folded(files: set[Path]) -> list[str]:
    """Return files as dvc.yaml names them: a folder where all of its Python files are among them.

    The package that holds the catalogues of messages is never one: a change of wording runs no stage again.
    """
    names = set(files)
    for folder in sorted({parent for file in files for parent in file.parents}, key=lambda p: -len(p.parts)):
        is_ours = SRC / "crmwb" in folder.parents and folder not in CATALOGUES.parents
        if is_ours and set(folder.rglob("*.py")) <= files:
            names = {name for name in names if folder not in name.parents} | {folder}
    return sorted(name.relative_to(PROJECT).as_posix() for name in names)


def with_code(deps: list[str], script: Path) -> list[str]:
    """Return the deps of a stage with its code as it is now; deps on data and other files stay as they are."""
    if ALL_CODE in deps:
        return deps
    declared = [dep for dep in deps if not dep.startswith(("src/", "pipeline/"))]
    reached = reached_files(script)
    sentences = [CATALOGUES.relative_to(PROJECT).as_posix()] if SAY in reached else []
    return sorted([*declared, script.relative_to(PROJECT).as_posix(), *folded(reached), *sentences])


def main(path: Path = PIPELINE) -> None:
    """Write dvc.yaml anew where a stage's code changed."""
    yaml = YAML()
    yaml.width = 200
    yaml.indent(mapping=2, sequence=4, offset=2)
    content = yaml.load(path)
    changed = []
    for name, stage in content["stages"].items():
        body = stage.get("do", stage)
        new = with_code(list(body["deps"]), PROJECT / body["cmd"].split()[1])
        if new != list(body["deps"]):
            body["deps"] = new
            changed.append(name)
    if changed:
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(content, file)
    print("dvc.yaml:", ", ".join(changed) or "as it should be")


if __name__ == "__main__":
    sys.exit(main())
