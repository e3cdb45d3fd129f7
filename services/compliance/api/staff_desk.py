"""What the routes of the register of staff share: acts once a key, sealed reasons, refusals as problems."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel
from starlette.responses import Response

from services.compliance import staff, staff_ties
from services.compliance.journal import Journal
from services.compliance.settings import ComplianceSettings
from services.compliance.staff import StaffRegister
from services.compliance.staff_gate import StaffedGate
from services.compliance.staff_permits import recall
from services.compliance.staff_ties import RotationDesk
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.stream.work import Work
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest
from shared.web.problems import Conflict, Forbidden, NotFound

V = TypeVar("V", bound=BaseModel)

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
_UNKNOWN = "The register does not know it."
_BEFORE = "It was revoked, lifted or ended before."
_STATE = "It was decided or ended before, has run out, or there is one already."
_SECOND = "Somebody else than who asked or declared it, and than who it is about, decides."


class Act:
    """Who acts, in which transaction."""

    __slots__ = ("by", "register", "ties", "work")

    def __init__(self, by: str, work: Work, journal: Journal, gate: StaffedGate) -> None:
        self.by = by
        self.work = work
        self.register = StaffRegister(by, work, journal, gate.staff_rules)
        self.ties = RotationDesk(by, work, journal, gate.staff_rules)


Do = Callable[[Act], Awaitable[V]]


@dataclass(frozen=True, slots=True)
class StaffDesk:
    """The register behind HTTP."""

    runtime: Runtime[ComplianceSettings]
    gate: StaffedGate

    async def act(
        self,
        who: Principal,
        key: IdempotentRequest,
        do: Do[V],
        code: int = 200,
        *,
        location: Callable[[V], str] | None = None,
        bars: Collection[str] = (),
    ) -> Response:
        """What `do` makes, once for each key.

        Open permits of the members whom it `bars` are looked at again before the answer is given.
        """
        pseudonyms = self.runtime.settings.pseudonyms
        async with _as_problems(), self.runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            journal = Journal(pseudonyms)
            view = await do(Act(who.subject, work, journal, self.gate))
            where = location(view) if location is not None else None
            stored = await _keys.complete(work.connection, key, code, view, location=where)
            await journal.write(work)
        if bars:
            async with self.runtime.transactions.begin() as work:
                journal = Journal(pseudonyms)
                await recall(bars, self.gate, work, journal)
                await journal.write(work)
        return stored.response()

    def seal(self, text: str, place: str) -> str:
        """A text sealed for its place; what is sealed for one does not open at another."""
        return self.runtime.cipher.seal(text, f"staff:{place}")

    def opened(self, sealed: str | None, place: str) -> str | None:
        """A text of a place."""
        return None if sealed is None else self.runtime.cipher.open(sealed, f"staff:{place}")


@asynccontextmanager
async def _as_problems() -> AsyncIterator[None]:
    try:
        yield
    except (staff.NotOnFileError, staff_ties.NoSuchThingError):
        raise NotFound(_UNKNOWN) from None
    except staff.DoneBeforeError:
        raise Conflict(_BEFORE, slug="staff-done-before") from None
    except staff_ties.WrongStateError:
        raise Conflict(_STATE, slug="rotation-state") from None
    except staff_ties.SecondPersonError:
        raise Forbidden(_SECOND, slug="second-person-needed") from None
