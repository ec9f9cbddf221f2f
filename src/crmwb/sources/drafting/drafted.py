"""Files that `crmwb map` wrote and nobody has edited since: they may be written anew."""

import hashlib
import re
from pathlib import Path

MARK = "written by crmwb map, which replaces this file as long as nobody edits it: "
N_DIGITS = 16


def signed(text: str, comment: str = "#") -> str:
    """Return a text with a last line that tells whether it was edited since.

    Parameters
    ----------
    text : str
        Whole lines.
    comment : str
        What begins a comment in it.
    """
    return f"{text}{comment} {MARK}{_digest(text)}\n"


def is_untouched(path: Path) -> bool:
    """Say whether a file is as `crmwb map` wrote it; line ends do not matter."""
    try:
        text = "".join(f"{line}\n" for line in path.read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError:
        return False
    match = re.search(rf"[^\n]*{re.escape(MARK)}([0-9a-f]+)\n\Z", text)
    return match is not None and match[1] == _digest(text[: match.start()])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:N_DIGITS]
