"""Health, settings, and the server itself."""

import asyncio
import signal
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import MetaData

from shared.web.health import CheckFailedError, HealthCheck, database_check
from shared.web.server import serve
from tests.unit.shared.web_toys import client, settings, toy_app


async def _fine() -> None:
    return None


async def _unassigned() -> None:
    raise CheckFailedError("no partitions assigned")


async def _broken() -> None:
    raise OSError("connection to 10.1.2.3 with password x refused")


async def _hanging() -> None:
    await asyncio.sleep(60)


async def test_readiness_names_the_checks_that_fail_without_their_secrets():
    checks = [
        HealthCheck("fine", _fine),
        HealthCheck("partitions", _unassigned),
        HealthCheck("store", _broken),
        HealthCheck("slow", _hanging, timeout=0.05),
    ]
    async with client(toy_app(health_checks=checks)) as http:
        response = await http.get("/health/ready")
        assert (await http.get("/health/live")).status_code == 200
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    outcome = {check["name"]: check for check in response.json()["checks"]}
    assert outcome["fine"] == {"name": "fine", "ok": True}
    assert outcome["partitions"]["detail"] == "no partitions assigned"
    assert outcome["store"]["detail"] == "OSError"
    assert outcome["slow"]["detail"] == "no answer in 0.05 s"


async def test_liveness_fails_only_by_checks_of_liveness():
    async with client(toy_app(health_checks=[HealthCheck("loop", _unassigned, liveness=True)])) as http:
        assert (await http.get("/health/live")).status_code == 503
        ready = await http.get("/health/ready")
    assert ready.json() == {"status": "ok", "checks": []}


async def test_the_database_check_asks_the_database(engine_for):
    engine = await engine_for("health", MetaData())
    async with client(toy_app(health_checks=[database_check(engine)])) as http:
        assert (await http.get("/health/ready")).status_code == 200


async def _until_up(port: int) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        for _ in range(400):
            try:
                return await http.get(f"http://127.0.0.1:{port}/health/live")
            except httpx.ConnectError:
                await asyncio.sleep(0.02)
    raise AssertionError("the server did not come up")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


async def test_the_server_answers_and_stops_in_order_when_told():
    events: list[str] = []

    @asynccontextmanager
    async def lifespan(_app):
        events.append("up")
        yield
        events.append("down")

    port, stop = _free_port(), asyncio.Event()
    task = asyncio.create_task(serve(toy_app(lifespan=lifespan), "127.0.0.1", port, stop))
    assert (await _until_up(port)).status_code == 200
    assert "server" not in (await _until_up(port)).headers
    stop.set()
    await asyncio.wait_for(task, 5)
    assert events == ["up", "down"]


async def test_a_taken_port_and_a_failing_start_are_clear_errors():
    @asynccontextmanager
    async def failing(_app):
        raise ZeroDivisionError
        yield

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve(toy_app(), "127.0.0.1", taken.getsockname()[1], asyncio.Event())
    with pytest.raises(RuntimeError, match="did not start"):
        await serve(toy_app(lifespan=failing), "127.0.0.1", 0, asyncio.Event())


def test_settings_are_printed_without_secrets():
    shown = str(settings(kafka_url="sasl://user:pass-word@kafka:9092").redacted())
    for secret in ("secret-password", "pass-word", "s" * 32, "webhook-key", "reader"):
        assert secret not in shown
    assert "kafka:9092" in shown


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("RECOUP_PARTITIONS", "24")
    assert settings().partitions == 24


@pytest.mark.parametrize(
    "changes",
    [
        {"api_keys": "geheim"},
        {"jwt_issuer": None},
        {"jwt_key": "geheim"},
        {"field_keys": '{"k": "geheim"}', "field_key_current": "k"},
        {"field_keys": "{}"},
        {"webhook_keys": '["geheim"]'},
        {"database_url": None},
    ],
)
def test_settings_that_do_not_fit_stop_the_start_without_showing_them(changes):
    with pytest.raises(ValidationError) as caught:
        settings(**changes)
    assert "geheim" not in str(caught.value)


def test_a_cipher_comes_from_the_settings_and_its_absence_is_said():
    given = settings(
        field_keys='{"k": "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="}', field_key_current="k"
    )
    assert given.field_cipher.open(given.field_cipher.seal("x", "c"), "c") == "x"
    with pytest.raises(ValueError, match="field_keys"):
        _ = settings().field_cipher


async def test_a_process_ends_in_order_and_without_an_error_code_on_sigterm():
    code = (
        "from tests.unit.shared.web_toys import toy_app\n"
        "from shared.web.server import run_server\n"
        "import sys\n"
        "run_server(toy_app(), '127.0.0.1', int(sys.argv[1]))\n"
    )
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        str(port),
        cwd=Path(__file__).parents[3],
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        assert (await _until_up(port)).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
    finally:
        if process.returncode is None:
            process.kill()
