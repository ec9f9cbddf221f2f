"""Make one report: run its notebook and render it. Usage: python pipeline/report.py NAME."""

import sys

from crmwb import params, stage
from crmwb.errors import CrmwbError
from crmwb.progress import step
from crmwb.reporting import make


def main() -> None:
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if len(names) != 1:
        raise CrmwbError("pipeline/report.py: needs the name of one report, such as executive_summary.")
    with step(f"report {names[0]}"):
        make.report(names[0], params.load())


if __name__ == "__main__":
    stage.run(main)
