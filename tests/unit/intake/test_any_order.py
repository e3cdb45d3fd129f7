"""Whatever the order of arrival, the same events end in the same state, and what was said is what is."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.customer import position_of
from services.intake.domain.delinquency import AccountEvent
from shared.contracts.base import Event
from shared.contracts.corebank import ClosureReason
from shared.contracts.delinquency import (
    BucketChanged,
    OverdueCured,
    OverdueDetected,
    OverdueUpdated,
    PaymentReceived,
    PaymentUndone,
)
from tests.unit.intake.builders import NOW, RULES, Ledger, at, closure, payment, reversal, snapshot

accounts = st.sampled_from(["A1", "A2", "A3"])
instants = st.integers(0, 9).map(lambda tenth: at(tenth * 24 * 7))
cents = st.integers(1, 30_000).map(lambda amount: f"{amount / 100:.2f}")
unpaid = st.lists(st.tuples(st.integers(-40, 220), cents), max_size=4)


@st.composite
def account_events(draw: st.DrawFn) -> list[tuple[str, AccountEvent]]:
    """Events with their ids, among them snapshots of the same version and reversals of unknown payments."""
    events: list[AccountEvent] = [
        snapshot(*items, as_of=as_of, sequence=sequence, account=account)
        for items, as_of, sequence, account in draw(
            st.lists(st.tuples(unpaid, instants, st.integers(0, 1), accounts), min_size=1, max_size=6)
        )
    ]
    for number, (amount, paid_at, account, undone_at) in enumerate(
        draw(st.lists(st.tuples(cents, instants, accounts, st.none() | instants), max_size=6))
    ):
        events.append(payment(amount, f"P{number}", effective=paid_at, account=account))
        if undone_at is not None:
            undone = draw(st.sampled_from([[undone_at], [undone_at, paid_at]]))
            events += [reversal(f"P{number}", effective=moment, account=account) for moment in undone]
    for reason, left_at, account in draw(
        st.lists(st.tuples(st.sampled_from(ClosureReason), instants, accounts), max_size=2)
    ):
        events.append(closure(reason, effective=left_at, account=account))
    events += [reversal("P9", account=account) for account in draw(st.lists(accounts, max_size=2))]
    return [(f"e{number}", event) for number, event in enumerate(events)]


def told(arrivals: Sequence[tuple[str, AccountEvent]]) -> tuple[Ledger, list[Event]]:
    ledger = Ledger()
    ids, events = [name for name, _ in arrivals], [event for _, event in arrivals]
    return ledger, ledger.tell(*events, ids=ids)


@settings(max_examples=300)
@given(account_events(), st.data())
def test_shuffled_and_repeated_events_end_in_the_same_accounts_and_customer(events, data):
    in_order, _ = told(events)
    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=5))
    shuffled, _ = told(data.draw(st.permutations(repeated)))
    assert shuffled.customer.accounts == in_order.customer.accounts
    assert shuffled.customer.exposure == in_order.customer.exposure


@settings(max_examples=200)
@given(account_events())
def test_a_listener_who_keeps_the_last_event_knows_the_account_and_the_customer(events):
    ledger, published = told(events)
    last: dict[str, Event] = {}
    buckets: dict[str, str] = {}
    for event in published:
        if isinstance(event, OverdueDetected | OverdueUpdated | OverdueCured):
            # A new debt is detected once, a known one is updated or cured.
            known = isinstance(last.get(event.account_id), OverdueDetected | OverdueUpdated)
            assert known is not isinstance(event, OverdueDetected)
            last[event.account_id] = event
        if isinstance(event, OverdueDetected):
            buckets[event.account_id] = event.bucket
        if isinstance(event, BucketChanged):
            assert buckets[event.account_id] == event.before != event.after
            buckets[event.account_id] = event.after
    for account in ledger.customer.accounts.values():
        event, standing = last.get(account.account_id), account.standing
        if isinstance(event, OverdueDetected | OverdueUpdated):
            assert standing.overdue
            assert event.days_past_due == standing.days_past_due
            assert event.arrears == standing.arrears
            assert event.oldest_unpaid == standing.oldest_unpaid
            assert event.bucket == standing.bucket == buckets[account.account_id]
        else:
            assert not standing.overdue
    positions = [event.position for event in published if hasattr(event, "position")]
    if positions:
        assert positions[-1] == position_of(ledger.customer.exposure, RULES.moment(NOW), RULES)


@settings(max_examples=200)
@given(account_events(), st.data())
def test_every_payment_is_announced_once_and_undone_once_if_it_was_reversed(events, data):
    arrivals = data.draw(st.permutations(events + events))
    ledger, published = told(arrivals)
    received = [(e.account_id, e.payment_id) for e in published if isinstance(e, PaymentReceived)]
    undone = [(e.account_id, e.payment_id) for e in published if isinstance(e, PaymentUndone)]
    known = [
        ((account.account_id, item.payment_id), item.reversed_at is not None)
        for account in ledger.customer.accounts.values()
        for item in account.payments.values()
        if item.amount is not None
    ]
    assert sorted(received) == sorted(name for name, _ in known)
    assert sorted(undone) == sorted(name for name, is_reversed in known if is_reversed)


@given(account_events())
def test_telling_the_same_again_says_nothing_new(events):
    ledger, _ = told(events)
    assert ledger.tell(*(event for _, event in events), ids=[name for name, _ in events]) == []
