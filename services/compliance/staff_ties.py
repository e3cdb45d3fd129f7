"""Ties of staff to persons and exceptions from rotation: acts, each with its leaf."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.compliance.domain.staff.records import (
    Conflict,
    ExceptionState,
    Relation,
    RotationException,
)
from services.compliance.domain.staff.rules import StaffRules
from services.compliance.journal import Journal
from services.compliance.staff_timers import recall_at
from services.compliance.store import staff as members
from services.compliance.store import staff_rotation as store
from shared.contracts.staff import ReassignmentCause, RotationDue, RotationExcepted
from shared.stream.work import Work


class SecondPersonError(Exception):
    """Somebody else than who asked, and than who it is about, decides."""


class WrongStateError(Exception):
    """It was decided or ended before, or there is one already."""


class NoSuchThingError(Exception):
    """There is no such member, exception or tie."""


@dataclass(frozen=True, slots=True)
class RotationDesk:
    """Exceptions and declared ties in one transaction; `by` is who acts."""

    by: str
    work: Work
    journal: Journal
    rules: StaffRules

    async def declare(
        self, conflict_id: str, staff_id: str, person_id: str, relation: Relation, sealed_reason: str | None
    ) -> Conflict:
        """A member is tied to a person: somebody else takes over at once. Raises NoSuchThingError."""
        if not await members.locked(self.work.connection, [staff_id]):
            raise NoSuchThingError
        made = Conflict(
            conflict_id=conflict_id,
            staff_id=staff_id,
            person_id=person_id,
            relation=relation,
            declared_by=self.by,
            declared_at=self.work.now,
            sealed_reason=sealed_reason,
        )
        await store.save_conflict(self.work.connection, made)
        self._leaf(conflict_id, "staff_conflict_declared", person_id, made)
        for customer_id, case_id in await store.customers_of(self.work.connection, staff_id, person_id):
            event = RotationDue(
                staff_id=staff_id,
                person_id=person_id,
                customer_id=customer_id,
                case_id=case_id,
                cause=ReassignmentCause.CONFLICT,
                since=self.work.now,
                tenure_days=0,
                limit_days=0,
                bars_from=self.work.now,
                found_at=self.work.now,
            )
            self.work.emit(event, key=person_id)
        recall_at(self.work, staff_id, self.work.now)
        return made

    async def end_conflict(self, conflict_id: str, sealed_reason: str) -> Conflict:
        """The tie is gone, as somebody else says.

        Raises NoSuchThingError, WrongStateError, SecondPersonError.
        """
        known = await store.conflict(self.work.connection, conflict_id)
        if known is None:
            raise NoSuchThingError
        await members.locked(self.work.connection, [known.staff_id])
        one = await store.conflict(self.work.connection, conflict_id)
        if one is None or one.ended_at is not None:
            raise WrongStateError
        if self.by in (one.declared_by, one.staff_id):
            raise SecondPersonError
        one = replace(one, ended_at=self.work.now, ended_by=self.by)
        await store.save_conflict(self.work.connection, one)
        payload = {"conflict": one, "sealed_reason": sealed_reason}
        self._leaf(f"ended:{conflict_id}", "staff_conflict_ended", one.person_id, payload)
        return one

    async def ask(
        self, exception_id: str, staff_id: str, person_id: str, until: datetime, sealed_reason: str
    ) -> RotationException:
        """Ask that a member may stay. Raises NoSuchThingError; WrongStateError where one stands."""
        if not await members.locked(self.work.connection, [staff_id]):
            raise NoSuchThingError
        for one in await store.open_exceptions(self.work.connection, staff_id, person_id):
            if one.state is ExceptionState.ASKED or one.until > self.work.now:
                raise WrongStateError
            await self._save(replace(one, state=ExceptionState.ENDED, ended_at=one.until), "ended")
        made = RotationException(
            exception_id=exception_id,
            staff_id=staff_id,
            person_id=person_id,
            state=ExceptionState.ASKED,
            until=until,
            asked_by=self.by,
            asked_at=self.work.now,
            sealed_reason=sealed_reason,
        )
        return await self._save(made, "asked")

    async def approve(self, exception_id: str, sealed_reason: str) -> RotationException:
        """Let the member stay. Raises NoSuchThingError, WrongStateError, SecondPersonError."""
        one = await self._asked(exception_id)
        if one.until <= self.work.now:
            raise WrongStateError
        one = replace(one, state=ExceptionState.APPROVED, decided_by=self.by, decided_at=self.work.now)
        event = RotationExcepted(
            exception_id=exception_id,
            staff_id=one.staff_id,
            person_id=one.person_id,
            until=one.until,
            approved_at=self.work.now,
        )
        self.work.emit(event, key=one.person_id)
        recall_at(self.work, one.staff_id, one.until)
        return await self._save(one, "approved", sealed_reason)

    async def refuse(self, exception_id: str, sealed_reason: str) -> RotationException:
        """Do not let the member stay. Raises NoSuchThingError, WrongStateError, SecondPersonError."""
        one = replace(
            await self._asked(exception_id),
            state=ExceptionState.REFUSED,
            decided_by=self.by,
            decided_at=self.work.now,
        )
        return await self._save(one, "refused", sealed_reason)

    async def end(self, exception_id: str, sealed_reason: str) -> RotationException:
        """Take back an approved exception, or what was asked. Raises NoSuchThingError, WrongStateError."""
        one = await self._locked(exception_id)
        if one.state not in (ExceptionState.ASKED, ExceptionState.APPROVED):
            raise WrongStateError
        one = replace(one, state=ExceptionState.ENDED, ended_at=self.work.now)
        recall_at(self.work, one.staff_id, self.work.now)
        return await self._save(one, "ended", sealed_reason)

    async def _asked(self, exception_id: str) -> RotationException:
        one = await self._locked(exception_id)
        if one.state is not ExceptionState.ASKED:
            raise WrongStateError
        if self.by in (one.asked_by, one.staff_id):
            raise SecondPersonError
        return one

    async def _locked(self, exception_id: str) -> RotationException:
        known = await store.exception(self.work.connection, exception_id)
        if known is None:
            raise NoSuchThingError
        # The member is locked before the exception, as everywhere; whose it is never changes.
        await members.locked(self.work.connection, [known.staff_id])
        return await store.exception(self.work.connection, exception_id) or known

    async def _save(
        self, one: RotationException, act: str, sealed_reason: str | None = None
    ) -> RotationException:
        await store.save_exception(self.work.connection, one)
        payload = {"exception": one, "sealed_reason": sealed_reason or one.sealed_reason}
        name = f"{one.exception_id}:{act}"
        self._leaf(name, f"rotation_exception_{act}", one.person_id, payload, until=one.until)
        return one

    def _leaf(self, name: str, kind: str, person_id: str, payload: Any, **details: Any) -> None:
        said = {"by": self.by, "rules": self.rules.version, "said": payload}
        self.journal.add(name, kind, person_id, self.work.now, payload=said, **details)
