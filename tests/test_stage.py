"""A stage that meets a changed input, a full disk, too little memory or a signal: a sentence, and the old files."""

import errno
import gc
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from crmwb import engine, params, stage, storage
from crmwb.errors import MEMORY, CrmwbError, operational, operational_text, shortened

PIPELINE = """
stages:
  make:
    cmd: python pipeline/make.py
    params: [source]
    deps: [data/raw, pipeline/make.py]
    outs: [out.txt]
  page:
    foreach: ${reports}
    do:
      cmd: python pipeline/page.py ${key}
      params: [reports]
      deps:
        - notebooks/${key}.txt
"""
BEGIN = """
import sys, time
from pathlib import Path
from crmwb import stage
from crmwb.files import replacing
def main():
    replacing.write_text("new", Path("out.txt"))
    replacing.write_text("new", Path("second.txt"))
    print("ready", flush=True)
    sys.stdin.readline()
"""
THREADS = """
import numpy
def main():
    import scipy.linalg
    from threadpoolctl import threadpool_info
    print({pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}, flush=True)
"""
FROZEN = """
def main():
    import gc
    print(gc.get_freeze_count() > 10_000, flush=True)
"""
END = "\nif __name__ == '__main__':\n    stage.run(main)\n"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "params.yaml").write_text("source: {currency: EUR}\nreports: {a: 1}\n")
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "sales.csv").write_text("a,b\n1,2\n")
    (tmp_path / "out.txt").write_text("old")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "x.txt").write_text("x")
    (tmp_path / "pipeline").mkdir()
    return tmp_path


def started(
    project: Path, *, name: str = "make", body: str = "", limit=None, **environment: str
) -> subprocess.Popen[str]:
    script = project / "pipeline" / f"{name.split(maxsplit=1)[0]}.py"
    script.write_text(BEGIN + body + END)
    return subprocess.Popen(
        [sys.executable, f"pipeline/{script.name}", *name.split()[1:]], cwd=project, text=True, preexec_fn=limit,  # noqa: PLW1509
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | environment,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate("\n")
    return process.returncode, " ".join(errors.split())


def left(project: Path) -> list[str]:
    return [str(f) for f in [*(project / "data" / "tmp").rglob("*"), *project.rglob(".*.part")]]


def meanwhile(project: Path, change, name: str = "make") -> tuple[int, str]:
    process = started(project, name=name)
    assert process.stdout.readline() == "ready\n"
    change()
    return ended(process)


def test_all_is_replaced_when_nothing_changed(project):
    assert meanwhile(project, lambda: None) == (0, "")
    assert (project / "out.txt").read_text() == "new"
    assert not left(project)


@pytest.mark.skipif(os.cpu_count() == 1, reason="one thread there is anyway")
@pytest.mark.parametrize(("chosen", "threads"), [({}, "{1}"), ({stage.LINEAR_ALGEBRA_THREADS: "2"}, "{2}")])
def test_linear_algebra_adds_in_one_order_unless_a_person_chose_its_threads(project, chosen, threads, monkeypatch):
    for name in (stage.LINEAR_ALGEBRA_THREADS, "OMP_NUM_THREADS"):
        monkeypatch.delenv(name)
    process = started(project, body=THREADS, **chosen)
    assert process.communicate()[0] == f"{threads}\n"


def test_what_was_imported_is_not_looked_through_for_garbage(project):
    assert started(project, body=FROZEN).communicate()[0] == "True\n"


@pytest.mark.parametrize(
    ("name", "file", "content", "word"),
    [
        (
            "make",
            "params.yaml",
            "source: {currency: USD}\nreports: {a: 1}\n",
            "params.yaml: source: changed while this ran",
        ),
        ("make", "params.yaml", "source: {currency: [\n", "params.yaml: changed while this ran"),
        ("make", "data/raw/sales.csv", "a,b\n1,2\n3,4\n", "data/raw/sales.csv: changed while this ran"),
        ("make", "data/raw/new.csv", "a,b\n", "data/raw/new.csv: changed while this ran"),
        ("page x", "notebooks/x.txt", "y", "notebooks/x.txt: changed while this ran"),
    ],
)
def test_a_changed_input_stops_a_stage_and_keeps_the_files_of_before(project, name, file, content, word):
    code, text = meanwhile(project, lambda: (project / file).write_text(content), name)
    assert code == 1
    assert word in text
    assert "run again" in text
    assert (project / "out.txt").read_text() == "old"
    assert not (project / "second.txt").exists()
    assert not left(project)


def test_an_old_date_does_not_hide_a_change(project):
    path = project / "data" / "raw" / "sales.csv"
    path.write_bytes(b"x" * (2 << 20))  # too large to be hashed twice
    before = path.stat()

    def change():
        path.write_bytes(b"y" * (2 << 20))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert "sales.csv: changed" in meanwhile(project, change)[1]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("params.yaml", "reports: {a: 2}\nsource: {currency: EUR}\n"),
        ("data/raw/sales.csv", "a,b\n1,2\n"),
        ("notes.md", "x"),
    ],
)
def test_what_the_stage_does_not_read_or_is_the_same_may_be_written(project, file, content):
    assert meanwhile(project, lambda: (project / file).write_text(content)) == (0, "")


