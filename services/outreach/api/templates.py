"""The texts that may be sent, as compliance told of them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.outreach.domain.shelf import NoText, text_of
from services.outreach.domain.template import Template
from services.outreach.settings import OutreachSettings
from services.outreach.store import templates as store
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging


class TextView(BaseModel):
    """A version of a template; what it says is shown by compliance."""

    template_id: str
    version: int
    language: str
    channel: Channel
    purpose: Purpose
    countries: list[str] = Field(description="Where it may be used; none: anywhere")
    roles: list[PartyRole]
    digest: str
    in_use: bool = Field(description="Approved and not retired")
    fault: NoText | None = Field(description="Why it is not sent although it is in use")
    approved_at: datetime | None
    retired_at: datetime | None

    @classmethod
    def of(cls, template: Template) -> "TextView":
        """The view of a version."""
        names = cls.model_fields.keys() - {"fault"}
        fault = text_of(template).fault if template.in_use else None
        return cls(fault=fault, **{name: getattr(template, name) for name in names})


def router(runtime: Runtime[OutreachSettings]) -> APIRouter:
    """Scope `outreach:read`."""
    routes = APIRouter(tags=["templates"], dependencies=[require("outreach:read")])

    @routes.get("/templates")
    async def templates(
        page: Annotated[Paging, paging()],
        in_use: Annotated[bool | None, Query(description="Only those in use, or only the others")] = None,
    ) -> Page[TextView]:
        """Versions by template and number."""
        async with runtime.engine.connect() as connection:
            rows = await store.listed(connection, in_use, page.after(str, int), page.fetch)
        return page.of(rows, key=lambda row: (row.template_id, row.version), item=TextView.of)

    return routes
