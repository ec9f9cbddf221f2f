"""Make the pages of parts of the customers that params.yaml asks for."""

from crmwb import params, stage
from crmwb.reporting import make


def main() -> None:
    make.parts(params.load())


if __name__ == "__main__":
    stage.run(main)
