"""Views of what is on file about persons."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance import reading
from services.compliance.api.person_views import (
    AttemptView,
    ConsentView,
    EventView,
    FactsView,
    FactView,
    OptOutView,
    PlaceView,
    PreferenceView,
    RoleView,
    StandingView,
    WhereView,
    ZoneView,
)
from services.compliance.api.views import HoldView
from services.compliance.domain.dossier import NOWHERE, Dossier
from services.compliance.domain.gate.facts import Attempt
from services.compliance.gate import Gate
from services.compliance.store import holds, keeping
from shared.contracts.vocabulary import Channel

_MOST = 100


async def facts_view(connection: AsyncConnection, person_id: str) -> FactsView:
    """The facts on file about a person itself."""
    return FactsView(facts=[FactView.of(row) for row in await keeping.facts_of(connection, [person_id])])


def where_view(dossier: Dossier) -> WhereView:
    """Where the person may be now."""
    named = sorted({party.time_zone for party in dossier.parties if party.time_zone and not party.removed})
    return WhereView(
        zones=[
            *(ZoneView(zone=one.zone, source=one.source) for one in dossier.zones),
            *(ZoneView(zone=name, source="address") for name in named),
        ],
        places=[
            PlaceView(country=place.country, state=place.state, city=place.city)
            for place in dossier.places()
            if place is not NOWHERE
        ],
    )


async def standing_view(
    connection: AsyncConnection, person_id: str, gate: Gate, now: datetime
) -> StandingView:
    """Everything on file about the human whose record this is."""
    records = await reading.records_of(connection, person_id)
    dossier = await reading.dossier_of(connection, person_id, gate, now)
    return StandingView(
        person_id=person_id,
        merged=list(records) if len(records) > 1 else [],
        roles=[
            RoleView(customer_id=party.customer_id, role=party.role, removed=party.removed)
            for party in dossier.parties
        ],
        where=where_view(dossier),
        holds=[HoldView.of(hold) for hold in await holds.in_force(connection, records, now)],
        opt_outs=[
            OptOutView(
                channel=Channel(made.channel) if made.channel in set(Channel) else None,
                since=made.opted_out_at,
            )
            for made in await holds.opt_outs_of(connection, records)
        ],
        preferences=[PreferenceView.of(row) for row in await keeping.preferences_of(connection, records)],
        consents=[ConsentView.of(row) for row in await keeping.consents_of(connection, records)],
        facts=[FactView.of(row) for row in await keeping.facts_of(connection, records)],
        events=[EventView(kind=one.kind, at=one.at, debt=one.debt) for one in dossier.events],
        attempts=[_attempt(attempt) for attempt in dossier.attempts[: -_MOST - 1 : -1]],
    )


def _attempt(attempt: Attempt) -> AttemptView:
    return AttemptView(
        attempt_id=attempt.attempt_id,
        at=attempt.at,
        channel=attempt.channel,
        direction=attempt.direction,
        outcome=attempt.outcome,
        collector_id=attempt.collector_id,
        debts=list(attempt.debts),
    )
