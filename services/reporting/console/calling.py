"""Asks the services' APIs for a person, with that person's own credential."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.reporting.console.sessions import Credential
from shared.telemetry.logs import get_logger
from shared.web.access_log import HEADER, AccessPurpose

_log = get_logger(__name__)
_SECONDS = 10.0
_PROBLEM = "urn:recoup:problem:"
AWAY, UNSET = "away", "unset"
"""Slugs of the console's own: the service does not answer; the settings do not say where it is."""


class Trouble(Exception):
    """A service did not do as asked. `slug` names the problem; `detail` is the service's English sentence."""

    def __init__(self, service: str, status: int, slug: str, detail: str = "", **more: Any) -> None:
        super().__init__(f"{service}: {status} {slug}")
        self.service = service
        self.status = status
        self.slug = slug
        self.detail = detail
        self.more = more


@dataclass(frozen=True, slots=True)
class Service:
    """One service's API, for whoever asks; None where the settings do not say where it is."""

    name: str
    client: httpx.AsyncClient | None

    @classmethod
    def at(cls, name: str, url: str | None) -> "Service":
        """The API at a base URL."""
        if url is None:
            return cls(name, None)
        return cls(name, httpx.AsyncClient(base_url=url, timeout=_SECONDS, trust_env=False))

    async def send(self, method: str, path: str, headers: Mapping[str, str], **values: Any) -> httpx.Response:
        """The response; Trouble where there is none or it tells a problem."""
        if self.client is None:
            raise Trouble(self.name, 0, UNSET)
        try:
            response = await self.client.request(method, path, headers=dict(headers), **values)
        except httpx.HTTPError as error:
            _log.warning("console_call_failed", service=self.name, error=type(error).__name__)
            raise Trouble(self.name, 0, AWAY) from None
        if response.is_success:
            return response
        raise _trouble(self.name, response)


@dataclass(frozen=True, slots=True)
class Services:
    """The services that the console asks."""

    compliance: Service
    strategy: Service


@dataclass(frozen=True, slots=True)
class Caller:
    """A service, asked by one person."""

    service: Service
    credential: Credential = field(repr=False)
    purpose: AccessPurpose | None = None
    """What personal data is looked at for; without it the services mask it."""

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path; parameters that are None are left out."""
        return (await self._get(path, query)).json()

    async def fetch(self, path: str, **query: Any) -> bytes:
        """The bytes at a path."""
        return (await self._get(path, query)).content

    async def pages(self, path: str, *, most: int, **query: Any) -> AsyncIterator[list[Any]]:
        """A list page by page, `most` pages at most."""
        cursor = None
        for _ in range(most):
            page = await self.get(path, cursor=cursor, **query)
            yield page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    async def post(self, path: str, body: Mapping[str, Any], form: str) -> Any:
        """Do something, once: the same content of the same form is the same request, however often sent.

        `form` names the form that was opened (any text nobody else uses).
        """
        content = json.dumps(body, sort_keys=True)
        key = hashlib.sha256(f"{form}\n{path}\n{content}".encode()).hexdigest()
        headers = {**self._headers, "Idempotency-Key": key, "Content-Type": "application/json"}
        return (await self.service.send("POST", path, headers, content=content)).json()

    async def _get(self, path: str, query: Mapping[str, Any]) -> httpx.Response:
        given = {name: value for name, value in query.items() if value is not None}
        return await self.service.send("GET", path, self._headers, params=given)

    @property
    def _headers(self) -> dict[str, str]:
        stated = {HEADER: self.purpose.value} if self.purpose else {}
        return self.credential.headers | stated


def _trouble(service: str, response: httpx.Response) -> Trouble:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    slug = str(problem.get("type", "")).removeprefix(_PROBLEM) or "unknown"
    more = {name: problem[name] for name in ("errors", "scopes") if name in problem}
    return Trouble(service, response.status_code, slug, str(problem.get("detail", "")), **more)
