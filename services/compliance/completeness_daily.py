"""Every day of every provider is compared once, by whichever worker takes it; missed days are made up for."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import structlog

from services.compliance import completeness_metrics as metrics
from services.compliance.completeness import LEASE_SECONDS, NotComparableError, Reconciler
from services.compliance.domain.completeness.days import last_day, missed_days
from services.compliance.domain.completeness.run import Run
from services.compliance.leaves import Pseudonyms
from services.compliance.providers.client import StatementClient, StatementUnavailableError
from services.compliance.providers.settings import Comparing
from services.compliance.store import completeness as store
from shared.stream.transaction import Transactions

log = structlog.get_logger()
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 900.0
_FAULT = "a fault of compliance's own"


@dataclass(slots=True)
class DailyComparison:
    """Looks every `seconds` for days that are due, or that somebody asked for."""

    reconciler: Reconciler
    seconds: float = 15.0
    _planned: dict[str, date] = field(default_factory=dict)

    async def run(self) -> None:
        """Look for ever. What goes wrong is told and tried again; it does not end the loop."""
        while True:
            try:
                while await self.step():
                    pass
            except Exception as error:
                log.error("completeness.failed", error=type(error).__name__, exc_info=True)
            await asyncio.sleep(self.seconds)

    async def step(self) -> bool:
        """Compare the day that has waited longest; whether there was one."""
        now = self.reconciler.transactions.clock.now()
        providers = self.reconciler.comparing.providers
        if not providers:
            return False
        ended = {name: last_day(now, one.places) for name, one in providers.items()}
        async with self.reconciler.transactions.engine.begin() as connection:
            for name, last in ended.items():
                if self._planned.get(name) != last:
                    missed = missed_days(await store.planned(connection, name), last)
                    await store.plan(connection, [providers[name].run(day) for day in missed])
            taken = await store.take(connection, providers, now, LEASE_SECONDS)
            self._show(await store.behind(connection, now))
        self._planned = ended
        if taken is not None:
            await self._compare(taken)
        return taken is not None

    async def close(self) -> None:
        """Let go of connections."""
        for client in self.reconciler.clients.values():
            await client.close()

    async def _compare(self, run: Run) -> None:
        try:
            await self.reconciler.compare(run)
        except (StatementUnavailableError, NotComparableError) as error:
            await self._failed(run, str(error))
        except Exception:
            log.error("completeness.fault", provider=run.provider, day=str(run.day), exc_info=True)
            await self._failed(run, _FAULT)

    async def _failed(self, run: Run, problem: str) -> None:
        metrics.runs_total.labels(run.provider, "failed").inc()
        log.error("completeness.not_compared", provider=run.provider, day=str(run.day), problem=problem)
        pause = min(_FIRST_PAUSE * 2 ** min(run.tries, 10), _LONGEST_PAUSE)
        async with self.reconciler.transactions.engine.begin() as connection:
            await store.fail(connection, run, problem, pause)

    def _show(self, behind: Mapping[str, int]) -> None:
        for provider in self.reconciler.comparing.providers:
            metrics.days_behind.labels(provider).set(behind.get(provider, 0))


def daily_comparison(
    transactions: Transactions, pseudonyms: Pseudonyms, comparing: Comparing, seconds: float
) -> DailyComparison:
    """The loop for these providers. ValueError where the credential for a statement is missing."""
    stating = [one for one in comparing.providers.values() if one.statement_url is not None]
    if missing := sorted({one.name for one in stating} - comparing.credentials.keys()):
        raise ValueError(f"provider_credentials has none for {', '.join(missing)}")
    clients = {one.name: StatementClient(one, comparing.credentials[one.name]) for one in stating}
    return DailyComparison(Reconciler(transactions, pseudonyms, comparing, clients), seconds)
