"""Which attempts count as which events, and for whom.

An attempt that is not resolved counts as every event that it may still become: a call in progress may turn
out to be a conversation.
"""

from collections.abc import Iterable
from datetime import datetime

from services.compliance.domain.gate.asking import Asked
from services.compliance.domain.gate.facts import Attempt, AttemptOutcome
from services.compliance.domain.packs.schema import Count, CountedEvent, Key
from shared.contracts.vocabulary import Channel

_VOICE = frozenset({Channel.CALL_LIVE, Channel.CALL_AI, Channel.CALL_PRERECORDED})
_SPOKEN = _VOICE | {Channel.VISIT}
_OPEN = frozenset({AttemptOutcome.RESERVED, AttemptOutcome.DISPATCHED})
_NOT_CONNECTED = frozenset({AttemptOutcome.BUSY, AttemptOutcome.NOT_IN_SERVICE})
_FAILED = _NOT_CONNECTED | {AttemptOutcome.NO_ANSWER, AttemptOutcome.BOUNCED, AttemptOutcome.FREE}
_EVERY = frozenset(AttemptOutcome)

OUTCOMES: dict[CountedEvent, frozenset[AttemptOutcome]] = {
    "placed": _EVERY - {AttemptOutcome.FREE},
    "visit": _EVERY - {AttemptOutcome.FREE},
    "connected": frozenset(
        {
            AttemptOutcome.ANSWERED,
            AttemptOutcome.CONVERSATION,
            AttemptOutcome.VOICEMAIL,
            AttemptOutcome.DELIVERED,
        }
    ),
    "unanswered": _NOT_CONNECTED | {AttemptOutcome.NO_ANSWER, AttemptOutcome.VOICEMAIL},
    # What was answered counts as a conversation, however short.
    "conversation": frozenset({AttemptOutcome.CONVERSATION, AttemptOutcome.ANSWERED}),
    # What went out and is not known to have failed has told its addressee something.
    "communicated": _EVERY - _FAILED - _OPEN,
    "delivered": _EVERY - _FAILED - _OPEN,
}
"""The outcomes of resolved attempts that count as each event."""

_MAY_BECOME: dict[CountedEvent, frozenset[Channel]] = {
    "connected": _VOICE,
    "unanswered": _VOICE,
    "conversation": _SPOKEN,
    "communicated": frozenset(Channel),
    "delivered": frozenset(Channel),
}
"""Through which channels an attempt that is not resolved may still become each event."""


class Matching:
    """The attempts that a counter or cooldown counts: of an event, by some channels, with the same keys."""

    __slots__ = (
        "_collector",
        "_consented",
        "_creditor",
        "_direction",
        "_outcomes",
        "_person",
        "_point",
        "debts",
    )

    def __init__(self, count: Count, per: Iterable[Key]) -> None:
        channels = frozenset(Channel) if isinstance(count.channels, str) else frozenset(count.channels)
        if count.event == "visit":
            channels &= {Channel.VISIT}
        excluded = _NOT_CONNECTED if "not_connected" in count.exclude else frozenset()
        self._outcomes = {channel: counted(count.event, channel) - excluded for channel in channels}
        self._direction = None if count.direction == "any" else count.direction
        self._consented = "direct_consent_7d" in count.exclude
        self._creditor, self._collector = "creditor" in per, "collector" in per
        self._person, self._point = "person" in per, "contact_point" in per
        self.debts = "debt" in per
        """Whether each debt is counted for itself."""

    def since(self, asked: Asked, first: datetime | None) -> list[Attempt]:
        """The attempts that count, of whichever debts, at or after `first`; those in the future as well."""
        request = asked.request
        found = []
        for attempt in asked.facts.attempts if first is None else asked.recent:
            if first is not None and attempt.at < first:
                continue
            outcomes = self._outcomes.get(attempt.channel)
            if (
                outcomes is not None
                and attempt.outcome in outcomes
                and (self._direction is None or attempt.direction == self._direction)
                and not (self._consented and attempt.consented)
                and (not self._creditor or attempt.creditor == request.creditor)
                and (not self._collector or attempt.collector_id == request.collector.collector_id)
                and (not self._point or attempt.contact_point_id == request.contact_point_id)
                and (not self._person or asked.is_the_person(attempt.person_id))
            ):
                found.append(attempt)
        return found

    def by_debt(self, asked: Asked, attempts: list[Attempt]) -> list[list[Attempt]]:
        """The attempts about each debt of the request, if each is counted for itself; else all together.

        An attempt that names no debt may have been about any.
        """
        if not (self.debts and asked.request.debts):
            return [attempts]
        return [
            [attempt for attempt in attempts if debt in attempt.debts or not attempt.debts]
            for debt in asked.request.debts
        ]


def counted(event: CountedEvent, channel: Channel) -> frozenset[AttemptOutcome]:
    """The outcomes with which an attempt by this channel counts as the event."""
    resolved = OUTCOMES[event]
    return resolved | _OPEN if channel in _MAY_BECOME.get(event, ()) else resolved
