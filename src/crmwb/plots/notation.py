"""How a bar or a line says what it stands for, alike in every figure (International Business Communication Standards).

What was is solid, the period before lighter, a plan outlined, what is forecast hatched; a forecast's line is dashed.
"""

from enum import StrEnum
from typing import Any

from matplotlib.colors import to_hex, to_rgb


class Scenario(StrEnum):
    """What a bar stands for."""

    ACTUAL = "actual"
    PREVIOUS = "previous"
    PLAN = "plan"
    FORECAST = "forecast"


def bar(scenario: Scenario, colour: str) -> dict[str, Any]:
    """Return how matplotlib fills the bars of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What the bars stand for.
    colour : str
        Of what they are about, such as a tier.

    Examples
    --------
    >>> bar(Scenario.ACTUAL, "#08445c")
    {'color': '#08445c'}
    """
    if scenario is Scenario.ACTUAL:
        return {"color": colour}
    if scenario is Scenario.PREVIOUS:
        return {"color": pale(colour)}
    outlined = {"edgecolor": colour, "linewidth": 1.0}
    if scenario is Scenario.PLAN:
        return {"facecolor": "#ffffff", **outlined}
    return {"facecolor": pale(pale(colour)), "hatch": "////", **outlined}


def bars(scenario: Scenario, colours: list[str]) -> dict[str, Any]:
    """Return how matplotlib fills bars of one scenario in colours of their own."""
    each = [bar(scenario, colour) for colour in colours]
    shared = {"hatch", "linewidth"}
    return {
        name: value if name in shared else [one[name] for one in each]
        for name, value in (each[0] if each else {}).items()
    }


def line(scenario: Scenario, colour: str) -> dict[str, Any]:
    """Return how matplotlib draws the line of a scenario."""
    dashes = {Scenario.PLAN: ":", Scenario.FORECAST: "--"}
    return {
        "color": pale(colour) if scenario is Scenario.PREVIOUS else colour,
        "linestyle": dashes.get(scenario, "-"),
    }


def pale(colour: str) -> str:
    """Return a colour mixed with white, for the lesser of two bars of one thing."""
    red, green, blue = (1 - 0.45 * (1 - part) for part in to_rgb(colour))
    return str(to_hex((red, green, blue)))
