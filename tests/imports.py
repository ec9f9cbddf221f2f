"""Which modules of ours a file imports, read from its syntax: what the architecture and pipeline tests compare with."""

import ast
from functools import cache
from pathlib import Path

SRC = Path(__file__).parents[1] / "src"
FRONT_DOOR = SRC / "crmwb" / "__init__.py"


@cache
def imported_names(file: Path) -> frozenset[str]:
    """Every module that `file` imports, anywhere in it; `from a import b` counts as both a and a.b."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def module_file(name: str) -> Path | None:
    """The file of our module `name`, or None where `name` is no module of ours."""
    if name.split(".", maxsplit=1)[0] != "crmwb":
        return None
    path = SRC.joinpath(*name.split("."))
    if path.with_suffix(".py").is_file():
        return path.with_suffix(".py")
    return path / "__init__.py" if (path / "__init__.py").is_file() else None


def reached_files(start: Path) -> set[Path]:
    """Every file of ours that running `start` can import, through packages' `__init__` files too.

    The front door, crmwb/__init__.py, opens the workbench only for who asks for it, so its imports are not followed.
    """
    reached: set[Path] = set()
    todo = [start]
    while todo:
        file = todo.pop()
        for name in frozenset() if file == FRONT_DOOR else imported_names(file):
            assert name != "crmwb.Workbench", f"{file}: import it from crmwb.workbench"
            parts = name.split(".")
            for i in range(1, len(parts) + 1):
                file = module_file(".".join(parts[:i]))
                if file and file not in reached:
                    reached.add(file)
                    todo.append(file)
    return reached
