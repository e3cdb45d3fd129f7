"""The contracts: every event round-trips, documents are current, incompatible changes fail."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from shared.contracts.compatibility import breaking_changes
from shared.contracts.export import asyncapi_document, event_schemas
from shared.contracts.topics import EVENT_TYPES, TOPIC_OF, TOPICS

COMMITTED = Path(__file__).parents[3] / "docs" / "contracts"


def committed() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in (COMMITTED / "schemas").glob("*.json")}


def test_every_event_has_a_type_of_its_own_and_one_topic() -> None:
    assert len(EVENT_TYPES) == len(TOPIC_OF) == sum(len(topic.events) for topic in TOPICS)


def test_no_event_changed_incompatibly_against_the_committed_schemas() -> None:
    now = event_schemas()
    problems = {
        name: changes if name in now else ["the event type was removed"]
        for name, schema in committed().items()
        if name not in now or (changes := breaking_changes(schema, now[name]))
    }
    assert problems == {}


def test_the_committed_documents_are_those_that_the_code_exports() -> None:
    assert committed() == event_schemas(), "run: recoup contracts export"
    assert json.loads((COMMITTED / "asyncapi.json").read_text()) == asyncapi_document()


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_each_schema_is_valid_json_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(event_schemas()[name])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda s: s["properties"].pop("bucket"), "event.bucket was removed"),
        (lambda s: s["required"].append("branch"), "event.branch became required"),
        (lambda s: s["properties"].update(bucket={"type": "integer"}), "event.bucket: type"),
        (lambda s: s["$defs"]["Product"]["enum"].pop(), "event.product no longer knows"),
        (lambda s: s["$defs"]["Money"]["properties"].pop("currency"), "currency was removed"),
    ],
)
def test_an_incompatible_change_is_named(damage: Any, said: str) -> None:
    before = event_schemas()["overdue.detected.v1"]
    after = copy.deepcopy(before)
    damage(after)
    assert any(said in change for change in breaking_changes(before, after))


def test_an_added_optional_field_is_compatible() -> None:
    before = event_schemas()["overdue.detected.v1"]
    after = copy.deepcopy(before)
    after["properties"]["remark"] = {"type": "string", "default": ""}
    assert breaking_changes(before, after) == []


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi_document()
    text = json.dumps(document)
    for message in document["components"]["messages"].values():
        assert message["payload"]["$ref"].removeprefix("schemas/").removesuffix(".json") in EVENT_TYPES
    for channel in document["channels"].values():
        for message in channel["messages"].values():
            assert message["$ref"].rsplit("/", 1)[-1] in document["components"]["messages"]
    assert msgspec.json.decode(text) == document
