"""Examples in docstrings: they run, and what people call from a notebook has one."""

import doctest
import importlib
import inspect
import re
import shutil
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType

import pytest
from imports import SRC

PROJECT = SRC.parent
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
# What a data scientist calls on data of their own: all that these export or, where they export nothing, define.
# The workbench and what reads or writes files need a whole project: notebooks/explore has their examples.
CALLED = (
    "crmwb.value.models",
    "crmwb.value.realised.whale",
    "crmwb.history",
    "crmwb.tiers",
    "crmwb.segmentation",
    "crmwb.segmentation.rfm",
    "crmwb.segmentation.clusters",
    "crmwb.features.balance",
    "crmwb.features.campaigns",
    "crmwb.features.contacts",
    "crmwb.features.credit",
    "crmwb.features.customers",
    "crmwb.features.deals",
    "crmwb.features.interests",
    "crmwb.features.observation",
    "crmwb.features.profile",
    "crmwb.features.purchases",
    "crmwb.features.summaries",
    "crmwb.response.effects",
    "crmwb.response.learners",
    "crmwb.response.ranking",
    "crmwb.recommend.measures",
    "crmwb.recommend.pair_counts",
    "crmwb.actions.allocation",
    "crmwb.actions.holdouts",
    "crmwb.display.tables",
    "crmwb.findings.numbers",
)


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(SRC).with_suffix("").parts)


MODULES = [name_of(file) for file in sorted(SRC.rglob("*.py")) if ">>> " in file.read_text(encoding="utf-8")]


def is_called(thing: object) -> bool:
    """Whether people call it on their own data: no abstract class, no result of others, nothing that wants a file."""
    if inspect.isclass(thing):
        is_result = is_dataclass(thing) or issubclass(thing, Enum | tuple)
        is_built = any(isinstance(one, classmethod) for name, one in vars(thing).items() if not name.startswith("_"))
        return not inspect.isabstract(thing) and (is_built or not is_result)
    return inspect.isfunction(thing) and Path not in inspect.get_annotations(thing).values()


def called(module: ModuleType) -> list[type]:
    names = getattr(module, "__all__", None)
    if names is None:
        own = {name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
        names = [name for name in own if not name.startswith("_")]
    return [thing for name in sorted(names) if is_called(thing := getattr(module, name))]


def without_example(things: list[type]) -> list[str]:
    """Return those of a module's public names that no example of the module calls."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [example.source for thing in things for test in finder.find(thing) for example in test.examples]
    return [t.__name__ for t in things if not any(re.search(rf"\b{t.__name__}\b[(.]", e) for e in examples)]


def report_of(module: ModuleType) -> str:
    """Run a module's examples and return what went wrong; what people call runs alone, as if pasted into a notebook."""
    lines: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        if module.__name__.startswith(CALLED):
            test.globs = {"__name__": "__main__"}
        runner.run(test, out=lines.append)
    assert runner.tries, f"{module.__name__} has >>> in a text that is no docstring"
    return "".join(lines)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name, tmp_path, monkeypatch):
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRMWB_LANG", raising=False)
    report = report_of(importlib.import_module(name))
    if report:
        pytest.fail(report, pytrace=False)


@pytest.mark.parametrize("name", CALLED)
def test_what_people_call_has_an_example(name):
    things = called(importlib.import_module(name))
    assert things
    assert not without_example(things)


def test_an_example_that_is_wrong_is_reported():
    module = ModuleType("wrong", '>>> 1 + 1\n3\n>>> len("four")\n4')
    assert "Expected:\n    3\nGot:\n    2" in report_of(module)


def test_a_missing_example_is_named():
    assert without_example([name_of, Path]) == ["name_of", "Path"]
