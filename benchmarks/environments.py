"""Environments of rivals: each has its own, made by `uv` in a folder where it is missing."""

import subprocess
from pathlib import Path

RIVALS = {
    "lifetimes": ("lifetimes==0.11.3", "pandas<2", "numpy<1.25", "scipy<1.11", "autograd<1.7", "pyarrow<15"),
    "pymc_marketing": ("pymc-marketing==0.19.2",),
    "polars": ("polars",),
    "pandas": ("pandas", "pyarrow"),
    "pandera": ("pandera", "pandas", "pyarrow"),
    "great_expectations": ("great_expectations==1.24.*", "pyarrow"),
}


def environment(cache: Path, name: str) -> Path:
    """Return the Python of a rival's environment."""
    python = (cache / name / "bin" / "python").absolute()
    if not python.exists():
        subprocess.run(["uv", "venv", "-q", "--python", "3.11", cache / name], check=True)
        subprocess.run(["uv", "pip", "install", "-q", "--python", python, *RIVALS[name]], check=True)
    return python


def versions(python: Path, names: tuple[str, ...]) -> str:
    """Return the versions of packages in an environment, such as "polars 1.2"."""
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    known = subprocess.run([python, "-c", code, *names], capture_output=True, text=True, check=True).stdout.split()
    return ", ".join(f"{name} {one}" for name, one in zip(names, known, strict=True))
