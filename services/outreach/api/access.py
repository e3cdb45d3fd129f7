"""Who saw whose contacts and contact points."""

from typing import Annotated

from fastapi import APIRouter

from services.outreach.settings import OutreachSettings
from services.outreach.tables import personal_access
from shared.runtime import Runtime
from shared.web.access_log import Access, AccessLog, accessed
from shared.web.access_log_api import access_log_router

ACCESSES = AccessLog(personal_access)
Seen = Annotated[Access, accessed()]


def router(runtime: Runtime[OutreachSettings]) -> APIRouter:
    """Scope `access-log:read`."""
    return access_log_router(runtime.engine, ACCESSES)
