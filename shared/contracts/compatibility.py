"""Which changes of an event's JSON Schema break those who wrote or read the earlier one."""

from typing import Any

Schema = dict[str, Any]


def breaking_changes(before: Schema, after: Schema) -> list[str]:
    """Sentences about what breaks; none when old events stay valid and old readers find their fields.

    Fields may be added if they are optional; enums may grow only at the writer's side, so a removed value
    breaks; a type, format or limit that changes breaks.
    """
    return _compare("event", before, after, before.get("$defs", {}), after.get("$defs", {}), set())


def _compare(
    where: str, before: Schema, after: Schema, old: Schema, new: Schema, seen: set[tuple[str, str]]
) -> list[str]:
    before, name_before = _resolve(before, old)
    after, name_after = _resolve(after, new)
    if (name_before, name_after) in seen and name_before:
        return []
    seen.add((name_before, name_after))
    found = _own_changes(where, before, after)
    for name, schema in before.get("properties", {}).items():
        if name not in after.get("properties", {}):
            found.append(f"{where}.{name} was removed")
        else:
            inner = after["properties"][name]
            found += _compare(f"{where}.{name}", schema, inner, old, new, seen)
    for name in after.get("required", []):
        if name not in before.get("required", []):
            found.append(f"{where}.{name} became required")
    if "items" in before and isinstance(after.get("items"), dict):
        found += _compare(f"{where}[]", before["items"], after["items"], old, new, seen)
    found += _compare_choices(where, before, after, old, new, seen)
    return found


def _compare_choices(
    where: str, before: Schema, after: Schema, old: Schema, new: Schema, seen: set[tuple[str, str]]
) -> list[str]:
    choices_before, choices_after = before.get("anyOf"), after.get("anyOf")
    if choices_before is None or choices_after is None:
        return [] if choices_before == choices_after else [f"{where} accepts other kinds of value"]
    if len(choices_after) < len(choices_before):
        return [f"{where} accepts fewer kinds of value"]
    pairs = zip(choices_before, choices_after, strict=False)
    return [change for one, other in pairs for change in _compare(where, one, other, old, new, seen)]


def _own_changes(where: str, before: Schema, after: Schema) -> list[str]:
    limits = ("type", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "const")
    found = [
        f"{where}: {limit} was {before.get(limit)!r}, is {after.get(limit)!r}"
        for limit in limits
        if before.get(limit) != after.get(limit)
    ]
    gone = set(map(str, before.get("enum", []))) - set(map(str, after.get("enum", [])))
    if gone:
        found.append(f"{where} no longer knows {', '.join(sorted(gone))}")
    return found


def _resolve(schema: Schema, definitions: Schema) -> tuple[Schema, str]:
    reference = schema.get("$ref")
    if reference is None:
        return schema, ""
    name = str(reference).rsplit("/", 1)[-1]
    return definitions[name], name
