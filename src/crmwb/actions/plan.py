"""actions.yaml, read and checked: what is wrong with a rule is said with its line."""

from collections.abc import Callable
from pathlib import Path

from crmwb import layout, params
from crmwb.errors import CrmwbError
from crmwb.params.actions import Action, ActionPlan
from crmwb.sources.lines import Key, Places

Place = Callable[[Key], str]  # how a message names a key


def load(path: Path = layout.ACTION_PLAN) -> tuple[ActionPlan, Place]:
    """Read actions.yaml; return it, and how messages name its keys: by file, line and key.

    Raises
    ------
    CrmwbError
        It holds something that is not allowed, a name stands there twice, or cool-downs go in a circle.
    """
    place = Places(path).of
    plan = params.read(path, ActionPlan, place)
    first: dict[str, int] = {}
    for i, action in enumerate(plan.actions):
        if action.name in first:
            before = place(("actions", first[action.name], "name"))
            key = place(("actions", i, "name"))
            raise CrmwbError(f"{key}: {action.name} stands there already ({before}); rename one of the two.")
        first[action.name] = i
    for i in range(len(plan.actions)):
        clock(plan, i, place)
    return plan, place


def clock(plan: ActionPlan, i: int, place: Place | None = None) -> tuple[Action, int]:
    """Return the action whose cool-down the i-th one keeps, its own or another's, and that cool-down in days.

    Raises
    ------
    CrmwbError
        There is no such action, or the cool-downs refer to each other in a circle.
    """
    by_name = {action.name: action for action in plan.actions}
    key = (place or named)(("actions", i, "cool_down"))
    action, seen = plan.actions[i], [plan.actions[i].name]
    while not isinstance(action.cool_down, int):
        if action.cool_down not in by_name:
            raise CrmwbError(f"{key}: no action is called {action.cool_down}; write days, or one of the names there.")
        action = by_name[action.cool_down]
        if action.name in seen:
            circle = " → ".join([*seen, action.name])
            raise CrmwbError(f"{key}: cool-downs go in a circle ({circle}); write days for one of them.")
        seen.append(action.name)
    return action, action.cool_down


def clocks(plan: ActionPlan) -> dict[str, tuple[tuple[str, ...], int]]:
    """Return of each action all those that share its cool-down, itself among them, and the days."""
    kept = [clock(plan, i) for i in range(len(plan.actions))]
    return {
        action.name: (tuple(a.name for a, (owner, _) in zip(plan.actions, kept, strict=True) if owner is of), days)
        for action, (of, days) in zip(plan.actions, kept, strict=True)
    }


def named(key: Key) -> str:
    """Return how messages name a key where lines are not known."""
    return f"{layout.ACTION_PLAN}: {'.'.join(str(part + 1 if isinstance(part, int) else part) for part in key)}"
