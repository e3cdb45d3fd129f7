"""Making the message: opening the address and rendering the text, just before sending."""

from collections.abc import Sequence
from typing import NamedTuple

from services.outreach.channels.port import OutgoingMessage
from services.outreach.domain.contact import arrears_of
from services.outreach.domain.facts import Undeliverable
from services.outreach.domain.wording import Rendered, Wording
from services.outreach.store.claims import Claim
from shared.security.fields import FieldCipher, FieldError

POINT_GONE = "contact point is gone"
POINT_SEALED = "contact point cannot be opened"
NO_TEMPLATE = "no such template"


class Composed(NamedTuple):
    """A message and the digest of its text."""

    message: OutgoingMessage
    digest: str | None


class Composer:
    """Holds what every message needs."""

    def __init__(self, cipher: FieldCipher, wording: Wording) -> None:
        self._cipher = cipher
        self._wording = wording

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
        text = self._render(claim)
        return text.digest if text else None

    def _one(self, claim: Claim, *, written: bool) -> Composed | str:
        if claim.sealed is None:
            return POINT_GONE
        if not written:
            empty = OutgoingMessage(
                claim.permit_id, claim.contact_id, claim.channel, "", "", "", claim.language
            )
            return Composed(empty, None)
        text = self._render(claim)
        if text is None:
            return NO_TEMPLATE
        try:
            to = self._cipher.open(claim.sealed, claim.contact_point_id)
        except FieldError:
            return POINT_SEALED
        message = OutgoingMessage(
            claim.permit_id, claim.contact_id, claim.channel, to, text.subject, text.text, claim.language
        )
        return Composed(message, text.digest)

    def _render(self, claim: Claim) -> Rendered | None:
        arrears = arrears_of(claim.arrears)
        return self._wording.render(claim.template, claim.language, arrears, claim.days_past_due)
