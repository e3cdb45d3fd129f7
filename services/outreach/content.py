"""What a message says, as the linter tells it: found once for each template and kind of values, then known.

Amounts and days are numbers and cannot carry a phrase, so the texts among the values decide: the currencies.
"""

from decimal import Decimal
from typing import NamedTuple

import msgspec

from services.outreach.domain.contact import Contact
from services.outreach.domain.party import Party
from services.outreach.domain.wording import Wording
from services.outreach.domain.words import NO_WORDS, Words
from services.outreach.handlers import WRITTEN
from shared.contracts.base import Money
from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.findings import Findings, Setting
from shared.lint.linter import Linter
from shared.telemetry.logs import get_logger

_log = get_logger(__name__)
_MOST = 10_000
"""Kinds of messages to remember; there are a few dozen."""


class _Part(msgspec.Struct):
    currency: str


_parts = msgspec.json.Decoder(list[_Part]).decode


class Content(NamedTuple):
    """The tags of a message, and the first of those with which none may leave."""

    words: Words
    forbidden: str | None


class ContentCheck:
    """Lints what `wording` writes."""

    def __init__(self, wording: Wording, linter: Linter) -> None:
        self._wording = wording
        self._linter = linter
        self._known: dict[tuple[str, str, str, str, tuple[str, ...]], Content] = {}

    def of(
        self, template: str, language: str, channel: Channel, role: PartyRole, currencies: tuple[str, ...]
    ) -> Content | None:
        """What the message says to a person with this language and role; None for an unknown template."""
        # Plain strings: an enum's hash is a call of Python.
        kind = (template, language, str(channel), str(role), currencies)
        content = self._known.get(kind)
        if content is None:
            findings = self._lint(template, language, channel, role, currencies)
            if findings is None:
                return None
            if len(self._known) >= _MOST:
                self._known.clear()
            content = self._known[kind] = _content(findings)
            if content.forbidden:
                _log.error("content_forbidden", template=template, language=language, tag=content.forbidden)
        return content

    def words_of(self, contact: Contact, party: Party | None) -> Words:
        """What the gate is told about the words of a contact; nothing where we write no text."""
        if party is None or contact.channel not in WRITTEN:
            return NO_WORDS
        currencies = tuple([part.currency for part in _parts(contact.arrears)])
        content = self.of(contact.template, party.language, contact.channel, party.role, currencies)
        return content.words if content else NO_WORDS

    def _lint(
        self, template: str, language: str, channel: Channel, role: PartyRole, currencies: tuple[str, ...]
    ) -> Findings | None:
        arrears = [Money(amount=Decimal(1), currency=currency) for currency in currencies]
        chosen = self._wording.choose(template, language)
        rendered = self._wording.render(template, language, arrears, 1)
        if chosen is None or rendered is None:
            return None
        parts = {"body": rendered.text}
        if channel is Channel.EMAIL:
            parts["subject"] = rendered.subject
        institution = self._wording.sender(chosen.language).institution
        setting = Setting(channel, chosen.language, role=role, served=language, institutions=(institution,))
        return self._linter.lint(parts, setting)


def _content(findings: Findings) -> Content:
    denying = sorted(finding.tag.value for finding in findings.denying)
    words = Words(tuple(sorted(tag.value for tag in findings.tags)), findings.linter)
    return Content(words, denying[0] if denying else None)
