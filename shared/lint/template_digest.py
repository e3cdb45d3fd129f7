"""What a template's text is known by: the approval, the event and whoever sends it name the same digest."""

from hashlib import sha256

import msgspec

from shared.contracts.vocabulary import Channel


def template_digest(language: str, channel: Channel, subject: str, body: str, envelope: str) -> str:
    """SHA-256, in hex, of what a version of a template says."""
    said = msgspec.json.encode([language, channel, subject, body, envelope])
    return sha256(said).hexdigest()
