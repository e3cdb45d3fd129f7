"""A permit's life, whatever comes in whatever order."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.permit import COUNTED, AttemptState, Permit, refusal
from shared.contracts.vocabulary import Channel, Purpose
from tests.unit.compliance.gate_cases import NOON

END = NOON + timedelta(minutes=5)


def permit() -> Permit:
    return Permit(
        "permit-1",
        "person-1",
        "contact-1",
        "point-1",
        Channel.SMS,
        Purpose.COLLECT,
        AttemptState.RESERVED,
        NOON,
        END,
    )


steps = st.lists(
    st.tuples(
        st.sampled_from(["redeem", "dispatched", "not_sent"]),
        st.sampled_from(["dispatch-1", "dispatch-2"]),
        st.integers(0, 400),
    ),
    max_size=8,
)


@given(steps)
def test_at_most_one_dispatch_ever_redeems_and_only_in_time(taken: list[tuple[str, str, int]]) -> None:
    one = permit()
    redeemed_by = set()
    for step, dispatch_id, seconds in taken:
        now = NOON + timedelta(seconds=seconds)
        if step == "redeem":
            if refusal(one, "contact-1", dispatch_id, now) is None:
                assert now < END
                redeemed_by.add(dispatch_id)
                one.state, one.dispatch_id = AttemptState.REDEEMED, dispatch_id
        elif step == "dispatched":
            one.dispatched(now)
        else:
            one.not_sent()
    assert len(redeemed_by) <= 1


@given(steps)
def test_what_left_the_bank_counts_for_ever(taken: list[tuple[str, str, int]]) -> None:
    one = permit()
    left = False
    for step, _, _ in taken:
        if step == "dispatched":
            one.dispatched(NOON)
            left = True
        elif step == "not_sent":
            one.not_sent()
        assert not left or one.state in COUNTED
        assert (one.left_at is not None) == left


def test_leaving_without_redemption_is_a_violation_once() -> None:
    one = permit()
    assert one.dispatched(NOON) == "PERMIT-NOT-REDEEMED"
    assert one.dispatched(NOON) is None
