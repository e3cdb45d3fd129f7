"""E-mail against a real SMTP server that can misbehave."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.outreach.channels.email_smtp import EmailSmtp, Encryption, Mailbox
from services.outreach.channels.port import OutgoingMessage, SendResult, SendStatus
from shared.contracts.contacts import ContactDispatched, ContactFailed
from shared.contracts.vocabulary import Channel
from tests.integration.outreach.outside import PATIENCE
from tests.integration.outreach.world import World, permit_id


class Sink:
    """Keeps mail; `mood`: "well", "drops" (takes it and hangs up), "full" (452), "slow"."""

    def __init__(self) -> None:
        self.mood = "well"
        self.kept: list[Envelope] = []
        self.sessions: set[int] = set()
        self.port = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("unknown"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood == "full":
            return "452 no room"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sessions.add(id(session))
        if b"unwanted" in (envelope.original_content or b""):
            return "554 not wanted"
        self.kept.append(envelope)
        if self.mood == "drops":
            assert server.transport is not None
            server.transport.abort()
        if self.mood == "slow":
            await asyncio.sleep(2 * PATIENCE)
        return "250 kept"


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, loop=loop), "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    yield sink
    server.close()


@pytest.fixture
def mail(sink: Sink) -> EmailSmtp:
    box = Mailbox(
        *("127.0.0.1", sink.port, "notice@bank.example", "示范银行"),
        encryption=Encryption.NONE,
        timeout=PATIENCE,
    )
    return EmailSmtp(box)


def message(number: int, to: str | None = None, subject: str = "提醒") -> OutgoingMessage:
    return OutgoingMessage(
        f"permit-{number}",
        f"contact-{number}",
        Channel.EMAIL,
        to or f"person{number}@mail.example",
        subject,
        "您好",
        "zh-CN",
        leaf_index=number,
    )


def by_permit(results: list[SendResult]) -> dict[str, SendStatus]:
    return {result.permit_id: result.status for result in results}


async def test_an_email_goes_out_with_its_permit_as_message_id(
    world: World, sink: Sink, mail: EmailSmtp
) -> None:
    await world.permitted(1, channel=Channel.EMAIL)
    await world.rounds(mail).run()
    (envelope,) = sink.kept
    received = message_from_bytes(envelope.original_content or b"")
    assert received["Message-ID"] == f"<{permit_id(1)}@bank.example>"
    assert received["To"] == "person1@mail.example"
    assert str(make_header(decode_header(received["Subject"]))) == "还款提醒"
    assert "120.50 CNY" in received.get_payload(decode=True).decode()  # type: ignore[union-attr]
    (event,) = await world.published(ContactDispatched)
    assert event.provider == "smtp"


async def test_a_batch_uses_one_connection(sink: Sink, mail: EmailSmtp) -> None:
    results = await mail.send([message(n) for n in range(5)])
    assert set(by_permit(results).values()) == {SendStatus.ACCEPTED}
    assert len(sink.sessions) == 1


async def test_refused_recipients_and_contents_do_not_stop_the_batch(sink: Sink, mail: EmailSmtp) -> None:
    batch = [
        message(1),
        message(2, "unknown@mail.example"),
        message(3, subject="unwanted"),
        message(4, "not an address\r\nBcc: everyone@mail.example"),
        message(5),
    ]
    assert by_permit(await mail.send(batch)) == {
        "permit-1": SendStatus.ACCEPTED,
        "permit-2": SendStatus.REJECTED,
        "permit-3": SendStatus.REJECTED,
        "permit-4": SendStatus.REJECTED,
        "permit-5": SendStatus.ACCEPTED,
    }
    assert [envelope.rcpt_tos for envelope in sink.kept] == [
        ["person1@mail.example"],
        ["person5@mail.example"],
    ]


@pytest.mark.parametrize("mood", ["drops", "slow"])
async def test_a_mail_whose_answer_is_lost_is_unknown_and_the_rest_not_sent(
    sink: Sink, mail: EmailSmtp, mood: str
) -> None:
    sink.mood = mood
    assert by_permit(await mail.send([message(1), message(2)])) == {
        "permit-1": SendStatus.UNKNOWN,
        "permit-2": SendStatus.NOT_SENT,
    }


async def test_a_server_without_room_has_taken_nothing(sink: Sink, mail: EmailSmtp) -> None:
    sink.mood = "full"
    assert by_permit(await mail.send([message(1)])) == {"permit-1": SendStatus.NOT_SENT}


async def test_an_unknown_mail_counts_as_made_and_is_never_sent_again(
    world: World, sink: Sink, mail: EmailSmtp
) -> None:
    await world.permitted(1, channel=Channel.EMAIL)
    sink.mood = "drops"
    await world.rounds(mail).run()
    sink.mood = "well"
    assert (await world.contact(1)).state == "unconfirmed"
    assert len(await world.published(ContactDispatched)) == 1
    await world.lose_leases()
    assert (await world.rounds(mail).run()).claimed == 0
    assert len(sink.kept) == 1


async def test_a_dispatcher_that_died_after_handing_over_leaves_the_mail_unconfirmed(
    world: World, sink: Sink, mail: EmailSmtp
) -> None:
    await world.permitted(1, channel=Channel.EMAIL)
    died = world.rounds(mail)
    died.recorder = _Dies()  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        await died.run()
    await world.lose_leases()
    await world.rounds(mail).run()
    assert (await world.contact(1)).state == "unconfirmed"
    assert len(sink.kept) == 1


async def test_a_dispatcher_that_died_before_handing_over_sends_the_mail(
    world: World, sink: Sink, mail: EmailSmtp
) -> None:
    await world.permitted(1, channel=Channel.EMAIL)
    await world.rounds(mail)._claim()
    await world.lose_leases()
    await world.rounds(mail).run()
    assert (await world.contact(1)).state == "dispatched"
    assert len(sink.kept) == 1


async def test_a_refused_mailbox_fails_the_contact(world: World, sink: Sink, mail: EmailSmtp) -> None:
    await world.permitted(1, channel=Channel.EMAIL)
    sink.mood = "full"
    await world.rounds(mail).run()
    assert (await world.contact(1)).state == "permitted"
    sink.mood = "well"
    await world.execute("UPDATE person SET contact_points = '[]'")
    await world.rounds(mail).run()
    (failure,) = await world.published(ContactFailed)
    assert failure.left_bank is False


class _Dies:
    async def record(self, outcome: object, adapter: object) -> None:
        raise RuntimeError("killed")
