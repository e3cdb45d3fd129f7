"""Calls, pushes, letters and visits: recorded as tasks for people, or for channels that come later.

A task is written in the transaction that records the dispatch, so there is never one in doubt.
"""

from collections.abc import Sequence
from decimal import Decimal

from services.outreach.channels.permitted import permitted
from services.outreach.channels.port import Cost, OutgoingMessage, SendResult, SendStatus
from shared.contracts.base import Currency
from shared.contracts.vocabulary import Channel
from shared.ids import derive_id


class TaskDesk:
    """Takes everything that no provider carries."""

    provider = "task"
    channels = frozenset(
        {
            Channel.CALL_LIVE,
            Channel.CALL_AI,
            Channel.CALL_PRERECORDED,
            Channel.APP_PUSH,
            Channel.LETTER,
            Channel.VISIT,
        }
    )
    can_look_up = True
    writes = False
    most = 500
    deadline = 1.0

    def __init__(self, currency: Currency = "CNY") -> None:
        self.reckoned = Cost(Decimal(0), currency)

    async def send(self, messages: Sequence[OutgoingMessage]) -> list[SendResult]:
        """See the port."""
        messages, refused = permitted(messages, self.reckoned)
        return refused + [
            SendResult(m.permit_id, SendStatus.ACCEPTED, self.reckoned, task_id_of(m.contact_id, m.permit_id))
            for m in messages
        ]

    async def lookup(self, permits: Sequence[str]) -> list[SendResult]:
        """A contact still in doubt has no task: both are recorded together."""
        return []

    async def close(self) -> None:
        """Nothing to let go of."""


def task_id_of(contact_id: str, permit_id: str) -> str:
    """The id of a contact's task."""
    return derive_id("task", contact_id, permit_id)
