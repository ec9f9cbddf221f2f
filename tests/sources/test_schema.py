"""mappings/mapping.schema.json: current, and of the same mind as the model."""

import json

import jsonschema
import pytest
import yaml
from project import PROJECT

from crmwb.sources import schema

MAPPINGS = sorted((PROJECT / "mappings").glob("*.yaml"))


def content(path):
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


def test_the_schema_in_mappings_is_current():
    assert json.loads((PROJECT / "mappings" / "mapping.schema.json").read_text(encoding="utf-8")) == schema.schema(), (
        "run crmwb schema"
    )


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda p: p.stem)
def test_the_shipped_mappings_fit_it_and_name_it_for_editors(path):
    jsonschema.validate(content(path), schema.schema())
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=mapping.schema.json\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m["tables"]["transactions"].update(delimeter=";"),
        lambda m: m["tables"]["transactions"]["columns"].update(colour="x"),
        lambda m: m["tables"]["transactions"]["columns"].update(quantity={"colum": "x"}),
        lambda m: m["tables"]["transactions"].update(decimal=";"),
        lambda m: m["tables"].update(orders=m["tables"]["transactions"]),
        lambda m: m.pop("name"),
        lambda m: m["tables"].pop("customers"),
    ],
)
def test_what_the_model_refuses_it_refuses(change):
    mapping = content(PROJECT / "mappings" / "cdnow.yaml")
    change(mapping)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(mapping, schema.schema())


def test_every_key_is_described():
    described = schema.schema()
    for definition in (described, described["$defs"]["TableMapping"], described["$defs"]["ColumnMapping"]):
        bare = [n for n, p in definition["properties"].items() if "description" not in p and "$ref" not in p]
        assert not bare, bare
