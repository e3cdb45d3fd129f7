"""What the linter's tests share: our sentences, and short ways to ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.findings import Findings, Setting
from shared.lint.phrase_files import shipped
from shared.lint.tags import FORBIDDEN, Tag

FOLDER = Path(__file__).parent
BANK = ("示范银行", "Model Bank")


class Sentence(NamedTuple):
    """A sentence and the forbidden tags that a careful reader gives it."""

    language: str
    text: str
    tags: frozenset[str]
    role: PartyRole


def sentences(name: str) -> list[Sentence]:
    """The sentences of a file beside this one."""
    document = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return list(_sentences(document))


def _sentences(document: Any) -> Iterator[Sentence]:
    for language, kinds in document.items():
        for row in (row for rows in kinds.values() for row in rows):
            role = PartyRole(row.get("role", "debtor"))
            yield Sentence(language, row["text"], frozenset(row.get("tags", ())), role)


def lint(text: str, language: str = "zh-CN", channel: Channel = Channel.SMS, **setting: Any) -> Findings:
    """The findings on a text that a bank known by name sends."""
    setting = {"institutions": BANK} | setting
    return shipped().lint(text, Setting(channel, language, **setting))


def forbidden(text: str, language: str = "zh-CN", **setting: Any) -> set[str]:
    """The forbidden tags of a text; that it names no institution is not counted."""
    return {tag.value for tag in lint(text, language, **setting).tags & (FORBIDDEN - {Tag.ANONYMOUS})}
