"""Judge initiatives and the CRM itself: score cards, surveys, the operating picture, seven analyses, ten questions."""

from crmwb import engine, params, stage
from crmwb.effectiveness import artefacts, build, inputs
from crmwb.progress import step


def main() -> None:
    p = params.load()
    with engine.connect(p.engine) as con, step("judging the CRM"):
        effectiveness = build.build(inputs.read(con, p))
    artefacts.write(effectiveness, p.effectiveness)


if __name__ == "__main__":
    stage.run(main)
