"""A batch of events by what outreach does with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.outreach.domain.contact import Contact, planned
from shared.contracts.base import Event
from shared.contracts.conduct import TemplateApproved, TemplateRetired
from shared.contracts.decisions import ContactAllowed, ContactDeferred, ContactDenied, ContactReferred
from shared.contracts.parties import PartyChanged, PartyRemoved
from shared.contracts.treatments import CaseClosed, TreatmentAssigned, TreatmentSuspended
from shared.stream.received import Received

Decided = ContactAllowed | ContactDeferred | ContactDenied | ContactReferred


class Stop(NamedTuple):
    """Whatever of this case has not left the bank is to stay."""

    case_id: str
    reason: str


@dataclass(slots=True)
class Batch:
    """Each list is in record order; the order between topics says nothing."""

    parties: list[PartyChanged | PartyRemoved] = field(default_factory=list)
    treatments: list[Contact | Stop] = field(default_factory=list)
    decisions: list[Decided] = field(default_factory=list)
    templates: list[TemplateApproved | TemplateRetired] = field(default_factory=list)

    @property
    def plans(self) -> list[Contact]:
        """The contacts that treatments ask for."""
        return [item for item in self.treatments if isinstance(item, Contact)]

    @property
    def stopped_cases(self) -> set[str]:
        """The cases with a stop."""
        return {item.case_id for item in self.treatments if isinstance(item, Stop)}


def by_subject(records: Sequence[Received[Event]], now: datetime) -> Batch:
    """The events that outreach acts on; others of its topics are left out."""
    batch = Batch()
    for record in records:
        event = record.event
        if isinstance(event, Decided):
            batch.decisions.append(event)
        elif isinstance(event, TreatmentAssigned):
            batch.treatments.append(planned(event, record.correlation, now))
        elif isinstance(event, TreatmentSuspended):
            batch.treatments.append(Stop(event.case_id, f"suspended: {event.reason}"))
        elif isinstance(event, CaseClosed):
            batch.treatments.append(Stop(event.case_id, f"case closed: {event.outcome}"))
        elif isinstance(event, PartyChanged | PartyRemoved):
            batch.parties.append(event)
        elif isinstance(event, TemplateApproved | TemplateRetired):
            batch.templates.append(event)
    return batch
