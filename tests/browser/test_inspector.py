"""Those who check collectors at their work: inspection, violations, staff, completeness, privacy."""

from collections.abc import AsyncIterator
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from shared.contracts.base import Money
from shared.contracts.contacts import ContactDispatched
from shared.contracts.topics import CONTACTS
from shared.contracts.vocabulary import Channel
from shared.stream.broker import Outbound
from shared.stream.envelope import CONTENT_TYPE, SPEC_VERSION
from shared.stream.partitioning import partition_of
from tests.browser.conftest import PATIENCE
from tests.browser.officers import (
    ANNA,
    DIALOG,
    NOW,
    Platform,
    ask_permit,
    choose,
    fill,
    overdue_platform,
    submit,
)
from tests.support.bank import publish_raw

pytestmark = pytest.mark.timeout(1200)
expect.set_options(timeout=PATIENCE * 1000)

INSPECTOR = frozenset(
    {"reporting:read", "compliance:read", "inspections:read", "inspections:write", "inspections:plan"}
    | {"personal:read"}
)
COLLECTOR = frozenset({"reporting:read", "inspections:appeal"})
CLERK = frozenset({"reporting:read", "staff:read", "staff:write"})
KEEPER = frozenset(
    {"reporting:read", "completeness:read", "completeness:write", "access-log:read"}
    | {"retention:read", "retention:run", "retention:hold"}
)
FORM: dict[str, Any] = {
    "title": "电话催收评分表",
    "items": [
        {"item_id": "identifies", "title": "说明所代表的机构", "weight": 2},
        {"item_id": "lawful", "title": "无威胁、无辱骂", "weight": 5, "critical": True},
    ],
}
PLAN: dict[str, Any] = {
    "title": "全部渠道随机抽检",
    "zone": "Atlantic/Cape_Verde",
    "valid_from": "2026-03-02",
    "rate": "1",
    "seed": "browser",
    "weights": {"finding": {"high": "5"}, "complaint": "20"},
}
TURNS = [
    {"speaker": "collector", "text": "您好，这里是示范银行。", "starts": 0, "ends": 3},
    {"speaker": "person", "text": "我下周还。", "starts": 3, "ends": 6},
    {"speaker": "collector", "text": "你再不还钱，我们就找人去收拾你。", "starts": 6, "ends": 9},
]


@pytest_asyncio.fixture(scope="module")
async def platform(chromium: str, tmp_path_factory: Any) -> AsyncIterator[Platform]:
    """A platform with a scoring form, a sampling plan, and a contact in which somebody was threatened."""
    async with overdue_platform(tmp_path_factory.mktemp("platform")) as found:
        async with found.client("compliance") as client:
            contact = await ask_permit(found, 0)
            assert contact["effect"] == "allow", contact
            used = {name: contact[name] for name in ("permit_id", "contact_id")}
            await post(client, "/redemptions", {"redemptions": [used | {"dispatch_id": "browser"}]})
            await publish_raw(found.stack, CONTACTS.name, [went_out(found, contact)])
            transcript = {
                "contact_id": contact["contact_id"],
                "collector_id": "collector-7",
                "branch_id": "branch-1",
                "language": "zh-CN",
                "started_at": contact["decided_at"],
                "recogniser": "recorder/1",
                "turns": TURNS,
            }
            await post(client, "/inspection-forms/telephone/versions", FORM)
            await post(client, "/inspection-plans/all/versions", PLAN)
            await post(client, "/transcripts", transcript)
        yield found


