"""The contact's state machine, under every order of facts that hypothesis can think of."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from services.outreach.domain import facts
from services.outreach.domain.contact import FINAL, MADE, WITHDRAWABLE, Contact, ContactState, planned
from services.outreach.domain.machine import DECIDERS, changing, decide
from services.outreach.domain.party import Party
from services.outreach.domain.words import Words
from shared.contracts.base import Event, Money
from shared.contracts.contacts import (
    ContactAnswered,
    ContactDelivered,
    ContactDispatched,
    ContactFailed,
    ContactWithdrawn,
    OutcomeRecorded,
)
from shared.contracts.decisions import (
    ContactAllowed,
    ContactDeferred,
    ContactDenied,
    ContactReferred,
    Effect,
    Force,
    Reason,
)
from shared.contracts.parties import ContactPoint
from shared.contracts.requests import ContactRequested
from shared.contracts.treatments import TreatmentAssigned
from shared.contracts.vocabulary import Channel, ContactPointKind, OutcomeCode, PartyRole, Purpose

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
COST = Money(amount=Decimal("0.05"), currency="CNY")
TREATMENT = TreatmentAssigned(
    treatment_id="treatment-1",
    case_id="case-1",
    customer_id="customer-1",
    segment="early",
    policy="standard@1",
    step=1,
    channel=Channel.SMS,
    purpose=Purpose.COLLECT,
    template="reminder_first",
    assigned_at=NOW,
    days_past_due=3,
    arrears=[Money(amount=Decimal("120.50"), currency="CNY")],
)
DEBTOR = Party(
    person_id="customer-1",
    customer_id="customer-1",
    role=PartyRole.DEBTOR,
    language="zh-CN",
    time_zone="Asia/Shanghai",
    jurisdiction="CN",
    version=1,
    removed=False,
    contact_points=[ContactPoint(contact_point_id="point-1", kind=ContactPointKind.PHONE, sealed="x.y")],
)
WITHOUT_PHONE = replace(DEBTOR, contact_points=[])
REASON = Reason(rule_id="CN-QUIET", effect=Effect.DEFER, force=Force.LAW, citation="")


def fresh() -> Contact:
    return planned(TREATMENT, None, NOW)


def decided(ask: int) -> dict[str, object]:
    return {
        "decision_id": "decision-1",
        "contact_id": fresh().contact_id,
        "ask": ask,
        "person_id": "customer-1",
        "customer_id": "customer-1",
        "decided_at": NOW,
        "leaf_index": 7,
    }


def allowed(ask: int = 1, permit: str = "permit-1") -> ContactAllowed:
    return ContactAllowed(**decided(ask), permit_id=permit, valid_until=LATER)  # type: ignore[arg-type]


def deferred(ask: int = 1) -> ContactDeferred:
    return ContactDeferred(**decided(ask), until=LATER, reasons=[REASON])  # type: ignore[arg-type]


def denied(ask: int = 1) -> ContactDenied:
    reason = replace(REASON, rule_id="CN-MINOR", effect=Effect.DENY)
    return ContactDenied(**decided(ask), reasons=[REASON, reason])  # type: ignore[arg-type]


def sent(permit: str = "permit-1") -> facts.Sent:
    return facts.Sent(permit, "sms", "reference-1", COST, Decimal("0.0450"), "digest")


def requested() -> Contact:
    return decide(fresh(), facts.Treated(DEBTOR, LATER), NOW).contact


def permitted() -> Contact:
    return decide(requested(), allowed(), NOW).contact


def claimed(contact: Contact) -> Contact:
    """What the dispatcher's claim does in the database."""
    return replace(contact, state=ContactState.DISPATCHING, lease_until=LATER, handed_over=True)


def dispatched() -> Contact:
    return decide(claimed(permitted()), sent(), NOW).contact


def reported(outcome: OutcomeCode) -> facts.OutcomeReported:
    return facts.OutcomeReported("outcome-1", outcome, NOW)


