"""A real PostgreSQL server for tests, from Debian's package: its own data, on loopback, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "shop", "s3cret-w0rd"
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes
    ----------
    url : str
        Its address, with user and password.
    port : int
        On 127.0.0.1.
    """

    url: str
    port: int


def programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest; None where it is not installed."""
    programs_there = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    on_path = shutil.which("initdb")
    return programs_there[-1].parent if programs_there else Path(on_path).resolve().parent if on_path else None


@contextmanager
def running() -> Iterator[Server]:
    """Start a server in a new folder and stop it afterwards; as user postgres where we are root, which it refuses."""
    folder = programs()
    assert folder is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = Path(tempfile.mkdtemp(prefix="crmwb-postgres-"))
    data, word = root / "data", root / "password"
    word.write_text(PASSWORD)
    if os.geteuid() == 0:
        for path in (root, word):
            shutil.chown(path, "postgres", "postgres")
    try:
        _as_server("initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", f"--pwfile={word}", "-E", "UTF8", at=folder)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {root} -c fsync=off"
        _as_server("pg_ctl", "-D", data, "-w", "-o", options, "-l", root / "log", "start", at=folder)
        yield Server(f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres", port)
    finally:
        if (data / "postmaster.pid").exists():
            _as_server("pg_ctl", "-D", data, "-m", "immediate", "stop", at=folder)
        time.sleep(0.1)
        shutil.rmtree(root, ignore_errors=True)


def _as_server(program: str, *arguments: object, at: Path) -> None:
    command = [str(at / program), *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
