"""How a stage ends: 0, or 1 with one clear sentence; a traceback only when asked for."""

import subprocess
import sys

import pytest

SCRIPT = """
from crmwb import stage
from crmwb.errors import CrmwbError
def main():
    {body}
stage.run(main)
"""


def run(body: str, *arguments: str) -> subprocess.CompletedProcess:
    code = SCRIPT.format(body=body)
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_a_stage_that_works_ends_with_0():
    assert run("pass").returncode == 0


@pytest.mark.parametrize("error", ["CrmwbError('orders.csv: [bold] is empty; export it again.')", "KeyError('x')"])
def test_an_error_is_said_without_a_traceback(error):
    done = run(f"raise {error}")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert ("orders.csv: [bold] is empty" in done.stderr) or ("A fault in crmwb: KeyError" in done.stderr)


def test_debug_shows_the_traceback():
    done = run("raise CrmwbError('x')", "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_an_interrupt_is_no_fault():
    done = run("raise KeyboardInterrupt")
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
