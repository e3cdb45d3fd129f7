"""Delivery receipts become states: each once, in whatever order they come."""

from collections.abc import Sequence

import msgspec

from services.outreach import metrics
from services.outreach.contact_set import ContactSet
from services.outreach.domain.contact import FINAL, MADE, Contact
from services.outreach.domain.facts import ReceiptCame
from services.outreach.store import contacts as contact_store
from services.outreach.store import receipts as store
from services.outreach.store.receipts import Receipt
from shared.stream.work import Work

_ON_RECORD = MADE | FINAL


async def take(work: Work, provider: str, receipts: Sequence[Receipt]) -> dict[str, int]:
    """Keep and apply a provider's receipts; how many were applied, kept for later, or repeats."""
    contacts = ContactSet(work)
    permits = [receipt.idempotency_key for receipt in receipts if receipt.idempotency_key]
    references = [receipt.provider_id for receipt in receipts if receipt.provider_id]
    await contacts.load(await contact_store.named_by(work.connection, provider, permits, references))
    named = _by_name(contacts, provider)
    rows: dict[str, Receipt] = {}
    for receipt in receipts:
        contact = _meant(receipt, named)
        known = contact is not None and contact.state in _ON_RECORD
        rows[receipt.receipt_id] = msgspec.structs.replace(
            receipt,
            contact_id=contact.contact_id if contact else None,
            applied_at=work.now if known else None,
        )
    new = await store.add(work.connection, list(rows.values()))
    applied = [row for row in rows.values() if row.receipt_id in new and row.applied_at]
    for row in applied:
        contacts.apply(str(row.contact_id), ReceiptCame(row.status, row.at, row.reason))
    await contacts.save()
    counts = {
        "applied": len(applied),
        "kept": len(new) - len(applied),
        "repeated": len(receipts) - len(new),
    }
    for result, count in counts.items():
        metrics.receipts_total.labels(result).inc(count)
    return counts


async def apply_waiting(work: Work, contacts: ContactSet, provider: str, names: Sequence[str]) -> None:
    """Apply the receipts that waited for the dispatch of these contacts of the set."""
    known = [contacts.contacts[name] for name in names if contacts.contacts[name].state in _ON_RECORD]
    permits = [contact.permit_id for contact in known if contact.permit_id]
    references = [contact.provider_reference for contact in known if contact.provider_reference]
    if not permits:
        return
    named = _by_name(contacts, provider)
    done: list[tuple[str, str]] = []
    for receipt in await store.waiting(work.connection, provider, permits, references):
        contact = _meant(receipt, named)
        if contact is not None:
            contacts.apply(contact.contact_id, ReceiptCame(receipt.status, receipt.at, receipt.reason))
            done.append((receipt.receipt_id, contact.contact_id))
    await store.mark_applied(work.connection, done, work.now)
    metrics.receipts_total.labels("applied").inc(len(done))


def _by_name(contacts: ContactSet, provider: str) -> dict[tuple[str, str], Contact]:
    named: dict[tuple[str, str], Contact] = {}
    for contact in contacts.contacts.values():
        if contact.permit_id:
            named["permit", contact.permit_id] = contact
        if contact.provider_reference and contact.provider == provider:
            named["reference", contact.provider_reference] = contact
    return named


def _meant(receipt: Receipt, named: dict[tuple[str, str], Contact]) -> Contact | None:
    by_permit = named.get(("permit", receipt.idempotency_key)) if receipt.idempotency_key else None
    return by_permit or (named.get(("reference", receipt.provider_id)) if receipt.provider_id else None)
