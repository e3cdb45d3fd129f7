"""The providers' statements: all that they took, by whomever it was sent, page by page."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

import aiosmtplib
import httpx
import pytest

from tests.integration.simulator.conftest import START, Outside, sms

HOUR = timedelta(hours=1)


async def statement(
    outside: Outside, first: datetime, to: datetime, path: str = "/statement", limit: int = 1000
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        query = {"from": first.isoformat(), "to": to.isoformat(), "limit": str(limit), **after}
        response = await outside.http.get(path, params=query)
        assert response.status_code == 200, response.text
        page = response.json()
        assert len(page["records"]) <= limit
        found += page["records"]
        if page["next"] is None:
            return found
        after = {"after": str(page["next"])}


async def test_the_statement_says_what_was_taken_and_no_number(outside: Outside) -> None:
    (sent,) = (await outside.post("/messages", {"messages": [sms(1, 2)]}))["results"]
    await outside.post("/messages", {"messages": [sms(1, 2), sms(2, 4) | {"to": "nonsense"}]})
    (record,) = await statement(outside, START, START + HOUR)
    assert record["message_id"] == sent["provider_id"]
    assert (record["idempotency_key"], record["reference"]) == ("permit-1", "contact-1")
    assert record["to_sha256"] == sha256(b"+8619900000002").hexdigest()
    assert datetime.fromisoformat(record["sent_at"]) == START
    assert record["state"] in ("delivered", "failed")


async def test_pages_together_are_the_whole_and_bounds_are_kept(outside: Outside) -> None:
    for hour in range(0, 60, 6):
        outside.clock.instant = START + hour * HOUR
        await outside.post("/messages", {"messages": [sms(100 * hour + n, n) for n in range(7)]})
    whole = await statement(outside, START, START + 60 * HOUR)
    assert len({one["message_id"] for one in whole}) == len(whole) == 70
    assert await statement(outside, START, START + 60 * HOUR, limit=9) == whole
    some = await statement(outside, START + 12 * HOUR, START + 24 * HOUR, limit=5)
    assert {one["idempotency_key"] for one in some} == {
        f"permit-{100 * hour + n}" for hour in (12, 18) for n in range(7)
    }
    assert await statement(outside, START + 90 * HOUR, START + 99 * HOUR) == []


async def test_a_mail_sent_twice_is_two_records_of_the_mail_servers_statement(outside: Outside) -> None:
    mail = EmailMessage()
    mail["Message-ID"] = "<permit-9@bank.example>"
    mail["From"], mail["To"] = "notice@bank.example", "person@example.com"
    mail.set_content("words")
    for _ in range(2):
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=outside.parts.mail_port, start_tls=False)
    records = await statement(outside, START, START + HOUR, "/mail/statement")
    assert [one["idempotency_key"] for one in records] == ["permit-9", "permit-9"]
    assert len({one["message_id"] for one in records}) == 2
    assert await statement(outside, START, START + HOUR) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"from": "yesterday", "to": START.isoformat()}, 422),
        ({"from": "2026-03-02T00:00:00", "to": "2026-03-03T00:00:00"}, 422),
        ({"from": START.isoformat(), "to": START.isoformat(), "after": "-1"}, 422),
        ({"from": START.isoformat(), "to": START.isoformat(), "limit": "100000"}, 422),
    ],
)
async def test_what_cannot_be_asked_is_refused(outside: Outside, query: dict[str, str], status: int) -> None:
    assert (await outside.http.get("/statement", params=query)).status_code == status


async def test_the_statement_is_for_whoever_has_the_key(outside: Outside) -> None:
    async with httpx.AsyncClient(base_url=outside.http.base_url) as anyone:
        assert (await anyone.get("/statement")).status_code == 401
        assert (await anyone.get("/mail/statement")).status_code == 401
