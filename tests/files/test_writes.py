"""Nothing writes to disk past `files` and `storage`: what is killed half-way must leave the old file whole."""

import ast
import re
from pathlib import Path

import pytest
from imports import SRC

CODE = SRC / "crmwb"
FILES = sorted(f for f in CODE.rglob("*.py") if f.relative_to(CODE).parts[0] not in {"files", "storage.py"})
WRITES = {
    "write_bytes", "to_csv", "to_excel", "to_parquet", "to_pickle", "to_feather", "savetxt", "savez", "CSVWriter",
    "copyfile", "copy2", "rmtree", "NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory", "mkstemp", "mkdtemp",
    "gettempdir", "fdopen",
}  # fmt: skip
MODE = re.compile(r"[rbt]*[wax+][rwaxbt+]*")
# why these may: they fill a folder or a path that `replacing` gave, or temporary data, or make a file that must never
# replace one
MAY_WRITE = {
    "engine/spark.py": {"write_text", "rmtree"},
    "reporting/execute.py": {"write_text"},
    "reporting/worker.py": {"write_text", "rename"},
    "history/store.py": {"copyfile"},
    "quality/quarantine.py": {"copyfile"},
    "sources/privacy/raw_copies.py": {"copyfile"},
    "sources/privacy/records.py": {"open"},
}


def writes(code: str) -> set[str]:
    """The calls in some code that write files by themselves."""
    writers = set()
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        of = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        words = [a.value for a in [*node.args, *(k.value for k in node.keywords)] if isinstance(a, ast.Constant)]
        writes_itself = {
            "open": of == "os" or any(MODE.fullmatch(str(word)) for word in words),
            "write_text": of not in {"storage", ""},
            "replace": of == "os" or (len(node.args) == 1 and not node.keywords),
            "rename": of == "os"
            or (len(node.args) == 1 and not words and not node.keywords and not isinstance(node.args[0], ast.Dict)),
        }
        if name in WRITES or writes_itself.get(name, False):
            writers.add(name)
    return writers


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(CODE)))
def test_files_are_written_by_files_and_storage_only(file):
    writers = writes(file.read_text(encoding="utf-8"))
    assert writers <= MAY_WRITE.get(file.relative_to(CODE).as_posix(), set()), "use storage, which leaves none half"


@pytest.mark.parametrize(
    "code",
    [
        "path.write_text(t)",
        "open(p, 'w')",
        "path.open(mode='ab')",
        "os.open(p, 1)",
        "frame.to_csv(path)",
        "a.replace(b)",
    ],
)
def test_the_search_sees_what_writes(code):
    assert writes(code)


@pytest.mark.parametrize(
    "code", ["path.open('rb')", "path.open()", "text.replace('a', 'b')", "storage.write_text(t, p)"]
)
def test_the_search_passes_what_reads(code):
    assert not writes(code)


def test_only_one_file_parses_yaml():
    for file in FILES:
        assert not re.search(r"yaml\.(safe_load|load|full_load|compose|parse)\(", file.read_text(encoding="utf-8")), (
            file
        )


def test_every_file_that_may_write_is_there():
    assert all((CODE / name).is_file() for name in MAY_WRITE)


def test_stage_scripts_write_through_storage():
    for script in Path(SRC.parent / "pipeline").glob("*.py"):
        assert not writes(script.read_text(encoding="utf-8"))
