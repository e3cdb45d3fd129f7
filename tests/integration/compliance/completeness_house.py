"""A compliance service beside the simulator's gateway, whose statement it compares with its log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from services.compliance.completeness_daily import DailyComparison, daily_comparison
from services.compliance.domain.record import permit_id_of
from services.compliance.redeeming import Redemption
from shared.contracts.base import Event
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, dispatched, house
from tests.integration.simulator.conftest import Outside, an_outside
from tests.unit.compliance.gate_cases import NOON

DAY = date(2026, 3, 2)
NEXT_DAY = NOON + timedelta(days=1)
FILES: dict[str, Any] = {"name": "files", "channel": "sms", "delay_minutes": 60}


@dataclass
class Books:
    """The two sides of the comparison: what the gate says, and what the gateway took."""

    house: House
    outside: Outside
    daily: DailyComparison

    def at(self, instant: datetime) -> None:
        """It is this time on both sides."""
        self.house.clock.instant = self.outside.clock.instant = instant

    async def allowed(self, number: int = 1) -> str:
        """A contact with its own person that the gate allowed."""
        await self.house.feed(asks(number, person_id=f"person-{number}"))
        return permit_id_of(f"contact-{number}", 1)

    async def permitted(self, number: int = 1) -> str:
        """The same, and its permit was redeemed."""
        permit, contact = await self.allowed(number), f"contact-{number}"
        (answer,) = await self.house.redeem(Redemption(permit, contact, f"dispatch-{number}"))
        assert answer.result == "redeemed"
        return permit

    async def sent(self, number: int = 1) -> str:
        """The same, and the message went out as outreach sends it."""
        permit = await self.permitted(number)
        await self.sms(permit, f"contact-{number}")
        await self.house.feed(self.left(permit, number))
        return permit

    def left(self, permit: str, number: int = 1) -> Event:
        return dispatched(permit, f"contact-{number}", self.house.clock.now())

    async def sms(self, key: str, reference: str = "", to: str = "+8619900000042") -> None:
        """Somebody hands a message to the gateway."""
        message = {"idempotency_key": key, "reference": reference, "to": to, "text": "您好"}
        (result,) = (await self.outside.post("/messages", {"messages": [message]}))["results"]
        assert result["status"] == "accepted"

    async def compared(self, at: datetime = NEXT_DAY) -> None:
        """Sign the log, and let a worker look until nothing is due any more."""
        await self.house.sign()
        self.at(at)
        while await self.daily.step():
            pass

    async def findings(self, **query: Any) -> list[dict[str, Any]]:
        return await self.items("/completeness/findings", **query)

    async def runs(self, **query: Any) -> list[dict[str, Any]]:
        return await self.items("/completeness", **query)

    async def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        async with self.house.client() as client:
            answer = await client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]  # type: ignore[no-any-return]

    async def post(self, path: str, body: Any, key: str = "key", **query: Any) -> httpx.Response:
        async with self.house.client() as client:
            return await client.post(path, json=body, params=query, headers={"Idempotency-Key": key})

    async def rules(self) -> list[str]:
        return [finding["rule_id"] for finding in await self.findings()]


def sms_provider(outside: Outside, **changes: Any) -> dict[str, Any]:
    """The simulator's gateway as compliance is told of it."""
    url = f"http://127.0.0.1:{outside.parts.gateway_port}/statement"
    return {"name": "sms", "channel": "sms", "statement_url": url, "delay_minutes": 120} | changes


@asynccontextmanager
async def books(
    engine_for: EngineFor, folder: Path, *more: dict[str, Any], **changes: Any
) -> AsyncIterator[Books]:
    """Both sides at noon on a Monday in Shanghai."""
    async with an_outside(folder) as outside:
        providers = [sms_provider(outside, **changes), *more]
        made = await house(engine_for, providers=providers, provider_credentials='{"sms": "the key"}')
        daily = comparison(made)
        both = Books(made, outside, daily)
        both.at(NOON)
        yield both
        await daily.close()


def comparison(made: House) -> DailyComparison:
    """The loop of a worker that has just started."""
    return daily_comparison(made.transactions, made.settings.pseudonyms, made.settings.comparing, 1.0)
