"""What the simulator says is what the services take: checked with their own readers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.outreach.api.reports import messages_of, receipts_of
from services.outreach.domain.replies import Meaning, understand
from shared.contracts.vocabulary import OutcomeCode
from simulator.borrowers import Kind, Message, Reaction, Traits, react
from simulator.feedback import Receipt, Reply

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EXPECTED = {
    Kind.COMPLAINS: OutcomeCode.COMPLAINT,
    Kind.OPTS_OUT: OutcomeCode.OPTED_OUT,
    Kind.PROMISES: OutcomeCode.PROMISE,
    Kind.PAYS_ALL: OutcomeCode.ALREADY_PAID,
    Kind.PAYS_PART: OutcomeCode.ALREADY_PAID,
    Kind.WRITES: OutcomeCode.OTHER,
}


def reactions(language: str) -> dict[Kind, Reaction]:
    """A reaction with a text of each kind."""
    traits = Traits(arrears=123_456, zone="Asia/Shanghai", language=language)
    found: dict[Kind, Reaction] = {}
    for number in range(20_000):
        reaction = react(1, Message(f"contact-{number}", 1, AT), traits)
        if reaction.text is not None:
            found.setdefault(reaction.kind, reaction)
    return found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_outreach_understands_every_reply_as_it_is_meant(language: str) -> None:
    found = reactions(language)
    assert found.keys() == EXPECTED.keys()
    for kind, reaction in found.items():
        assert reaction.text is not None and reaction.reply_at is not None
        meaning: Meaning = understand(reaction.text, reaction.reply_at.date(), "CNY")
        assert meaning.outcome is EXPECTED[kind]
        assert meaning.opted_out == (kind is Kind.OPTS_OUT)
        if kind is Kind.PROMISES:
            assert meaning.promised is not None and meaning.promise_due is not None
            assert meaning.promised.currency == "CNY"
            assert timedelta(0) < meaning.promise_due - AT.date() <= timedelta(days=8)


def test_outreach_reads_receipts_and_messages() -> None:
    sent: list[Any] = [
        Receipt("delivered", AT, "permit-1", "sms-permit-1"),
        Receipt("failed", AT, "permit-2", "sms-permit-2", "unreachable"),
    ]
    read = receipts_of("sms", msgspec.json.encode({"receipts": sent}))
    assert [(one.idempotency_key, one.status, one.reason) for one in read] == [
        ("permit-1", "delivered", None),
        ("permit-2", "failed", "unreachable"),
    ]
    reply = Reply("sms", "reply-permit-1", "STOP", AT, "permit-1")
    (message,) = messages_of(msgspec.json.encode({"messages": [reply]}))
    assert (message.message_id, message.in_reply_to, message.at) == ("reply-permit-1", "permit-1", AT)
