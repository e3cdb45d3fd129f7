"""Receipts and replies: signed, in batches, until they are taken; mail beside SMS."""

from datetime import datetime
from email.message import EmailMessage

import aiosmtplib

from simulator.contact_points import mailbox_of
from tests.integration.simulator.conftest import START, Outside, sms


async def test_receipts_arrive_signed_and_soon(outside: Outside) -> None:
    await outside.post("/messages", {"messages": [sms(number, number) for number in range(100)]})
    await outside.told()
    receipts = outside.receiver.receipts
    assert outside.receiver.unproven == 0
    assert {one["idempotency_key"] for one in receipts} == {f"permit-{number}" for number in range(100)}
    assert {one["status"] for one in receipts} <= {"delivered", "failed"}
    assert all(one["provider"] == "sms" and one["provider_id"] for one in receipts)
    assert all(one["reason"] == "unreachable" for one in receipts if one["status"] == "failed")
    assert {datetime.fromisoformat(one["at"]) for one in receipts} == {START}


async def test_receipts_are_told_until_they_are_taken(outside: Outside) -> None:
    outside.receiver.failures = 3
    for batch in range(15):
        first = batch * 100
        await outside.post("/messages", {"messages": [sms(first + one, one) for one in range(100)]})
    await outside.told()
    assert outside.receiver.failures == 0, "it was refused three times"
    assert len(outside.receiver.receipts) == 1500
    assert max(outside.receiver.sizes) <= 500


async def test_a_mail_counts_under_the_permit_of_its_message_id(outside: Outside) -> None:
    mail = EmailMessage()
    mail["Message-ID"] = "<permit-9@bank.example>"
    mail["From"], mail["To"], mail["Subject"] = "notice@bank.example", mailbox_of(4), "还款提醒"
    mail.set_content("您的账户已逾期")
    for _ in range(2):
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=outside.parts.mail_port, start_tls=False)
    await outside.told()
    assert [one["idempotency_key"] for one in outside.receiver.receipts] == ["permit-9"] * 2
    assert {one["provider"] for one in outside.receiver.receipts} == {"smtp"}
    summary = await outside.get("/world/summary")
    assert summary["messages"] == {"email": 2}
    assert summary["permits_with_more_than_one_message"] == 1


async def test_a_mail_without_a_permit_is_refused_and_a_busy_server_says_so(outside: Outside) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=outside.parts.mail_port, start_tls=False) as client:
        await client.mail("notice@bank.example")
        await client.rcpt(mailbox_of(4))
        try:
            await client.data(b"Subject: x\r\n\r\nMessage-ID: <permit-1@bank.example>\r\n")
            raise AssertionError("it was taken")
        except aiosmtplib.SMTPDataError as error:
            assert error.code == 550
        await outside.post("/world/faults", {"mail_busy": 1})
        await client.mail("notice@bank.example")
        await client.rcpt(mailbox_of(4))
        try:
            await client.data(b"Message-ID:\r\n <permit-1@bank.example>\r\nSubject: x\r\n\r\nx\r\n")
            raise AssertionError("it was taken")
        except aiosmtplib.SMTPDataError as error:
            assert error.code == 451
    assert (await outside.get("/world/summary"))["messages"] == {}


async def test_replies_come_only_when_time_passes_and_each_once(outside: Outside) -> None:
    await outside.start(accounts=3000)
    everyone = 5000
    for first in range(0, everyone, 100):
        batch = [sms(number, number * 2 % 5000) for number in range(first, first + 100)]
        await outside.post("/messages", {"messages": batch})
    await outside.told()
    assert outside.receiver.messages == []
    outside.receiver.failures = 2
    counts = await outside.advance(0.5)
    replies = outside.receiver.messages
    assert counts["replies_sent"] == len(replies) > 50
    assert len({one["message_id"] for one in replies}) == len(replies)
    assert [one["at"] for one in replies] == sorted(one["at"] for one in replies)
    words = {one["text"].split()[0] for one in replies}
    assert {"PROMISE", "退订"} <= words
    assert all(one["in_reply_to"].startswith("permit-") for one in replies)
    assert (await outside.get("/world/pending"))["replies_due_before_now"] == 0
    assert (await outside.advance(0.5))["replies_sent"] == 0
