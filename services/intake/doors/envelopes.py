"""Bodies of `POST /events`: CloudEvents in structured form, as a JSON array or a line each.

The data of each is decoded by the decoder of the bank's topic, so what is refused there is refused here.
"""

from dataclasses import dataclass, field

import msgspec

from services.intake.domain.rules import Moment, Rules
from services.intake.domain.validation import check, check_name
from services.intake.doors.applying import HTTP
from services.intake.doors.findings import Finding, finding_of
from shared.contracts.base import Event
from shared.contracts.topics import CORE_BANK
from shared.stream.envelope import Unreadable, decode
from shared.stream.received import Received

MOST_EVENTS = 2000


class Envelope(msgspec.Struct):
    """An event as it is sent. Further CloudEvents attributes are allowed and not used."""

    id: str
    source: str
    type: str
    data: msgspec.Raw
    time: str | None = None
    correlationid: str | None = None
    specversion: str = "1.0"


@dataclass(frozen=True, slots=True)
class _Content:
    """An envelope's data in the shape of a record."""

    value: bytes
    topic: str = CORE_BANK.name
    partition: int = 0
    offset: int = 0
    key: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(slots=True)
class Batch:
    """The events of a body by their index, and what is wrong with the others."""

    events: list[tuple[int, Received[Event]]] = field(default_factory=list)
    refused: dict[int, list[Finding]] = field(default_factory=dict)
    ignored: int = 0

    def add(self, index: int, received: Received[Event], moment: Moment, rules: Rules) -> None:
        """Take an event, or say what is wrong with it."""
        try:
            check_name(received.source, received.id)
        except ValueError as error:
            self.refused.setdefault(index, []).append(finding_of(error))
            return
        try:
            check(received.event, moment, rules)
        except ValueError as error:
            self.refused.setdefault(index, []).append(in_data(finding_of(error)))
        else:
            self.events.append((index, received))


class UnreadableBody(ValueError):
    """The body is no batch: nothing of it can be told apart."""


_array = msgspec.json.Decoder(list[msgspec.Raw])
_envelope = msgspec.json.Decoder(Envelope)


def parts(body: bytes, by_line: bool) -> list[bytes]:
    """The envelopes of a body, undecoded. UnreadableBody where there is no array, or too many."""
    if by_line:
        found = [line for line in body.split(b"\n") if line.strip()]
    else:
        try:
            found = [bytes(part) for part in _array.decode(body)]
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            raise UnreadableBody(
                "The body is no JSON array. Send one, or a JSON object a line as application/x-ndjson."
            ) from None
    if not found:
        raise UnreadableBody("The body holds no event.")
    if len(found) > MOST_EVENTS:
        raise UnreadableBody(f"The body holds {len(found)} events; send at most {MOST_EVENTS} at once.")
    return found


def read(found: list[bytes], moment: Moment, rules: Rules) -> Batch:
    """Decode and check each envelope."""
    batch = Batch()
    for index, part in enumerate(found):
        try:
            received = _received(part)
        except Unreadable as error:
            batch.refused[index] = [_unreadable(error)]
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            batch.refused[index] = [_no_envelope(error)]
        else:
            batch.add(index, received, moment, rules)
    return batch


def in_data(found: Finding) -> Finding:
    """The finding, of a field of the envelope's data."""
    field = "data" if found.field == "event" else f"data.{found.field}"
    return Finding(field, found.message, found.remedy)


def _received(part: bytes) -> Received[Event]:
    envelope = _envelope.decode(part)
    headers = {
        "ce_id": envelope.id.encode(),
        "ce_source": envelope.source.encode(),
        "ce_type": envelope.type.encode(),
    }
    if envelope.time is not None:
        headers["ce_time"] = envelope.time.encode()
    if envelope.correlationid is not None:
        headers["ce_correlationid"] = envelope.correlationid.encode()
    received = decode(_Content(bytes(envelope.data)), headers)
    # Not a partition of the topic: how far this source is by HTTP says nothing about the log.
    return msgspec.structs.replace(received, topic=HTTP, offset=0)


def _unreadable(error: Unreadable) -> Finding:
    if error.reason == "invalid_field":
        return in_data(finding_of(error))
    field, remedy = _OF_REASON.get(error.reason, ("data", "Send the event's data as a JSON object."))
    return Finding(field, _WORDS.get(error.reason, str(error)), remedy)


_OF_REASON: dict[str, tuple[str, str]] = {
    "unknown_type": ("type", "Use a type of docs/contracts, such as corebank.payment.posted.v1."),
    "invalid_time": ("time", "Write the time with its offset: 2026-03-31T16:00:00+08:00, or leave it out."),
    "nul_character": ("data", "Remove the NUL character."),
}
_WORDS = {"unknown_type": "it is not an event type of the bank's topic"}


def _no_envelope(error: Exception) -> Finding:
    if isinstance(error, msgspec.ValidationError):
        return finding_of(error)
    remedy = "Send an object with id, source, type and data."
    return Finding("event", "it is no JSON object in UTF-8", remedy)
