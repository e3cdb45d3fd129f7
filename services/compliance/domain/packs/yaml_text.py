"""YAML without surprises: strings, whole numbers, true, false and null, and nothing read in two ways.

What YAML 1.1 and 1.2 read differently (`08:00`, `NO`, `010`, `1_000`) has to be quoted; names given twice,
tags, anchors and merges are refused. Every value's line is kept for whoever reports a problem with it.
"""

import re
from dataclasses import dataclass, field

import yaml

from services.compliance.domain.packs.problems import PackError, Problem

Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_AMBIGUOUS_WORD = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
_NUMBER_LIKE = re.compile(
    r"[-+]?(?:[0-9][0-9_,]*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?|\.[0-9]+|\.inf|\.nan)", re.IGNORECASE
)
_OTHER_BASE = re.compile(r"[-+]?0[xob][0-9a-f_]+", re.IGNORECASE)
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(?::[0-9]+)+")
_AMBIGUOUS = (_AMBIGUOUS_WORD, _NUMBER_LIKE, _OTHER_BASE, _SEXAGESIMAL)
_QUOTE_IT = "Write it in double quotes"
_DEEPEST = 30
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C reads the same several times faster, where PyYAML was built with it."""

_REFUSED: dict[type[yaml.Token], str] = {
    yaml.TagToken: "a tag (!)",
    yaml.AnchorToken: "an anchor (&)",
    yaml.AliasToken: "an alias (*)",
    yaml.DirectiveToken: "a directive (%)",
}
_DEPTH: dict[type[yaml.Token], int] = {
    yaml.BlockMappingStartToken: 1,
    yaml.BlockSequenceStartToken: 1,
    yaml.FlowMappingStartToken: 1,
    yaml.FlowSequenceStartToken: 1,
    yaml.BlockEndToken: -1,
    yaml.FlowMappingEndToken: -1,
    yaml.FlowSequenceEndToken: -1,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document's content, and the line (from 1) of each value by its path, such as `rules[3].max`."""

    file: str
    content: dict[str, Plain]
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, path: str) -> int:
        """The line of the value at `path`, or of the nearest value that holds it."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 1)

    def problem(self, path: str, what: str, remedy: str) -> Problem:
        """A problem with the value at `path`."""
        return Problem(self.file, path or "the document", what, remedy, self.line_of(path))


def parse(file: str, text: str) -> Document:
    """The one document of `text`; `file` is its name in errors. Raises PackError."""
    try:
        _refuse_more_than_data(file, text)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise PackError(
            Problem(file, "the document", f"not YAML: {error.problem}", "Correct the line", line)
        ) from None
    except (yaml.YAMLError, UnicodeError):
        raise PackError(Problem(file, "the document", "not YAML", "Save it as YAML in UTF-8")) from None
    document = Document(file, {})
    if not isinstance(root, yaml.MappingNode):
        raise PackError(document.problem("", "not a mapping", "Begin with names and values, such as `id: …`"))
    document.content.update(_Reader(document).mapping(root, ""))
    return document


def _refuse_more_than_data(file: str, text: str) -> None:
    """Raises PackError for tokens that plain data do not have, and before deep nesting exhausts a stack."""
    depth = 0
    for token in yaml.scan(text, Loader=_LOADER):
        depth += _DEPTH.get(type(token), 0)
        what = "nested too deeply" if depth > _DEEPEST else _REFUSED.get(type(token))
        if what is not None:
            remedy = "Packs are plain data: write the value out"
            raise PackError(Problem(file, "the document", what, remedy, token.start_mark.line + 1))


class _Reader:
    """Turns nodes into plain values and notes their lines."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Plain]:
        self._document.lines[path] = node.start_mark.line + 1
        read: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            below = f"{path}.{key}" if path else key
            if key in read:
                self._document.lines[below] = key_node.start_mark.line + 1
                raise self._error(below, "the name is given twice", "Keep one of the two")
            read[key] = self._value(value_node, below)
        return read

    def _value(self, node: yaml.Node, path: str) -> Plain:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        self._document.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, f"{path}[{n}]") for n, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node, path)

    def _key(self, node: yaml.Node, path: str) -> str:
        where = f"{path}.{node.value}" if path else str(node.value)
        if isinstance(node, yaml.ScalarNode):
            key = self._scalar(node, where)
            if isinstance(key, str) and (key != "<<" or node.style):
                return key
        self._document.lines[where] = node.start_mark.line + 1
        raise self._error(where, "the name is no word", "Quote it, if it is meant")

    def _scalar(self, node: yaml.ScalarNode, path: str) -> Plain:
        text: str = node.value
        if node.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if any(pattern.fullmatch(text) for pattern in _AMBIGUOUS):
            self._document.lines[path] = node.start_mark.line + 1
            raise self._error(path, f"{text} is read in different ways by versions of YAML", _QUOTE_IT)
        return text

    def _error(self, path: str, what: str, remedy: str) -> PackError:
        return PackError(self._document.problem(path, what, remedy))
