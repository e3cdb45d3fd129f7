"""Idempotency keys, on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy import MetaData, text
from sqlalchemy.exc import DBAPIError

from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, StoredResponse, idempotency_table
from shared.web.problems import Conflict, Unprocessable
from tests.unit.shared.web_toys import AS_READER, AS_WRITER, client, toy_app

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_REQUEST = IdempotentRequest("ann", "key-1", "digest-1")
_METADATA = MetaData()
_KEYS = IdempotencyKeys(idempotency_table(_METADATA))


class _View(BaseModel):
    case_id: str


@pytest.fixture
async def engine(engine_for):
    return await engine_for("keys", _METADATA)


async def _run(engine, request: IdempotentRequest = _REQUEST, fail: bool = False) -> StoredResponse:
    async with engine.begin() as connection:
        if stored := await _KEYS.claim(connection, request, _NOW):
            return stored
        if fail:
            raise ZeroDivisionError
        return await _KEYS.complete(connection, request, 201, _View(case_id="案-1"), location="/cases/1")


async def test_a_repeat_gets_the_stored_answer_with_its_code_and_location(engine):
    first, second = await _run(engine), await _run(engine)
    assert (first.replayed, second.replayed) == (False, True)
    one, two = first.response(), second.response()
    assert one.body == two.body == '{"case_id":"案-1"}'.encode()
    assert one.status_code == two.status_code == 201
    assert one.headers["location"] == two.headers["location"] == "/cases/1"
    assert "idempotency-replayed" not in one.headers
    assert two.headers["idempotency-replayed"] == "true"


async def test_the_same_key_with_another_body_is_refused(engine):
    await _run(engine)
    with pytest.raises(Unprocessable):
        await _run(engine, IdempotentRequest("ann", "key-1", "digest-2"))


async def test_two_callers_may_use_the_same_key(engine):
    await _run(engine)
    other = await _run(engine, IdempotentRequest("bob", "key-1", "digest-2"))
    assert not other.replayed


async def test_a_failed_command_releases_its_key(engine):
    with pytest.raises(ZeroDivisionError):
        await _run(engine, fail=True)
    assert not (await _run(engine)).replayed


async def test_while_the_first_runs_a_second_is_told_so_at_once(engine):
    async with engine.begin() as connection:
        assert await _KEYS.claim(connection, _REQUEST, _NOW) is None
        with pytest.raises(Conflict):
            await asyncio.wait_for(_run(engine), 2)
        await _KEYS.complete(connection, _REQUEST, 201, _View(case_id="1"))
    assert (await _run(engine)).replayed


async def test_of_many_at_once_exactly_one_does_the_work(engine):
    outcomes = await asyncio.gather(*(_run(engine) for _ in range(8)), return_exceptions=True)
    done = [one for one in outcomes if isinstance(one, StoredResponse) and not one.replayed]
    refused = [one for one in outcomes if isinstance(one, Conflict)]
    replayed = [one for one in outcomes if isinstance(one, StoredResponse) and one.replayed]
    assert len(done) == 1
    assert len(refused) + len(replayed) == 7


async def test_an_old_snapshot_cannot_claim_a_key_twice(engine):
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        await connection.execute(text("SELECT 1 FROM idempotency_key"))
        await _run(engine)
        with pytest.raises(DBAPIError) as caught:
            await _KEYS.claim(connection, _REQUEST, _NOW)
    assert caught.value.orig.sqlstate == "40001"


async def test_completing_without_a_claim_is_a_defect(engine):
    async with engine.begin() as connection:
        with pytest.raises(RuntimeError, match="not claimed"):
            await _KEYS.complete(connection, _REQUEST, 201, _View(case_id="1"))


async def test_old_keys_are_forgotten(engine):
    await _run(engine)
    async with engine.begin() as connection:
        assert await _KEYS.forget(connection, _NOW) == 0
        assert await _KEYS.forget(connection, _NOW + timedelta(seconds=1)) == 1


@pytest.mark.parametrize("key", [None, "", "a b", "é", "x" * 256])
async def test_a_creating_request_needs_a_usable_key(key):
    headers = {} if key is None else {"Idempotency-Key": key.encode()}
    async with client(toy_app(), **AS_WRITER) as http:
        response = await http.post("/toys", json={"label": "x", "size": 1}, headers=headers)
    assert response.status_code == 400
    assert response.json()["type"].startswith("urn:recoup:problem:idempotency-key-")


async def test_the_key_does_not_authorize():
    async with client(toy_app(), **AS_READER) as http:
        response = await http.post("/toys", json={"label": "x", "size": 1}, headers={"Idempotency-Key": "k"})
    assert response.status_code == 403
