"""Reads the phrase lists: the shipped ones, or a bank's own folder."""

from collections.abc import Hashable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from shared.lint.linter import Linter
from shared.lint.phrases import Context, Element, Folds, Group, Lists, PhraseError

T = TypeVar("T")
SHIPPED = Path(__file__).parent / "phrases"


class PhraseFileError(ValueError):
    """A file of phrases cannot be used; the message names it and says why."""


class _Loader(yaml.SafeLoader):
    """Safe, and refuses a mapping that names something twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.YAMLError("a name stands twice in one mapping")
        return super().construct_mapping(node, deep)


@cache
def shipped() -> Linter:
    """The linter with the lists that are shipped, made once a process."""
    return linter_of(SHIPPED)


def linter_of(folder: Path) -> Linter:
    """The linter with the lists of a folder. Raises PhraseFileError."""
    lists = read_lists(folder)
    try:
        return Linter(lists)
    except PhraseError as error:
        raise PhraseFileError(f"{folder}: {error}") from None


def read_lists(folder: Path) -> Lists:
    """All lists of a folder; every file counts into the digest. Raises PhraseFileError."""
    digest = sha256()
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    forbidden = (_read(path, tuple[Group, ...]) for path in sorted(folder.glob("forbidden/*.yaml")))
    return Lists(
        groups=tuple(group for groups in forbidden for group in groups),
        elements=_read(folder / "elements.yaml", tuple[Element, ...]),
        context=_read(folder / "context.yaml", Context),
        folds=_read(folder / "folds.yaml", Folds),
        digest=digest.hexdigest(),
    )


def _read(path: Path, kind: type[T]) -> T:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506  # a safe loader
        return msgspec.convert(document, kind)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise PhraseFileError(f"{path.name}: {error}") from None
