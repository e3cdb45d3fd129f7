"""Status of accounts and customers, as of now; works while the worker is down.

Who looked at whose debts is recorded, a record a customer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.intake.domain.rules import CURRENT_BUCKET, Buckets, Moment, Rules
from services.intake.store import queries
from services.intake.store.queries import Selection
from services.intake.tables import personal_access
from services.intake.views import AccountSummary, AccountView, CustomerSummary, CustomerView
from shared.calendar.clock import Clock
from shared.web.access_log import Access, AccessLog, DataKind, accessed
from shared.web.access_log_api import access_log_router
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging
from shared.web.problems import NotFound, Unprocessable, problem_responses

DETAILS = 200
_accesses = AccessLog(personal_access)
AnId = Annotated[str, Path(min_length=1, max_length=64)]
Overdue = Annotated[bool | None, Query(description="Only overdue ones, or only others")]
Bucket = Annotated[str | None, Query(max_length=8, description="M0, M1 … as the bank configured them")]
Seen = Annotated[Access, accessed()]


@dataclass(frozen=True, slots=True)
class Status:
    """The queries behind the routes."""

    engine: AsyncEngine
    clock: Clock
    rules: Rules

    def moment(self) -> Moment:
        """Now."""
        return self.rules.moment(self.clock.now())

    async def account(self, account_id: str, access: Access) -> AccountView:
        """One account with its details. NotFound."""
        async with self.engine.begin() as connection:
            account = await queries.account(connection, account_id)
            if account is None:
                raise NotFound("No event named this account.")
            payments = await queries.payments(connection, account_id, DETAILS)
            history = await queries.history(connection, account_id, DETAILS)
            await self._note(connection, access, [account.customer_id])
        return AccountView.with_details(account, payments, history, self.moment(), self.rules)

    async def accounts(
        self, page: Paging, overdue: bool | None, bucket: str | None, access: Access
    ) -> Page[AccountSummary]:
        """A page of accounts by id."""
        moment, (after,) = self.moment(), page.after(str) or ("",)
        selection = select(self.rules.buckets, moment, overdue, bucket)
        async with self.engine.begin() as connection:
            found = await queries.account_page(connection, selection, after, page.fetch)
            await self._note(connection, access, (one.customer_id for one in found[: page.limit]))
        return page.of(
            found,
            key=lambda account: (account.account_id,),
            item=lambda account: AccountSummary.of(account, moment, self.rules),
        )

    async def customer(self, customer_id: str, access: Access) -> CustomerView:
        """One customer with accounts and persons. NotFound."""
        async with self.engine.begin() as connection:
            customer = await queries.customer(connection, customer_id)
            if customer is None:
                raise NotFound("No event named this customer.")
            await self._note(connection, access, [customer_id, *customer.persons])
        return CustomerView.with_details(customer, self.moment(), self.rules)

    async def customers(
        self, page: Paging, overdue: bool | None, bucket: str | None, access: Access
    ) -> Page[CustomerSummary]:
        """A page of customers by id."""
        moment, (after,) = self.moment(), page.after(str) or ("",)
        selection = select(self.rules.buckets, moment, overdue, bucket)
        async with self.engine.begin() as connection:
            found = await queries.customer_page(connection, selection, after, page.fetch)
            await self._note(connection, access, (one.customer_id for one in found[: page.limit]))
        return page.of(
            found,
            key=lambda customer: (customer.customer_id,),
            item=lambda customer: CustomerSummary.of(customer, moment, self.rules),
        )

    async def _note(self, connection: AsyncConnection, access: Access, customers: Iterable[str]) -> None:
        await _accesses.note(connection, access, DataKind.DEBT, customers, self.clock.now())


def select(buckets: Buckets, moment: Moment, overdue: bool | None, bucket: str | None) -> Selection:
    """What to look for. A bucket of now is a range of oldest unpaid dates. Unprocessable if unknown."""
    if bucket is None:
        return Selection(overdue)
    if bucket not in buckets.names:
        raise Unprocessable(f"There is no such bucket; there are {', '.join(buckets.names)}.", slug="bucket")
    in_arrears = bucket != CURRENT_BUCKET
    if overdue is not None and overdue is not in_arrears:
        raise Unprocessable("Overdue and bucket contradict each other.", slug="bucket")
    if not in_arrears:
        return Selection(overdue=False)
    first, last = buckets.days_of(bucket)
    return Selection(
        overdue=True,
        oldest_from=None if last is None else moment.today - timedelta(days=last),
        oldest_to=moment.today - timedelta(days=first),
    )


def router(engine: AsyncEngine, clock: Clock, rules: Rules) -> APIRouter:
    """The routes; all need the scope `intake:read`."""
    status = Status(engine, clock, rules)
    routes = APIRouter(dependencies=[require("intake:read")])

    @routes.get("/accounts", tags=["accounts"])
    async def list_accounts(
        page: Annotated[Paging, paging()], access: Seen, overdue: Overdue = None, bucket: Bucket = None
    ) -> Page[AccountSummary]:
        """Accounts by id."""
        return await status.accounts(page, overdue, bucket, access)

    @routes.get("/accounts/{account_id}", tags=["accounts"], responses=problem_responses(404))
    async def get_account(account_id: AnId, access: Seen) -> AccountView:
        """An account: days past due, bucket, arrears and their components, payments, history."""
        return await status.account(account_id, access)

    @routes.get("/customers", tags=["customers"])
    async def list_customers(
        page: Annotated[Paging, paging()], access: Seen, overdue: Overdue = None, bucket: Bucket = None
    ) -> Page[CustomerSummary]:
        """Customers by id, with the position of their overdue accounts."""
        return await status.customers(page, overdue, bucket, access)

    @routes.get("/customers/{customer_id}", tags=["customers"], responses=problem_responses(404))
    async def get_customer(customer_id: AnId, access: Seen) -> CustomerView:
        """A customer: the position of all accounts together, the accounts, the persons."""
        return await status.customer(customer_id, access)

    return routes


def access_router(engine: AsyncEngine) -> APIRouter:
    """Who looked at whose debts."""
    return access_log_router(engine, _accesses)
