"""Nothing bypasses the approval of texts: two principals, the log, and what outreach then may send."""

import asyncio
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from recoup.local.stack import Stack
from recoup.local.templates import APPROVER, AUTHOR, bearer
from recoup.main import app
from recoup.templates import TemplatesApi
from services.outreach.texts import proposals
from tests.support.platform import client_of

OWN = """
own_reminder:
  zh-CN:
    channels: [sms]
    countries: [CN]
    body: 【{institution}】您的账户有{arrears}已逾期,请尽快还款。{opt_out}
"""


async def command(stack: Stack, *arguments: str) -> Result:
    """`recoup templates …` for this stack."""
    line = ["templates", *arguments, "--folder", str(stack.options.folder)]
    return await asyncio.to_thread(CliRunner().invoke, app, line)


async def in_use(stack: Stack) -> dict[str, dict[str, Any]]:
    """What outreach may send, by digest."""
    async with client_of(stack, "outreach") as client:
        answer = await client.get("/templates", params={"in_use": True, "limit": 100})
    return {one["digest"]: one for one in answer.json()["items"]}


async def test_the_shipped_texts_were_approved_by_somebody_else_than_who_submitted_them(stack: Stack) -> None:
    usable = await in_use(stack)
    approver = TemplatesApi(stack.addresses.url("compliance"), bearer(stack.keys, APPROVER))
    versions = {one["digest"]: one for one in await approver.versions(state="approved")}
    for text in proposals():
        version = versions[text.digest]
        assert (version["submitted_by"], version["decided_by"]) == (AUTHOR.subject, APPROVER.subject)
        assert usable[text.digest]["version"] == version["version"]


async def test_an_own_text_is_in_use_between_its_approval_and_its_retirement(
    stack: Stack, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(OWN, encoding="utf-8")
    (text,) = proposals(file)
    assert "1 submitted" in (await command(stack, "submit", str(file))).stderr
    assert "known already" in (await command(stack, "submit", str(file))).stderr
    assert text.digest not in await in_use(stack)
    assert "1 approved" in (await command(stack, "approve", "own_reminder", "--yes")).stderr
    outreach = TemplatesApi(stack.addresses.url("outreach"), {"X-API-Key": stack.keys.operator_api_key})
    await outreach.await_in_use([text.digest], 30)
    await _retire(stack, "own_reminder")
    async with asyncio.timeout(30):
        while text.digest in await in_use(stack):  # noqa: ASYNC110  # only the API tells
            await asyncio.sleep(0.1)
    assert {one.digest for one in proposals()} <= set(await in_use(stack))


async def _retire(stack: Stack, template_id: str) -> None:
    async with client_of(stack, "compliance") as client:
        answer = await client.post(
            f"/templates/{template_id}/versions/1/retire",
            json={"reason": "worn out"},
            headers={"Idempotency-Key": f"retire-{template_id}"},
        )
    assert answer.status_code == 200, answer.text