def went_out(platform: Platform, contact: dict[str, Any]) -> tuple[int, Outbound]:
    """What outreach says when the contact has left the bank."""
    names = ("contact_id", "permit_id", "person_id", "customer_id")
    event = ContactDispatched(
        **{name: contact[name] for name in names},
        case_id="case-browser",
        treatment_id="treatment-0",
        channel=Channel.SMS,
        provider="sms",
        dispatched_at=NOW.astimezone(UTC),
        cost=Money(amount=Decimal("0.05"), currency="CNY"),
    )
    headers = [
        SPEC_VERSION,
        ("ce_id", b"browser-dispatched"),
        ("ce_source", b"/tests/browser"),
        ("ce_type", event.type_.encode()),
        ("ce_time", NOW.isoformat().encode()),
        CONTENT_TYPE,
    ]
    partition = partition_of(ANNA, platform.stack.options.partitions)
    return partition, Outbound(ANNA.encode(), msgspec.json.encode(event), headers)


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
    """Do it once, as the operator."""
    answer = await client.post(path, json=body, headers={"Idempotency-Key": path})
    assert answer.is_success, answer.text


async def act(page: Page, name: str, **values: str) -> None:
    """Do something to what is on the page, whose form needs these values."""
    await page.locator(f'[data-act="{name}"]').click()
    await fill(page, **values)
    await submit(page)


def rows(page: Page, area: str) -> Locator:
    return page.locator(f'tr[data-row="{area}"]')


