"""The console as a person sees it."""

import re
from pathlib import Path

import httpx
import psutil
from playwright.async_api import Page, expect
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.browser.conftest import KEY, OFFICER_KEY, PATIENCE, STRANGER, Console, seed

OPENED = '[data-metric="cases_opened"] .stage-count'
NUMBER = re.compile(r"\d")
expect.set_options(timeout=PATIENCE * 1000)


async def log_in(page: Page, console: Console, path: str = "/login", key: str = KEY) -> None:
    await page.goto(console.url + path)
    await page.fill("#key", key)
    await page.click("button[type=submit]")


async def test_a_person_logs_in_sees_the_flow_and_switches_the_language(
    page: Page, console: Console, tmp_path: Path
) -> None:
    await page.goto(console.url + "/")
    await expect(page).to_have_url(console.url + "/login")
    await page.screenshot(path=tmp_path / "login.png")
    await log_in(page, console)
    await expect(page.locator("h1")).to_have_text("Recoup 贷后催收")
    await expect(page.locator(OPENED)).to_have_text("40")
    await expect(page.locator('[data-service="strategy"] h3')).to_have_text("策略")
    await expect(page.locator('[data-service="intake"] .service-total .num')).to_have_text(NUMBER)
    await expect(page.locator('[data-metric="arrears"] .tile-value')).to_have_text(re.compile("¥"))
    await expect(page.locator('[data-metric="arrears"] .tile-more')).to_have_text(re.compile(r"\$"))
    await expect(page.locator(".cases tbody tr:visible")).to_have_count(8)
    await expect(page.locator(".lag tbody tr")).to_have_count(8)
    await expect(page.locator(".rules .rule:visible").first).to_be_visible()
    await expect(page.locator(".chart-buckets canvas")).to_be_visible()
    await expect(page.locator(".empty")).to_be_hidden()
    await page.screenshot(path=tmp_path / "zh-light.png", full_page=True)
    await page.click('[data-testid="language"]')
    await expect(page.locator("h1")).to_have_text("Recoup collections")
    await expect(page.locator('[data-service="strategy"] h3')).to_have_text("Strategy")
    await expect(page.locator(OPENED)).to_have_text("40")
    await expect(page.locator("html")).to_have_attribute("lang", "en-US")
    await page.click("button.tool")
    await expect(page.locator("body")).to_have_class(re.compile("body--dark"))
    await page.screenshot(path=tmp_path / "en-dark.png", full_page=True)


async def test_an_empty_platform_says_how_to_begin_and_fills_while_the_page_is_open(
    page: Page, empty_console: Console, tmp_path: Path
) -> None:
    await log_in(page, empty_console)
    await expect(page.locator(".empty")).to_be_visible()
    await expect(page.locator(".empty")).to_contain_text("recoup demo")
    await expect(page.locator(".cases .none")).to_be_visible()
    await page.screenshot(path=tmp_path / "empty.png", full_page=True)
    await seed(empty_console.engine, 15)
    await expect(page.locator(OPENED)).to_have_text("15")
    await expect(page.locator(".empty")).to_be_hidden()


async def test_the_page_says_that_the_database_is_away_and_recovers(
    page: Page, console: Console, tmp_path: Path
) -> None:
    await log_in(page, console)
    await expect(page.locator(OPENED)).to_have_text("40")
    admin = create_async_engine(console.admin_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f'ALTER DATABASE "{console.database}" ALLOW_CONNECTIONS false'))
        await connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": console.database},
        )
        await expect(page.locator(".banner")).to_be_visible()
        await expect(page.locator(".banner")).to_contain_text("数据库暂时连接不上")
        await expect(page.locator(".state")).to_have_class(re.compile("away"))
        await expect(page.locator(OPENED)).to_have_text("40")
        await page.screenshot(path=tmp_path / "away.png", full_page=True)
        await connection.execute(text(f'ALTER DATABASE "{console.database}" ALLOW_CONNECTIONS true'))
    await admin.dispose()
    await expect(page.locator(".banner")).to_be_hidden()


async def test_a_key_without_the_scope_stays_outside(page: Page, console: Console) -> None:
    await log_in(page, console, "/en/login", STRANGER)
    await expect(page.locator(".wrong")).to_contain_text("reporting:read")
    async with httpx.AsyncClient(base_url=console.url) as client:
        assert (await client.get("/")).headers["location"] == "/login"
        socket = await client.get("/_nicegui_ws/socket.io/?EIO=4&transport=polling")
        assert socket.status_code == 303
        forged = await client.get("/", headers={"Cookie": "recoup_session=OTk5OTk5OTk5OSBtZQ==.00"})
        assert forged.status_code == 303


async def test_a_page_says_which_service_is_away_and_tries_again_when_asked(
    page: Page, console: Console
) -> None:
    await log_in(page, console, key=OFFICER_KEY)
    await page.goto(console.url + "/holds")
    await expect(page.locator(".trouble")).to_contain_text("合规服务没有应答")
    await page.click(".trouble .btn")
    await expect(page.locator(".trouble")).to_contain_text("合规服务没有应答")
    await page.goto(console.url + "/en/timeline/somebody")
    await expect(page.locator(".trouble")).to_contain_text("Compliance does not answer")


async def test_the_menu_is_walked_with_the_keyboard(page: Page, console: Console) -> None:
    await log_in(page, console, key=OFFICER_KEY)
    await page.goto(console.url + "/timeline")
    await page.locator(".skip").focus()
    await expect(page.locator(".skip")).to_be_in_viewport()
    await page.locator('.side-link[href="/gate"]').focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(console.url + "/gate")
    await expect(page.locator(".side-link[aria-current=page]")).to_have_text("规则与拦截")


async def test_a_narrow_screen_needs_no_sideways_scrolling(
    page: Page, console: Console, tmp_path: Path
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await log_in(page, console)
    await expect(page.locator(OPENED)).to_have_text("40")
    await page.screenshot(path=tmp_path / "narrow.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_the_console_stays_small(page: Page, console: Console) -> None:
    await log_in(page, console)
    await expect(page.locator(OPENED)).to_have_text("40")
    resident = psutil.Process(console.pid).memory_info().rss / 1e6
    print(f"console: {resident:.0f} MB resident")
    assert resident < 200
