"""Everything that the effectiveness stage shows, put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from crmwb.effectiveness import checks, initiatives, parts, processes
from crmwb.effectiveness.analyses import Analysis, seven
from crmwb.effectiveness.business import Business, business
from crmwb.effectiveness.chain import chain
from crmwb.effectiveness.checks import Check
from crmwb.effectiveness.initiatives import Judged, Setting
from crmwb.effectiveness.inputs import Inputs
from crmwb.effectiveness.measure import Measure
from crmwb.effectiveness.questions import Answer, answers
from crmwb.effectiveness.survey import Survey, survey
from crmwb.effectiveness.swot import Line, swot
from crmwb.findings import Finding, Unavailable


@dataclass(frozen=True)
class Effectiveness:
    """What the stage writes."""

    judged: Sequence[Judged]
    measures: Sequence[Measure]
    lines: Sequence[Line]
    survey: Survey
    chain: Finding | Unavailable
    links: pd.DataFrame
    business: Business
    phases: Sequence[Check]
    defects: Sequence[Check]
    analyses: Mapping[str, Analysis]
    answers: Sequence[Answer]


def build(inputs: Inputs) -> Effectiveness:
    """Judge initiatives, fill the score cards, and describe customers and business for the report."""
    setting = Setting(inputs.con, inputs.clean, inputs.first_day, inputs.as_of, inputs.params.effectiveness)
    judged = initiatives.judge(setting)
    filled = parts.filled(inputs.quality["tables"])
    measures = [*processes.card(inputs, judged), *parts.card(inputs.buyers, filled)]
    answered = survey(inputs)
    chained, links = chain(inputs)
    analyses = seven(inputs)
    return Effectiveness(
        judged=judged,
        measures=measures,
        lines=swot(inputs, measures),
        survey=answered,
        chain=chained,
        links=links,
        business=business(inputs),
        phases=checks.phases(inputs, judged),
        defects=checks.defects(inputs),
        analyses=analyses,
        answers=answers(inputs, analyses, answered),
    )
