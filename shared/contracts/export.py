"""The contracts as documents: a JSON Schema for each event type, one AsyncAPI 3 document for all topics."""

import json
from pathlib import Path
from typing import Any

import msgspec

from shared.contracts.base import Event
from shared.contracts.topics import EVENT_TYPES, TOPICS, Topic

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Document = dict[str, Any]


def event_schemas() -> dict[str, Document]:
    """The JSON Schema (2020-12) of each event type, self-contained, by type."""
    return {name: _schema(event) for name, event in sorted(EVENT_TYPES.items())}


def _schema(event: type[Event]) -> Document:
    (reference,), components = msgspec.json.schema_components([event], ref_template="#/$defs/{name}")
    own = components.pop(event.__name__)
    assert reference["$ref"] == f"#/$defs/{event.__name__}"
    document: Document = {"$schema": DIALECT, "$id": f"urn:recoup:event:{event.type_}", **own}
    if components:
        document["$defs"] = dict(sorted(components.items()))
    return document


def asyncapi_document() -> Document:
    """AsyncAPI 3.0 with Kafka bindings 0.5.0; payloads refer to the JSON Schemas beside it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Recoup events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka binary mode. Fields are only ever added.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {f"send.{topic.name}": _operation(topic) for topic in TOPICS},
        "components": {
            "messages": {name: _message(name, event) for name, event in sorted(EVENT_TYPES.items())},
            "schemas": {"cloudEventHeaders": _headers()},
        },
    }


def _channel(topic: Topic) -> Document:
    binding: Document = {"topic": topic.name, "bindingVersion": "0.5.0"}
    if topic.partitions is not None:
        binding["partitions"] = topic.partitions
    return {
        "address": topic.name,
        "title": topic.title,
        "description": f"Written by {topic.owner}; keyed by {topic.key}.",
        "messages": {event.type_: {"$ref": f"#/components/messages/{event.type_}"} for event in topic.events},
        "bindings": {"kafka": binding},
    }


def _operation(topic: Topic) -> Document:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"{topic.owner} publishes: {topic.title}",
    }


def _message(name: str, event: type[Event]) -> Document:
    return {
        "name": name,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/cloudEventHeaders"},
        "payload": {"$ref": f"schemas/{name}.json"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }


def _headers() -> Document:
    names = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type")
    further = ("ce_lane", "ce_sequence", "ce_correlationid")
    return {
        "type": "object",
        "required": list(names[:4]),
        "properties": {name: {"type": "string"} for name in (*names, *further)},
    }


def write_documents(folder: Path, schemas: dict[str, Document], asyncapi: Document) -> int:
    """Write `schemas/<type>.json` and `asyncapi.json`; returns how many documents."""
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    for name, schema in schemas.items():
        _write(folder / "schemas" / f"{name}.json", schema)
    _write(folder / "asyncapi.json", asyncapi)
    return len(schemas) + 1


def _write(path: Path, document: Document) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
