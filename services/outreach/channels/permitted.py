"""No adapter sends without a permit whose redemption is in the audit log."""

from collections.abc import Sequence

from services.outreach.channels.port import Cost, OutgoingMessage, SendResult, SendStatus
from shared.telemetry.logs import get_logger

_log = get_logger(__name__)
NO_PERMIT = "no_logged_permit"
_PAUSE_SECONDS = 30.0


def permitted(
    messages: Sequence[OutgoingMessage], reckoned: Cost
) -> tuple[list[OutgoingMessage], list[SendResult]]:
    """The messages that may leave, and the results of the others, which stay.

    That one comes without is a fault of ours: it waits, so that nothing leaves and nothing is lost.
    """
    may, refused = [], []
    for message in messages:
        if _is_permitted(message):
            may.append(message)
        else:
            refused.append(
                SendResult(
                    message.permit_id,
                    SendStatus.NOT_SENT,
                    reckoned,
                    reason=NO_PERMIT,
                    retry_after=_PAUSE_SECONDS,
                )
            )
    if refused:
        _log.error("send_refused", reason=NO_PERMIT, channel=messages[0].channel, count=len(refused))
    return may, refused


def _is_permitted(message: OutgoingMessage) -> bool:
    return bool(message.permit_id) and message.leaf_index is not None and message.leaf_index >= 0
