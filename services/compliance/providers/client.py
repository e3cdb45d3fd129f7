"""Fetching a provider's statement of what it sent: paged, each request bounded in time and size."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import httpx
import msgspec

from services.compliance.providers.settings import ProviderSettings
from services.compliance.providers.statement import StatementRecord

PAGE = 1000
_LARGEST_PAGE = 4 * 1024 * 1024
_MOST_PAGES = 100_000


class StatementUnavailableError(Exception):
    """The provider gave no usable statement. Says why, without anything out of the statement."""


class _Page(msgspec.Struct):
    records: list[StatementRecord]
    next: Annotated[str, msgspec.Meta(max_length=1024)] | int | None = None


_decode = msgspec.json.Decoder(_Page).decode


class StatementClient:
    """A provider's statement: GET ?from=&to=&after=&limit=; `next` is the following page's `after`."""

    def __init__(
        self,
        configured: ProviderSettings,
        credential: str,
        timeout: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`timeout` in seconds, for one page. ValueError for a provider without a statement."""
        if configured.statement_url is None:
            raise ValueError(f"provider {configured.name} has no statement_url")
        self._url = str(configured.statement_url)
        self._timeout = timeout
        self._http = httpx.AsyncClient(
            headers={configured.credential_header: credential},
            timeout=httpx.Timeout(timeout, connect=min(5.0, timeout)),
            transport=transport,
            follow_redirects=False,
            trust_env=False,
        )

    async def pages(self, first: datetime, end: datetime) -> AsyncIterator[list[StatementRecord]]:
        """The records of [first, end), page by page. Raises StatementUnavailableError."""
        after: str | int | None = None
        for _ in range(_MOST_PAGES):
            page = await self._page(first, end, after)
            yield page.records
            if page.next is None:
                return
            if page.next == after:
                raise StatementUnavailableError("its next page is the page before")
            after = page.next
        raise StatementUnavailableError(f"it has more than {_MOST_PAGES} pages")

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _page(self, first: datetime, end: datetime, after: str | int | None) -> _Page:
        query = {"from": first.isoformat(), "to": end.isoformat(), "limit": str(PAGE)}
        if after is not None:
            query["after"] = str(after)
        try:
            # httpx bounds each read; a provider that trickles bytes is bounded here.
            async with asyncio.timeout(self._timeout):
                return _decode(await self._get(query))
        except (httpx.HTTPError, TimeoutError) as error:
            raise StatementUnavailableError(f"it does not answer ({type(error).__name__})") from None
        except msgspec.MsgspecError as error:
            raise StatementUnavailableError(f"its statement cannot be read: {error}") from None

    async def _get(self, query: dict[str, str]) -> bytes:
        async with self._http.stream("GET", self._url, params=query) as answer:
            if answer.status_code != httpx.codes.OK:
                raise StatementUnavailableError(f"it answers {answer.status_code}")
            parts, size = [], 0
            async for part in answer.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > _LARGEST_PAGE:
                    raise StatementUnavailableError(f"a page has more than {_LARGEST_PAGE} bytes")
            return b"".join(parts)
