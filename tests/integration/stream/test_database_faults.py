"""The database drops connections at any moment: whatever was under way is done once, or again."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from shared.runtime import Runtime
from tests.conftest import EngineFor
from tests.support import toy
from tests.support.fake_broker import FakeBroker
from tests.support.toy import Receiver, by_key, effects, send, until, working

KILL = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'tests' AND pid <> pg_backend_pid()"
)


def facts(first: int, last: int) -> list[tuple[str, int]]:
    return [(f"person-{number % 9}", number) for number in range(first, last + 1)]


async def test_no_effect_is_lost_or_doubled_when_connections_break_again_and_again(
    engine_for: EngineFor, postgres_url: str
) -> None:
    sender = toy.runtime_on("intake", await engine_for("intake", toy.metadata))
    receiver = toy.runtime_on("outreach", await engine_for("outreach", toy.metadata))
    admin = create_async_engine(postgres_url)
    broker = FakeBroker()
    written = 0
    workers = (
        toy.worker(sender, toy.sending_consumer(), broker),
        toy.worker(receiver, Receiver().consumer(), broker),
    )
    # Tracebacks with all local variables, which the tests' log shows, would take longer than the test.
    with capture_logs():
        async with working(*workers):
            for number in range(12):
                await until(lambda: _sent(sender, written + 1, written + 40))  # noqa: B023  # awaited at once
                written += 40
                await asyncio.sleep(0.03 * (number % 4))
                async with admin.connect() as connection:
                    await connection.execute(KILL)
            await until(lambda: _count(receiver.engine, written), 30)
            await asyncio.sleep(0.3)
            assert by_key(await effects(receiver.engine)) == by_key(facts(1, written))
    await admin.dispose()


async def _sent(sender: Runtime[Any], first: int, last: int) -> bool:
    """Commit facts unless they are committed; False where that cannot be told, for a connection was dead."""
    numbers_given = text("SELECT coalesce(sum(last_sequence), 0) FROM lane_counter")
    try:
        async with sender.engine.connect() as connection:
            given: int = (await connection.execute(numbers_given)).scalar_one()
        if given < last:
            await send(sender, facts(first, last))
    except DBAPIError:
        return False
    return True


async def _count(engine: object, number: int) -> bool:
    try:
        return len(await effects(engine)) >= number  # type: ignore[arg-type]
    except Exception:
        return False
