"""A MariaDB server of our own, on loopback and in a folder that goes away with it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, PASSWORD, DATABASE = "shop", "s3cret-of-mysql", "shop"
INIT = f"""
CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4;
CREATE USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO '{USER}'@'127.0.0.1';
"""
SECONDS_TO_START = 60


def is_installed() -> bool:
    """Whether the server's programs are there."""
    return bool(shutil.which("mariadbd")) and bool(shutil.which("mariadb-install-db"))


@contextmanager
def running() -> Iterator[str]:
    """Start a server, yield its address with user and password, and stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = Path(tempfile.mkdtemp(prefix="crmwb-mysql-"))
    (root / "init.sql").write_text(INIT)
    as_user = []
    if os.geteuid() == 0:
        as_user = ["--user=mysql"]
        for path in (root, root / "init.sql"):
            shutil.chown(path, "mysql", "mysql")
    data = f"--datadir={root / 'data'}"
    server = None
    try:
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db",
             *as_user],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        server = subprocess.Popen(
            ["mariadbd", "--no-defaults", data, "--bind-address=127.0.0.1", f"--port={port}", f"--socket={root / 's'}",
             f"--pid-file={root / 'pid'}", f"--init-file={root / 'init.sql'}", "--skip-log-bin", "--skip-name-resolve",
             *as_user],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        url = f"mysql://{USER}:{PASSWORD}@127.0.0.1:{port}/{DATABASE}"
        _wait(url, port)
        yield url
    finally:
        if server is not None:
            server.terminate()
            server.wait(30)
        shutil.rmtree(root, ignore_errors=True)


def _wait(url: str, port: int) -> None:
    import pymysql

    for _ in range(SECONDS_TO_START * 5):
        try:
            pymysql.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD, database=DATABASE).close()
        except pymysql.MySQLError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(url.partition("@")[2])
