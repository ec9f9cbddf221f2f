"""The project's folder; importing this puts the helpers of the tests on the path of a benchmark."""

import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]
sys.path[:0] = [str(PROJECT / "tests"), str(PROJECT / "tests" / "sources")]
