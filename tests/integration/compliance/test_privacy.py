"""F5: who may see personal data, who saw it, and that masks and records hold."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.conftest import EngineFor
from tests.integration.compliance.complaint_house import TEXT
from tests.integration.compliance.house import asks
from tests.integration.compliance.privacy_house import Office, office

COMPLAINT: dict[str, Any] = {
    "person_id": "person-1",
    "customer_id": "customer-1",
    "category": "third_party_disclosure",
    "source": "hotline",
    "text": TEXT,
}


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Office]:
    async with office(engine_for) as made:
        yield made


async def test_f5_personal_data_is_seen_by_who_needs_it_for_a_stated_purpose_and_every_look_is_on_record(
    desk: Office,
) -> None:
    name = (await desk.post("clerk", "/complaints", **COMPLAINT))["complaint_id"]
    await desk.post("clerk", f"/complaints/{name}/acknowledgement", 200, reason="told him by phone")
    # Need to know: no scope, no text; no purpose, no text; somebody else's scope opens nothing.
    await desk.get("nobody", f"/complaints/{name}", 403)
    await desk.get("reader", f"/complaints/{name}/texts", 403, purpose="complaint_handling")
    missing = await desk.get("clerk", f"/complaints/{name}/texts", 422)
    assert missing["errors"][0]["field"].lower() == "header.x-access-purpose"
    await desk.get("clerk", f"/complaints/{name}/texts", 422, purpose="curiosity")
    for who, purpose in (("reader", "complaint_handling"), ("clerk", None)):
        shown = await desk.get(who, f"/complaints/{name}", purpose=purpose)
        assert [act["reason"] for act in shown["history"]] == [None, None]
    # Whoever needs it and says what for sees it.
    shown = await desk.get("clerk", f"/complaints/{name}", purpose="complaint_handling")
    assert shown["history"][-1]["reason"] == "told him by phone"
    texts = await desk.get("clerk", f"/complaints/{name}/texts", purpose="complaint_handling")
    assert texts["text"] == TEXT
    await desk.get("reader", "/persons/person-1/standing", purpose="customer_request")
    # Every look is on record: who, whose data, which kind, what for, whether in clear, from where.
    found = await desk.accesses(person_id="person-1")
    assert [(one["by"], one["kind"], one["in_clear"], one["purpose"]) for one in found] == [
        ("reader", "complaint", False, "complaint_handling"),
        ("clerk", "complaint", False, None),
        ("clerk", "complaint", True, "complaint_handling"),
        ("clerk", "complaint_text", True, "complaint_handling"),
        ("reader", "standing", False, "customer_request"),
    ]
    assert found[3]["endpoint"] == "GET /complaints/{complaint_id}/texts"
    rows = await desk.house.rows("SELECT t::text AS line FROM personal_access t")
    assert "13800138000" not in "".join(row.line for row in rows)
    await desk.get("clerk", "/access-log", 403)


async def test_each_person_on_a_page_is_recorded_and_nobody_beyond_it(desk: Office) -> None:
    for number in range(3):
        await desk.post("clerk", "/complaints", **(COMPLAINT | {"person_id": f"person-{number}"}))
    page = await desk.get("reader", "/complaints", limit=2)
    shown = {item["person_id"] for item in page["items"]}
    assert {one["person_id"] for one in await desk.accesses()} == shown
    assert len(shown) == 2
    holds = await desk.get("reader", "/holds", person_id="person-1", active=True)
    assert holds["items"]
    assert [one["kind"] for one in await desk.accesses(person_id="person-1")][-1] == "standing"


async def test_reading_decisions_is_recorded(desk: Office) -> None:
    await desk.house.feed(asks(1))
    (item,) = (await desk.get("reader", "/decisions", contact_id="contact-1"))["items"]
    await desk.get("reader", f"/decisions/{item['decision_id']}")
    await desk.get("reader", "/decisions/none", 404)
    assert [one["endpoint"] for one in await desk.accesses(by="reader")] == [
        "GET /decisions",
        "GET /decisions/{decision_id}",
    ]


async def test_the_access_log_is_asked_by_person_reader_and_time_page_by_page(desk: Office) -> None:
    for person in ("person-1", "person-2", "person-1"):
        await desk.get("reader", f"/persons/{person}/standing")
        await desk.get("clerk", f"/persons/{person}/standing")
        desk.house.clock.advance(hours=1)
    assert len(await desk.accesses(by="clerk", person_id="person-1")) == 2
    now = desk.house.clock.now()
    last_hour = await desk.accesses(**{"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat()})
    assert {(one["by"], one["person_id"]) for one in last_hour} == {
        ("reader", "person-1"),
        ("clerk", "person-1"),
    }
    seen: list[int] = []
    page = await desk.get("auditor", "/access-log", limit=4)
    seen += [one["access_id"] for one in page["items"]]
    page = await desk.get("auditor", "/access-log", limit=4, cursor=page["next"])
    seen += [one["access_id"] for one in page["items"]]
    assert (len(set(seen)), page["next"]) == (6, None)


async def test_an_answer_that_cannot_be_recorded_is_not_given(desk: Office) -> None:
    async with desk.house.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE personal_access ADD CHECK (principal <> 'reader')")
    await desk.get("reader", "/persons/person-1/standing", 500)
    await desk.get("clerk", "/persons/person-1/standing")


@pytest.mark.parametrize(("age", "forgotten"), [(400, 1), (100, 0)])
async def test_even_when_asked_to_the_service_forgets_no_access_of_the_last_half_year(
    desk: Office, age: int, forgotten: int
) -> None:
    await desk.get("reader", "/persons/person-1/standing")
    async with desk.house.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"UPDATE personal_access SET at = clock_timestamp() - interval '{age} days'"
        )
        counted = await connection.exec_driver_sql(
            "SELECT forget_accesses(array(SELECT access_id FROM personal_access), 'infinity')"
        )
    assert counted.scalar_one() == forgotten
