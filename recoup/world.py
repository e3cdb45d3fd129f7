"""Talks to the simulated outside world: start a portfolio, let time pass."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from recoup.errors import Mistake


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the outside world stands. Two that are equal: nothing happened there in between."""

    waiting: int
    """Receipts that outreach has not taken yet, and bank events that the broker has not."""
    receipts_sent: int
    last_event_ids: dict[int, str]
    """The id of the last event that the bank published in each partition that it wrote to."""
    waits_for_a_round: bool
    """Whether customers have more to say, in rounds to come."""


@dataclass(slots=True)
class World:
    """The simulator's control API."""

    url: str
    token: str

    async def start(self, accounts: int, seed: int, start: datetime) -> dict[str, Any]:
        """Make the portfolio and publish its persons; its accounts follow in rounds."""
        wish = {"accounts": accounts, "seed": seed, "start": start.isoformat(), "in_rounds": True}
        return await self._post("/world/start", wish)

    async def advance(self, to: datetime) -> dict[str, Any]:
        """Do everything that is due up to `to`: snapshots, payments, replies; the first round is said."""
        return await self._post("/world/advance", {"to": to.isoformat()})

    async def next_round(self) -> dict[str, Any]:
        """Have each customer say what comes after what was said of them before."""
        return await self._post("/world/next-round", {})

    async def standing(self) -> Standing:
        """Where it stands now."""
        said = await self._get("/world/pending")
        ids: list[str | None] = said["last_event_ids"]
        return Standing(
            waiting=int(said["receipts_waiting"]) + int(said["events_unpublished"]),
            receipts_sent=int(said["receipts_sent"]),
            last_event_ids={partition: last for partition, last in enumerate(ids) if last is not None},
            waits_for_a_round=bool(said["waits_for_a_round"]),
        )

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
