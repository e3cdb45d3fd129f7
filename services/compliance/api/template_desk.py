"""What the routes of templates share: one act in one transaction, and refusals as problems."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.responses import Response

from services.compliance import templates
from services.compliance.api.template_views import FindingView, TemplateSetView, TemplateView
from services.compliance.domain.lint.reading import Reading, read
from services.compliance.domain.lint.template import SamePersonError, TemplateVersion, WrongStateError
from services.compliance.journal import Journal
from services.compliance.settings import ComplianceSettings
from services.compliance.store import templates as store
from services.compliance.tables import IDEMPOTENCY_KEY
from services.compliance.templates import Desk
from shared.lint.linter import Linter
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest
from shared.web.problems import Conflict, Forbidden, NotFound, Unprocessable

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
_NONE = "There is no such version of a template."
_SAME = "Somebody else than who wrote or submitted it decides."
_FORBIDDEN = "The words must not go out like this; see the findings and their remedies."


@dataclass(frozen=True, slots=True)
class TemplateDesk:
    """`institutions` are the names that texts may use without a variable."""

    runtime: Runtime[ComplianceSettings]
    linter: Linter
    institutions: Sequence[str] = ()

    async def act(
        self,
        who: Principal,
        key: IdempotentRequest,
        do: Callable[[Desk], Awaitable[TemplateVersion]],
        code: int = 200,
    ) -> Response:
        """What `do` makes of a version, once for each key."""

        async def shown(desk: Desk) -> tuple[BaseModel, str | None]:
            version = await do(desk)
            where = f"/templates/{version.template_id}/versions/{version.version}" if code == 201 else None
            return TemplateView.of(version), where

        return await self._once(who, key, shown, code)

    async def act_on_set(
        self,
        who: Principal,
        key: IdempotentRequest,
        do: Callable[[Desk], Awaitable[list[TemplateVersion]]],
    ) -> Response:
        """What `do` makes of several versions in one transaction, once for each key."""

        async def shown(desk: Desk) -> tuple[BaseModel, None]:
            return TemplateSetView(items=[TemplateView.of(version) for version in await do(desk)]), None

        return await self._once(who, key, shown, 200)

    async def _once(
        self,
        who: Principal,
        key: IdempotentRequest,
        do: Callable[[Desk], Awaitable[tuple[BaseModel, str | None]]],
        code: int,
    ) -> Response:
        async with _as_problems(), self.runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            journal = Journal(self.runtime.settings.pseudonyms)
            view, where = await do(Desk(who.subject, work, journal, self.linter, self.institutions))
            stored = await _keys.complete(work.connection, key, code, view, location=where)
            await journal.write(work)
        return stored.response()

    async def found(self, template_id: str, number: int) -> TemplateVersion:
        """One version; NotFound where there is none."""
        async with self.runtime.engine.connect() as connection:
            version = await store.one(connection, template_id, number)
        if version is None:
            raise NotFound(_NONE)
        return version

    def read(self, version: TemplateVersion) -> Reading:
        """The preview and the linter's findings of today."""
        return read(version, self.linter, self.institutions)


async def only(versions: Awaitable[list[TemplateVersion]]) -> TemplateVersion:
    """The version of an act on one."""
    (version,) = await versions
    return version


@asynccontextmanager
async def _as_problems() -> AsyncIterator[None]:
    try:
        yield
    except templates.NoSuchTemplateError:
        raise NotFound(_NONE) from None
    except WrongStateError as error:
        raise Conflict(f"The version is {error}.", slug="template-state") from None
    except SamePersonError:
        raise Forbidden(_SAME, slug="second-person-needed") from None
    except templates.ForbiddenWordsError as error:
        found = [FindingView.of(finding).model_dump() for finding in error.findings.denying]
        raise Unprocessable(
            _FORBIDDEN,
            slug="content-forbidden",
            template=error.template_id,
            parts=error.parts,
            findings=found,
            linter=error.findings.linter,
        ) from None
