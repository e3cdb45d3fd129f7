"""Reads policies; whatever is wrong is told with file, line, column, field and remedy."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from services.strategy.domain.policy import Policy
from services.strategy.policy.building import build
from services.strategy.policy.parts import FindPart, checked, composed
from services.strategy.policy.problems import PolicyError
from services.strategy.policy.yaml_text import Document, parse
from services.strategy.policy_document import PolicyText

__all__ = ["SHIPPED", "PolicyError", "ReadPolicy", "digest_of", "load_policy", "read_file", "read_policy"]

SHIPPED = Path(__file__).parent / "policies"
"""The policies that come with the platform; their names are those of parts."""


class ReadPolicy(NamedTuple):
    """A policy that can be used: as it decides, as it is written, and the whole document with its parts."""

    policy: Policy
    text: PolicyText
    document: dict[str, Any]


def load_policy(path: Path) -> tuple[Policy, dict[str, Any]]:
    """The policy of the file, and the document as it stands there. Raises PolicyError."""
    found = read_file(path)
    return found.policy, found.document


def read_file(path: Path) -> ReadPolicy:
    """The policy of the file; its parts are beside it or among those shipped. Raises PolicyError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise PolicyError(
            Document(str(path), {}).problem("", what, "Check the path and its rights")
        ) from None
    return read_policy(str(path), content, lambda name: _part(path.parent, name) or _part(SHIPPED, name))


def read_policy(file: str, content: bytes, find: FindPart | None = None) -> ReadPolicy:
    """The policy in `content`; `file` is its name in errors. Raises PolicyError."""
    document = composed(parse(file, content), find or (lambda name: _part(SHIPPED, name)))
    text = checked(document)
    return ReadPolicy(build(text, digest_of(document.content)), text, document.content)


def digest_of(document: dict[str, Any]) -> str:
    """SHA-256 of what a document says: comments, order of names and spaces do not count."""
    said = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(said.encode()).hexdigest()


def _part(folder: Path, name: str) -> Document | None:
    path = folder / f"{name}.yaml"
    return parse(str(path), path.read_bytes()) if path.is_file() else None
