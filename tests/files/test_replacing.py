"""Files are replaced whole, keep what they were like, and several of them together or not at all, kills included."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from crmwb import layout, params
from crmwb.errors import CrmwbError
from crmwb.files import owners
from crmwb.files.replacing import replacing, replacing_folder, together, write_text

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project without anything in it, as working directory."""
    for name in (layout.PARAMS, layout.PIPELINE):
        (tmp_path / name).write_bytes((PROJECT / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> set[str]:
    """Every file but temporary data."""
    every = {f.relative_to(folder) for f in folder.rglob("*") if f.is_file()}
    return {str(f) for f in every if not f.is_relative_to(layout.TEMPORARY)}


def killed(project: Path, code: str) -> None:
    """Run code in a process that kills itself at the end."""
    code = "import os, signal\n" + textwrap.dedent(code) + "\nos.kill(os.getpid(), signal.SIGKILL)\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=project, check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_a_kill_while_params_are_written_loses_no_choice(project):
    before = (project / "params.yaml").read_bytes()
    killed(
        project,
        """
        import pathlib
        from crmwb import params
        write = pathlib.Path.write_text
        def half(path, text, **how):
            write(path, text[: len(text) // 2], **how)
            os.kill(os.getpid(), signal.SIGKILL)
        pathlib.Path.write_text = half
        params.choose({"source.kind": "b2b_demo"})
        """,
    )
    assert (project / "params.yaml").read_bytes() == before
    owners.sweep()
    assert files(project) == {"params.yaml", "dvc.yaml"}


def test_a_file_keeps_its_mode_and_a_new_one_follows_the_umask(project):
    (project / "params.yaml").chmod(0o640)
    params.choose({"source.kind": "b2b_demo"})
    assert stat.S_IMODE((project / "params.yaml").stat().st_mode) == 0o640
    write_text("x", project / "new")
    assert stat.S_IMODE((project / "new").stat().st_mode) == 0o666 & ~umask()


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_linked_params_file_is_changed_where_it_lies(project):
    (project / "params.yaml").rename(project / "shared.yaml")
    (project / "params.yaml").symlink_to("shared.yaml")
    params.choose({"source.kind": "b2b_demo"})
    assert (project / "params.yaml").is_symlink()
    assert "kind: b2b_demo" in (project / "shared.yaml").read_text(encoding="utf-8")


def test_line_ends_and_a_byte_order_mark_stay(project):
    path = project / "params.yaml"
    before = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(before)
    params.choose({"source.kind": "b2b_demo"})
    assert path.read_bytes() == before.replace(b"kind: complete_journey", b"kind: b2b_demo", 1)


def test_together_is_all_or_none(project):
    write_text("old", project / "a")
    with replacing_folder(project / "folder") as folder:
        (folder / "old").touch()

    def replace_and_fail():
        with together():
            write_text("new", project / "a")
            write_text("new", project / "b")
            write_text("newer", project / "a")
            with replacing_folder(project / "folder") as folder:
                (folder / "new").touch()
            assert (project / "a").read_text() == "newer"  # what was written can be read at once
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        replace_and_fail()
    assert files(project) == {"params.yaml", "dvc.yaml", "a", "folder/old"}
    assert (project / "a").read_text() == "old"


REPLACED_AND_KILLED = """
from pathlib import Path
from crmwb.files import replacing
with replacing.together():
    replacing.write_text("new", Path("a"))
    replacing.write_text("new", Path("b"))
    with replacing.replacing_folder(Path("folder")) as folder:
        (folder / "new").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_killed_together_is_put_back_by_the_next_command(project):
    write_text("old", project / "a")
    with replacing_folder(project / "folder") as folder:
        (folder / "old").touch()
    killed(project, REPLACED_AND_KILLED)
    assert (project / "a").read_text() == "new"
    owners.sweep()
    assert files(project) == {"params.yaml", "dvc.yaml", "a", "folder/old"}
    assert (project / "a").read_text() == "old"


def test_what_a_person_changed_after_a_kill_is_not_put_back(project):
    write_text("old", project / "a")
    killed(project, REPLACED_AND_KILLED)
    with (project / "a").open("a") as file:
        file.write(" and by hand")
    owners.sweep()
    assert (project / "a").read_text() == "new and by hand"
    assert files(project) == {"params.yaml", "dvc.yaml", "a"}


def test_temporary_data_of_a_killed_process_are_swept_and_those_of_a_living_one_stay(project):
    scratch = (
        "from crmwb.files import owners\nfrom pathlib import Path\n(owners.own().folder / 'rows').write_text('ann')\n"
    )
    living = subprocess.Popen(
        [sys.executable, "-c", scratch + "print(flush=True); input()"],
        cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with living:
        living.stdout.readline()
        killed(project, scratch)
        assert len(list(layout.TEMPORARY.glob("*/rows"))) == 2
        owners.sweep()
        assert [f.parent.name.split("-")[0] for f in layout.TEMPORARY.glob("*/rows")] == [str(living.pid)]
        assert stat.S_IMODE(next(layout.TEMPORARY.glob("*/rows")).parent.stat().st_mode) == 0o700
        living.communicate(b"\n")
    assert not list(layout.TEMPORARY.glob("*/rows"))  # it took them away itself


def test_the_part_of_a_living_process_is_not_swept(project):
    write = "from crmwb.files import replacing\nfrom pathlib import Path\nwith replacing.replacing(Path('a')) as b:\n"
    living = subprocess.Popen(
        [sys.executable, "-c", write + "    b.write_text('theirs')\n    print(flush=True)\n    input()\n"],
        cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with living:
        living.stdout.readline()
        write_text("ours", project / "a")
        owners.sweep()
        assert len(list(project.glob(".a.*.part"))) == 1
        living.communicate(b"\n")
    assert (project / "a").read_text() == "theirs"
    assert not list(project.glob(".a.*.part"))


def test_the_second_of_the_same_work_is_told_who_is_at_it(project):
    first = subprocess.Popen(
        [sys.executable, "-c", "from crmwb.files import owners\nowners.begin('ingest')\nprint(flush=True)\ninput()"],
        cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with first:
        first.stdout.readline()
        with pytest.raises(CrmwbError, match=rf"ingest: ingest \(process {first.pid}, since .*\) is at work here"):
            owners.begin("ingest")
        with pytest.raises(CrmwbError, match=rf"crmwb accept: ingest \(process {first.pid}"):
            owners.begin("crmwb accept")
        owners.begin("report value")  # reports may be made side by side
        assert [owner.work for owner in owners.others()] == ["ingest"]
        first.communicate(b"\n")
    owners.begin("ingest")
    owners.end()


def test_where_the_project_cannot_be_written_temporary_data_go_elsewhere(project, monkeypatch, tmp_path):
    if os.getuid() == 0:
        monkeypatch.setattr(os, "access", lambda *_: False)
    else:
        project.chmod(0o500)
    with owners.scratch("x") as folder:
        assert project not in folder.parents
    owners.end()


def test_an_error_without_a_name_is_given_that_of_the_file(project):
    with pytest.raises(OSError, match="full") as caught, replacing(project / "a"):
        raise OSError(28, "disk full")
    assert caught.value.filename == str(project / "a")


def test_notes_that_a_kill_cut_off_are_passed_over(project):
    killed(project, "from crmwb.files import owners\n(owners.own().folder / 'replaced').write_text('[\"a\", \"b')\n")
    owners.sweep()
    assert files(project) == {"params.yaml", "dvc.yaml"}
