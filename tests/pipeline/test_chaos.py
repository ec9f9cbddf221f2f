"""A few kills, full disks and changed inputs on the small project; `make chaos` does hundreds on every stage."""

import importlib.util
import resource
import shutil
import sys

import pytest
from project import PROJECT

SPEC = importlib.util.spec_from_file_location("chaos", PROJECT / "benchmarks" / "chaos.py")
chaos = importlib.util.module_from_spec(SPEC)
sys.modules["chaos"] = chaos
SPEC.loader.exec_module(chaos)

BUILT = ("ingest",)
COMMANDS = ("crmwb source b2b_demo", "crmwb key")


@pytest.fixture(scope="module")
def hurt(tmp_path_factory):
    """The small project with its first stages run."""
    project = chaos.Chaos(tmp_path_factory.mktemp("chaos") / "chaos")
    project.build(COMMANDS, BUILT)
    yield project
    shutil.rmtree(project.root.parent)


def right(outcome) -> None:
    assert outcome.n
    assert not outcome.wrong, outcome.wrong


def test_kills_leave_the_files_of_before_or_after(hurt):
    outcome = chaos.Outcome()
    for kind in ("ingest", *COMMANDS, COMMANDS[0]):
        hurt.kill(kind, outcome)
    right(outcome)
    assert outcome.ended["killed"]


def test_a_full_disk_and_little_memory_are_said_in_a_sentence(hurt):
    outcome = chaos.Outcome()
    hurt.limited("ingest", outcome, resource.RLIMIT_FSIZE, 2_000)
    hurt.limited("crmwb source b2b_demo", outcome, resource.RLIMIT_FSIZE, 600)
    right(outcome)
    assert outcome.ended["stopped with a sentence"] == 2


def test_a_changed_input_is_noticed(hurt):
    outcome = chaos.Outcome()
    hurt.change("ingest", outcome)
    right(outcome)
    assert "changed while" in next(iter(outcome.messages))
