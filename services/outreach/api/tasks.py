"""Tasks: what people have to carry out."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.outreach.api.access import ACCESSES, Seen
from services.outreach.api.views import TaskView
from services.outreach.settings import OutreachSettings
from services.outreach.store import tasks as store
from shared.contracts.vocabulary import Channel
from shared.runtime import Runtime
from shared.web.access_log import DataKind
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging


def router(runtime: Runtime[OutreachSettings]) -> APIRouter:
    """Scope `outreach:read`."""
    routes = APIRouter(tags=["tasks"], dependencies=[require("outreach:read")])

    @routes.get("/tasks")
    async def tasks(
        page: Annotated[Paging, paging()],
        access: Seen,
        channel: Annotated[Channel | None, Query()] = None,
        is_open: Annotated[
            bool | None, Query(alias="open", description="Only open ones, or only done")
        ] = None,
    ) -> Page[TaskView]:
        """Tasks in order of their id."""
        after = page.after(str) or ("",)
        async with runtime.engine.begin() as connection:
            rows = await store.listed(
                connection, channel=channel, is_open=is_open, after=after[0], limit=page.fetch
            )
            seen = (row.person_id for row in rows[: page.limit])
            await ACCESSES.note(connection, access, DataKind.CONTACTS, seen, runtime.clock.now())
        return page.of(rows, key=lambda row: (row.task_id,), item=TaskView.model_validate)

    return routes
