"""Where the figures of a report come from: the code that makes each, the artefacts it reads, their stages and sources.

Nothing is run: a report's notebook names what it shows (`wb.value.plot_backtest()`), the workbench's classes say which
artefacts that reads, dvc.yaml which stage writes them from what, dvc.lock their hashes.
"""

import ast
import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmwb import layout, storage
from crmwb.contract.tables import Artefact
from crmwb.errors import CrmwbError
from crmwb.files import yaml_file
from crmwb.findings import Finding, Name
from crmwb.findings.say import say

HERE = Path(__file__).parent
FIRST = "Workbench"
SHOWING = ("finding", "figure", "table", "tiles", "note", "text", "decisions")
SHOWN_BY = ("display", "findings", "plots")
HASH = 8  # letters of a hash that are shown


@dataclass(frozen=True)
class Member:
    """A method or property of a class of the workbench."""

    place: str
    returns: str
    reads: frozenset[str]
    uses: frozenset[str]


@dataclass
class Origin:
    """What one cell of a report shows, and where that comes from."""

    section: str
    cell: int
    shows: str
    code: list[str] = field(default_factory=list)
    artefacts: set[str] = field(default_factory=set)


def trace(report: str, root: Path) -> str:
    """Return, for each part of a report that shows figures, its code, artefacts, stages, params and source files.

    Raises
    ------
    CrmwbError
        There is no such report.
    """
    notebook = root / layout.report_notebook(report)
    if not notebook.is_file():
        known = ", ".join(sorted(path.stem for path in notebook.parent.glob("*.ipynb")))
        raise CrmwbError(f"{layout.report_notebook(report)}: not found; the reports are {known}.")
    content = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in content]
    traced = list(origins(cells, classes(HERE)))
    used = sorted(set().union(*(origin.artefacts for origin in traced)))
    stages = _stages(root)
    lines = [_sentence("made_by", page=layout.report_html(report), notebook=layout.report_notebook(report)), ""]
    section = None
    for origin in traced:
        if origin.section != section:
            section = origin.section
            lines.append(section or _sentence("before_headings"))
        lines.append("  " + _sentence("cell", number=origin.cell, shows=origin.shows))
        lines += ["    " + _sentence("code", place=place) for place in origin.code]
        lines += ["    " + _sentence("artefact", path=path) for path in sorted(origin.artefacts)]
    lines += ["", _sentence("artefacts"), *_artefacts(used, stages, root), "", _sentence("sources"), *_sources(root)]
    return "\n".join(lines)


