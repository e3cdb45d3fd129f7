"""A policy composed of parts: each part's segments, kept to the cases that its scope names."""

from collections.abc import Callable
from typing import Any

from services.strategy.policy.problems import PolicyError
from services.strategy.policy.reading import read
from services.strategy.policy.yaml_text import Document
from services.strategy.policy_checks import problems
from services.strategy.policy_document import PolicyText

FindPart = Callable[[str], Document | None]
"""The part of a name; None where there is none."""

_JOINED = ("flags", "without_flags", "or_unknown")


def checked(document: Document) -> PolicyText:
    """The policy that a document says. Raises PolicyError with everything that is wrong."""
    text = read(document)
    wrong = problems(text)
    if wrong:
        raise PolicyError(*(document.problem(*each) for each in wrong))
    return text


def composed(document: Document, find: FindPart) -> Document:
    """The document with the segments of its parts in it, first in the order of the parts.

    Of a part only the segments count: entry, promises and easing are those of the document. Raises
    PolicyError for parts that are not there, not right, or would take every case.
    """
    text = read(document)
    if not text.parts:
        return document
    segments: list[dict[str, Any]] = []
    places, shown = dict(document.places), {}
    for number, name in enumerate(text.parts):
        of_part = _segments(document, f"parts[{number}]", find(name), name)
        for place in range(len(segments), len(segments) + len(of_part)):
            shown[f"segments[{place}]"] = f"parts[{number}] ({of_part[place - len(segments)]['name']})"
            places[f"segments[{place}]"] = document.places[f"parts[{number}]"]
        segments += of_part
    for path, where in document.places.items():
        if path.startswith("segments["):
            own, _, rest = path.removeprefix("segments[").partition("]")
            moved = f"segments[{int(own) + len(segments)}]"
            places[f"{moved}{rest}"] = where
            shown[moved] = f"segments[{own}]"
    content = {name: value for name, value in document.content.items() if name != "parts"}
    content["segments"] = [*segments, *document.content["segments"]]
    return Document(document.file, content, places, shown)


def _segments(document: Document, where: str, part: Document | None, name: str) -> list[dict[str, Any]]:
    if part is None:
        raise PolicyError(document.problem(where, f"there is no part {name}", f"Put {name}.yaml beside it"))
    text = checked(part)
    scope = part.content.get("scope")
    if not scope or text.parts:
        what = f"{name} has no scope" if not scope else f"{name} has parts itself"
        raise PolicyError(document.problem(where, what, "Use a part with a scope and segments of its own"))
    return [
        {**segment, "when": [_both(scope, condition) for condition in segment.get("when") or [{}]]}
        for segment in part.content["segments"]
    ]


def _both(scope: dict[str, Any], condition: dict[str, Any]) -> dict[str, Any]:
    joined = {
        name: [*(scope.get(name) or ()), *(condition.get(name) or ())]
        for name in _JOINED
        if scope.get(name) or condition.get(name)
    }
    return {**scope, **condition, **joined}
