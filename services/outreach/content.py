"""What messages say: the approved text of each kind of message, and what the linter says of it.

Amounts and days are numbers and cannot carry a phrase, so the texts among the values decide: the currencies.
Each kind is looked at once, then known.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from services.outreach.domain.contact import Contact
from services.outreach.domain.party import Party
from services.outreach.domain.shelf import Kind, NoText, Shelf, Text
from services.outreach.domain.wording import Rendered, Senders, render, sender_in
from services.outreach.domain.words import NO_WORDS, Words
from shared.contracts.base import Money
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.lint.findings import Findings, Setting
from shared.lint.linter import Linter
from shared.telemetry.logs import get_logger

_log = get_logger(__name__)
WRITTEN = frozenset({Channel.SMS, Channel.EMAIL})
"""The channels that need a text of ours."""
_MOST = 10_000
"""Kinds of messages to remember; there are a few dozen."""


class _Part(msgspec.Struct):
    currency: str


_parts = msgspec.json.Decoder(list[_Part]).decode


class Content(NamedTuple):
    """The text of a kind of message, its tags, and the first of those with which none may leave.

    Without `text` there is none, and `words.missing` says why.
    """

    words: Words
    text: Text | None = None
    forbidden: str | None = None


class Messages:
    """What can be said as things stand: it never changes."""

    def __init__(self, shelf: Shelf, senders: Senders, linter: Linter) -> None:
        self._shelf = shelf
        self._senders = senders
        self._linter = linter
        self._known: dict[tuple[str, str, str, str, str, str, tuple[str, ...]], Content] = {}

    def of(
        self,
        template: str,
        channel: Channel,
        purpose: Purpose,
        language: str,
        role: PartyRole,
        jurisdiction: str,
        currencies: tuple[str, ...],
    ) -> Content:
        """What the message says to a person with this language, role and jurisdiction."""
        # Plain strings: an enum's hash is a call of Python.
        known = (template, str(channel), str(purpose), language, str(role), jurisdiction, currencies)
        content = self._known.get(known)
        if content is None:
            country = jurisdiction.partition("-")[0]
            content = self._read(Kind(template, channel, purpose, language, role, country), currencies)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[known] = content
        return content

    def words_of(self, contact: Contact, party: Party | None) -> Words:
        """What the gate is told about the words of a contact; nothing where we write no text."""
        if party is None or contact.channel not in WRITTEN:
            return NO_WORDS
        currencies = tuple([part.currency for part in _parts(contact.arrears)])
        return self.of(
            contact.template,
            contact.channel,
            contact.purpose,
            party.language,
            party.role,
            party.jurisdiction,
            currencies,
        ).words

    def version(self, template: str, version: int | None) -> Text | None:
        """A version of a template, in use or not."""
        return None if version is None else self._shelf.version(template, version)

    def render(self, text: Text, arrears: Sequence[Money], days_past_due: int) -> Rendered:
        """The message that a text makes."""
        sender = sender_in(self._senders, text.template.language)
        return render(text.template, text.variables, sender, arrears, days_past_due)

    def _read(self, kind: Kind, currencies: tuple[str, ...]) -> Content:
        text = self._shelf.choose(kind)
        if isinstance(text, NoText):
            _log.error("no_approved_text", reason=text.value, **_named(kind))
            return Content(Words(missing=text.value))
        findings = self._lint(text, kind, currencies)
        tags = tuple(sorted(tag.value for tag in findings.tags))
        words = Words(tags, findings.linter, text.template.version, text.template.digest)
        denying = sorted(finding.tag.value for finding in findings.denying)
        if denying:
            _log.error("content_forbidden", tag=denying[0], **_named(kind))
        return Content(words, text, denying[0] if denying else None)

    def _lint(self, text: Text, kind: Kind, currencies: tuple[str, ...]) -> Findings:
        language = text.template.language
        rendered = self.render(text, [Money(amount=Decimal(1), currency=one) for one in currencies], 1)
        parts = {"body": rendered.text}
        if kind.channel is Channel.EMAIL:
            parts["subject"] = rendered.subject
        institution = sender_in(self._senders, language).institution
        setting = Setting(
            kind.channel,
            language,
            role=kind.role,
            country=kind.country,
            served=kind.language,
            institutions=(institution,),
        )
        return self._linter.lint(parts, setting)


def _named(kind: Kind) -> dict[str, str]:
    return {name: str(value) for name, value in kind._asdict().items()}