PERMITS = st.sampled_from(["permit-1", "permit-2"])
ASKS = st.integers(1, 3)
PARTIES = st.sampled_from([None, DEBTOR, WITHOUT_PHONE])
WORDS = st.sampled_from([Words(), Words((), "linter", 2, "digest"), Words(missing="template:retired")])
FACTS = st.one_of(
    st.builds(facts.PartyArrived, st.sampled_from([DEBTOR, WITHOUT_PHONE]), WORDS),
    st.just(facts.PartyMissing()),
    st.builds(facts.AskAgain, PARTIES, st.just(3), WORDS),
    st.builds(facts.PermitExpired, PERMITS, PARTIES, st.just(3), WORDS),
    st.builds(facts.Stopped, st.just("suspended: payment")),
    st.builds(allowed, ASKS, PERMITS),
    st.builds(deferred, ASKS),
    st.builds(denied, ASKS),
    st.builds(facts.Released, PERMITS),
    st.builds(facts.Refused, PERMITS, st.just("held")),
    st.builds(facts.Undeliverable, PERMITS, st.just("contact point is gone")),
    st.builds(facts.Rejected, PERMITS, st.just("sms"), st.just("rejected: bad_number")),
    st.builds(sent, PERMITS),
    st.builds(facts.Unknown, PERMITS, st.just("smtp"), st.just(COST), st.just(Decimal(0)), st.none()),
    st.builds(facts.ReceiptCame, st.sampled_from(facts.ReceiptStatus), st.just(NOW), st.none()),
    st.builds(reported, st.sampled_from(OutcomeCode)),
    st.just("claim"),
)


Walk = list[tuple[Contact, object, Contact, list[Event]]]


def walk(first: facts.Treated, sequence: list[object]) -> Walk:
    """Every step: before, fact, after, events."""
    steps: Walk = []
    contact = fresh()
    for fact in [first, *sequence]:
        if fact == "claim":
            contact = claimed(contact) if contact.state is ContactState.PERMITTED else contact
            continue
        step = decide(contact, fact, NOW)
        steps.append((contact, fact, step.contact, list(step.events)))
        contact = step.contact
    return steps


# Drawn blindly, facts hardly ever meet their permit: walks begin at every stage of a contact's way.
UNKNOWN = facts.Unknown("permit-1", "smtp", COST, Decimal(0), None)
BEGINNINGS: list[list[object]] = [
    [],
    [allowed()],
    [allowed(), "claim"],
    [allowed(), "claim", facts.Stopped("suspended: payment")],
    [allowed(), "claim", facts.Released("permit-1"), "claim"],
    [allowed(), "claim", sent()],
    [allowed(), "claim", UNKNOWN],
    [deferred(), facts.AskAgain(DEBTOR, 3)],
    [deferred(), facts.AskAgain(DEBTOR, 3), allowed(2, "permit-2"), "claim"],
    [allowed(), facts.PermitExpired("permit-1", DEBTOR, 3), allowed(2, "permit-2"), "claim"],
]
ON_FILE = facts.Treated(DEBTOR, LATER)
WALKS = st.one_of(
    st.builds(
        walk,
        st.builds(facts.Treated, PARTIES, st.just(LATER), WORDS),
        st.lists(FACTS, max_size=20),
    ),
    st.builds(
        lambda beginning, rest: walk(ON_FILE, [*beginning, *rest]),
        st.sampled_from(BEGINNINGS),
        st.lists(FACTS, max_size=20),
    ),
)


def test_the_beginnings_of_the_walks_lead_where_they_should() -> None:
    ends = [walk(ON_FILE, beginning)[-1][2] for beginning in BEGINNINGS]
    assert {end.state for end in ends} >= {ContactState.DISPATCHED, ContactState.UNCONFIRMED}
    assert {end.permit_id for end in ends} == {None, "permit-1", "permit-2"}


@given(WALKS)
@settings(max_examples=200, deadline=None)
def test_nothing_is_dispatched_without_a_permit_and_nothing_twice(steps: Walk) -> None:
    given_permits = {fact.permit_id for _, fact, _, _ in steps if isinstance(fact, ContactAllowed)}
    dispatches = [
        event for _, _, _, events in steps for event in events if isinstance(event, ContactDispatched)
    ]
    assert len(dispatches) <= 1
    assert {event.permit_id for event in dispatches} <= given_permits
    for before, _, after, _ in steps:
        if after.state in MADE and before.state not in MADE:
            assert before.state is ContactState.DISPATCHING
            assert after.permit_id in given_permits


@given(WALKS)
@settings(max_examples=200, deadline=None)
def test_final_states_stay(steps: Walk) -> None:
    for before, _, after, _ in steps:
        if before.state in FINAL:
            assert after is before


@given(WALKS)
@settings(max_examples=200, deadline=None)
def test_what_has_left_the_bank_is_never_withdrawn_or_asked_for_again(steps: Walk) -> None:
    for before, _, after, events in steps:
        if before.state in MADE:
            assert after.state in MADE | {ContactState.FAILED}
            assert not any(isinstance(event, ContactRequested | ContactWithdrawn) for event in events)


@given(WALKS)
@settings(max_examples=200, deadline=None)
def test_a_fact_changes_only_the_fields_that_are_saved_for_it(steps: Walk) -> None:
    for before, fact, after, _ in steps:
        changed = {name for name, value in asdict(after).items() if getattr(before, name) != value}
        assert changed <= set(changing([type(fact)]))


