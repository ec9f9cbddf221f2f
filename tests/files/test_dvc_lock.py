"""dvc.lock that DVC cannot read, as a kill leaves it."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crmwb.errors import CrmwbError
from crmwb.files import dvc_lock

LOCK = Path(__file__).parents[2] / "dvc.lock"


def _refused(path: Path) -> bool:
    try:
        dvc_lock.check(path)
    except CrmwbError as error:
        return str(error).startswith("dvc.lock: cut off or damaged") and "git checkout dvc.lock" in str(error)
    return False


def test_whole_and_absent_ones_pass(tmp_path: Path) -> None:
    dvc_lock.check(LOCK)
    dvc_lock.check(tmp_path / "dvc.lock")


def test_what_is_refused_is_what_dvc_refuses(tmp_path: Path) -> None:
    from dvc.dvcfile import Lockfile
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    repo = Repo.init(str(tmp_path), no_scm=True)
    whole, path = LOCK.read_bytes(), tmp_path / "dvc.lock"
    refused = 0
    for place in [0, *random.Random(5).sample(range(len(whole)), 12)]:
        path.write_bytes(whole[:place])
        try:
            Lockfile(repo, str(path)).load()
            by_dvc = False
        except DvcException:
            by_dvc = True
        assert _refused(path) is by_dvc, place
        refused += by_dvc
    assert refused


@pytest.mark.parametrize(
    "content", [b"", b"stages:\n  ingest:\n    deps:\n    - path:", b"\xff\xff\x00", b"a: [", b"- 1\n"]
)
def test_damaged_ones_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "dvc.lock").write_bytes(content)
    assert _refused(tmp_path / "dvc.lock")


def test_crmwb_params_says_so(tmp_path: Path) -> None:
    shutil.copy(LOCK.with_name("params.yaml"), tmp_path)
    shutil.copy(LOCK.with_name("dvc.yaml"), tmp_path)
    (tmp_path / "dvc.lock").write_bytes(b"stages:\n  ingest:\n    deps:\n    - path:")
    command = [Path(sys.executable).with_name("crmwb"), "params"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Stopped: dvc.lock: cut off" in " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("content", [b"", b'{"write": {"/x/data": {"pid": 1, "cmd"'])
def test_a_cut_off_list_of_running_commands_is_named(content: bytes, tmp_path: Path) -> None:
    dvc_lock.check_running(tmp_path / "rwlock")
    (tmp_path / "rwlock").write_bytes(b'{"write": {}, "read": {}}')
    dvc_lock.check_running(tmp_path / "rwlock")
    (tmp_path / "rwlock").write_bytes(content)
    with pytest.raises(CrmwbError, match="delete it and run again"):
        dvc_lock.check_running(tmp_path / "rwlock")
