"""The secret key: with it an identifier becomes a code that nobody can read back, and always the same one.

Codes are HMAC-SHA-256 (RFC 2104, FIPS 180-4) of the identifier's UTF-8 text, their first 128 bits in hexadecimal.
"""

import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from dotenv import dotenv_values

from crmwb.errors import CrmwbError
from crmwb.files.replacing import write_new

VARIABLE = "CRMWB_KEY"
ENV_FILE = Path(".env")
KEY_FILE = Path(".crmwb_key")
MIN_CHARACTERS = 32
CODE = re.compile(r"[0-9a-f]{32}")


def key() -> bytes:
    """Return the key: from the environment, .env, or the file .crmwb_key, in this order.

    Raises
    ------
    CrmwbError
        There is none, it is too short to keep a secret, or others may read its file.
    """
    given = os.environ.get(VARIABLE) or dotenv_values(ENV_FILE).get(VARIABLE)
    if given is None and KEY_FILE.is_file():
        if stat.S_IMODE(KEY_FILE.stat().st_mode) & 0o077:
            raise CrmwbError(f"{KEY_FILE}: others may read it; run chmod 600 {KEY_FILE}.")
        given = KEY_FILE.read_text(encoding="utf-8").strip()
    if not given:
        raise CrmwbError(
            f"no secret key: set {VARIABLE} in the environment or in {ENV_FILE}, or run `crmwb key` to make one in "
            f"{KEY_FILE}; keep it, for the same key gives the same codes."
        )
    if len(given) < MIN_CHARACTERS:
        raise CrmwbError(f"the secret key has {len(given)} characters; it needs at least {MIN_CHARACTERS} to be one.")
    return given.encode()


def is_there() -> bool:
    """Say whether there is a key, good or not."""
    return bool(os.environ.get(VARIABLE) or dotenv_values(ENV_FILE).get(VARIABLE)) or KEY_FILE.exists()


def make_key() -> None:
    """Write a new key to .crmwb_key, for its owner only.

    Raises
    ------
    CrmwbError
        There is one already: another would change every code.
    """
    try:
        write_new(secrets.token_hex(32) + "\n", KEY_FILE)
    except FileExistsError:
        raise CrmwbError(f"{KEY_FILE}: there is a key already, and another would change every code.") from None


def codes(identifiers: Iterable[str], with_key: bytes) -> list[str]:
    """Return the code of each identifier."""
    return [hmac.digest(with_key, text.encode(), "sha256").hex()[:32] for text in identifiers]