@given(WALKS)
@settings(max_examples=200, deadline=None)
def test_every_state_change_is_a_version_but_giving_back_a_claim(steps: Walk) -> None:
    for before, fact, after, _ in steps:
        gave_back = isinstance(fact, facts.Released) and after.state is ContactState.PERMITTED
        if after.state is not before.state and not gave_back:
            assert after.version == before.version + 1
        else:
            assert after.version <= before.version + 1


@given(WALKS)
@settings(max_examples=200, deadline=None)
def test_only_permitted_and_dispatching_contacts_are_in_the_dispatchers_queue(steps: Walk) -> None:
    for _, _, after, _ in steps:
        queued = after.state in (ContactState.PERMITTED, ContactState.DISPATCHING)
        assert (after.queued_at is not None) == queued


@given(WALKS)
@settings(max_examples=200, deadline=None)
def test_the_contact_ends_with_an_event_that_lets_strategy_go_on(steps: Walk) -> None:
    for before, _, after, events in steps:
        if after.state in FINAL and before.state not in FINAL:
            assert any(isinstance(event, ContactFailed | ContactWithdrawn) for event in events)


@given(WALKS)
@settings(max_examples=200, deadline=None)
def test_an_outcome_is_never_lost_once_the_contact_is_made(steps: Walk) -> None:
    for _, fact, _, events in steps:
        if isinstance(fact, facts.OutcomeReported):
            assert any(isinstance(event, OutcomeRecorded) for event in events)


def test_every_fact_has_its_decision() -> None:
    named = {
        kind
        for kind in vars(facts).values()
        if isinstance(kind, type) and issubclass(kind, tuple) and kind.__module__ == facts.__name__
    } - {facts.Wake, facts.Step}
    gate = {ContactAllowed, ContactDeferred, ContactDenied, ContactReferred}
    assert set(DECIDERS) == named | gate


def test_a_treatment_asks_for_the_debtor_with_what_is_known_of_the_person() -> None:
    step = decide(fresh(), facts.Treated(DEBTOR, LATER), NOW)
    (asked,) = step.events
    assert isinstance(asked, ContactRequested)
    assert (asked.ask, asked.contact_point_id) == (1, "point-1")
    assert (asked.time_zone, asked.jurisdiction) == ("Asia/Shanghai", "CN")
    assert step.contact.state is ContactState.REQUESTED


def test_a_debtor_who_is_not_on_file_is_awaited() -> None:
    step = decide(fresh(), facts.Treated(None, LATER), NOW)
    assert step.contact.state is ContactState.AWAITING_PARTY
    assert step.wake == (facts.TimerKind.AWAIT_PARTY, LATER)
    arrived = decide(step.contact, facts.PartyArrived(DEBTOR), LATER)
    assert arrived.contact.state is ContactState.REQUESTED
    assert arrived.wake == (facts.TimerKind.AWAIT_PARTY, None)


def test_a_debtor_who_never_comes_fails_the_contact() -> None:
    waiting = decide(fresh(), facts.Treated(None, LATER), NOW).contact
    step = decide(waiting, facts.PartyMissing(), LATER)
    (failure,) = step.events
    assert isinstance(failure, ContactFailed)
    assert (failure.reason, failure.left_bank) == ("no party on file", False)


def test_a_contact_whose_text_nobody_approved_fails_before_the_gate_is_asked() -> None:
    words = Words(missing="template:unapproved")
    step = decide(fresh(), facts.Treated(DEBTOR, LATER, words), NOW)
    (failure,) = step.events
    assert isinstance(failure, ContactFailed)
    assert (failure.reason, failure.left_bank) == ("template:unapproved", False)
    waiting = decide(fresh(), facts.Treated(None, LATER), NOW).contact
    arrived = decide(waiting, facts.PartyArrived(DEBTOR, words), LATER)
    assert (arrived.contact.state, arrived.wake) == (
        ContactState.FAILED,
        (facts.TimerKind.AWAIT_PARTY, None),
    )


def test_the_request_and_the_contact_name_the_approved_text() -> None:
    words = Words(("opt_out_method",), "recoup-lint/1:0", 3, "d" * 64)
    step = decide(fresh(), facts.Treated(DEBTOR, LATER, words), NOW)
    (asked,) = step.events
    assert isinstance(asked, ContactRequested)
    assert (asked.template_version, asked.template_digest) == (3, "d" * 64)
    assert step.contact.template_version == 3


def test_a_debtor_without_a_phone_gets_no_sms() -> None:
    (failure,) = decide(fresh(), facts.Treated(WITHOUT_PHONE, LATER), NOW).events
    assert isinstance(failure, ContactFailed)
    assert failure.reason == "no contact point"


