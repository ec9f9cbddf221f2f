"""What a kill, a full disk, too little memory or a changed input does to every stage and command: writes docs/chaos.md.

`python benchmarks/chaos.py [--kills 208] [--others 5] [--repro 10] [--seed 1] [--page docs/chaos.md]` builds a small
project with planted personal data in a folder of its own, and hurts one process of it after the other. After each, the
next command must find every file as it was before or as the whole command leaves it, no temporary data, and no planted
text outside data/raw; and what a person is told must be a sentence. `dvc repro` is killed too, with a choice changed;
the run after that, with the choice put back, must come to the dvc.lock of a run that nobody disturbed. Where the kill
hit DVC while it wrote dvc.lock, `crmwb params` must say so, and dvc.lock is restored as `git checkout` does.
About 40 CPU minutes. `tests/pipeline/test_chaos.py` runs a few trials of each kind.
"""

import argparse
import hashlib
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[1]
STAGES = tuple(takewhile("report".__ne__, yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]))
REPORTS = ("report executive_summary", "report data_quality")
CANARIES = (b"canarybird", b"9481726")
KEY = "0123456789abcdef0123456789abcdef"
COLUMNS = {
    "customer_id": {"column": "E-Mail", "pseudonym": True},
    "order_id": "Order",
    "ordered_at": {"column": "Day", "format": "%Y%m%d"},
    "quantity": "Pieces",
    "revenue_cents": "Amount",
    "is_return": {"constant": False},
}
MAPPING = {
    "name": "Chaos",
    "tables": {
        "transactions": {"file": "orders.csv", "columns": COLUMNS},
        "customers": {"derived_from": "transactions", "columns": {"kind": {"constant": "person"}}},
    },
}
KEPT = ("data", "metrics", "reports", "mappings", "params.yaml", "marketing_mix.yaml", "actions.yaml", ".crmwb_key")
SENTENCE = re.compile(r"Stopped: .+[.!?]", re.DOTALL)


@dataclass
class Outcome:
    """What came of some trials of one kind.

    Attributes
    ----------
    n : int
        Trials.
    wrong : list of str
        What must not have happened.
    messages : Counter
        What a person was told.
    """

    n: int = 0
    ended: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    messages: Counter = field(default_factory=Counter)


