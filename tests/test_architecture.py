"""The rules of imports: from a layer to itself or a lower one, heavy libraries in one package each, a light start."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from imports import SRC, imported_names

ROOT = SRC / "crmwb"
FILES = sorted(ROOT.rglob("*.py"))

LAYERS = [
    {"errors", "calendar"},
    {"files", "layout", "processes", "progress", "contract"},
    {"findings"},
    {"params", "stage"},
    {"engine"},
    {"storage"},
    {"plots", "sources"},
    {"quality"},
    {"history"},
    {"features", "tiers"},
    {"lifecycle", "migration", "segmentation", "value", "response", "recommend"},
    {"predict"},
    {"marts"},
    {"actions"},
    {"effectiveness"},
    {"display"},
    {"reporting", "planning"},
    {"workbench", "cli"},
]
LAYER = {package: layer for layer, packages in enumerate(LAYERS) for package in packages}
ONLY_IN = {
    "great_expectations": {"quality"},
    "papermill": {"reporting"},
    "nbconvert": {"reporting"},
    "duckdb": {"engine"},
    "pyspark": {"engine"},
    "babel": {"findings", "sources"},  # writes numbers and dates; reads names of months
}


def package(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def our_imports(file: Path) -> set[str]:
    return {name.split(".")[1] for name in imported_names(file) if name.startswith("crmwb.")}


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_a_package_imports_its_own_layer_or_a_lower_one(file):
    if file == ROOT / "__init__.py":
        return  # opens the workbench when it is asked for
    for other in our_imports(file) & LAYER.keys():
        assert LAYER[other] <= LAYER[package(file)], f"{file} is below crmwb.{other}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_heavy_libraries_stay_in_their_package(file):
    for library, only in ONLY_IN.items():
        if package(file) not in only:
            used = {n for n in imported_names(file) if library in n.split(".")}
            assert not used, f"{file} imports {used}; only {' and '.join(sorted(only))} may"


def test_days_and_months_are_counted_in_the_calendar_alone():
    counted = re.compile(
        r"^(EPOCH|MONTHS_A_YEAR)\b.*=|date\(1970|(?<!dt)\.year(\(\))?(\.cast\(\S+\))? \* (12|MONTHS)", re.MULTILINE
    )
    own = [file for file in FILES if counted.search(file.read_text())]
    assert own == [ROOT / "calendar.py"]


def test_plots_know_nothing_of_ours_but_params_layout_and_findings():
    for file in (ROOT / "plots").glob("*.py"):
        assert our_imports(file) <= {"plots", "params", "layout", "findings"}, file


def test_every_package_has_a_layer():
    assert {package(file) for file in FILES} - {"__init__"} <= LAYER.keys()


def test_only_params_reads_params_yaml():
    readers = [f for f in FILES if "params.load(" not in f.read_text() and "layout.PARAMS)" in f.read_text()]
    assert {package(f) for f in readers} <= {"params", "files"}  # files compares it before and after a stage


def test_files_stay_small():
    sizes = {str(file.relative_to(ROOT)): file.stat().st_size for file in FILES}
    assert max(sizes.values()) < 20_000, max(sizes, key=sizes.get)
    assert sum(sizes.values()) / len(sizes) < 10_000


def test_stage_scripts_are_thin():
    for script in (SRC.parent / "pipeline").glob("*.py"):
        assert len(script.read_text().splitlines()) <= 30, script


def test_importing_crmwb_pulls_nothing_heavy():
    code = "import sys, crmwb; print(*{m.split('.')[0] for m in sys.modules})"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "crmwb" in modules
    assert not {"pandas", "numpy", "sklearn", "great_expectations", "papermill", "matplotlib", "ibis"} & set(modules)
