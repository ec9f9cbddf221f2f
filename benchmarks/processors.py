"""Does another processor give the same figures? Runs the whole pipeline twice, as two processors would, and compares.

`python benchmarks/processors.py [--source b2b_demo]` clones the project twice. One copy runs with the matrix kernels
of a Haswell processor, the other with those of a Prescott one, without numpy's vector instructions and on another
number of threads. Figures of metrics and of the mart must be equal at six significant digits (expected amounts, which
are rounded to cents, up to one cent), the text and the pictures of every report must be the same. It prints what
differs, and exits with 1 where something does. About 20 CPU minutes.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

PROJECT = Path(__file__).parents[1]
DIGITS = 6
RELATIVE = 0.5 * 10 ** (1 - DIGITS)
N_SHOWN = 20
PROCESSORS = {
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "Prescott": {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"},
}
THREADS = {"Haswell": 2, "Prescott": 1}
HASH = re.compile(r"\b[mp]?[0-9a-f]{8,64}\b")  # of artefacts, and ids within pictures: they tell the last binary digit
SCRIPTS = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
NUMBER = re.compile(r"(?<![\w#.])-?\d+(?:\.\d+)?(?:e-?\d+)?")
PIXEL = 0.01
TAG = re.compile(r"<[^>]+>")


def run(folder: Path, processor: str, source: str | None) -> None:
    """Run the pipeline in a fresh copy of the project, as one processor would."""
    subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(folder)], check=True)
    if source:
        subprocess.run([tool("crmwb"), "source", source], cwd=folder, env=environment(folder, processor), check=True)
    params = folder / "params.yaml"
    text = params.read_text(encoding="utf-8")
    changed = re.sub(r"^  threads: null ", f"  threads: {THREADS[processor]} ", text, flags=re.MULTILINE)
    assert changed != text
    params.write_text(changed, encoding="utf-8")
    subprocess.run([tool("dvc"), "repro", "--quiet"], cwd=folder, env=environment(folder, processor), check=True)


def tool(name: str) -> str:
    """Return the path of a command of this environment."""
    return str(Path(sys.executable).parent / name)


def environment(folder: Path, processor: str) -> dict[str, str]:
    """Return the variables that make a process compute as that processor would, on the copy's own code."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **PROCESSORS[processor], "PATH": path, "PYTHONPATH": str(folder / "src"), "CI": "true"}


def same(first: Any, second: Any, name: str) -> bool:
    """Return whether two values are equal: numbers at six significant digits, amounts up to the cent they end on."""
    numbers = isinstance(first, float) and isinstance(second, float | int)
    if numbers or (_is_amount(name) and isinstance(first, int) and isinstance(second, int)):
        atol = 1 if _is_amount(name) else 1e-12
        return bool(np.isclose(first, second, rtol=RELATIVE, atol=atol, equal_nan=True))
    return bool(first == second)


def _is_amount(name: str) -> bool:
    """Whether a value is money: expected amounts are rounded to cents, so the last one may differ."""
    return "cents" in name or name.startswith(".equity.")


def same_picture(first: str, second: str) -> bool:
    """Return whether two pictures are equal: words and shapes, and coordinates to a hundredth of a pixel."""
    texts, numbers = zip(
        *((NUMBER.sub("#", p), NUMBER.findall(p)) for p in map(_without_hashes, (first, second))), strict=True
    )
    return texts[0] == texts[1] and bool(np.allclose(*(np.array(n, float) for n in numbers), rtol=0, atol=PIXEL))


def _without_hashes(picture: str) -> str:
    return HASH.sub("", picture)


