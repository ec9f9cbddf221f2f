"""What a user waits for at the start: `import crmwb` and a `dvc repro` with nothing to do, each beside a bare rival.

Run in a project whose pipeline has been run: `python benchmarks/start.py`.
"""

import statistics
import subprocess
import sys
import time

RUNS = 7
PAIRS = {
    "import crmwb ÷ bare python": ([sys.executable, "-c", "import crmwb"], [sys.executable, "-c", "pass"]),
    "import crmwb ÷ import pandas": ([sys.executable, "-c", "import crmwb"], [sys.executable, "-c", "import pandas"]),
    "dvc repro, nothing changed ÷ dvc --version": (["dvc", "repro"], ["dvc", "--version"]),
}


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    for name, (ours, rival) in PAIRS.items():
        pairs = [(seconds(ours), seconds(rival)) for _ in range(RUNS)]
        a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(x / y for x, y in pairs)
        print(f"{name:<45} {a:6.2f} s   {b:6.2f} s   ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
