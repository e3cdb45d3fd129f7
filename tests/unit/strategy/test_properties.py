"""What holds of every run of facts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.strategy.domain.facts import Fact, TimePassed
from services.strategy.domain.policy import Policy, Segment
from services.strategy.domain.records import CaseStatus, PromiseStatus
from services.strategy.domain.suspension import deadlines, suspended_until
from shared.contracts.base import Event
from shared.contracts.delinquency import CustomerPosition
from shared.contracts.treatments import CaseClosed, CaseOpened, PromiseKept, TreatmentAssigned
from shared.contracts.vocabulary import Channel
from tests.unit.strategy.builders import (
    CURED,
    POLICY,
    TODAY,
    Story,
    cured,
    detected,
    hold_placed,
    hold_released,
    money,
    opted_out,
    paid,
    position,
    promised,
    undone,
    updated,
)

amounts = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)
currencies = st.sampled_from(["CNY", "USD", "TWD", "JPY"])


@st.composite
def positions(draw: st.DrawFn) -> CustomerPosition:
    accounts = draw(st.integers(0, 5))
    arrears = {draw(currencies): draw(amounts) for _ in range(accounts)}
    return CustomerPosition(
        days_past_due=draw(st.integers(0, 400)) if accounts else 0,
        bucket="M1" if accounts else "M0",
        overdue_accounts=accounts,
        arrears=[money(amount, currency) for currency, amount in arrears.items()],
    )


payments = st.sampled_from(["p1", "p2", "p3"])
holds = st.sampled_from(["h1", "h2"])
debts = st.one_of(st.just(position()), st.just(CURED), positions())
facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(detected, debts),
    st.builds(updated, debts),
    st.builds(cured),
    st.builds(lambda amount, at, payment: paid(str(amount), at, payment=payment), amounts, debts, payments),
    st.builds(lambda payment, at: undone(payment, "100.00", at), payments, debts),
    st.builds(
        lambda amount, days: promised(str(amount), TODAY + timedelta(days=days)), amounts, st.integers(-2, 50)
    ),
    st.builds(hold_placed, holds, st.none()),
    st.builds(hold_released, holds),
    st.builds(opted_out, st.sampled_from([Channel.SMS, Channel.EMAIL])),
    st.just(TimePassed()),
)
runs = st.lists(st.tuples(facts, st.integers(0, 20 * 24)), max_size=25)


def _check_after(story: Story, said: list[Event]) -> None:
    file, now = story.file, story.now
    is_open = file.case is not None and file.case.status is CaseStatus.OPEN
    assert all(case.status is CaseStatus.CLOSED for case in file.earlier.values())
    until = suspended_until(file)
    if any(isinstance(event, TreatmentAssigned) for event in said):
        assert is_open and (until is None or until <= now)
    due = deadlines(file)
    assert due.next_step is None or (is_open and due.next_step > now)
    assert due.promise_due is None or due.promise_due > now
    if any(isinstance(event, CaseClosed) for event in said):
        assert due.next_step is None and due.promise_due is None


@settings(max_examples=300, deadline=None)
@given(runs)
def test_every_run_keeps_one_case_open_at_most_and_never_contacts_while_suspended(
    run: list[tuple[Fact, int]],
) -> None:
    story = Story()
    opened = closed = 0
    for fact, hours in run:
        said = story.on(fact, hours=hours)
        opened += sum(isinstance(event, CaseOpened) for event in said)
        closed += sum(isinstance(event, CaseClosed) for event in said)
        assert 0 <= opened - closed <= 1
        _check_after(story, said)
    assert opened == story.file.customer.cases
    treatments = [event.treatment_id for event in story.said if isinstance(event, TreatmentAssigned)]
    assert len(treatments) == len(set(treatments))
    for case_id in {entry.case_id for entry in story.entries}:
        sequences = [entry.sequence for entry in story.entries if entry.case_id == case_id]
        assert sequences == list(range(1, len(sequences) + 1))


@settings(max_examples=300, deadline=None)
@given(runs)
def test_promises_never_receive_more_than_was_paid_and_their_state_follows_from_it(
    run: list[tuple[Fact, int]],
) -> None:
    story = Story()
    for fact, hours in run:
        story.on(fact, hours=hours)
    received = sum((promise.received for promise in story.file.promises.values()), Decimal(0))
    assert received <= sum(
        (payment.amount for payment in story.file.payments.values() if not payment.reversed), Decimal(0)
    )
    for promise in story.file.promises.values():
        assert 0 <= promise.received <= promise.amount
        assert (promise.status is PromiseStatus.KEPT) == (promise.received >= promise.needed)
        if promise.status is PromiseStatus.PENDING:
            assert story.now < promise.deadline
        if promise.status in (PromiseStatus.BROKEN, PromiseStatus.PARTIAL):
            assert story.now >= promise.deadline
            assert (promise.received > 0) == (promise.status is PromiseStatus.PARTIAL)
    kept = {event.promise_id for event in story.said if isinstance(event, PromiseKept)}
    assert {each.promise_id for each in story.file.promises.values() if each.status == "kept"} <= kept


@settings(max_examples=100, deadline=None)
@given(runs)
def test_the_same_run_decides_the_same(run: list[tuple[Fact, int]]) -> None:
    one, other = Story(), Story()
    for fact, hours in run:
        assert one.on(fact, hours=hours) == other.on(fact, hours=hours)
    assert one.file == other.file and one.entries == other.entries


@settings(max_examples=100, deadline=None)
@given(
    st.permutations(
        [
            paid("200.00", payment="p1"),
            paid("150.00", payment="p2"),
            paid("100.00", payment="p3"),
            undone("p2", "150.00"),
            promised("300.00", outcome="a"),
            promised("90.00", TODAY + timedelta(days=9), outcome="b"),
        ]
    )
)
def test_payments_reversals_and_promises_end_the_same_in_every_order(order: list[Event]) -> None:
    story = Story()
    story.on(detected())
    for fact in order:
        story.on(fact)
    ends = {promise.amount: (promise.status, promise.received) for promise in story.file.promises.values()}
    assert ends == {
        Decimal("300.00"): (PromiseStatus.KEPT, Decimal("300.00")),
        Decimal("90.00"): (PromiseStatus.PENDING, Decimal("0.00")),
    }


@given(positions(), st.permutations(list(POLICY.segments.values())[:-1]))
def test_every_position_has_exactly_one_segment_or_is_below_the_entry(
    at: CustomerPosition, order: list[Segment]
) -> None:
    last = list(POLICY.segments.values())[-1]
    shuffled: Policy = replace(POLICY, segments={each.name: each for each in (*order, last)})
    for policy in (POLICY, shuffled):
        placement = policy.place(at)
        assert (placement is not None) == policy.enters(at)
        if placement is None:
            continue
        assert placement.reasons
        earlier = list(policy.segments.values())
        for segment in earlier[: earlier.index(placement.segment)]:
            assert all(condition.reasons(at) is None for condition in segment.when)