class Chaos:
    """A small project, and what becomes of it.

    Parameters
    ----------
    folder : Path
        Where to make it; must be empty or not there.
    """

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.root = folder / "project"
        self.base = folder / "base"
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        self.random = random.Random(seed)
        self.seconds: dict[str, float] = {}
        self.after: dict[str, str] = {}
        _make_project(self.root)

    def build(self, commands: tuple[str, ...], stages: tuple[str, ...] = (*STAGES, *REPORTS)) -> None:
        """Run every stage once, then every command from the same state; note how long each takes and what it leaves."""
        for kind in stages:
            print(f"building: {kind}", flush=True)
            self._reference(kind)
        self._keep()
        for kind in commands:
            self._reference(kind)
            self.restore()

    def take(self, base: Path, commands: tuple[str, ...]) -> None:
        """Take over what another run has built, from the folder where it keeps it."""
        for name in KEPT:
            path = self.root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            _copy(base / name, path)
        self._keep()
        self.seconds = dict.fromkeys((*STAGES, *REPORTS), TYPICAL_SECONDS)
        for kind in commands:
            self._reference(kind)
            self.restore()

    def _keep(self) -> None:
        self.state = self.tree()
        self.base.mkdir(exist_ok=True)
        for name in KEPT:
            _copy(self.root / name, self.base / name)

    def _reference(self, kind: str) -> None:
        began = time.monotonic()
        code, text = self.finish(self.start(kind))
        if code != 0:
            raise SystemExit(f"{kind}: {text}")
        self.seconds[kind] = time.monotonic() - began
        self.after[kind] = self.tree()

    def restore(self) -> None:
        """Put the project back into the state in which all stages have run."""
        for name in KEPT:
            path = self.root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            _copy(self.base / name, path)

    def start(self, kind: str, limit: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
        """Start a stage or a command, in a session of its own."""
        first, *given = kind.split()
        installed = first in {"crmwb", "dvc"}
        command = [str(Path(sys.executable).parent / first)] if installed else [sys.executable, f"pipeline/{first}.py"]
        environment = os.environ | {
            "PYTHONPATH": str(self.root / "src"), "TMPDIR": str(self.temporary), "CRMWB_KEY": KEY,
            "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "GX_ANALYTICS_ENABLED": "False", "COLUMNS": "2000",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }  # fmt: skip
        return subprocess.Popen(
            [*command, *given], cwd=self.root, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=limit,  # noqa: PLW1509 - we start no threads
        )  # fmt: skip

    def finish(self, process: subprocess.Popen[bytes]) -> tuple[int, str]:
        """Wait for a process, and for all that it started; return its exit code and what it said."""
        try:
            output, _ = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:  # it would wait for ever
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return HUNG, f"still at work after {PATIENCE_SECONDS} s"
        return process.returncode, output.decode(errors="replace")

    def tree(self) -> str:
        """Return a hash of everything that people or the pipeline keep, without temporary data."""
        digest = hashlib.sha256()
        for name in KEPT:
            for file in sorted((self.root / name).rglob("*")) if (self.root / name).is_dir() else [self.root / name]:
                if file.name == ".crmwb_key" and file.is_file():
                    digest.update(f"a key of {file.stat().st_size} bytes".encode())  # every one is another
                elif file.is_file() and not file.is_relative_to(self.root / "data" / "tmp"):
                    digest.update(
                        f"{file.relative_to(self.root)}\0".encode() + hashlib.sha256(file.read_bytes()).digest()
                    )
        return digest.hexdigest()

    def wrong(self, kind: str) -> list[str]:
        """Let the next command clear up, and return what is not as it should be."""
        code, text = self.finish(self.start("crmwb params"))
        faults = [] if code == 0 else [f"the next command stopped: {text[-300:]}"]
        if self.tree() not in {self.state, self.after.get(kind, self.state)}:
            faults.append("files are neither as before nor as the whole command leaves them")
        left = [*(self.root / "data" / "tmp").rglob("*"), *self.root.rglob(".*.part"), *self.temporary.rglob("*")]
        if left := [str(path) for path in left if ".venv" not in path.parts]:
            faults.append(f"left behind: {', '.join(left[:3])}")
        for place in (self.root, self.temporary):
            faults += [f"personal data in {name}" for name in _leaks(place)]
        return faults

    def trial(self, outcome: Outcome, kind: str, code: int, text: str, *, may_stop: bool = True) -> None:
        """Judge a process that has ended, and put the project back."""
        outcome.n += 1
        line = " ".join(text.split())
        wrong = self.wrong(kind)
        if code == 0:
            outcome.ended["done"] += 1
        elif code == -signal.SIGKILL:
            outcome.ended["killed"] += 1
        elif code == 1 and may_stop and "A fault in crmwb" not in line and "Traceback" not in line:
            outcome.ended["stopped with a sentence"] += 1
            sentence = line[line.rfind("Stopped: ") :] if "Stopped: " in line else f"(without a sentence) {line[-200:]}"
            outcome.messages[_plain(sentence)] += 1
            if not SENTENCE.search(line):
                wrong.append(f"no sentence: {line[-300:]}")
        else:
            outcome.ended["crashed"] += 1
            wrong.append(f"exit {code}: {line[-400:]}")
        outcome.wrong += [f"{kind}: {what}" for what in wrong]
        if wrong or self.tree() != self.state:
            self.restore()
            shutil.rmtree(self.root / "data" / "tmp", ignore_errors=True)

    def kill(self, kind: str, outcome: Outcome) -> None:
        """Kill a process at a random moment; every other time just when it begins to replace files."""
        process = self.start(kind)
        began = time.monotonic()
        if self.random.random() < 0.5:
            until = self.random.uniform(0, self.seconds[kind])
        else:
            while process.poll() is None and not list((self.root / "data" / "tmp").glob("*/replaced")):
                time.sleep(0.001)
            until = time.monotonic() - began + self.random.choice([0, 0, self.random.uniform(0, 0.05)])
        while process.poll() is None and time.monotonic() - began < until:
            time.sleep(0.001)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        code, text = self.finish(process)
        self.trial(outcome, kind, code, text)

    def limited(self, kind: str, outcome: Outcome, what: int, amount: int) -> None:
        """Run a process under a limit of the system."""
        code, text = self.finish(self.start(kind, lambda: resource.setrlimit(what, (amount, amount))))
        self.trial(outcome, kind, code, text)

    def full_disk(self, kind: str, outcome: Outcome) -> None:
        """Run a process on a disk with little space left: a file system of its own, or else a limit on files' sizes."""
        free = self.random.randrange(0, 1 << self.random.randrange(10, 22))
        if os.getuid() != 0:
            self.limited(kind, outcome, resource.RLIMIT_FSIZE, free)
            return
        filler = self.root / "data" / "filler"
        status = os.statvfs(self.root / "data")
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, status.f_bavail * status.f_frsize - free))
        try:
            code, text = self.finish(self.start(kind))
        finally:
            filler.unlink()
        self.trial(outcome, kind, code, text)

    def kill_repro(self, outcome: Outcome, seconds: float, lock: bytes) -> None:
        """Kill `dvc repro` with a choice changed; with the choice put back, the next run must end where it began."""
        stage = self.random.choice(tuple(CHOICES))
        path = self.root / "params.yaml"
        before = path.read_bytes()
        path.write_bytes(_other_choice(stage)(before))
        process, began = self.start("dvc repro"), time.monotonic()
        until = self.random.uniform(2, seconds)
        while process.poll() is None and time.monotonic() - began < until:
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        code, _ = self.finish(process)
        path.write_bytes(before)
        outcome.n += 1
        ended = "killed" if code < 0 else "done"
        code, text = self.finish(self.start("crmwb params"))
        message = " ".join(text.split())
        if code == 1 and "Stopped: dvc.lock: " in message:
            ended = "killed while DVC wrote dvc.lock"
            outcome.messages[_plain(message[message.rfind("Stopped: ") :])] += 1
            (self.root / "dvc.lock").write_bytes(lock)  # as `git checkout` does
        outcome.ended[ended] += 1
        code, text = self.finish(self.start("dvc repro"))
        if code != 0:
            message = " ".join(text.split())
            outcome.wrong.append(f"dvc repro after a kill with another choice of {stage}: {message[-600:]}")
        elif (self.root / "dvc.lock").read_bytes() != lock:
            outcome.wrong.append(f"dvc.lock differs after a kill with another choice of {stage}")
        outcome.wrong += self.wrong("dvc repro")

    def repro(self) -> tuple[float, bytes]:
        """Run `dvc repro` undisturbed; return how long it took, and dvc.lock."""
        began = time.monotonic()
        code, text = self.finish(self.start("dvc repro"))
        if code != 0:
            raise SystemExit(f"dvc repro: {' '.join(text.split())[-2000:]}")
        self.after["dvc repro"] = self.tree()
        return time.monotonic() - began, (self.root / "dvc.lock").read_bytes()

    def change(self, kind: str, outcome: Outcome) -> None:
        """Change an input while a stage runs: it must say so, and keep the results of before."""
        deps = _dependencies(kind, self.root)
        able = [
            *([("params.yaml", _other_choice(kind))] if kind in CHOICES else []),
            *((dep, _touched) for dep in deps),
        ]
        if not able:
            return
        name, change = self.random.choice(able)
        process = self.start(kind)
        at_work = self.root / "data" / "tmp"  # a folder in its owner's is made once the inputs are noted
        while process.poll() is None and not any(path.is_dir() for path in at_work.glob("*/*")):
            time.sleep(0.001)
        path = self.root / name
        before = path.read_bytes()
        path.write_bytes(change(before))
        was_running = process.poll() is None
        code, text = self.finish(process)
        path.write_bytes(before)
        if code == 0 and was_running:
            outcome.wrong.append(f"{kind}: {name} changed while it ran, and it did not say so")
        self.trial(outcome, kind, code, text)


