"""What is wrong with a request file, said with the field, what may stand there, and what to do."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import inspect

_SAID = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$\.?(?P<path>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\[[^\]]*\]|[^.\[]+")
_FIELD = re.compile(r"`([^`]*)`$")


class WrongFile(ValueError):
    """The message names the field and the remedy."""

    def __init__(self, field: str, what: str, remedy: str) -> None:
        super().__init__(f"{field or 'the file'}: {what}. {remedy}.")


def wrong_struct(error: msgspec.ValidationError, root: type) -> WrongFile:
    """The same error with the remedy: the fields or values that may stand there."""
    found = _SAID.match(str(error))
    what, path = (found["what"], found["path"] or "") if found else (str(error), "")
    node = _type_at(inspect.type_info(root), path)
    named = _FIELD.search(what)
    if what.startswith("Object contains unknown field") and named:
        fields = [field.encode_name for field in node.fields] if isinstance(node, inspect.StructType) else []
        return unknown(path, f"unknown field {named[1]}", named[1], fields)
    if what.startswith("Object missing required field") and named:
        return WrongFile(path, f"the field {named[1]} is missing", f"Give {named[1]}")
    if isinstance(node, inspect.EnumType):
        return WrongFile(path, what, f"Use one of {', '.join(member.value for member in node.cls)}")
    if isinstance(node, inspect.LiteralType):
        return WrongFile(path, what, f"Use one of {', '.join(map(str, node.values))}")
    return WrongFile(path, what, "docs/compliance/gate.md tells what may stand here")


def unknown(path: str, what: str, name: str, allowed: Iterable[str]) -> WrongFile:
    """A name that is not one of those allowed; the nearest comes first."""
    names = sorted(allowed)
    near = get_close_matches(name, names, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return WrongFile(path, what, f"{meant}Use one of {', '.join(names)}")


def _type_at(node: Any, path: str) -> Any:
    """The type that the struct's schema has at a path; optional ones without their None."""
    node = _plain(node)
    for step in _STEP.findall(path):
        if step.startswith("["):
            node = node.value_type if isinstance(node, inspect.DictType) else getattr(node, "item_type", None)
        elif isinstance(node, inspect.StructType):
            node = next((field.type for field in node.fields if field.encode_name == step), None)
        else:
            return None
        node = _plain(node)
    return node


def _plain(node: Any) -> Any:
    if isinstance(node, inspect.UnionType):
        return next((part for part in node.types if not isinstance(part, inspect.NoneType)), None)
    return node
