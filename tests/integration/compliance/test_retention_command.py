"""`recoup retention` beside a served compliance and its worker."""

import asyncio
import json

from typer.testing import CliRunner

from recoup.commands.retention import app
from recoup.errors import Mistake
from services.compliance.api.retention import retention_router
from services.compliance.retention import RetentionJob
from shared.web.app import create_app
from tests.conftest import EngineFor
from tests.integration.compliance.commands import serving
from tests.integration.compliance.house import API_KEY, house


async def command(*words: str) -> tuple[int, str]:
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words), env={"RECOUP_API_KEY": API_KEY})
    if isinstance(result.exception, Mistake):
        return 2, str(result.exception)
    return result.exit_code, result.stdout


async def test_deleting_from_the_command_line_begins_with_counting(engine_for: EngineFor) -> None:
    made = await house(engine_for)
    served = create_app(
        title="Retention",
        service="compliance",
        version="1",
        settings=made.settings,
        routers=[retention_router(made.runtime())],
    )
    configured = made.settings
    job = RetentionJob(made.transactions, configured.library, configured.past, configured.pseudonyms)
    job.seconds = 0.1
    worker = asyncio.create_task(job.run())
    async with serving(served) as url:
        code, said = await command("run", "--execute", "--api", url)
        assert (code, "dry run" in said) == (2, True)
        code, said = await command("run", "--api", url, "--json")
        assert code == 0, said
        (line,) = (line for line in said.splitlines() if line.startswith('{"run_id"'))
        found = json.loads(line)
        assert (found["mode"], found["state"]) == ("dry_run", "done")
        code, said = await command("run", "--execute", "--api", url)
        assert (code, "execute, done" in said) == (0, True)
        code, said = await command("status", found["run_id"], "--api", url)
        assert (code, "dry_run, done" in said) == (0, True)
        code, said = await command("status", "none", "--api", url)
        assert (code, said) == (2, "There is no such run.")
    worker.cancel()
