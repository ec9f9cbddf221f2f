"""Make the page that leads to every report."""

from crmwb import params, stage
from crmwb.reporting import make


def main() -> None:
    make.index(params.load())


if __name__ == "__main__":
    stage.run(main)
