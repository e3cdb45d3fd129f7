"""Laws of conservation, checked in the stores: nothing lost, nothing doubled, nothing sent unpermitted."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncConnection

from recoup.reconciliation.contact_laws import contact_laws
from recoup.reconciliation.finding import Finding
from recoup.reconciliation.log_laws import log_laws
from recoup.reconciliation.stream_laws import stream_laws
from recoup.stores import Stores

__all__ = ["Finding", "reconcile"]


async def reconcile(stores: Stores) -> list[Finding]:
    """Check every law; a Finding with `missing` above zero is one that does not hold now.

    Work that is still under way counts as missing: run it when the platform is quiet.
    """
    async with stores.connections() as connections:
        await _wait_for_signer(connections["compliance"])
        return [
            *await stream_laws(stores, connections),
            *await contact_laws(connections),
            *await log_laws(connections["compliance"]),
        ]


async def _wait_for_signer(compliance: AsyncConnection) -> None:
    """The signer follows the log once a second: what was decided just now may wait for it."""
    for _ in range(50):
        if all(finding.missing == 0 for finding in await log_laws(compliance)):
            return
        await compliance.rollback()
        await asyncio.sleep(0.1)
