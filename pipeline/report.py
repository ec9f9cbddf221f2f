"""Make the reports that are not up to date, and the index. Usage: python pipeline/report.py [NAME …], for some only."""

import sys

from crmwb import params, stage
from crmwb.reporting import make


def main() -> None:
    make.reports(params.load(), [argument for argument in sys.argv[1:] if not argument.startswith("-")] or None)


if __name__ == "__main__":
    stage.run(main)