def classes(folder: Path) -> dict[str, dict[str, Member]]:
    """Return the members of every class of a package by the class's name."""
    members = {}
    for file in sorted(folder.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        declared = _declared(tree)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                functions = [child for child in node.body if isinstance(child, ast.FunctionDef)]
                members[node.name] = {f.name: _member(f, file, declared) for f in functions}
    return members


def origins(cells: list[tuple[str, str]], known: Mapping[str, Mapping[str, Member]]) -> Iterator[Origin]:
    """Yield the origin of each cell that shows something of the workbench, following names that cells give to it.

    Parameters
    ----------
    cells : list of (kind, source)
        Of a notebook.
    known : mapping
        The members of the workbench's classes; see `classes`.
    """
    names: dict[str, set[tuple[str, ...]]] = {}
    ours: dict[str, str] = {}
    section = ""
    for number, (kind, source) in enumerate(cells, start=1):
        if kind != "code":
            section = source.lstrip("# ").partition("\n")[0] if source.startswith("#") else section
            continue
        tree = ast.parse(source)
        ours |= _ours(tree)
        calls = [(call, what) for call in ast.walk(tree) if isinstance(call, ast.Call) and (what := _page(call.func))]
        shows = [what for _, what in calls]
        if "heading" in shows:
            title = next(call for call, what in calls if what == "heading")
            section = ast.unparse(title.args[0]).strip("'\"")
        paths = _paths(tree, names)
        for node in tree.body:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    _name(target, node.value, names)
        shown = [what for what in dict.fromkeys(shows) if what in SHOWING]
        if shown and paths:
            origin = Origin(section, number, ", ".join(shown))
            names_used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            origin.code += sorted({file for name, file in ours.items() if name in names_used})
            for path in sorted(paths):
                _follow(path, known, origin)
            yield origin


def _declared(tree: ast.Module) -> dict[str, Any]:
    """Return what code imports from the contract and the layout, by the names that it gives to them."""
    declared: dict[str, Any] = {"layout": layout}
    for node in tree.body:
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if isinstance(node, ast.ImportFrom) and f"{module}.".startswith("crmwb.contract."):
            for alias in node.names:
                declared[alias.asname or alias.name] = getattr(importlib.import_module(module), alias.name)
    return declared


def _member(function: ast.FunctionDef, file: Path, declared: Mapping[str, Any]) -> Member:
    by_name = {artefact.name: artefact for artefact in declared.get("ARTEFACTS", ())}
    reads, uses = set(), set()
    for node in ast.walk(function):
        read: object = None
        if isinstance(node, ast.Name):
            read = declared.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            read = getattr(declared.get(node.value.id), node.attr, None)
            if node.value.id == "self":
                uses.add(node.attr)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            read = by_name.get(node.args[0].value)  # a table that is asked for by its name
        path = read.path if isinstance(read, Artefact) else read
        if isinstance(path, Path) and path.parts[0] in {"data", "metrics"}:
            reads.add(path.as_posix())
    returns = "" if function.returns is None else ast.unparse(function.returns).strip("'\"")
    place = f"src/crmwb/workbench/{file.name}:{function.lineno}"
    return Member(place, returns, frozenset(reads), frozenset(uses))


def _follow(path: tuple[str, ...], known: Mapping[str, Mapping[str, Member]], origin: Origin) -> None:
    """Add what the attributes of a path, one after the other, are made of."""
    of = FIRST
    for name in path:
        member = known.get(of, {}).get(name)
        if member is None:
            return
        if of != FIRST and member.place not in origin.code:
            origin.code.append(member.place)
        origin.artefacts |= _reads(of, name, known, set())
        of = member.returns


def _reads(of: str, name: str, known: Mapping[str, Mapping[str, Member]], seen: set[str]) -> set[str]:
    """Return the artefacts that a member reads, itself or by way of others of its class."""
    member = known.get(of, {}).get(name)
    if member is None or name in seen:
        return set()
    seen.add(name)
    return set(member.reads).union(*(_reads(of, used, known, seen) for used in member.uses))


def _ours(tree: ast.AST) -> dict[str, str]:
    """Return the files of our functions and modules that code imports, by name; those that only show are left out."""
    files = {}
    for node in ast.walk(tree):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if isinstance(node, ast.ImportFrom) and module.startswith("crmwb.") and module.split(".")[1] not in SHOWN_BY:
            for alias in node.names:
                file = f"src/{module.replace('.', '/')}"
                inner = (HERE.parents[1] / module.replace(".", "/") / f"{alias.name}.py").is_file()
                files[alias.asname or alias.name] = f"{file}/{alias.name}.py" if inner else f"{file}.py"
    return files


def _page(function: ast.expr) -> str:
    """Return which function of `page` is called; empty where it is none."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "page":
        return function.attr
    return ""


def _paths(tree: ast.AST, names: Mapping[str, set[tuple[str, ...]]]) -> set[tuple[str, ...]]:
    """Return every path of attributes from the workbench that code speaks of; of a path and its beginning, the path."""
    paths = set()
    for node in ast.walk(tree):
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.insert(0, node.attr)
            node = node.value  # noqa: PLW2901  # down the chain
        if isinstance(node, ast.Name):
            paths |= {(*begins, *attributes) for begins in names.get(node.id, ())}
    return {path for path in paths if not any(other[: len(path)] == path and other != path for other in paths)}


def _name(target: ast.expr, value: ast.expr, names: dict[str, set[tuple[str, ...]]]) -> None:
    """Note what a name stands for."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts, strict=True):
            _name(one, its, names)
    elif isinstance(target, ast.Tuple):
        for one in target.elts:
            _name(one, value, names)
    elif isinstance(target, ast.Name):
        is_it = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == FIRST
        names[target.id] = {()} if is_it else _paths(value, names)


def _stages(root: Path) -> dict[str, dict[str, Any]]:
    stages = yaml_file.load(root / layout.PIPELINE)["stages"]
    return {name: stage.get("do", stage) for name, stage in stages.items()}


def _artefacts(paths: list[str], stages: Mapping[str, dict[str, Any]], root: Path) -> Iterator[str]:
    lock = root / layout.LOCK
    locked = yaml_file.load(lock)["stages"] if lock.exists() else {}
    for path in paths:
        for name, stage in stages.items():
            outs = [out if isinstance(out, str) else next(iter(out)) for out in stage.get("outs", [])]
            out = next((o for o in outs if path == o or path.startswith(f"{o}/")), None)
            if out is None:
                continue
            hashes = {entry["path"]: entry["md5"] for entry in locked.get(name, {}).get("outs", [])}
            params = ", ".join(map(str, stage.get("params", []))) or "–"
            reads = ", ".join(dep for dep in stage.get("deps", []) if dep.startswith("data/")) or "–"
            which = f"{out} {hashes.get(out, '–')[:HASH]}"
            yield "  " + _sentence("stage", path=path, stage=name, out=which, params=params, reads=reads)


def _sources(root: Path) -> Iterator[str]:
    source = storage.read_json(root / layout.MANIFEST)["source"]
    yield f"  {source['name']}"
    for file in source.get("files", []):
        yield "  " + _sentence("source", path=file["path"], hash=file["sha256"][:HASH])


def _sentence(key: str, **names: object) -> str:
    return say(Finding(f"cli.trace.{key}", {name: Name(str(value)) for name, value in names.items()}))