COMMANDS = (
    "crmwb source b2b_demo",
    "crmwb forget canarybird00004@secret.example",
    "crmwb accept",
    "crmwb key",
    "crmwb map data/raw/sales.csv --yes --answer currency=USD",
    "crmwb quarantine --export data/raw/quarantine.csv",
)
# of each stage a choice that it depends on, and another value of it
CHOICES = {
    "ingest": ("currency", "USD", "EUR"),
    "validate": ("max_quarantined_share", "0.05", "0.06"),
    "features": ("recent_days", "90", "91"),
    "value": ("seed", "20170101", "7"),
    "lifecycle": ("recent_days", "90", "91"),
    "segment": ("seed", "20170101", "7"),
    "migrate": ("winsorise_at", "4", "5"),
}
TYPICAL_SECONDS = 10.0
PATIENCE_SECONDS = 600
HUNG = 124  # exit code, as `timeout` gives it
MEMORY_BYTES = (2 << 30, 6 << 30)  # of address space, on both sides of what a stage asks for


@contextmanager
def folder(size_mb: int = 400) -> Iterator[Path]:
    """Yield a folder to work in: where that is allowed, a disk of its own, which can be filled."""
    path = Path(tempfile.mkdtemp(prefix="crmwb-chaos-"))
    is_mounted = os.getuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(path)], check=False, capture_output=True
    ).returncode == 0  # fmt: skip
    try:
        yield path
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(path)], check=False)
        shutil.rmtree(path, ignore_errors=True)


