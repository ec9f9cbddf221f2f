"""What a report was made from, so that every number on it can be traced: data, choices, code, date and source."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from crmwb import layout, storage
from crmwb.params import Params

CODE = (".py", ".j2", ".css", ".toml")


class Lineage(BaseModel):
    """Where a report's numbers come from. Hashes are SHA-256; no clock, no paths, no names of people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    source_version: str | None
    licence: str | None
    caveat: str | dict[str, Any] | None
    as_of: str
    data_hash: str
    params_hash: str
    code_version: str
    code_hash: str


def trace(params: Params, root: Path = Path()) -> Lineage:
    """Return the lineage of what the pipeline has made in the project at `root`.

    The data hash covers the manifest, which knows the bytes of every source file, and the customer mart; the code hash
    all Python files, templates, style sheets and catalogues of ours.

    Raises
    ------
    CrmwbError
        The canonical tables, the features or the customer mart have not been made yet.
    """
    source: dict[str, Any] = storage.read_json(root / layout.MANIFEST)["source"]
    storage.require(root / layout.CUSTOMER_MART)
    return Lineage(
        source=source["name"],
        source_version=source.get("version"),
        licence=source.get("licence"),
        caveat=source.get("caveat"),
        as_of=storage.read_json(root / layout.OBSERVATION)["as_of"],
        data_hash=storage.content_hash(root / layout.MANIFEST, root / layout.CUSTOMER_MART),
        params_hash=params.fingerprint(),
        code_version=version("crmwb"),
        code_hash=code_hash(Path(__file__).parents[1]),
    )


def inputs_hash(lineage: Lineage, notebook: Path, root: Path) -> str:
    """Return the SHA-256 of all that a report is made from: lineage, notebook, and what the pipeline made before."""
    digest = sha256(lineage.model_dump_json().encode())
    paths = [path for path in (notebook, *(root / name for name in layout.REPORT_INPUTS)) if path.exists()]
    digest.update(storage.content_hash(*paths).encode())
    return digest.hexdigest()


def code_hash(package: Path) -> str:
    """Return the SHA-256 of a package's code: of each file's relative name and bytes, in the order of the names."""
    digest = sha256()
    for file in sorted(f for f in package.rglob("*") if f.suffix in CODE and ".ipynb_checkpoints" not in f.parts):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0")
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()