def test_a_second_run_of_a_stage_names_the_first(project):
    first = started(project)
    first.stdout.readline()
    code, text = ended(started(project))
    assert code == 1
    assert f"make: make (process {first.pid}, since " in text
    assert ended(first) == (0, "")


def test_a_polite_end_leaves_the_files_of_before(project):
    process = started(project)
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    code, text = ended(process)
    assert (code, text) == (130, "Stopped by you; nothing half-written was left behind.")
    assert (project / "out.txt").read_text() == "old"
    assert not left(project)


def test_a_full_disk_is_no_fault_of_ours(project):
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))  # noqa: E731
    process = started(project, body="    replacing.write_text('x' * 9_000, Path('big.txt'))\n", limit=limit)
    code, text = ended(process)
    assert code == 1
    assert text.startswith("Stopped: big.txt: no file may grow so large here")
    assert (project / "out.txt").read_text() == "old"
    assert not left(project)


def test_too_little_memory_is_no_fault_of_ours(project):
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))  # noqa: E731
    code, text = ended(started(project, body="    bytearray(8 << 30)\n", limit=limit))
    assert (code, text) == (1, f"Stopped: {MEMORY}")
    assert (project / "out.txt").read_text() == "old"


def test_an_address_space_in_which_libraries_wait_for_ever_is_refused(project):
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))  # noqa: E731
    code, text = ended(started(project, limit=limit))
    assert code == 1
    assert text.startswith("Stopped: The address space of this process is limited to 2.0 GiB (ulimit -v)")
    assert (project / "out.txt").read_text() == "old"


def test_without_a_folder_for_temporary_data_of_the_system_the_project_is_enough(project):
    body = "    import tempfile\n    tempfile.NamedTemporaryFile(delete=False)\n"
    assert ended(started(project, body=body, TMPDIR="/nowhere")) == (0, "")
    assert not left(project)


def test_a_mistake_of_ours_is_still_called_one(project):
    code, text = ended(started(project, body="    {}['x']\n"))
    assert code == 1
    assert "A fault in crmwb: KeyError: 'x'" in text
    assert (project / "out.txt").read_text() == "old"


def test_every_trouble_of_the_machine_names_the_path_and_what_to_do():
    for number, what in (
        (errno.ENOSPC, "no space"), (errno.EDQUOT, "quota"), (errno.EROFS, "can only be read"),
        (errno.EACCES, "no right"), (errno.ENAMETOOLONG, "too long"), (errno.EIO, "check the disk"),
        (errno.EMFILE, "too many files"),
    ):  # fmt: skip
        sentence = operational(OSError(number, "x", "data/a.parquet"))
        assert sentence.startswith("data/a.parquet: ")
        assert what in sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "IO Error: Could not write file '/d/data/tmp/1-a/x': No space left on device",
            ["/d/data/tmp/1-a/x: no space"],
        ),
        (
            "OutOfMemoryException: Out of Memory Error: failed to allocate data of size 2.0 MiB",
            ["engine.memory_limit_gb"],
        ),
        (
            "failed to offload data block; set by the 'max_temp_directory_size' setting",
            [f"The disk of {Path.cwd()}: no space"],
        ),
        ("ArrowMemoryError: malloc of size 64 failed", ["Too little memory"]),
        ("No files found that match the pattern", []),
        ("Invalid Input Error: No magic bytes found at end of file 'data/a.parquet'", ["data/a.parquet: damaged"]),
        ("Invalid Input Error: File '/d/data/a.parquet' too small to be a Parquet file", ["data/a.parquet: damaged"]),
    ],
)
def test_what_libraries_say_of_it_is_understood(text, words):
    sentence = operational_text(text)
    assert bool(sentence) == bool(words)
    for word in words:
        assert word in sentence


def test_an_error_behind_an_error_is_seen():
    error = RuntimeError("task failed")
    error.__cause__ = OSError(errno.ENOSPC, "x", "a")
    assert operational(error).startswith("a: no space")


def test_a_message_never_prints_a_whole_file():
    assert len(shortened("x" * 100_000)) < 800
    assert len(shortened("line\n" * 10_000).splitlines()) <= 31


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_damaged_artefact_is_named(tmp_path, share):
    storage.write_frame(pd.DataFrame({"customer_id": ["a"] * 500}), tmp_path / "c.parquet", ["customer_id"])
    storage.write_json({"k": list(range(50))}, tmp_path / "m.json")
    for path in (tmp_path / "c.parquet", tmp_path / "m.json"):
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CrmwbError, match=r"m\.json: damaged"):
        storage.read_json(tmp_path / "m.json")
    with pytest.raises(CrmwbError, match=r"c\.parquet: damaged"):
        storage.read_frame(tmp_path / "c.parquet")
    with engine.connect(params.EngineParams(threads=1, memory_limit_gb=1)) as con:
        with pytest.raises(Exception, match="parquet") as caught:
            storage.open_table(con, tmp_path / "c.parquet", "c")
        assert "c.parquet: damaged" in (operational(caught.value) or str(caught.value))


def test_loading_looks_for_no_garbage_and_leaves_the_collector_as_it_was():
    assert gc.isenabled()
    try:
        with stage.loading():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count()
        gc.disable()
        with stage.loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
