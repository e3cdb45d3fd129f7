"""A running platform with its console, and the people who log in to it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.async_api import Page, expect

from recoup.local.keys import AUDIENCE, ISSUER, local_keys
from recoup.local.stack import Stack, StackOptions
from recoup.local.supervisor import Supervisor
from recoup.services import SERVICES, Process
from shared.calendar.clock import set_file_clock
from shared.security.principals import Principal
from shared.security.tokens import Algorithm, issue_token
from tests.support.bank import customer, named, publish, snapshot
from tests.support.platform import client_of, free_port_offset, settled

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Tuesday, within contact hours."""

OFFICER = frozenset(
    {
        "reporting:read",
        "strategy:read",
        "compliance:read",
        "compliance:write",
        "complaint:read",
        "complaint:write",
        "complaint:decide",
        "personal:read",
        "log:read",
    }
)
DIALOG = ".sheet"
ANNA = "cust-anna"
"""A customer who is overdue and has had a message."""


@dataclass(frozen=True, slots=True)
class Platform:
    """The platform and where its console is."""

    stack: Stack

    @property
    def url(self) -> str:
        """The console's."""
        return self.stack.addresses.url("reporting", Process.CONSOLE)

    def token(self, subject: str, scopes: Iterable[str] = OFFICER) -> str:
        """What a person of the bank logs in with."""
        return issue_token(
            Principal(subject, frozenset(scopes)),
            key=self.stack.keys.jwt_private_key,
            algorithm=Algorithm.EDDSA,
            issuer=ISSUER,
            audience=AUDIENCE,
            lifetime=timedelta(hours=2),
        )

    def client(self, service: str) -> httpx.AsyncClient:
        """A service's API with the operator's key."""
        return client_of(self.stack, service)

    async def log_in(self, page: Page, subject: str, scopes: Iterable[str] = OFFICER, path: str = "") -> None:
        """Log in as this person."""
        await page.goto(f"{self.url}{path}/login")
        await page.fill("#key", self.token(subject, scopes))
        await page.click("button[type=submit]")
        await page.wait_for_selector("nav.side")


@asynccontextmanager
async def running_platform(folder: Path) -> AsyncIterator[Platform]:
    """Everything with its console, the clock standing at NOW."""
    offset = free_port_offset()
    clock = folder / "clock"
    set_file_clock(clock, NOW)
    wish = StackOptions(folder, clock=f"file:{clock}", port_offset=offset, log_level="WARNING")
    stack: Stack | None = None
    with pytest.MonkeyPatch.context() as environment:
        for name in ("compliance", "strategy"):
            url = f"http://127.0.0.1:{SERVICES[name].api_port + offset}"
            environment.setenv(f"RECOUP_{name.upper()}_URL", url)
        environment.setenv("RECOUP_CONSOLE_LOG_KEY", local_keys(folder).log_public_key())
        try:
            async with Supervisor() as supervisor:
                stack = Stack(wish, supervisor)
                await stack.start()
                yield Platform(stack)
        finally:
            if stack is not None and stack.postgres is not None:
                await stack.postgres.discard()


@asynccontextmanager
async def overdue_platform(folder: Path) -> AsyncIterator[Platform]:
    """A platform on which one customer is overdue and has had a message."""
    async with running_platform(folder) as found:
        events = [customer(ANNA), snapshot("acct-anna", ANNA, NOW, days_late=3)]
        await publish(found.stack, named(events, "anna"))
        await settled(found.stack)
        yield found


async def fill(page: Page, **values: str) -> None:
    """Fill in fields of the open form by name."""
    for name, value in values.items():
        await page.locator(f'{DIALOG} [data-field="{name}"]:visible').fill(value)


async def choose(page: Page, field: str, option: str) -> None:
    """Choose an option of a list in the open form."""
    await page.locator(f'{DIALOG} [data-field="{field}"]').click()
    await page.locator(".q-menu .q-item", has_text=option).first.click()


async def submit(page: Page) -> None:
    """Send the open form, and see it close."""
    await page.locator(f"{DIALOG} [data-testid=submit]").click()
    await expect(page.locator(DIALOG)).to_have_count(0)


async def ask_permit(platform: Platform, number: int) -> dict[str, Any]:
    """What the gate decides about one more message to Anna."""
    body = {
        "contact_id": f"browser-{number}",
        "person_id": ANNA,
        "customer_id": ANNA,
        "case_id": "case-browser",
        "treatment_id": f"treatment-{number}",
        "role": "debtor",
        "channel": "sms",
        "purpose": "collect",
        "contact_point_id": f"{ANNA}-phone",
        "template": "reminder",
        "language": "zh-CN",
        "jurisdiction": "CN",
        "time_zone": "Asia/Shanghai",
    }
    async with platform.client("compliance") as client:
        headers = {"Idempotency-Key": f"browser-{number}"}
        response = await client.post("/permits", json=body, headers=headers)
    decided: dict[str, Any] = response.json()
    return decided
