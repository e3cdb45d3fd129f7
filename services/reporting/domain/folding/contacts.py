"""Contacts, from what outreach asks and says."""

from datetime import datetime

from services.reporting.domain.projection import Folds, Projection, earliest
from services.reporting.domain.rows import (
    CaseContactsRow,
    DispatchRow,
    EndingRow,
    ReceiptRow,
    RequestRow,
)
from shared.contracts.contacts import (
    ContactAnswered,
    ContactDelivered,
    ContactDispatched,
    ContactFailed,
    ContactWithdrawn,
    OutcomeRecorded,
)
from shared.contracts.requests import ContactRequested


def _requested(projection: Projection, event: ContactRequested, said_at: datetime) -> None:
    contact_id = event.contact_id
    row = projection.requests.get(contact_id)
    if row is not None:
        row.requested_at = earliest(row.requested_at, event.requested_at)
        row.asks += 1
        return
    projection.requests[contact_id] = RequestRow(
        contact_id,
        event.customer_id,
        event.case_id,
        event.treatment_id,
        event.channel,
        event.purpose,
        event.requested_at,
        1,
    )


def _dispatched(projection: Projection, event: ContactDispatched, said_at: datetime) -> None:
    cost = event.cost
    row = DispatchRow(event.contact_id, event.dispatched_at, cost.amount, cost.currency)
    projection.dispatches[event.contact_id] = row
    case = projection.case_contacts.get(event.case_id)
    if case is None:
        projection.case_contacts[event.case_id] = CaseContactsRow(event.case_id, 1, event.dispatched_at)
    else:
        case.contacts += 1
        case.first_contact_at = earliest(case.first_contact_at, event.dispatched_at)


def _receipt(projection: Projection, contact_id: str) -> ReceiptRow:
    row = projection.receipts.get(contact_id)
    if row is None:
        row = projection.receipts[contact_id] = ReceiptRow(contact_id)
    return row


def _delivered(projection: Projection, event: ContactDelivered, said_at: datetime) -> None:
    row = _receipt(projection, event.contact_id)
    row.delivered_at = earliest(row.delivered_at, event.delivered_at)


def _answered(projection: Projection, event: ContactAnswered, said_at: datetime) -> None:
    row = _receipt(projection, event.contact_id)
    row.answered_at = earliest(row.answered_at, event.answered_at)


def _ending(projection: Projection, contact_id: str, customer_id: str) -> EndingRow:
    row = projection.endings.get(contact_id)
    if row is None:
        row = projection.endings[contact_id] = EndingRow(contact_id, customer_id)
    return row


def _failed(projection: Projection, event: ContactFailed, said_at: datetime) -> None:
    row = _ending(projection, event.contact_id, event.customer_id)
    row.case_id = event.case_id
    row.channel = event.channel
    row.failed_at = earliest(row.failed_at, event.failed_at)
    row.failure = event.reason
    row.left_bank = event.left_bank


def _withdrawn(projection: Projection, event: ContactWithdrawn, said_at: datetime) -> None:
    row = _ending(projection, event.contact_id, event.customer_id)
    row.case_id = event.case_id
    row.withdrawn_at = earliest(row.withdrawn_at, event.withdrawn_at)
    row.withdrawal = event.reason


def _outcome(projection: Projection, event: OutcomeRecorded, said_at: datetime) -> None:
    if event.contact_id is None:
        return
    # The reply may come on another channel: it does not change the contact's.
    _ending(projection, event.contact_id, event.customer_id).outcome = event.outcome


FOLDS: Folds = {
    ContactRequested: _requested,
    ContactDispatched: _dispatched,
    ContactDelivered: _delivered,
    ContactAnswered: _answered,
    ContactFailed: _failed,
    ContactWithdrawn: _withdrawn,
    OutcomeRecorded: _outcome,
}
