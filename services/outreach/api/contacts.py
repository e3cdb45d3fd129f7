"""Contacts: where they stand and how they came there."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.outreach.api.access import ACCESSES, Seen
from services.outreach.api.views import ContactPointView, ContactSummary, ContactView
from services.outreach.domain.contact import Contact, ContactState
from services.outreach.domain.party import Party
from services.outreach.settings import OutreachSettings
from services.outreach.store import queries, replies
from services.outreach.store.queries import Selection
from shared.runtime import Runtime
from shared.security.fields import FieldCipher, FieldError
from shared.web.access_log import DataKind
from shared.web.auth import require
from shared.web.masking import mask_contact_point
from shared.web.paging import Page, Paging, paging
from shared.web.problems import NotFound, problem_responses

NO_CONTACT = "There is no such contact."
Id = Annotated[str, Path(min_length=1, max_length=64)]
IdFilter = Annotated[str | None, Query(min_length=1, max_length=64)]


def router(runtime: Runtime[OutreachSettings]) -> APIRouter:
    """Scope `outreach:read`."""
    routes = APIRouter(tags=["contacts"], dependencies=[require("outreach:read")])

    @routes.get("/contacts")
    async def contacts(
        page: Annotated[Paging, paging()],
        access: Seen,
        case_id: IdFilter = None,
        customer_id: IdFilter = None,
        state: Annotated[ContactState | None, Query()] = None,
    ) -> Page[ContactSummary]:
        """Contacts in order of their id."""
        after = page.after(str) or ("",)
        chosen = Selection(case_id, customer_id, state)
        async with runtime.engine.begin() as connection:
            rows = await queries.listed(connection, chosen, after[0], page.fetch)
            seen = (row.person_id for row in rows[: page.limit])
            await ACCESSES.note(connection, access, DataKind.CONTACTS, seen, runtime.clock.now())
        return page.of(rows, key=lambda row: (row.contact_id,), item=ContactSummary.model_validate)

    @routes.get("/contacts/{contact_id}", responses=problem_responses(404))
    async def contact(contact_id: Id, access: Seen) -> ContactView:
        """A contact, the states that it went through, and what it came to.

        The contact point is in clear for those with `personal:read` who state a purpose.
        """
        async with runtime.engine.begin() as connection:
            found = await queries.find(connection, contact_id)
            if found is None:
                raise NotFound(NO_CONTACT)
            party = await queries.party_of(connection, found)
            history = await queries.history(connection, contact_id)
            outcomes = await replies.outcomes_of(connection, contact_id)
            point = _point(found, party, runtime.cipher, in_clear=access.in_clear)
            await ACCESSES.note(
                connection,
                access,
                DataKind.CONTACT_POINT,
                [found.person_id],
                runtime.clock.now(),
                in_clear=point is not None and point.value is not None,
            )
        return ContactView.of(found, point, history, outcomes)

    return routes


def _point(
    contact: Contact, party: Party | None, cipher: FieldCipher, *, in_clear: bool
) -> ContactPointView | None:
    if contact.contact_point_id is None:
        return None
    known = party.point(contact.contact_point_id) if party else None
    if known is None:
        return ContactPointView(contact_point_id=contact.contact_point_id, kind=None, masked=None)
    try:
        value = cipher.open(known.sealed, known.contact_point_id)
    except FieldError:
        return ContactPointView(contact_point_id=known.contact_point_id, kind=known.kind, masked=None)
    return ContactPointView(
        contact_point_id=known.contact_point_id,
        kind=known.kind,
        masked=mask_contact_point(known.kind, value),
        value=value if in_clear else None,
    )