def _make_project(root: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in ("src", "pipeline", "notebooks"):
        shutil.copytree(PROJECT / name, root / name, ignore=ignored)
    for name in ("dvc.yaml", "params.yaml", "marketing_mix.yaml", "actions.yaml", ".dvcignore", "requirements.lock"):
        shutil.copy(PROJECT / name, root / name)
    (root / "data" / "raw").mkdir(parents=True)
    (root / "mappings").mkdir()
    for file in (f for kind in ("*.json", "*.csv") for f in (PROJECT / "data").glob(kind)):  # what people accepted
        shutil.copy(file, root / "data")
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text(
        "[core]\n    no_scm = true\n    analytics = false\n    check_update = false\n"
    )
    (root / "mappings" / "chaos.yaml").write_text(yaml.safe_dump(MAPPING))
    lines = (PROJECT / "tests" / "fixtures" / "cdnow_sample.txt").read_text().splitlines()
    person = "canarybird{}@secret.example,Canarybird,+49 170 9481726"
    rows = [line.split() for line in lines if line.split()[1] <= "0400"]
    orders = [f"{person.format(c)},o{i},{d},{n},{a}" for i, (c, _, d, n, a) in enumerate(rows)]
    orders.insert(5, orders[5].replace(",19", ",canarybird@secret.example 19"))  # is set aside
    (root / "data" / "raw" / "orders.csv").write_text(
        "\n".join(["E-Mail,Name,Phone,Order,Day,Pieces,Amount", *orders]) + "\n"
    )
    sales = "".join(f"{c},o{i},{d[:4]}-{d[4:6]}-{d[6:]},{n},{a}\n" for i, (c, _, d, n, a) in enumerate(rows))
    (root / "data" / "raw" / "sales.csv").write_text("customer,order,date,quantity,amount\n" + sales)
    content = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    content["source"] |= {"kind": "files", "mapping": "mappings/chaos.yaml", "directory": "data/raw"}
    content["engine"] |= {"threads": 1, "memory_limit_gb": 1}
    content["features"]["n_snapshots"] = 3
    content["value"]["n_bootstrap"] = 20
    content["value"]["backtest"]["n_origins"] = 1
    content["value"]["equity"] |= {"n_months": 3, "n_origins": 1}
    content["segmentation"]["clusters"] |= {"k_max": 3, "n_bootstrap": 2}
    content["reports"] = {name: content["reports"][name] for name in ("executive_summary", "data_quality")}
    (root / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False))


def _copy(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns("tmp"))
    elif source.exists():
        shutil.copy2(source, to)


def _leaks(place: Path) -> list[str]:
    allowed = {place / "data" / "raw", place / "src", place / "notebooks"}
    files = (f for f in place.rglob("*") if f.is_file() and not any(f.is_relative_to(a) for a in allowed))
    return [str(f) for f in files if any(canary in f.read_bytes().lower() for canary in CANARIES)]


def _dependencies(kind: str, root: Path) -> list[str]:
    """Return files that a stage reads, and that stay readable with a line more: the raw file, a mapping, JSON."""
    if kind == "ingest":
        return ["data/raw/orders.csv", "mappings/chaos.yaml"]
    stages = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    deps = [root / dep for dep in stages.get(kind, {}).get("deps", []) if dep.startswith("data/")]
    files = [file for dep in deps for file in (sorted(dep.glob("*.json"))[:1] if dep.is_dir() else [dep])]
    return [str(file.relative_to(root)) for file in files if file.suffix == ".json" and file.exists()]