def test_a_denied_contact_fails_with_the_rule_that_denied_it() -> None:
    step = decide(requested(), denied(), NOW)
    (failure,) = step.events
    assert isinstance(failure, ContactFailed)
    assert step.contact.state is ContactState.DENIED
    assert failure.reason == "denied: CN-MINOR"
    assert not failure.left_bank


def test_a_deferred_contact_asks_again_with_the_next_ask() -> None:
    step = decide(requested(), deferred(), NOW)
    assert step.wake == (facts.TimerKind.ASK_AGAIN, LATER)
    (asked,) = decide(step.contact, facts.AskAgain(DEBTOR, 3), LATER).events
    assert isinstance(asked, ContactRequested)
    assert asked.ask == 2


def test_after_the_last_ask_the_contact_fails() -> None:
    contact = decide(requested(), deferred(), NOW).contact
    (failure,) = decide(contact, facts.AskAgain(DEBTOR, 1), LATER).events
    assert isinstance(failure, ContactFailed)


def test_an_answer_to_an_older_ask_is_ignored() -> None:
    contact = decide(requested(), deferred(), NOW).contact
    again = decide(contact, facts.AskAgain(DEBTOR, 3), LATER).contact
    assert decide(again, allowed(ask=1), LATER).contact is again


def test_a_permit_for_a_withdrawn_contact_is_given_back() -> None:
    gone = decide(requested(), facts.Stopped("suspended: payment"), NOW).contact
    (back,) = decide(gone, allowed(), NOW).events
    assert isinstance(back, ContactWithdrawn)
    assert back.permit_id == "permit-1"


def test_a_suspension_withdraws_everything_that_has_not_left() -> None:
    waiting = decide(fresh(), facts.Treated(None, LATER), NOW).contact
    states = [waiting, requested(), decide(requested(), deferred(), NOW).contact, permitted()]
    assert {contact.state for contact in states} == WITHDRAWABLE
    for contact in states:
        step = decide(contact, facts.Stopped("case closed: cured"), NOW)
        assert step.contact.state is ContactState.WITHDRAWN
        assert isinstance(step.events[0], ContactWithdrawn)
        assert step.events[0].permit_id == contact.permit_id


def test_a_suspension_during_a_dispatch_takes_effect_when_nothing_was_sent() -> None:
    stopped = decide(claimed(permitted()), facts.Stopped("suspended: payment"), NOW).contact
    assert stopped.state is ContactState.DISPATCHING
    assert decide(stopped, facts.Released("permit-1"), NOW).contact.state is ContactState.WITHDRAWN
    assert decide(stopped, sent(), NOW).contact.state is ContactState.DISPATCHED


def test_a_dispatch_carries_provider_and_cost_in_cents() -> None:
    contact = dispatched()
    assert (contact.cost, contact.text_digest) == (Decimal("0.0450"), "digest")
    (event,) = decide(claimed(permitted()), sent(), NOW).events
    assert isinstance(event, ContactDispatched)
    assert (event.provider, event.cost, event.permit_id) == ("sms", COST, "permit-1")


def test_delivered_after_failed_does_not_go_back() -> None:
    failed = decide(dispatched(), facts.ReceiptCame(facts.ReceiptStatus.FAILED, NOW, "expired"), NOW)
    assert isinstance(failed.events[0], ContactFailed)
    assert failed.events[0].left_bank
    late = decide(failed.contact, facts.ReceiptCame(facts.ReceiptStatus.DELIVERED, NOW, None), NOW)
    assert late.contact is failed.contact
    assert late.events == ()


def test_the_same_receipt_twice_changes_nothing() -> None:
    receipt = facts.ReceiptCame(facts.ReceiptStatus.DELIVERED, NOW, None)
    first = decide(dispatched(), receipt, NOW)
    assert isinstance(first.events[0], ContactDelivered)
    assert decide(first.contact, receipt, NOW) == facts.Step(first.contact)


def test_a_call_nobody_took_fails_and_says_so() -> None:
    step = decide(dispatched(), facts.ReceiptCame(facts.ReceiptStatus.BUSY, NOW, None), NOW)
    failure, outcome = step.events
    assert isinstance(failure, ContactFailed)
    assert isinstance(outcome, OutcomeRecorded)
    assert outcome.outcome is OutcomeCode.BUSY


def test_a_reply_answers_the_contact_once() -> None:
    first = decide(dispatched(), reported(OutcomeCode.OTHER), NOW)
    assert [type(event) for event in first.events] == [ContactAnswered, OutcomeRecorded]
    second = decide(first.contact, reported(OutcomeCode.COMPLAINT), NOW)
    assert [type(event) for event in second.events] == [OutcomeRecorded]
