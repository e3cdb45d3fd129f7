"""`recoup upload` against the API over a real socket."""

import asyncio
import json
import socket
from contextlib import suppress

import pytest
import pytest_asyncio
import typer
import uvicorn

from recoup.commands import uploading
from recoup.commands.audit_reading import API_KEY_VARIABLE
from recoup.commands.uploading import Kind
from recoup.errors import Mistake
from services.intake.uploads.working import upload_loop
from tests.unit.intake.doors.test_rows import HEADER, ROW


@pytest_asyncio.fixture
async def url(doors, runtime, monkeypatch):
    """The URL of the API, with a worker's loop beside it."""
    monkeypatch.setenv(API_KEY_VARIABLE, "writer")
    monkeypatch.setattr(uploading, "LOOK_AGAIN_SECONDS", 0.02)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(doors.app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    working = asyncio.create_task(upload_loop(runtime)())
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    working.cancel()
    server.should_exit = True
    await serving
    with suppress(asyncio.CancelledError):
        await working


async def upload(url, file, **options):
    """The command as a person runs it, in a thread: it has an event loop of its own."""
    given = {"kind": Kind.ACCOUNTS, "best_effort": False, "mapping": None, "wait": 60, "as_json": True}
    arguments = {**given, "folder": file.parent / "none", "api": url, **options}
    await asyncio.to_thread(uploading.upload, file, **arguments)


async def test_a_file_is_uploaded_and_watched_to_its_end(url, tmp_path, capsys):
    file = tmp_path / "book.csv"
    file.write_text(HEADER + ROW)
    await upload(url, file)
    said = json.loads(capsys.readouterr().out.splitlines()[-1])  # the API logs there as well
    assert (said["status"], said["applied"], said["errors"]) == ("done", 1, [])


async def test_refused_rows_are_shown_and_the_exit_code_says_so(url, tmp_path, capsys):
    file, mapping = tmp_path / "book.csv", tmp_path / "mapping.json"
    file.write_text(HEADER.replace("product", "kind") + ROW + ROW.replace("100.00", "-100.00"))
    mapping.write_text('{"columns": {"product": "kind"}}')
    with pytest.raises(typer.Exit) as ended:
        await upload(url, file, best_effort=True, mapping=mapping, as_json=False)
    assert ended.value.exit_code == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "book.csv: done, 1 applied, 0 known before, 1 rows refused" in said
    assert "line 3, outstanding: outstanding must not be negative." in said


async def test_what_the_api_refuses_is_told_as_a_mistake(url, tmp_path, monkeypatch):
    file, mapping = tmp_path / "book.csv", tmp_path / "mapping.json"
    file.write_text(HEADER + ROW)
    mapping.write_text('{"columns": {"balance": "B"}}')
    with pytest.raises(Mistake, match=r"document\.mapping\.columns\.balance"):
        await upload(url, file, mapping=mapping)
    monkeypatch.setenv(API_KEY_VARIABLE, "nobody")
    with pytest.raises(Mistake, match="401"):
        await upload(url, file)
    with pytest.raises(Mistake, match="no file"):
        await upload(url, tmp_path / "none.csv")