def leaves(content: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of a JSON document with its place."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from leaves(value, f"{place}.{key}")
    elif isinstance(content, list):
        for i, value in enumerate(content):
            yield from leaves(value, f"{place}[{i}]")
    else:
        yield place, content


def differences_of_json(first: Path, second: Path) -> Iterator[str]:
    """Yield the values of a JSON file that differ."""
    pairs = [dict(leaves(json.loads(path.read_text(encoding="utf-8")))) for path in (first, second)]
    for place in sorted(pairs[0].keys() | pairs[1].keys()):
        one, other = (values.get(place, "absent") for values in pairs)
        if not same(one, other, place) and not (isinstance(one, str) and HASH.fullmatch(one)):
            yield f"{place}: {one} | {other}"


def differences_of_table(first: Path, second: Path) -> Iterator[str]:
    """Yield the columns of a table that differ, with the first such row."""
    one, other = pd.read_parquet(first), pd.read_parquet(second)
    if list(one) != list(other) or len(one) != len(other):
        yield f"{one.shape} | {other.shape}, or other columns"
        return
    for name in one:
        a, b = one[name], other[name]
        if pd.api.types.is_float_dtype(a) or (pd.api.types.is_numeric_dtype(a) and _is_amount(name)):
            values = (column.to_numpy(float, na_value=np.nan) for column in (a, b))
            equal = np.isclose(*values, rtol=RELATIVE, atol=1 if _is_amount(name) else 1e-12, equal_nan=True)
        else:
            equal = (
                ((a == b) | (a.isna() & b.isna())).to_numpy(dtype=bool)
                if a.dtype != object
                else a.map(str) == b.map(str)
            )
        if not np.all(equal):
            row = int(np.argmin(equal))
            yield f"{name}: {int((~np.asarray(equal)).sum())} rows; first {a.iloc[row]} | {b.iloc[row]}"


def differences_of_page(first: Path, second: Path) -> Iterator[str]:
    """Yield the lines of text, and the number of pictures, in which two reports differ."""
    pages = [SCRIPTS.sub("", path.read_text(encoding="utf-8")) for path in (first, second)]
    pictures = [PICTURE.findall(page) for page in pages]
    n_other = sum(not same_picture(*pair) for pair in zip_longest(*pictures, fillvalue=""))
    if n_other:
        yield f"{n_other} of {len(pictures[0])} pictures"
    texts = [
        [line.strip() for line in HASH.sub("", TAG.sub("\n", page)).splitlines() if line.strip()] for page in pages
    ]
    for one, other in zip_longest(*texts, fillvalue="(nothing)"):
        if one != other:
            yield f"{one} | {other}"


COMPARED = (
    ("metrics/**/*.json", differences_of_json),
    ("data/marts/**/*.parquet", differences_of_table),
    ("data/value/**/*.json", differences_of_json),
    ("data/lifecycle/**/*.json", differences_of_json),
    ("data/segments/**/*.json", differences_of_json),
    ("reports/**/*.html", differences_of_page),
)


def compare(first: Path, second: Path) -> list[str]:
    """Return everything in which two finished projects differ."""
    unlike = []
    for pattern, differences in COMPARED:
        files = {path.relative_to(root).as_posix() for root in (first, second) for path in root.glob(pattern)}
        for name in sorted(files):
            if not ((first / name).exists() and (second / name).exists()):
                unlike.append(f"{name}: there once only")
                continue
            unlike += [f"{name}: {text}" for text in differences(first / name, second / name)]
        print(f"{pattern}: {len(files)} files compared", flush=True)
    return unlike


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--source", help="a source that `crmwb source` knows; the demo data where not given")
    parser.add_argument("--keep", type=Path, help="a folder to keep the two copies in, also to compare them again")
    arguments = parser.parse_args()
    root = arguments.keep or Path(tempfile.mkdtemp(prefix="processors-"))
    try:
        for processor in PROCESSORS:
            if not (root / processor).exists():
                run(root / processor, processor, arguments.source)
        unlike = compare(*(root / processor for processor in PROCESSORS))
    finally:
        if arguments.keep is None:
            shutil.rmtree(root, ignore_errors=True)
    for text in unlike[:N_SHOWN]:
        print(f"  {text}")
    print(
        f"{len(unlike)} differences." if unlike else "Another processor gives the same figures, sentences and pictures."
    )
    return 1 if unlike else 0


if __name__ == "__main__":
    sys.exit(main())
