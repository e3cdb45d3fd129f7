"""What the phrase lists say: structs of YAML data, in which an unknown field is an error.

A phrase is written as people write it. `(a|b)` stands for either, `(a|)` for a or nothing, `*` for a few
words or characters of the same sentence. Spaces, punctuation, width, case and look-alikes do not matter.
"""

from typing import Literal

import msgspec

from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.tags import Tag

ANYWHERE = "any"


class PhraseError(ValueError):
    """A phrase or fold that cannot be read; the message shows it."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the lists; a field that is not of the schema is an error."""


class Rule(Said, frozen=True, kw_only=True):
    """The rule of a pack that stands behind a list, and its source."""

    id: str
    cite: str


class Remedy(Said, frozen=True, kw_only=True):
    """What an author is to do, in both languages."""

    zh: str
    en: str


class Phrases(Said, frozen=True, kw_only=True):
    """Phrases by language; the words of both are looked for in every text."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Listed(Said, frozen=True, kw_only=True):
    """What all lists say. `rules` are by ISO 3166-1 country; the entry `any` stands for all others."""

    tag: Tag
    rules: dict[str, Rule]
    remedy: Remedy
    phrases: Phrases = Phrases()

    def rule_in(self, country: str) -> Rule:
        """The rule of a country, or else the one for anywhere."""
        return self.rules.get(country) or self.rules[ANYWHERE]


class Group(Listed, frozen=True, kw_only=True):
    """Phrases that words must not hold.

    `exceptions` are longer phrases within which a hit is none. `denies`: no message with it may leave;
    otherwise the rule packs decide, except where the fact `denies_when` is known. `roles` and `parts`
    narrow to whom and where. `warnings_excuse`: harmless after words that warn of it.
    """

    exceptions: Phrases = Phrases()
    denies: bool = True
    denies_when: str | None = None
    roles: tuple[PartyRole, ...] = ()
    parts: tuple[str, ...] = ()
    warnings_excuse: bool = False
    from_fact: str | None = None
    """A fact that is the finding itself, whatever the words (a postcard)."""
    unless_fact: str | None = None


class Need(Said, frozen=True, kw_only=True):
    """Where an element must be there. Without it no message may leave, if it `denies`."""

    channels: tuple[Channel, ...] | Literal["any"] = "any"
    countries: tuple[str, ...] | Literal["any"] = "any"
    denies: bool = True


class Element(Listed, frozen=True, kw_only=True):
    """Something that words ought to hold, and the phrases that show it."""

    needed: tuple[Need, ...] = ()


class Context(Said, frozen=True, kw_only=True):
    """Words around a hit that take its sting: `negators` right before it, but for `fillers` in between.

    `affirmers` hold a negator and say yes (不得不). `warnings` excuse what follows in their sentence.
    """

    negators: Phrases
    fillers: Phrases
    affirmers: Phrases
    warnings: Phrases


class Folds(Said, frozen=True, kw_only=True):
    """Characters read as another one: each text is that one, then its variants."""

    traditional: tuple[str, ...]
    lookalikes: tuple[str, ...]
    unseen: str


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """All lists, and the digest of the files that they came from."""

    groups: tuple[Group, ...]
    elements: tuple[Element, ...]
    context: Context
    folds: Folds
    digest: str
