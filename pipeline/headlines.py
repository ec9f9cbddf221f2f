"""Write a dozen figures of the run for dvc metrics, and its curves for dvc plots."""

from crmwb import stage
from crmwb.actions import run_figures


def main() -> None:
    run_figures.write()


if __name__ == "__main__":
    stage.run(main)
