"""Read the source and cast it to the canonical tables."""

from crmwb import params, stage
from crmwb.sources import ingest


def main() -> None:
    ingest(params.load())


if __name__ == "__main__":
    stage.run(main)
