"""YAML as plain data, with the line and column of every value.

Read are mappings, lists, text, whole numbers, true, false and null; a decimal number stays text, so that it
is exact. What versions of YAML read differently has to be quoted; tags, anchors and merges are refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from services.strategy.policy.problems import PolicyError, Problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_AMBIGUOUS = re.compile(
    r"y|n|yes|no|on|off|true|false|null|0[0-9_]+|[-+]?0[xob][0-9a-f_]+|[0-9]+(?:_[0-9]+)+|[0-9]+(?::[0-9]+)+",
    re.IGNORECASE,
)
_REFUSED: Mapping[type[yaml.Token], str] = {
    yaml.TagToken: "a tag (!)",
    yaml.AnchorToken: "an anchor (&)",
    yaml.AliasToken: "an alias (*)",
    yaml.DirectiveToken: "a directive (%)",
}
_DEPTH: Mapping[type[yaml.Token], int] = {
    yaml.BlockMappingStartToken: 1,
    yaml.BlockSequenceStartToken: 1,
    yaml.FlowMappingStartToken: 1,
    yaml.FlowSequenceStartToken: 1,
    yaml.BlockEndToken: -1,
    yaml.FlowMappingEndToken: -1,
    yaml.FlowSequenceEndToken: -1,
}
_DEEPEST = 20
LARGEST_BYTES = 1_000_000
_WHOLE = "the document"


@dataclass(frozen=True, slots=True)
class Document:
    """A document's content, and the (line, column) of each value by its path, such as `segments[0].when`.

    `shown` renames the beginnings of paths for people, where the content is not as it was written.
    """

    file: str
    content: dict[str, Any]
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)

    def problem(self, path: str, what: str, remedy: str) -> Problem:
        """A problem with the value at `path`, told at the place of it or of the nearest that holds it."""
        near = path
        while near and near not in self.places:
            near = near[: max(near.rfind("."), near.rfind("["), 0)]
        line, column = self.places.get(near, (1, 1))
        head, dot, rest = path.partition(".")
        shown = f"{self.shown.get(head, head)}{dot}{rest}"
        return Problem(self.file, line, column, shown or _WHOLE, what, remedy)


def parse(file: str, content: bytes) -> Document:
    """The document in `content`; `file` is its name in errors. Raises PolicyError."""
    document = Document(file, {})
    if len(content) > LARGEST_BYTES:
        raise PolicyError(document.problem("", "larger than a million bytes", "Split it into parts"))
    try:
        text = content.decode()
        _refuse_more_than_data(document, text)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"not readable as YAML: {error.problem}"
        raise PolicyError(Problem(file, line, column, _WHOLE, what, "Correct the line")) from None
    except (yaml.YAMLError, UnicodeError):
        raise PolicyError(document.problem("", "not readable as YAML", "Save it as YAML in UTF-8")) from None
    if not isinstance(root, yaml.MappingNode):
        raise PolicyError(
            document.problem("", "a policy is a mapping of names to values", "Begin with `name: …`")
        )
    document.content.update(_mapping(document, root, ""))
    return document


def _refuse_more_than_data(document: Document, text: str) -> None:
    depth = 0
    for token in yaml.scan(text, Loader=_LOADER):
        depth += _DEPTH.get(type(token), 0)
        what = "nested too deeply" if depth > _DEEPEST else _REFUSED.get(type(token))
        if what is not None:
            raise _error(document, token.start_mark, "", what, "Policies are plain data: write the value out")


def _mapping(document: Document, node: yaml.MappingNode, path: str) -> dict[str, Any]:
    document.places.setdefault(path, _place(node.start_mark))
    read: dict[str, Any] = {}
    for key, value in node.value:
        below = f"{path}.{key.value}" if path else str(key.value)
        if not isinstance(key, yaml.ScalarNode) or (key.value == "<<" and not key.style):
            raise _error(document, key.start_mark, path, "a name is no word", "Write a plain name")
        name = str(key.value)
        if not key.style and _AMBIGUOUS.fullmatch(name):
            what = f"{name} is read in different ways by versions of YAML"
            raise _error(document, key.start_mark, below, what, "Write it in double quotes")
        if name in read:
            raise _error(document, key.start_mark, below, f"{name!r} is given twice", "Keep one of the two")
        # At the name: that is where a person looks for a field.
        document.places[below] = _place(key.start_mark)
        read[name] = _value(document, value, below)
    return read


def _value(document: Document, node: yaml.Node, path: str) -> Any:
    document.places.setdefault(path, _place(node.start_mark))
    if isinstance(node, yaml.MappingNode):
        return _mapping(document, node, path)
    if isinstance(node, yaml.SequenceNode):
        return [_value(document, item, f"{path}[{place}]") for place, item in enumerate(node.value)]
    text = str(node.value)
    if isinstance(node, yaml.ScalarNode) and node.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _AMBIGUOUS.fullmatch(text):
        what = f"{text} is read in different ways by versions of YAML"
        raise _error(document, node.start_mark, path, what, "Write it in double quotes")
    return text


def _place(mark: yaml.Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _error(document: Document, mark: yaml.Mark, path: str, what: str, remedy: str) -> PolicyError:
    line, column = _place(mark)
    return PolicyError(Problem(document.file, line, column, path or _WHOLE, what, remedy))
