"""Builders of what outreach and compliance say."""

from typing import Any

from shared.contracts import conduct, contacts, decisions, requests
from shared.contracts.base import Event
from shared.contracts.vocabulary import Channel, HoldKind, OutcomeCode, PartyRole, Purpose
from tests.integration.reporting.basics import at, money


def requested(
    customer: str, case: str, contact: str, minutes: float, *, ask: int = 1, channel: Channel = Channel.SMS
) -> Event:
    return requests.ContactRequested(
        contact_id=contact,
        ask=ask,
        person_id=customer,
        customer_id=customer,
        case_id=case,
        treatment_id=f"treatment-of-{contact}",
        role=PartyRole.DEBTOR,
        channel=channel,
        purpose=Purpose.COLLECT,
        contact_point_id="point",
        template="reminder",
        language="zh-CN",
        jurisdiction="CN",
        time_zone="Asia/Shanghai",
        requested_at=at(minutes),
    )


def reason(rule: str, effect: decisions.Effect) -> decisions.Reason:
    return decisions.Reason(rule_id=rule, effect=effect, force=decisions.Force.LAW, citation="art. 1")


def decided(
    customer: str, contact: str, minutes: float, effect: decisions.Effect, rules: tuple[str, ...] = ()
) -> Event:
    common: dict[str, Any] = {
        "decision_id": f"decision-{contact}-{minutes}",
        "contact_id": contact,
        "ask": 1,
        "person_id": customer,
        "customer_id": customer,
        "decided_at": at(minutes),
        "leaf_index": 7,
        "reasons": [reason(rule, effect) for rule in rules],
    }
    match effect:
        case decisions.Effect.ALLOW:
            return decisions.ContactAllowed(
                **common, permit_id=f"permit-{contact}", valid_until=at(minutes + 30)
            )
        case decisions.Effect.DEFER:
            return decisions.ContactDeferred(**common, until=at(minutes + 60))
        case decisions.Effect.REVIEW:
            return decisions.ContactReferred(**common)
        case decisions.Effect.DENY:
            return decisions.ContactDenied(**common)


def dispatched(
    customer: str,
    case: str,
    contact: str,
    minutes: float,
    cost: str = "0.05",
    channel: Channel = Channel.SMS,
) -> Event:
    return contacts.ContactDispatched(
        contact_id=contact,
        permit_id=f"permit-{contact}",
        person_id=customer,
        customer_id=customer,
        case_id=case,
        treatment_id=f"treatment-of-{contact}",
        channel=channel,
        provider="gateway",
        dispatched_at=at(minutes),
        cost=money(cost),
    )


def _of_contact(customer: str, case: str, contact: str) -> dict[str, Any]:
    return {
        "contact_id": contact,
        "permit_id": f"permit-{contact}",
        "person_id": customer,
        "customer_id": customer,
        "case_id": case,
    }


def delivered(
    customer: str, case: str, contact: str, minutes: float, channel: Channel = Channel.SMS
) -> Event:
    return contacts.ContactDelivered(
        **_of_contact(customer, case, contact), channel=channel, delivered_at=at(minutes)
    )


def answered(customer: str, case: str, contact: str, minutes: float, channel: Channel = Channel.SMS) -> Event:
    return contacts.ContactAnswered(
        **_of_contact(customer, case, contact), channel=channel, answered_at=at(minutes)
    )


def failed(
    customer: str,
    case: str,
    contact: str,
    minutes: float,
    *,
    left_bank: bool = True,
    channel: Channel = Channel.SMS,
) -> Event:
    return contacts.ContactFailed(
        **_of_contact(customer, case, contact),
        channel=channel,
        reason="unreachable",
        left_bank=left_bank,
        failed_at=at(minutes),
    )


def withdrawn(customer: str, case: str, contact: str, minutes: float) -> Event:
    return contacts.ContactWithdrawn(
        **_of_contact(customer, case, contact), reason="cured", withdrawn_at=at(minutes)
    )


def outcome(
    customer: str, case: str, contact: str | None, minutes: float, code: OutcomeCode = OutcomeCode.PROMISE
) -> Event:
    return contacts.OutcomeRecorded(
        outcome_id=f"outcome-{contact}-{minutes}",
        contact_id=contact,
        person_id=customer,
        customer_id=customer,
        case_id=case,
        channel=Channel.SMS,
        outcome=code,
        recorded_at=at(minutes),
    )


def held(customer: str, hold: str, minutes: float, *, until: float | None = None) -> Event:
    return conduct.HoldPlaced(
        hold_id=hold,
        person_id=customer,
        customer_id=customer,
        kind=HoldKind.DISPUTE,
        placed_at=at(minutes),
        until=None if until is None else at(until),
    )


def released(customer: str, hold: str, minutes: float) -> Event:
    return conduct.HoldReleased(
        hold_id=hold,
        person_id=customer,
        customer_id=customer,
        kind=HoldKind.DISPUTE,
        released_at=at(minutes),
        reason="settled",
    )


def complained(customer: str, complaint: str, minutes: float) -> Event:
    return conduct.ComplaintOpened(
        complaint_id=complaint,
        person_id=customer,
        customer_id=customer,
        contact_id=None,
        opened_at=at(minutes),
        due_at=at(minutes + 60 * 24 * 15),
    )


def complaint_decided(customer: str, complaint: str, minutes: float, *, upheld: bool) -> Event:
    return conduct.ComplaintDecided(
        complaint_id=complaint,
        person_id=customer,
        customer_id=customer,
        upheld=upheld,
        decided_at=at(minutes),
    )


def violated(customer: str, violation: str, minutes: float, rule: str = "cn.quiet") -> Event:
    return conduct.ViolationFound(
        violation_id=violation,
        person_id=customer,
        customer_id=customer,
        contact_id=None,
        rule_id=rule,
        found_at=at(minutes),
    )
