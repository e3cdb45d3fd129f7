"""A case in the log, without a gate: a debtor, a guarantor who also owes elsewhere, their contacts."""

import json
from hashlib import sha256

from sqlalchemy import text

from services.compliance.journal import Journal
from tests.integration.compliance.log_house import LogHouse

_PACKS = {"cn-mainland@2026.11.0": "sha256:1"}
RULESET = sha256(b"cn-mainland@2026.11.0 sha256:1\n").hexdigest()
_RULESET = text("INSERT INTO ruleset VALUES (:digest, CAST(:packs AS jsonb), :at)")
_DECISION = text(
    "INSERT INTO decision (contact_id, ask, decision_id, permit_id, person_id, customer_id, channel, purpose,"
    " effect, reasons, decided_at) VALUES (:contact, 1, :id, :permit, :person, :customer, 'sms', 'collect',"
    " 'allow', CAST(:reasons AS jsonb), :at)"
)
_HOLD = text(
    "INSERT INTO hold (hold_id, person_id, customer_id, kind, placed_at)"
    " VALUES (:id, :person, :customer, 'dispute', :at)"
)
_REASON = {
    "rule_id": "CN.WINDOW",
    "effect": "allow",
    "force": "law",
    "citation": "金规 <2025> 1",
    "numbers": {"open": "08:00"},
}

CASE_1 = [
    "decision-1",
    "redeemed:permit-1",
    "outreach.contacts.v1/sent-1",
    "outcome:1",
    "decision-2",
    "failed-2",
    "placed:hold-1",
    "opted-1",
    f"packs:{RULESET}",
]


async def write_case(log: LogHouse) -> None:
    """A case with a debtor and a guarantor; the guarantor is the debtor of another case."""
    async with log.transactions.begin() as work:
        journal, now, rows = Journal(log.settings.pseudonyms), work.now, work.connection
        await rows.execute(_RULESET, {"digest": RULESET, "packs": json.dumps(_PACKS), "at": now})
        journal.add(f"packs:{RULESET}", "packs_in_force", RULESET, now, ruleset=RULESET)
        for number, person, customer, case in ((1, 1, 1, 1), (2, 2, 1, 1), (9, 2, 9, 2)):
            contact = f"contact-{number}"
            asked = {
                "contact_id": contact,
                "case_id": f"case-{case}",
                "person_id": f"party-{person}",
                "customer_id": f"customer-{customer}",
            }
            values = {
                "contact": contact,
                "id": f"decision-{number}",
                "permit": f"permit-{number}",
                "person": f"party-{person}",
                "customer": f"customer-{customer}",
                "reasons": json.dumps([_REASON]),
                "at": now,
            }
            await rows.execute(_DECISION, values)
            journal.add(
                f"decision-{number}",
                "decision",
                f"party-{person}",
                now,
                {"asked": asked, "facts": "everything"},
                contact=contact,
                effect="allow",
                channel="sms",
                rules=("CN.WINDOW",),
                ruleset=RULESET,
            )
        journal.add("redeemed:permit-1", "redeemed", "party-1", now, contact="contact-1", permit="permit-1")
        journal.add("outreach.contacts.v1/sent-1", "dispatched", "party-1", now, contact="contact-1")
        promised = {"outcome": "promise", "promise_due": "2026-04-01"}
        journal.add("outcome:1", "outcome", "party-1", now, promised, contact="contact-1", channel="sms")
        journal.add("failed-2", "failed", "party-2", now, {"reason": "unknown_number"}, contact="contact-2")
        for number, person, customer in ((1, 1, 1), (9, 2, 9)):
            placed = {
                "id": f"hold-{number}",
                "person": f"party-{person}",
                "customer": f"customer-{customer}",
            }
            await rows.execute(_HOLD, placed | {"at": now})
            journal.add(
                f"placed:hold-{number}",
                "hold_placed",
                f"party-{person}",
                now,
                hold=f"hold-{number}",
                rule="dispute",
            )
        journal.add("opted-1", "opted_out", "party-1", now, channel="sms")
        journal.add("opted-2", "opted_out", "party-2", now, channel="sms")
        journal.add("stranger", "opted_out", "party-50", now, channel="sms")
        await journal.write(work)
    log.written += 13
