"""Effects that companies reported of their CRM: 217 of them in 100 published success stories, by kind."""

N_STORIES = 100
EFFECTS = {
    "information": {"data_quality": 24, "analysis_and_reporting": 13, "data_access": 11},
    "operations": {
        "productivity": 27,
        "sales_efficiency": 25,
        "service_quality": 24,
        "lower_cost": 14,
        "market_response": 5,
        "collaboration": 3,
        "communication": 2,
        "motivation": 1,
    },
    "relations": {"satisfaction": 35, "loyalty": 16, "acquisition": 3},
    "performance": {"sales_growth": 13, "profit_growth": 1},
}
OUTCOMES = ("relations", "performance")  # what customers do and what the company earns; the others are processes
GROUP_OF = {effect: group for group, effects in EFFECTS.items() for effect in effects}


def totals() -> dict[str, int]:
    """Return the number of reported effects by group.

    Examples
    --------
    >>> totals()
    {'information': 48, 'operations': 101, 'relations': 54, 'performance': 14}
    """
    return {group: sum(effects.values()) for group, effects in EFFECTS.items()}
