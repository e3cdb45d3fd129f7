"""Contacts: where they stand and how they came there."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.outreach.api.views import ContactPointView, ContactSummary, ContactView
from services.outreach.domain.contact import Contact, ContactState
from services.outreach.domain.masking import masked
from services.outreach.domain.party import Party
from services.outreach.settings import OutreachSettings
from services.outreach.store import queries, replies
from services.outreach.store.queries import Selection
from shared.runtime import Runtime
from shared.security.fields import FieldCipher, FieldError
from shared.web.auth import require
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
        case_id: IdFilter = None,
        customer_id: IdFilter = None,
        state: Annotated[ContactState | None, Query()] = None,
    ) -> Page[ContactSummary]:
        """Contacts in order of their id."""
        after = page.after(str) or ("",)
        chosen = Selection(case_id, customer_id, state)
        async with runtime.engine.connect() as connection:
            rows = await queries.listed(connection, chosen, after[0], page.fetch)
        return page.of(rows, key=lambda row: (row.contact_id,), item=ContactSummary.model_validate)

    @routes.get("/contacts/{contact_id}", responses=problem_responses(404))
    async def contact(contact_id: Id) -> ContactView:
        """A contact, the states that it went through, and what it came to."""
        async with runtime.engine.connect() as connection:
            found = await queries.find(connection, contact_id)
            if found is None:
                raise NotFound(NO_CONTACT)
            party = await queries.party_of(connection, found)
            history = await queries.history(connection, contact_id)
            outcomes = await replies.outcomes_of(connection, contact_id)
        return ContactView.of(found, _point(found, party, runtime.cipher), history, outcomes)

    return routes


def _point(contact: Contact, party: Party | None, cipher: FieldCipher) -> ContactPointView | None:
    if contact.contact_point_id is None:
        return None
    known = party.point(contact.contact_point_id) if party else None
    if known is None:
        return ContactPointView(contact_point_id=contact.contact_point_id, kind=None, masked=None)
    try:
        shown = masked(known.kind, cipher.open(known.sealed, known.contact_point_id))
    except FieldError:
        shown = None
    return ContactPointView(contact_point_id=known.contact_point_id, kind=known.kind, masked=shown)