async def test_an_inspector_takes_a_contact_scores_it_and_two_others_see_the_violation_through(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    await platform.log_in(page, "anna.inspector", INSPECTOR)
    await expect(page.locator("[data-testid=unsigned-banner]")).to_contain_text("未经法律顾问签署")
    await page.goto(f"{platform.url}/inspections")
    await expect(rows(page, "inspections")).to_contain_text(["重大"])
    await page.screenshot(path=tmp_path / "inspections.png", full_page=True)
    await page.click("[data-testid=next]")
    await submit(page)
    await page.wait_for_url("**/inspections/inspection-*")
    threat = page.locator('[data-turn="2"] mark.finding')
    await expect(threat).to_contain_text("收拾你")
    await page.click("[data-testid=result]")
    await expect(page.locator(".scoring .trouble")).to_contain_text("请评分：无威胁、无辱骂")
    await page.locator('[data-item="identifies"]').get_by_role("radio", name="达到", exact=True).click()
    critical = page.locator('[data-item="lawful"]')
    await critical.get_by_role("radio", name="未达到").click()
    await critical.locator(".behind .q-select").first.click()
    await page.locator(".q-menu .q-item", has_text="第 3 轮").first.click()
    await page.locator('.scoring [data-field="note"]').fill("结尾有威胁")
    await page.screenshot(path=tmp_path / "scoring.png", full_page=True)
    await page.click("[data-testid=result]")
    await expect(page.locator(".result .result-score")).to_have_text("0")
    await expect(page.locator(".commands .chip").last).to_have_text("0 分")
    await page.screenshot(path=tmp_path / "inspection.png", full_page=True)

    await page.locator(".violations .link").first.click()
    await page.wait_for_url("**/violations/*")
    violation = page.url
    await expect(page.locator('[data-act="confirm"]')).to_be_disabled()
    await expect(page.locator(".act", has_text="确认违规")).to_contain_text("anna.inspector 以外的人")
    await platform.log_in(page, "ben.second", INSPECTOR)
    await page.goto(violation)
    await act(page, "confirm", note="录音属实")
    await act(page, "rectification", owner_id="ben.second", due_at="2026-03-20T10:00", note="重新培训")

    await platform.log_in(page, "collector-7", COLLECTOR)
    await page.goto(f"{platform.url}/own-violations")
    await act(page, "appeal", note="系统误识别")
    await expect(rows(page, "violations")).to_contain_text(["申诉中"])

    await platform.log_in(page, "cora.third", INSPECTOR)
    await page.goto(violation)
    await act(page, "appeal-reject", note="录音清楚")
    await act(page, "rectified", note="已培训")
    await expect(page.locator('[data-act="verify"]')).to_be_disabled()
    await platform.log_in(page, "anna.inspector", INSPECTOR)
    await page.goto(violation)
    await act(page, "verify", note="已核对考核记录")
    await expect(page.locator(".commands .chip").last).to_have_text("已核验")
    await page.screenshot(path=tmp_path / "violation.png", full_page=True)


async def test_samples_are_drawn_once_and_coverage_says_what_it_means(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    await platform.log_in(page, "planner", INSPECTOR, "/en")
    await page.goto(f"{platform.url}/en/sampling")
    await page.click("[data-testid=draw]")
    await fill(page, day="2026-03-10")
    await page.locator(f"{DIALOG} [data-testid=submit]").click()
    await expect(page.locator(f"{DIALOG} .trouble")).to_contain_text("not over yet")
    # Over for an hour only: by itself the platform draws it in another one.
    await fill(page, day="2026-03-09")
    await submit(page)
    await expect(rows(page, "draws").filter(has_text="planner")).to_contain_text(["2026-03-09"])
    await page.screenshot(path=tmp_path / "sampling.png", full_page=True)
    await page.click("text=Coverage")
    await expect(rows(page, "coverage")).to_contain_text(["100.0%"])
    await expect(page.locator(".facts")).to_contain_text("inspected ÷ recordings")
    await page.screenshot(path=tmp_path / "coverage.png", full_page=True)


async def test_staff_are_registered_suspended_excepted_by_a_second_person_and_tied(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    await platform.log_in(page, "clerk", CLERK)
    await page.goto(f"{platform.url}/staff")
    await expect(page.locator(".nothing")).to_be_visible()
    await page.click("[data-testid=enrol]")
    await choose(page, "role", "催收员")
    await fill(page, staff_id="staff-1", branch_id="branch-1", active_from="2025-01-01T09:00")
    await submit(page)
    await rows(page, "staff").locator("a").first.click()
    await expect(page.locator("[data-testid=standing]")).to_contain_text("上岗合格证")
    await page.click('[data-act="certify"]')
    await choose(page, "kind", "上岗合格证")
    await fill(page, passed_at="2026-01-05T09:00", valid_until="2026-04-01T00:00", evidence_digest="ab" * 32)
    await submit(page)
    await act(page, "suspend", reason="under investigation")
    await expect(page.locator(".suspensions")).to_contain_text("生效中")
    await page.click('[data-act="tie"]')
    await choose(page, "relation", "亲属")
    await fill(page, person_id=ANNA)
    await submit(page)
    await page.screenshot(path=tmp_path / "member.png", full_page=True)
    await page.goto(f"{platform.url}/certificates")
    await expect(rows(page, "certificates")).to_contain_text(["上岗合格证"])
    await page.screenshot(path=tmp_path / "certificates.png", full_page=True)
    await page.goto(f"{platform.url}/rotation")
    await page.click("[data-testid=ask]")
    await fill(page, staff_id="staff-1", person_id=ANNA, until="2026-06-01T00:00", reason="sole contact")
    await submit(page)
    await expect(page.locator('[data-act="exception-approve"]')).to_be_disabled()
    await page.goto(f"{platform.url}/ties")
    await expect(page.locator('[data-act="tie-end"]')).to_be_disabled()
    await platform.log_in(page, "lead", CLERK)
    await page.goto(f"{platform.url}/rotation")
    await act(page, "exception-approve", reason="agreed")
    await page.locator('[data-view="approved"]').click()
    await expect(rows(page, "exceptions")).to_contain_text(["已批准"])
    await page.screenshot(path=tmp_path / "rotation.png", full_page=True)


async def test_what_went_past_the_gate_shows_up_when_the_day_is_compared_and_is_settled(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    message = {"idempotency_key": "rogue", "to": "+8619900009999", "text": "还钱", "reference": ""}
    headers = {"X-API-Key": platform.stack.keys.gateway_api_key}
    async with httpx.AsyncClient(base_url=platform.stack.addresses.gateway_url, headers=headers) as anybody:
        (await anybody.post("/messages", json={"messages": [message]})).raise_for_status()
    await platform.log_in(page, "keeper", KEEPER)
    await page.goto(f"{platform.url}/completeness")
    await page.click("[data-testid=run]")
    await choose(page, "provider", "sms")
    await fill(page, day="2026-03-10")
    await submit(page)
    finding = rows(page, "findings").filter(has_text="联系未经判定")
    async with platform.client("compliance") as client:
        for _ in range(PATIENCE):
            found = await client.get("/completeness/findings", params={"open": "true"})
            if found.json()["items"]:
                break
            await page.wait_for_timeout(1000)
    await page.reload()
    await expect(finding).to_be_visible()
    await page.screenshot(path=tmp_path / "completeness.png", full_page=True)
    await finding.locator("[data-testid=settle]").click()
    await choose(page, "settlement", "事件已处置")
    await submit(page)
    await expect(finding).to_have_count(0)


async def test_deleting_waits_for_a_dry_run_and_a_legal_hold_is_placed(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    await platform.log_in(page, "keeper", KEEPER)
    await page.goto(f"{platform.url}/retention")
    await expect(page.locator('[data-act="execute"]')).to_be_disabled()
    await page.click('[data-act="dry_run"]')
    await submit(page)
    for _ in range(PATIENCE):
        await page.reload()
        await expect(page.locator('[data-run="dry_run"]').first).to_be_visible()
        if await page.locator('[data-act="execute"]').is_enabled():
            break
    await expect(page.locator('[data-run="dry_run"] tr[data-class]').first).to_be_visible()
    await page.click("[data-testid=legal-hold]")
    await fill(page, person_id=ANNA)
    await choose(page, "reason", "诉讼")
    await submit(page)
    await expect(rows(page, "legal-holds")).to_contain_text(["生效中"])
    await page.screenshot(path=tmp_path / "retention.png", full_page=True)


async def test_who_looked_at_a_persons_data_is_on_record(
    page: Page, platform: Platform, tmp_path: Path
) -> None:
    await platform.log_in(page, "keeper", KEEPER)
    await page.goto(f"{platform.url}/access-log")
    await page.locator(".field-person_id input").fill(ANNA)
    await page.click("[data-testid=search]")
    await expect(rows(page, "access-log").filter(has_text="录音文本").first).to_contain_text("anna.inspector")
    await expect(page.locator(".side-link", has_text="质检")).to_have_count(0)
    await page.screenshot(path=tmp_path / "access.png", full_page=True)


EVERY_PAGE = (
    *("inspections", "sampling", "coverage", "violations", "own-violations", "staff", "staff/staff-1"),
    *("certificates", "rotation", "ties", "completeness", "access-log", "retention"),
    *("gate", "holds", "complaints", "log"),
)


@pytest.mark.parametrize(
    ("language", "mode"), [("", "light"), ("/en", "dark"), ("", "dark"), ("/en", "light")]
)
async def test_every_page_is_drawn_in_both_languages_light_and_dark(
    page: Page, platform: Platform, tmp_path: Path, language: str, mode: str
) -> None:
    await platform.log_in(page, "auditor", {"*"}, language)
    await page.context.add_cookies([{"name": "recoup_mode", "value": mode, "url": platform.url}])
    async with platform.client("compliance") as client:
        inspection = (await client.get("/inspections")).json()["items"][0]["inspection_id"]
        violation = (await client.get("/violations")).json()["items"][0]["violation_id"]
    for path in (*EVERY_PAGE, f"inspections/{inspection}", f"violations/{violation}"):
        await page.goto(f"{platform.url}{language}/{path}")
        await expect(page.locator("main .page-title").first).to_be_visible()
        await expect(page.locator("main .waiting")).to_have_count(0)
        await expect(page.locator("main .trouble")).to_have_count(0)
        wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, path
        name = path.replace("/", "-")[:24]
        await page.screenshot(
            path=tmp_path / f"{name}{language.replace('/', '-')}-{mode}.png", full_page=True
        )
