"""Files of a folder that stay as they are while others of it are written anew."""

import os
import shutil
from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path


def file_hash(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def is_whole(folder: Path, files: Mapping[str, str]) -> bool:
    """Return whether every file is in the folder and has its SHA-256; `files` are by their place within it."""
    return all((folder / file).is_file() and file_hash(folder / file) == known for file, known in files.items())


def link(file: Path, other: Path) -> None:
    """Give a file another name, or copy it where the file system does not; neither may ever be written to again."""
    other.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, other)
    except OSError:
        shutil.copyfile(file, other)
