"""Choose the next best action of every customer within budget and time, and judge the lists of before."""

from crmwb import engine, params, stage
from crmwb.actions import artefacts, build, inputs, plan
from crmwb.marts import mart


def main() -> None:
    p = params.load()
    chosen, place = plan.load()
    with engine.connect(p.engine) as con:
        acting = build.build(con, inputs.read(con, p), mart.by_name(), chosen, place=place, p=p)
    artefacts.write(acting)


if __name__ == "__main__":
    stage.run(main)
