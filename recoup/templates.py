"""Talks to compliance about templates, and to outreach about what it may send."""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from recoup.errors import Mistake
from services.outreach.texts import Proposal

_MOST = 200
"""Texts in one request."""
_LOOK_AGAIN_SECONDS = 0.05

Version = dict[str, Any]
"""A version as compliance shows it."""


@dataclass(frozen=True, slots=True)
class TemplatesApi:
    """The API at `url`, compliance's or for `await_in_use` outreach's, with the headers of a principal."""

    url: str
    headers: dict[str, str]

    async def versions(self, **filters: str) -> list[Version]:
        """All versions that the filters of `GET /templates` let through."""
        found: list[Version] = []
        query: dict[str, Any] = {**filters, "limit": 100}
        async with self._client() as client:
            while True:
                page = _answer(await client.get("/templates", params=query))
                found += page["items"]
                if page["next"] is None:
                    return found
                query["cursor"] = page["next"]

    async def unknown(self, proposals: Sequence[Proposal]) -> list[Proposal]:
        """Those that no version says. What was rejected or retired is not proposed anew."""
        known = {_same(version) for version in await self.versions()}
        bodies = [msgspec.to_builtins(one) | {"digest": one.digest} for one in proposals]
        return [one for one, body in zip(proposals, bodies, strict=True) if _same(body) not in known]

    async def submit(self, proposals: Sequence[Proposal]) -> list[Version]:
        """Write new versions and give them to a second person. Raises Mistake with what is wrong."""
        bodies = [msgspec.to_builtins(one) for one in proposals]
        return await self._post("/template-submissions", "templates", bodies)

    async def approve(self, versions: Sequence[Version]) -> list[Version]:
        """Let these be used. Raises Mistake, with what compliance says, where they may not."""
        names = [{name: version[name] for name in ("template_id", "version")} for version in versions]
        return await self._post("/template-approvals", "versions", names)

    async def await_in_use(self, digests: Collection[str], seconds: float) -> None:
        """Wait until outreach has heard of these. Raises Mistake where it does not within `seconds`."""
        deadline = time.monotonic() + seconds
        while missing := set(digests) - {one["digest"] for one in await self.versions(in_use="true")}:
            if time.monotonic() > deadline:
                raise Mistake(
                    f"outreach has not heard of {len(missing)} approved texts; see its worker's log."
                )
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _post(self, path: str, field: str, items: Sequence[Any]) -> list[Version]:
        done: list[Version] = []
        async with self._client() as client:
            for start in range(0, len(items), _MOST):
                body = {field: items[start : start + _MOST]}
                answer = await client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})
                done += _answer(answer)["items"]
        return done

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers=self.headers, timeout=60, trust_env=False)


def _same(version: Version) -> tuple[Any, ...]:
    names = ("template_id", "digest", "purpose")
    return (
        *(version[name] for name in names),
        *(tuple(sorted(version[name])) for name in ("countries", "roles")),
    )


def _answer(response: httpx.Response) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if response.headers.get("content-type", "").partition(";")[0].endswith("json"):
        answer = response.json()
    if response.is_success:
        return answer
    detail = answer.get("detail") or answer.get("title") or "no reason given"
    where = f" ({answer['template']})" if "template" in answer else ""
    found = [f"{one['tag']}: {one['remedy_en']}" for one in answer.get("findings", [])]
    found += [f"{one['code']}: {one['name']}" for one in answer.get("variables", [])]
    raise Mistake(
        f"{response.request.url.path}: {response.status_code}. {detail}{where} {'; '.join(found)}".strip()
    )
