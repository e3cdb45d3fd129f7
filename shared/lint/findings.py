"""What the linter is asked, and what it answers."""

from typing import NamedTuple

from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.phrases import Remedy
from shared.lint.tags import Tag


class Setting(NamedTuple):
    """How and to whom the words go.

    `language` is what they are said to be in, `served` in what the person is served (the same if empty).
    `country` is ISO 3166-1, empty where the words may go anywhere. `institutions` are the names by which
    the sender may be told. `known` are facts known to be true: `time_barred`, `postcard` …
    """

    channel: Channel
    language: str
    role: PartyRole = PartyRole.DEBTOR
    country: str = ""
    served: str = ""
    institutions: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()


class Finding(NamedTuple):
    """Something wrong with the words, or `missing` from them.

    `start` and `end` are offsets in the part (half-open, in characters), 0 and 0 for the whole of it;
    `text` is what stands there. `denies`: no message with it may leave.
    """

    tag: Tag
    missing: bool
    denies: bool
    part: str
    start: int
    end: int
    text: str
    rule_id: str
    citation: str
    remedy: Remedy


class Findings(NamedTuple):
    """All findings, and the tags of the words: what is wrong with them and what they hold.

    `linter` names code and lists that found them.
    """

    found: tuple[Finding, ...]
    tags: frozenset[Tag]
    linter: str

    @property
    def denying(self) -> tuple[Finding, ...]:
        """The findings with which no message may leave."""
        return tuple(finding for finding in self.found if finding.denies)
