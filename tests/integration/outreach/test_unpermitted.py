"""No adapter sends without a permit whose redemption has its place in the audit log."""

from collections.abc import Sequence

from services.outreach.channels.email_smtp import EmailSmtp, Encryption, Mailbox
from services.outreach.channels.permitted import NO_PERMIT
from services.outreach.channels.port import ChannelAdapter, OutgoingMessage, SendStatus
from services.outreach.channels.sms_http import SmsHttp
from services.outreach.channels.tasks import TaskDesk
from shared.contracts.contacts import ContactDispatched
from shared.contracts.vocabulary import Channel
from tests.integration.outreach.outside import Gate, Gateway
from tests.integration.outreach.world import World, permit_id

LOGGED = OutgoingMessage(
    "permit-1", "contact-1", Channel.SMS, "13800000001", "", "您好", "zh-CN", leaf_index=0
)
WITHOUT: Sequence[OutgoingMessage] = (
    LOGGED._replace(permit_id="permit-2", leaf_index=None),
    LOGGED._replace(permit_id="permit-3", leaf_index=-1),
    LOGGED._replace(permit_id=""),
)


async def refused_by(adapter: ChannelAdapter, messages: Sequence[OutgoingMessage]) -> set[str]:
    """The permits of those that certainly were not sent, for want of a leaf."""
    results = await adapter.send(messages)
    assert len(results) == len(messages)
    return {
        result.permit_id
        for result in results
        if (result.status, result.reason) == (SendStatus.NOT_SENT, NO_PERMIT)
    }


async def test_the_sms_adapter_sends_nothing_without_a_leaf(sms: SmsHttp, gateway: Gateway) -> None:
    assert await refused_by(sms, [*WITHOUT, LOGGED]) == {"permit-2", "permit-3", ""}
    assert set(gateway.texts) == {"permit-1"}
    assert await refused_by(sms, WITHOUT) == {"permit-2", "permit-3", ""}
    assert gateway.requests == 1, "with nothing to send the gateway is not even asked"


async def test_the_email_adapter_opens_no_connection_without_a_leaf() -> None:
    box = Mailbox("127.0.0.1", 1, "notice@bank.example", encryption=Encryption.NONE, timeout=1.0)
    letters = [one._replace(channel=Channel.EMAIL, to="a@mail.example") for one in WITHOUT]
    # Nobody listens there: an attempt to connect would be "unreachable".
    assert await refused_by(EmailSmtp(box), letters) == {"permit-2", "permit-3", ""}


async def test_a_task_is_not_made_without_a_leaf() -> None:
    calls = [one._replace(channel=Channel.CALL_LIVE) for one in (*WITHOUT, LOGGED)]
    assert await refused_by(TaskDesk(), calls) == {"permit-2", "permit-3", ""}


async def test_what_compliance_calls_redeemed_without_a_leaf_stays_in_the_bank(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1, 2)
    gate.leafless.add(permit_id(1))
    await world.rounds(sms).run()
    assert set(gateway.texts) == {permit_id(2)}
    assert (await world.contact(1)).state == "permitted"
    gate.leafless.clear()
    await world.rounds(sms).run()
    assert set(gateway.texts) == {permit_id(1), permit_id(2)}
    assert len(await world.published(ContactDispatched)) == 2
