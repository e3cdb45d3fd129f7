"""A document's values against the types of the policy's fields: every mistake at its place."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from services.strategy.policy.problems import PolicyError, Problem
from services.strategy.policy.yaml_text import Document
from services.strategy.policy_document import Duration, Industry, Name, PolicyText
from shared.contracts.base import Currency, Instant

_HOW: Sequence[tuple[Any, str]] = (
    (Duration, "Write a whole number and d (days) or h (hours), such as 3d"),
    (Name, "Write small letters, digits and _, beginning with a letter"),
    (Industry, "Write a section letter of GB/T 4754, A to T"),
    (Currency, "Write the three letters of ISO 4217, such as CNY"),
    (Instant, 'Write date, time and offset, such as "2026-03-01T00:00:00+08:00"'),
)


def read(document: Document) -> PolicyText:
    """The policy that the document says. Raises PolicyError with everything that is wrong."""
    wrong = list(_wrong(document, document.content, PolicyText, ""))
    if wrong:
        raise PolicyError(*wrong)
    return msgspec.convert(document.content, PolicyText)


def _wrong(document: Document, value: Any, kind: Any, path: str) -> Iterator[Problem]:
    kinds = [each for each in _alternatives(kind) if each is not NoneType]
    if value is None and len(kinds) < len(_alternatives(kind)):
        return
    if isinstance(kinds[0], type) and issubclass(kinds[0], msgspec.Struct):
        yield from _wrong_struct(document, value, kinds[0], path)
    elif get_origin(kinds[0]) is list:
        yield from _wrong_list(document, value, get_args(kinds[0])[0], path)
    else:
        yield from _wrong_value(document, value, kind, kinds[0], path)


def _wrong_struct(document: Document, value: Any, kind: type[msgspec.Struct], path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield document.problem(path, "this is a mapping of names to values", f"Write {_some(kind)} below it")
        return
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for name, given in value.items():
        below = f"{path}.{name}" if path else name
        if name in fields:
            yield from _wrong(document, given, hints[name], below)
        else:
            yield document.problem(below, "there is no such field", _instead(name, list(fields)))
    for name, field in fields.items():
        if field.required and name not in value:
            yield document.problem(path, f"{name} is missing", f"Add the field {name}")


def _wrong_list(document: Document, value: Any, kind: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield document.problem(path, "this is a list", "Write the items as `- …` or in [ ]")
        return
    for place, item in enumerate(value):
        yield from _wrong(document, item, kind, f"{path}[{place}]")


def _wrong_value(document: Document, value: Any, kind: Any, plain: Any, path: str) -> Iterator[Problem]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        what, _, below = str(error).partition(" - at ")
        inner = below.strip("`").removeprefix("$")
        name = (
            next((key for key in value if inner in ("[...]", f".{key}")), None) if inner and value else None
        )
        yield document.problem(f"{path}.{name}" if name else path, what, _remedy(plain, value))


def _alternatives(kind: Any) -> list[Any]:
    return list(get_args(kind)) if get_origin(kind) in (Union, UnionType) else [kind]


def _remedy(kind: Any, value: Any) -> str:
    for known, how in _HOW:
        if kind == known:
            return how
    if get_origin(kind) is Literal:
        return _instead(value, list(get_args(kind)))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _instead(value, [each.value for each in kind])
    if get_origin(kind) is Annotated:
        (meta,) = get_args(kind)[1:]
        return f"Write a whole number from {meta.ge} to {meta.le}"
    if get_origin(kind) is dict:
        return "Write currencies and amounts, such as {CNY: 50}"
    return "Write a number, such as 0.5" if kind is not str else "Write text"


def _instead(value: Any, known: list[str]) -> str:
    near = get_close_matches(str(value), known, n=1)
    return f"Perhaps {near[0]} is meant" if near else f"Use one of {', '.join(known)}"


def _some(kind: type[msgspec.Struct]) -> str:
    return ", ".join(field.name for field in msgspec.structs.fields(kind)[:3])
