"""The JSON schema of a mapping, for editors: what may stand where, made from the model and the data contract."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

from crmwb import storage
from crmwb.contract import Table
from crmwb.contract.canonical import TABLES
from crmwb.params import Section
from crmwb.sources.column_mapping import ColumnMapping
from crmwb.sources.mapping import Mapping, TableMapping
from crmwb.sources.rates import RATES

Schema = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"
REFERENCE = "#/$defs/"
TEXT_OR_LIST = ("format", "derived_from", "order_by")
ATTRIBUTE = re.compile(r"^(\w+(?:, \w+)*)(?: : .*)?\n((?:    .*\n?)+)", re.MULTILINE)


def schema() -> Schema:
    """Return the JSON schema of a mapping file."""
    content = Mapping.model_json_schema()
    definitions: Schema = content["$defs"]
    for model, described in ((ColumnMapping, definitions["ColumnMapping"]), (TableMapping, definitions["TableMapping"]),
                             (Mapping, content)):  # fmt: skip
        _describe(model, described)
    for definition in definitions.values():
        for name in set(TEXT_OR_LIST) & definition["properties"].keys():
            alone = {"type": "string", "minLength": 1}
            definition["properties"][name] = {"anyOf": [alone, definition["properties"][name]]} | {
                key: definition["properties"][name].pop(key) for key in ("description", "default", "title")
                if key in definition["properties"][name]
            }  # fmt: skip
    definitions["TableMapping"].pop("required")  # rows name their own columns
    definitions["Column"] = {
        "anyOf": [
            {"type": "string", "minLength": 1, "description": "A source column."},
            {"$ref": f"{REFERENCE}ColumnMapping"},
        ]
    }
    definitions["TableMapping"]["properties"]["columns"]["additionalProperties"] = {"$ref": f"{REFERENCE}Column"}
    definitions["TableMapping"]["properties"]["currency"] = {"$ref": f"{REFERENCE}Column"}
    content["properties"]["tables"] = {
        "type": "object",
        "description": content["properties"]["tables"]["description"],
        "properties": {name: _one_or_several(table) for name, table in TABLES.items()},
        "additionalProperties": False,
        "required": ["customers"],
    }
    definitions |= {name: _part(table) for name, table in TABLES.items()}
    content["properties"]["rates"] = _part(RATES)
    return {"$schema": DIALECT, "title": "A mapping of crmwb", **{k: v for k, v in content.items() if k != "title"}}


def write(path: Path) -> None:
    """Write the JSON schema to `path`."""
    storage.write_text(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n", path)


def _part(table: Table) -> Schema:
    """Return the schema of a table of the contract: a TableMapping with its columns."""
    columns = {c.name: {"description": _meaning(c), "allOf": [{"$ref": f"{REFERENCE}Column"}]} for c in table.columns}
    return {
        "description": table.grain,
        "allOf": [
            {"$ref": f"{REFERENCE}TableMapping"},
            {"properties": {"columns": {"properties": columns, "additionalProperties": False}}},
        ],
    }


def _meaning(column: Any) -> str:
    needed = "may be unknown" if column.nullable else "needed"
    allowed = f"; {' or '.join(column.allowed)}" if column.allowed else ""
    return f"{column.meaning} ({column.kind.value}{allowed}; {needed})"


def _one_or_several(table: Table) -> Schema:
    part = {"$ref": f"{REFERENCE}{table.name}"}
    return {"description": table.grain, "anyOf": [part, {"type": "array", "items": part, "minItems": 1}]}


def _describe(model: type[Section], described: Schema) -> None:
    """Put what the docstring says of each attribute into the schema, and of the rest its first line only."""
    text = inspect.getdoc(model) or ""
    described["description"] = text.partition("\n")[0]
    for names, meaning in ATTRIBUTE.findall(text.partition("----------\n")[2] + "\n"):
        for name in names.split(", "):
            if name in described["properties"]:
                described["properties"][name]["description"] = " ".join(meaning.split())
    for results in described["properties"].values():
        results.pop("title", None)