def _touched(content: bytes) -> bytes:
    return content + (b"" if content.endswith(b"\n\n") else b"\n")


def _other_choice(kind: str) -> Callable[[bytes], bytes]:
    key, before, after = CHOICES[kind]
    return lambda content: re.sub(rf"(?m)^(\s*{key}): {before}$", rf"\1: {after}", content.decode()).encode()


def _plain(sentence: str) -> str:
    """Return a message without what differs from trial to trial."""
    sentence = re.sub(r"process \d+, since [\d:]+", "process N, since T", sentence)
    sentence = re.sub(r"/\S*/crmwb-chaos-\w+/project", "PROJECT", sentence)
    return re.sub(r"\.[0-9a-f]{8}\.\d+-[0-9a-f]{8}|\b\d+-[0-9a-f]{8}\b", "…", sentence)[:400]


def run(given: argparse.Namespace) -> int:
    """Hurt every stage and command, print and write what came of it, and return how often it went wrong."""
    outcomes: dict[str, Outcome] = {
        name: Outcome() for name in ("kill", "disk full", "too little memory", "changed input", "kill of dvc repro")
    }
    with folder() as place:
        chaos = Chaos(place, given.seed)
        if given.base is None:
            chaos.build(COMMANDS)
        else:
            chaos.take(given.base, COMMANDS)
        kinds = (*STAGES, *REPORTS, *COMMANDS)
        began = time.monotonic()
        for i in range(given.kills):
            chaos.kill(kinds[i % len(kinds)], outcomes["kill"])
            if i % 16 == 15:
                print(
                    f"{i + 1} kills, {len(outcomes['kill'].wrong)} wrong, {time.monotonic() - began:.0f} s", flush=True
                )
        for i in range(given.others):
            for kind in (*STAGES, *COMMANDS[1:3]):
                chaos.full_disk(kind, outcomes["disk full"])
            for kind in STAGES:
                amount = chaos.random.randrange(*MEMORY_BYTES)
                chaos.limited(kind, outcomes["too little memory"], resource.RLIMIT_AS, amount)
                chaos.change(kind, outcomes["changed input"])
            print(f"round {i + 1} of {given.others}", {name: len(o.wrong) for name, o in outcomes.items()}, flush=True)
        if given.repro:
            seconds, lock = chaos.repro()
            for i in range(given.repro):
                chaos.kill_repro(outcomes["kill of dvc repro"], seconds, lock)
                print(
                    f"dvc repro {i + 1} of {given.repro}, {len(outcomes['kill of dvc repro'].wrong)} wrong", flush=True
                )
    text = _page(outcomes)
    print(text)
    if given.page is not None:
        given.page.write_text(text, encoding="utf-8")
    return sum(len(outcome.wrong) for outcome in outcomes.values())


def _page(outcomes: dict[str, Outcome]) -> str:
    lines = [
        "# What kills, full disks and changed inputs do", "",
        "Written by `make chaos`: every stage and command of a small project is hurt at random moments. Right is:",
        "the next command finds every file as before or as the whole command leaves it, no temporary data, and no",
        "planted personal data outside `data/raw`; and what stopped says why in a sentence. `dvc repro` is killed with",
        "a choice changed; the next run, with the choice put back, must come to the `dvc.lock` of an undisturbed one,",
        "if need be once a cut-off `dvc.lock`, which `crmwb params` names, is restored.",
        "",
        "| what | trials | how they ended | wrong |", "|---|---:|---|---:|",
    ]  # fmt: skip
    for name, outcome in outcomes.items():
        ended = ", ".join(f"{n} {how}" for how, n in outcome.ended.most_common())
        lines.append(f"| {name} | {outcome.n} | {ended} | {len(outcome.wrong)} |")
    for name, outcome in outcomes.items():
        if outcome.messages:
            lines += ["", f"## Messages: {name}", ""]
            lines += [f"* {n} × {message}" for message, n in sorted(outcome.messages.items())]
        if outcome.wrong:
            lines += ["", f"## Wrong: {name}", "", *(f"* {what}" for what in sorted(set(outcome.wrong)))]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=208)
    parser.add_argument("--others", type=int, default=5)
    parser.add_argument("--repro", type=int, default=10, help="kills of dvc repro")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=Path)
    parser.add_argument("--base", type=Path, help="where a run that is under way keeps what it has built")
    sys.exit(min(1, run(parser.parse_args())))
