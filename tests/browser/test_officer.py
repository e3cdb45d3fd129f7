"""The compliance officer's day, on a running platform: rules, holds, complaints, the log."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.browser.conftest import PATIENCE
from tests.browser.officers import ANNA, DIALOG, Platform, ask_permit, choose, fill, overdue_platform, submit
from tests.support.platform import settled

pytestmark = pytest.mark.timeout(1200)

expect.set_options(timeout=PATIENCE * 1000)


@pytest_asyncio.fixture(scope="module")
async def platform(chromium: str, tmp_path_factory: Any) -> AsyncIterator[Platform]:
    """A platform on which one customer is overdue and has had a message."""
    async with overdue_platform(tmp_path_factory.mktemp("platform")) as found:
        yield found


async def act(page: Page, name: str, **values: str) -> None:
    """Do something to the complaint on the page that needs a reason and these values."""
    await page.locator(f'[data-act="{name}"]').click()
    await fill(page, **values, reason="as told in file 7")
    await submit(page)


def did(page: Page, what: str) -> Locator:
    """The entry of the history."""
    return page.locator(f'[data-did="{what}"]').first


async def ask_effect(platform: Platform, number: int) -> str:
    """What the gate says to one more message to Anna."""
    return str((await ask_permit(platform, number))["effect"])


async def test_the_gate_page_says_that_packs_are_enforced_without_counsel(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    await platform.log_in(page, "chen.officer")
    await page.click("text=规则与拦截")
    await expect(page.locator("[data-testid=unsigned]")).to_contain_text("未经法律顾问签署即已强制执行")
    await expect(page.locator("[data-testid=unsigned] .chip").first).to_be_visible()
    pack = page.locator('[data-pack="cn-mainland"]')
    await expect(pack).to_contain_text("未签署")
    await pack.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(pack.locator("td", has_text="CN-TIME").first).to_be_visible()
    await page.screenshot(path=tmp_path / "gate.png", full_page=True)


async def test_an_officer_places_a_hold_sees_the_contact_denied_and_releases_it(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    assert await ask_effect(platform, 1) == "allow"
    await platform.log_in(page, "chen.officer")
    await page.goto(f"{platform.url}/holds")
    await page.click("[data-testid=place]")
    await page.locator(f"{DIALOG} [data-testid=submit]").click()
    await expect(page.locator(f"{DIALOG} .q-field--error").first).to_be_visible()
    await choose(page, "kind", "人工停催")
    await fill(page, person_id=ANNA)
    await page.keyboard.press("Tab")
    await expect(page.locator(f'{DIALOG} [data-field="customer_id"]')).to_have_value(ANNA)
    await page.screenshot(path=tmp_path / "place.png")
    await submit(page)
    await expect(page.locator("tr[data-hold]")).to_contain_text(["人工停催"])
    assert await ask_effect(platform, 2) == "deny"

    await page.goto(f"{platform.url}/timeline/{ANNA}")
    denied = page.locator('[data-effect="deny"]').first
    await expect(denied).to_contain_text("人工停催")
    await denied.locator("[data-testid=proof]").click()
    await expect(denied.locator(".proof-told.good")).to_contain_text("已存证")
    async with page.expect_download() as download:
        await denied.locator("text=下载存证文件").click()
    assert (await (await download.value).path()).read_text().startswith("c2sp.org/tlog-proof@v1")
    await expect(page.locator(".entry", has_text="已发出")).to_be_visible()
    await page.screenshot(path=tmp_path / "timeline.png", full_page=True)

    await page.goto(f"{platform.url}/holds")
    await page.locator("tr[data-hold]", has_text="人工停催").locator("text=解除").click()
    await fill(page, reason="mandate ended")
    await submit(page)
    await expect(page.locator("tr[data-hold]", has_text="人工停催")).to_have_count(0)
    assert await ask_effect(platform, 3) == "allow"


async def test_a_complaint_goes_from_intake_to_decision_and_closing_by_two_persons(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    await platform.log_in(page, "chen.officer")
    await page.goto(f"{platform.url}/complaints")
    await page.click("[data-testid=new]")
    await fill(page, person_id=ANNA, customer_id=ANNA, text="一天来电六次", collector_id="collector-7")
    await choose(page, "category", "骚扰")
    await choose(page, "source", "客服热线")
    await page.screenshot(path=tmp_path / "intake.png")
    await submit(page)
    await page.wait_for_url("**/complaints/complaint-*")
    file = page.url
    assert await ask_effect(platform, 4) == "review"
    await act(page, "acknowledge")
    await expect(page.locator('[data-act="investigate"]')).to_be_disabled()
    await act(page, "assign", assignee_id="chen.officer")
    await act(page, "investigate")
    await act(page, "extend")
    await expect(page.locator('[data-act="extend-approve"]')).to_be_disabled()
    await expect(page.locator(".act", has_text="批准延期").first).to_contain_text("chen.officer 以外的人")

    await page.click('[data-act="propose"]')
    await choose(page, "finding", "属实")
    await fill(page, findings="录音属实", reason="recording heard")
    await page.locator(f"{DIALOG} [data-testid=submit]").click()
    await expect(page.locator(f"{DIALOG} .trouble")).to_contain_text("认定属实须写明根本原因")
    await page.screenshot(path=tmp_path / "incomplete.png")
    await choose(page, "root_cause", "培训不足")
    await fill(page, cause="未参加上岗培训")
    await submit(page)
    await expect(page.locator('[data-act="decide"]')).to_be_disabled()

    await platform.log_in(page, "li.second")
    await page.goto(file)
    await act(page, "extend-approve")
    await act(page, "decide")
    await expect(did(page, "decided")).to_contain_text("li.second")
    await expect(page.locator('[data-act="close"]')).to_be_disabled()
    await act(page, "action", description="重训", owner_id="lead-3", due_at="2026-04-01T10:00")
    await act(page, "finish")
    await page.click("[data-testid=texts]")
    await expect(page.locator(".text-body").first).to_have_text("一天来电六次")
    await act(page, "close")
    await expect(page.locator(".commands .chip").last).to_have_text("已结案")
    await page.screenshot(path=tmp_path / "complaint.png", full_page=True)
    assert await ask_effect(platform, 5) != "review"


async def test_who_is_complained_about_sees_neither_the_file_nor_how_to_go_on(
    page: Page, platform: Platform
) -> None:
    async with platform.client("compliance") as client:
        body = {
            "person_id": "somebody",
            "customer_id": "somebody",
            "category": "privacy",
            "source": "letter",
            "collector_id": "wang.named",
        }
        made = await client.post("/complaints", json=body, headers={"Idempotency-Key": "recused"})
    await platform.log_in(page, "wang.named", path="/en")
    await page.goto(f"{platform.url}/en/complaints/{made.json()['complaint_id']}")
    await expect(page.locator(".trouble")).to_contain_text("You have no part in this complaint")


async def test_a_person_sees_only_the_pages_that_their_rights_are_for(page: Page, platform: Platform) -> None:
    await platform.log_in(page, "zhao.analyst", {"reporting:read"})
    await expect(page.locator(".side-link")).to_have_count(1)
    await page.goto(f"{platform.url}/holds")
    await expect(page.locator(".empty")).to_contain_text("compliance:read")
    await platform.log_in(page, "qian.reader", {"reporting:read", "compliance:read"})
    await page.goto(f"{platform.url}/holds")
    await expect(page.locator("[data-testid=place]")).to_have_count(0)


async def test_the_tick_on_the_log_is_green_and_turns_red_when_an_entry_is_altered(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    await platform.log_in(page, "chen.officer")
    await page.goto(f"{platform.url}/log")
    await expect(page.locator('[data-verdict="ok"]')).to_be_visible()
    await expect(page.locator('[data-check="growth.first"]')).to_be_visible()
    assert await ask_effect(platform, 6)
    await settled(platform.stack)
    await page.reload()
    await expect(page.locator('[data-check^="growth"]')).to_contain_text("本浏览器上次所见")
    await page.click("[data-testid=recompute]")
    await expect(page.locator('[data-check="entries"].good')).to_be_visible()
    await page.screenshot(path=tmp_path / "log.png", full_page=True)

    admin = create_async_engine(platform.stack.admin_url)
    async with admin.begin() as connection:
        await connection.execute(text("SET session_replication_role = replica"))
        altered = await connection.execute(
            text(
                "UPDATE compliance.log_entry SET entry = overlay(entry placing '\\x41'::bytea from 20)"
                " WHERE leaf_index = 3 RETURNING leaf_index"
            )
        )
        assert altered.one()
    await admin.dispose()
    await page.click("[data-testid=recompute]")
    await expect(page.locator('[data-verdict="bad"]')).to_contain_text("核验不通过")
    await expect(page.locator('[data-check="entries"].bad')).to_be_visible()
    await page.screenshot(path=tmp_path / "tampered.png", full_page=True)
