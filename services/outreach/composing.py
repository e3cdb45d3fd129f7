"""Making the message, just before sending: rendering the text, reading it over, opening the address."""

from collections.abc import Sequence
from typing import NamedTuple

from services.outreach.channels.port import OutgoingMessage
from services.outreach.content import ContentCheck
from services.outreach.domain.contact import arrears_of
from services.outreach.domain.facts import Undeliverable
from services.outreach.domain.wording import Rendered, Wording
from services.outreach.store.claims import Claim
from shared.contracts.base import Money
from shared.lint.phrase_files import shipped
from shared.security.fields import FieldCipher, FieldError

POINT_GONE = "contact point is gone"
POINT_SEALED = "contact point cannot be opened"
NO_TEMPLATE = "no such template"
FORBIDDEN = "content"
"""Before the tag of the words with which no message may leave."""


class Composed(NamedTuple):
    """A message and the digest of its text."""

    message: OutgoingMessage
    digest: str | None


class Composer:
    """Holds what every message needs. No message leaves with words that no rule permits anywhere."""

    def __init__(self, cipher: FieldCipher, wording: Wording, content: ContentCheck | None = None) -> None:
        """`content` lints the same wording; the shipped lists if None."""
        self._cipher = cipher
        self._wording = wording
        self._content = content or ContentCheck(wording, shipped())

    def compose(
        self, claims: Sequence[Claim], *, written: bool
    ) -> tuple[list[Composed], dict[str, Undeliverable]]:
        """Messages, and by contact id why there is none. Tasks (not `written`) carry no address or text."""
        composed: list[Composed] = []
        without: dict[str, Undeliverable] = {}
        for claim in claims:
            made = self._one(claim, written=written)
            if isinstance(made, str):
                without[claim.contact_id] = Undeliverable(claim.permit_id, made)
            else:
                composed.append(made)
        return composed, without

    def digest(self, claim: Claim) -> str | None:
        """The digest of the text that the claim's message has or had."""
        text = self._render(claim, arrears_of(claim.arrears))
        return text.digest if text else None

    def _one(self, claim: Claim, *, written: bool) -> Composed | str:
        if claim.sealed is None:
            return POINT_GONE
        if not written:
            empty = OutgoingMessage(
                claim.permit_id, claim.contact_id, claim.channel, "", "", "", claim.language
            )
            return Composed(empty, None)
        arrears = arrears_of(claim.arrears)
        text = self._render(claim, arrears)
        currencies = tuple([part.currency for part in arrears])
        content = self._content.of(claim.template, claim.language, claim.channel, claim.role, currencies)
        if text is None or content is None:
            return NO_TEMPLATE
        if content.forbidden:
            return f"{FORBIDDEN}:{content.forbidden}"
        try:
            to = self._cipher.open(claim.sealed, claim.contact_point_id)
        except FieldError:
            return POINT_SEALED
        message = OutgoingMessage(
            claim.permit_id, claim.contact_id, claim.channel, to, text.subject, text.text, claim.language
        )
        return Composed(message, text.digest)

    def _render(self, claim: Claim, arrears: Sequence[Money]) -> Rendered | None:
        return self._wording.render(claim.template, claim.language, arrears, claim.days_past_due)
