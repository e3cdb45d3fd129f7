"""Talks to the simulated outside world: start a portfolio, let time pass."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from recoup.errors import Mistake


@dataclass(slots=True)
class World:
    """The simulator's control API."""

    url: str
    token: str

    async def start(self, accounts: int, seed: int, start: datetime) -> dict[str, Any]:
        """Make the portfolio and publish it."""
        wish = {"accounts": accounts, "seed": seed, "start": start.isoformat()}
        return await self._post("/world/start", wish)

    async def advance(self, to: datetime) -> dict[str, Any]:
        """Do everything that is due up to `to`: snapshots, payments, replies."""
        return await self._post("/world/advance", {"to": to.isoformat()})

    async def pending(self) -> int:
        """Receipts that outreach has not taken yet, and bank events that the broker has not."""
        waiting = await self._get("/world/pending")
        return int(waiting["receipts_waiting"]) + int(waiting["events_unpublished"])

    async def last_event_ids(self) -> dict[int, str]:
        """The id of the last event that the bank published in each partition that it wrote to."""
        ids: list[str | None] = (await self._get("/world/pending"))["last_event_ids"]
        return {partition: last for partition, last in enumerate(ids) if last is not None}

    async def summary(self) -> dict[str, Any]:
        """What happened out there."""
        return await self._get("/world/summary")

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._client() as client:
            return _answer(await client.post(path, json=body))

    async def _get(self, path: str) -> dict[str, Any]:
        async with self._client() as client:
            return _answer(await client.get(path))

    def _client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=600)


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise Mistake(f"the simulator refused {response.request.url.path}: {response.text[:300]}")
    answer: dict[str, Any] = response.json()
    return answer
