"""The approved texts in memory, as of a moment in the database: one short look a batch, none a message."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.content import Messages
from services.outreach.domain.shelf import Shelf
from services.outreach.domain.template import Template, approved, retired
from services.outreach.domain.wording import Senders
from services.outreach.store import templates as store
from shared.contracts.conduct import TemplateApproved, TemplateRetired
from shared.lint.linter import Linter


class ApprovedTexts:
    """Follows the table of templates."""

    def __init__(self, senders: Senders, linter: Linter) -> None:
        self._senders = senders
        self._linter = linter
        self._revision = 0
        self._messages = self._made(())

    async def now(self, connection: AsyncConnection) -> Messages:
        """What can be said by what is committed; `connection` must not have changed templates itself."""
        if await store.revision(connection) != self._revision:
            templates = await store.everything(connection)
            self._messages = self._made(templates)
            self._revision = max((one.revision for one in templates), default=0)
        return self._messages

    async def take(
        self, events: Sequence[TemplateApproved | TemplateRetired], connection: AsyncConnection
    ) -> Messages:
        """Put approvals and retirements on file. The answer is not remembered: they may roll back."""
        await store.lock(connection)
        revision = await store.revision(connection) + 1
        known = await store.of_ids(connection, {event.template_id for event in events})
        changed: dict[tuple[str, int], Template] = {}
        for event in events:
            key = event.template_id, event.version
            before = changed.get(key) or known.get(key)
            if isinstance(event, TemplateApproved):
                after = approved(before, event, revision)
            else:
                after = retired(before, event, revision)
            if after is not before:
                changed[key] = after
        await store.save(connection, list(changed.values()))
        return self._made(await store.everything(connection))

    def _made(self, templates: Sequence[Template]) -> Messages:
        return Messages(Shelf(templates), self._senders, self._linter)
