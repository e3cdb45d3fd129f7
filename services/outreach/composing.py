"""Making the message, just before sending: the approved text, read over once more, and the opened address."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.approved import ApprovedTexts
from services.outreach.channels.port import OutgoingMessage
from services.outreach.content import Messages
from services.outreach.domain.contact import arrears_of
from services.outreach.domain.facts import Undeliverable
from services.outreach.recording import Expired
from services.outreach.store.claims import Claim
from shared.security.fields import FieldCipher, FieldError

POINT_GONE = "contact point is gone"
POINT_SEALED = "contact point cannot be opened"
FORBIDDEN = "content"
"""Before the tag of the words with which no message may leave."""


class Composed(NamedTuple):
    """A message and the digest of its text."""

    message: OutgoingMessage
    digest: str | None


class Composer:
    """Makes the messages of rounds: of the text that the gate was told of, if it is still in use."""

    def __init__(self, cipher: FieldCipher, texts: ApprovedTexts) -> None:
        self._cipher = cipher
        self._texts = texts

    async def messages(self, connection: AsyncConnection) -> Messages:
        """What can be said now."""
        return await self._texts.now(connection)

    def compose(
        self, claims: Sequence[Claim], messages: Messages, *, written: bool
    ) -> tuple[list[Composed], dict[str, Undeliverable | Expired]]:
        """Messages, and by contact id why there is none. Tasks (not `written`) carry no address or text."""
        composed: list[Composed] = []
        without: dict[str, Undeliverable | Expired] = {}
        for claim in claims:
            made = self._one(claim, messages, written=written)
            if isinstance(made, Composed):
                composed.append(made)
            else:
                without[claim.contact_id] = made
        return composed, without

    def digest(self, claim: Claim, messages: Messages) -> str | None:
        """The digest of the text that the claim's message has or had."""
        text = messages.version(claim.template, claim.template_version)
        if text is None or text.fault:
            return None
        return messages.render(text, arrears_of(claim.arrears), claim.days_past_due).digest

    def _one(self, claim: Claim, messages: Messages, *, written: bool) -> Composed | Undeliverable | Expired:
        if claim.sealed is None:
            return Undeliverable(claim.permit_id, POINT_GONE)
        if not written:
            return Composed(_outgoing(claim, "", "", ""), None)
        arrears = arrears_of(claim.arrears)
        currencies = tuple([part.currency for part in arrears])
        content = messages.of(
            claim.template,
            claim.channel,
            claim.purpose,
            claim.language,
            claim.role,
            claim.jurisdiction,
            currencies,
        )
        if content.text is None:
            return Undeliverable(claim.permit_id, content.words.missing or FORBIDDEN)
        if content.text.template.version != claim.template_version:
            return Expired(claim.permit_id)  # the gate decided about other words
        if content.forbidden:
            return Undeliverable(claim.permit_id, f"{FORBIDDEN}:{content.forbidden}")
        try:
            to = self._cipher.open(claim.sealed, claim.contact_point_id)
        except FieldError:
            return Undeliverable(claim.permit_id, POINT_SEALED)
        rendered = messages.render(content.text, arrears, claim.days_past_due)
        return Composed(_outgoing(claim, to, rendered.subject, rendered.text), rendered.digest)


def _outgoing(claim: Claim, to: str, subject: str, text: str) -> OutgoingMessage:
    return OutgoingMessage(
        claim.permit_id, claim.contact_id, claim.channel, to, subject, text, claim.language
    )
