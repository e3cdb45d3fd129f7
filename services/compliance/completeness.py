"""Comparing providers' records of a day with the log, both ways, and telling what differs.

Compliance looks for itself: what outreach says it sent is one side of the comparison, never both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance import completeness_metrics as metrics
from services.compliance import completeness_telling as telling
from services.compliance.domain.completeness.comparing import LoggedPermit, ProviderRecord, broken_rules
from services.compliance.domain.completeness.days import EDGE
from services.compliance.domain.completeness.finding import Finding, not_at_provider, violation
from services.compliance.domain.completeness.leaves import logged_permit
from services.compliance.domain.completeness.rules import Settlement
from services.compliance.domain.completeness.run import Run
from services.compliance.journal import Journal
from services.compliance.leaves import Pseudonyms
from services.compliance.providers.client import StatementClient
from services.compliance.providers.settings import Comparing
from services.compliance.providers.statement import Source, StatementRecord, kept
from services.compliance.store import completeness as runs
from services.compliance.store import completeness_findings as findings
from services.compliance.store import provider_records as store
from shared.stream.transaction import Transactions
from shared.stream.work import Work

LEASE_SECONDS = 120.0
CHUNK = 1000


class NotComparableError(Exception):
    """The day cannot be compared yet. Says why."""


async def take_in(
    connection: AsyncConnection, records: Sequence[StatementRecord], source: Source
) -> list[ProviderRecord]:
    """Keep what a provider says, without contact data; a record that comes again is kept once."""
    names = {name for record in records for name in record.names}
    permits = await store.permits_named(connection, names)
    # The last word on a message counts; in order, so that two who keep the same ones do not wait in a ring.
    made = {record.message_id: kept(record, source, permits) for record in records}
    ordered = [made[name] for name in sorted(made)]
    await store.keep(connection, ordered)
    return ordered


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Compares days that were taken; everything can be done again, and again to the same effect."""

    transactions: Transactions
    pseudonyms: Pseudonyms
    comparing: Comparing
    clients: Mapping[str, StatementClient]

    async def compare(self, run: Run) -> None:
        """Fetch, compare, tell. Raises StatementUnavailableError, NotComparableError."""
        until = run.of.compared_until(self.transactions.clock.now())
        client = self.clients.get(run.provider)
        if client is not None:
            await self._pull(run, client, until)
        elif run.delivered_at is None:
            if run.asked_at is None:
                raise NotComparableError("no complete file of the day has come")
            # What has come is held against the log; the day does not count as compared.
            until = run.begins_at
        await self._judge(run)
        await self._miss(run, until)
        await self._find_again()
        async with self.transactions.begin() as work:
            counted = await store.counts(work.connection, run.provider, run.begins_at, run.ends_at)
            await runs.succeed(work.connection, run, until, counted, work.now)
        metrics.runs_total.labels(run.provider, "compared").inc()

    async def _pull(self, run: Run, client: StatementClient, until: datetime) -> None:
        async for page in client.pages(run.begins_at - EDGE, until + EDGE):
            async with self.transactions.begin() as work:
                source = Source(run.provider, run.channel, work.now, self.pseudonyms)
                await take_in(work.connection, page, source)
                await runs.renew(work.connection, run, LEASE_SECONDS)

    async def _judge(self, run: Run) -> None:
        """Hold each record of the day against the log."""
        after: tuple[datetime, str] | None = None
        while True:
            async with self.transactions.begin() as work:
                records = await store.between(
                    work.connection, run.provider, run.begins_at, run.ends_at, after, CHUNK
                )
                permits = {record.permit_id for record in records if record.permit_id}
                logged = await self._logged(work.connection, permits)
                first = await store.first_uses(work.connection, permits)
                found = [
                    violation(rule, record, logged.get(record.permit_id or ""), run.day, work.now)
                    for record in records
                    for rule in broken_rules(record, logged, first, self.comparing.tolerance)
                ]
                await self._tell(found, run, work)
            if len(records) < CHUNK:
                return
            after = (records[-1].sent_at, records[-1].message_id)

    async def _logged(self, connection: AsyncConnection, permits: set[str]) -> dict[str, LoggedPermit]:
        """What the log holds of these permits. Raises NotComparableError while it is not signed that far."""
        rows = await store.permit_rows(connection, permits, self.pseudonyms)
        leaves = await store.leaves(
            connection, [event for row in rows for event in (row.decision_id, row.redemption)]
        )
        if not all(leaf.signed for leaf in leaves.values()):
            raise NotComparableError("the log is not signed as far as the permits of the day")
        return {
            row.permit_id: logged_permit(row, leaves.get(row.decision_id), leaves.get(row.redemption))
            for row in rows
        }

    async def _miss(self, run: Run, until: datetime) -> None:
        """Look for contacts that left and that nobody carried."""
        now = self.transactions.clock.now()
        provider = self.comparing.providers[run.provider]
        end = min(until, run.of.settled_until(now, provider.delay))
        others = [name for name in self.comparing.of_channel(run.channel) if name != run.provider]
        async with self.transactions.engine.connect() as connection:
            if not await runs.compared_by_all(connection, others, end):
                return  # the last of them looks
        after = ""
        while True:
            async with self.transactions.begin() as work:
                missing = await store.unknown_there(
                    work.connection, run.channel, run.begins_at, end, after, CHUNK
                )
                found = [not_at_provider(one, run.provider, run.day, work.now) for one in missing]
                await self._tell(found, run, work)
            if len(missing) < CHUNK:
                return
            after = missing[-1].permit_id

    async def _tell(self, found: list[Finding], run: Run, work: Work) -> None:
        await runs.renew(work.connection, run, LEASE_SECONDS)
        journal = Journal(self.pseudonyms)
        new = await telling.find(found, work, journal)
        await journal.write(work)
        for finding in new:
            metrics.findings_total.labels(finding.provider, finding.rule_id).inc()

    async def _find_again(self) -> None:
        """Settle what was missing at the provider and has turned up."""
        while True:
            async with self.transactions.begin() as work:
                known = await findings.found_later(work.connection, CHUNK)
                journal = Journal(self.pseudonyms)
                await telling.settle(known, Settlement.FOUND_LATER, telling.BY_ITSELF, work, journal)
                await journal.write(work)
            if len(known) < CHUNK:
                return
