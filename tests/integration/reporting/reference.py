"""What the tables must hold, computed the plain way from all raw events in the order of time."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from shared.contracts import conduct, contacts, decisions, delinquency, requests, treatments
from shared.contracts.base import Event
from shared.contracts.topics import TOPIC_OF
from tests.integration.reporting.events import at
from tests.integration.reporting.portfolio import Said

Rows = dict[Any, dict[str, Any]]


class Reference:
    """Applies one event after the other to plain dictionaries."""

    def __init__(self, said: Sequence[Said]) -> None:
        self.accounts: Rows = defaultdict(lambda: {"times_overdue": 0, "times_cured": 0})
        self.cases: Rows = defaultdict(lambda: {"treatments": 0, "contacts": 0})
        self.amounts: dict[tuple[str, str], Decimal] = {}
        self.contacts: Rows = defaultdict(lambda: {"asks": 0, "deferrals": 0})
        self.payments: Rows = defaultdict(dict)
        self.promises: Rows = defaultdict(dict)
        self.holds: Rows = defaultdict(dict)
        self.complaints: Rows = defaultdict(dict)
        self.rules: Counter[tuple[str, str]] = Counter()
        self.events: Counter[tuple[str, str, Any]] = Counter()
        for _, minute, event in said:
            self.events[TOPIC_OF[type(event)].name, event.type_, at(minute).date()] += 1
            self._debt(event, minute)
            self._case(event, minute)
            self._gate(event)
            self._contact(event)
            self._conduct(event)

    def _debt(self, event: Event, minute: float) -> None:
        match event:
            case delinquency.OverdueDetected() | delinquency.OverdueUpdated():
                row = self.accounts[event.account_id]
                names = ("product", "currency", "as_of", "days_past_due", "bucket", "arrears", "outstanding")
                row |= {name: getattr(event, name) for name in names} | {"overdue": True}
                row["times_overdue"] += isinstance(event, delinquency.OverdueDetected)
            case delinquency.OverdueCured():
                row = self.accounts[event.account_id]
                row |= {"overdue": False, "days_past_due": 0, "arrears": Decimal(0), "as_of": event.as_of}
                row |= {"cured_at": event.as_of, "cure_cause": event.cause}
                row["times_cured"] += 1
            case delinquency.BucketChanged():
                row = self.accounts[event.account_id]
                row |= {"bucket": event.after, "days_past_due": event.days_past_due, "as_of": event.as_of}
                row |= {"arrears": event.arrears, "currency": event.currency}
            case delinquency.PaymentReceived():
                row = self.payments[event.payment_id]
                row |= {"amount": event.paid.amount, "currency": event.paid.currency, "known_at": at(minute)}
                row |= {"account_id": event.account_id, "effective_at": event.effective_at}
            case delinquency.PaymentUndone():
                self.payments[event.payment_id]["reversed_at"] = event.effective_at

    def _case(self, event: Event, minute: float) -> None:
        match event:
            case treatments.CaseOpened():
                self.cases[event.case_id] |= {
                    "customer_id": event.customer_id,
                    "opened_at": event.opened_at,
                    "opened_stage": event.stage,
                    "bucket": event.bucket,
                    "days_past_due": event.days_past_due,
                    "opening_known_at": at(minute),
                }
                for owed in event.arrears:
                    self.amounts[event.case_id, owed.currency] = owed.amount
            case treatments.CaseClosed():
                known = {
                    "closed_at": event.closed_at,
                    "outcome": event.outcome,
                    "closing_known_at": at(minute),
                }
                self.cases[event.case_id] |= known
            case treatments.SegmentAssigned():
                self.cases[event.case_id] |= {"segment": event.segment, "policy": event.policy}
            case treatments.TreatmentAssigned():
                self.cases[event.case_id]["treatments"] += 1
            case treatments.PromiseMade():
                row = self.promises[event.promise_id]
                row |= {"promised": event.promised.amount, "currency": event.promised.currency}
                row |= {"due_date": event.due_date, "made_at": event.made_at, "case_id": event.case_id}
            case treatments.PromiseKept():
                self.promises[event.promise_id] |= {"paid": event.paid.amount, "kept_at": event.kept_at}
            case treatments.PromiseBroken():
                self.promises[event.promise_id] |= {"paid": event.paid.amount, "broken_at": event.broken_at}

    def _gate(self, event: Event) -> None:
        match event:
            case decisions.ContactAllowed():
                self.contacts[event.contact_id]["allowed_at"] = event.decided_at
            case decisions.ContactDeferred():
                self.contacts[event.contact_id]["deferrals"] += 1
            case decisions.ContactDenied():
                denied = {"denied_at": event.decided_at, "denial_rule": event.reasons[0].rule_id}
                self.contacts[event.contact_id] |= denied
            case decisions.ContactReferred():
                self.contacts[event.contact_id]["referred_at"] = event.decided_at
        if not isinstance(event, decisions.ContactAllowed):
            for reason in getattr(event, "reasons", []):
                if isinstance(reason, decisions.Reason):
                    self.rules[reason.rule_id, reason.effect] += 1

    def _contact(self, event: Event) -> None:
        match event:
            case requests.ContactRequested():
                row = self.contacts[event.contact_id]
                row.setdefault("requested_at", event.requested_at)
                row["asks"] += 1
                row |= {"channel": event.channel, "purpose": event.purpose, "case_id": event.case_id}
                row |= {"customer_id": event.customer_id, "treatment_id": event.treatment_id}
            case contacts.ContactDispatched():
                row = self.contacts[event.contact_id]
                row |= {"dispatched_at": event.dispatched_at, "cost": event.cost.amount, "currency": "CNY"}
                case = self.cases[event.case_id]
                case["contacts"] += 1
                case["first_contact_at"] = min(
                    case.get("first_contact_at", event.dispatched_at), event.dispatched_at
                )
            case contacts.ContactDelivered():
                self.contacts[event.contact_id]["delivered_at"] = event.delivered_at
            case contacts.ContactAnswered():
                self.contacts[event.contact_id]["answered_at"] = event.answered_at
            case contacts.ContactFailed():
                row = self.contacts[event.contact_id]
                row |= {"failed_at": event.failed_at, "failure": event.reason, "left_bank": event.left_bank}
                row |= {"channel": event.channel}
            case contacts.ContactWithdrawn():
                ending = {"withdrawn_at": event.withdrawn_at, "withdrawal": event.reason}
                self.contacts[event.contact_id] |= ending
            case contacts.OutcomeRecorded():
                self.contacts[event.contact_id]["outcome"] = event.outcome

    def _conduct(self, event: Event) -> None:
        match event:
            case conduct.HoldPlaced():
                self.holds[event.hold_id] |= {"placed_at": event.placed_at, "until": event.until}
            case conduct.HoldReleased():
                self.holds[event.hold_id]["released_at"] = event.released_at
            case conduct.ComplaintOpened():
                row = self.complaints[event.complaint_id]
                row |= {"opened_at": event.opened_at, "due_at": event.due_at}
            case conduct.ComplaintDecided():
                decided = {"decided_at": event.decided_at, "upheld": event.upheld}
                self.complaints[event.complaint_id] |= decided
            case conduct.ViolationFound():
                self.rules[event.rule_id, "violation"] += 1
