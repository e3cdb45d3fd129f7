"""Who saw which personal data at compliance: what its routes share, and the route that lists it."""

from typing import Annotated

from fastapi import APIRouter

from services.compliance.settings import ComplianceSettings
from services.compliance.tables.access_log import personal_access
from shared.runtime import Runtime
from shared.web.access_log import Access, AccessLog, accessed, accessed_in_clear
from shared.web.access_log_api import access_log_router

ACCESSES = AccessLog(personal_access)
Seen = Annotated[Access, accessed()]
SeenInClear = Annotated[Access, accessed_in_clear()]


def compliance_access_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET /access-log."""
    return access_log_router(runtime.engine, ACCESSES)
