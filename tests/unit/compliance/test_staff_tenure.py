"""How long a member of staff has been with a person without a break."""

import itertools
import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.staff.clearing import (
    COLLECTOR_OVERSTAYED,
    ROTATION_EXCEPTED,
    PairFile,
    facts_of,
)
from services.compliance.domain.staff.rules import RotationRules
from services.compliance.domain.staff.tenure import latest, tenure_of
from services.compliance.staff_rules import read_staff_rules
from shared.contracts.staff import StaffRole
from tests.unit.compliance.gate_cases import request

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = read_staff_rules()
ROTATION = RULES.rotation

contacts = st.lists(st.integers(0, 1_000), min_size=1, max_size=40).map(
    lambda days: [START + day * DAY for day in days]
)
breaks = st.integers(1, 200)


@given(contacts, breaks)
def test_the_latest_stretch_has_no_break_inside_and_one_before_it(
    made: list[datetime], break_days: int
) -> None:
    stretch = latest(made, break_days)
    assert stretch is not None and stretch.last_at == max(made)
    inside = sorted(at for at in made if at >= stretch.since)
    assert inside[0] == stretch.since
    assert all(later - at < break_days * DAY for at, later in itertools.pairwise(inside))
    before = [at for at in made if at < stretch.since]
    assert not before or stretch.since - max(before) >= break_days * DAY


@given(contacts, breaks, st.randoms())
def test_the_order_and_repetition_of_contacts_say_nothing(
    made: list[datetime], break_days: int, chance: random.Random
) -> None:
    shuffled = [*made, chance.choice(made)]
    chance.shuffle(shuffled)
    assert latest(shuffled, break_days) == latest(made, break_days)


@given(contacts, breaks, st.integers(0, 1_000))
def test_one_more_contact_never_shortens_a_tenure_that_goes_on(
    made: list[datetime], break_days: int, extra: int
) -> None:
    rules = RotationRules(limit_days=180, grace_days=14, break_days=break_days)
    at = max(made)
    more = [*made, min(START + extra * DAY, at)]
    before = tenure_of(latest(made, break_days), None, rules, at)
    after = tenure_of(latest(more, break_days), None, rules, at)
    assert before is not None and after is not None and after.days >= before.days


@given(contacts, st.integers(0, 2_000))
def test_a_tenure_is_due_at_the_limit_barred_after_grace_and_over_after_a_break(
    made: list[datetime], later: int
) -> None:
    at = max(made) + later * DAY
    tenure = tenure_of(latest(made, ROTATION.break_days), StaffRole.COLLECTOR, ROTATION, at)
    assert (tenure is None) == (later >= ROTATION.break_days)
    if tenure is not None:
        assert tenure.is_due(at) == (tenure.days >= 180)
        assert tenure.is_barred(at) == (tenure.days >= 194)
        assert tenure.days == (at - tenure.since).days


def test_the_limit_is_the_roles_and_the_strictest_where_the_role_is_not_known() -> None:
    limits = [ROTATION.limit_of(role) for role in (StaffRole.COLLECTOR, StaffRole.FIELD_COLLECTOR, None)]
    assert limits == [180, 120, 120]


def test_beyond_limit_and_grace_the_gate_is_told_and_of_an_exception_as_well() -> None:
    made = [START + day * DAY for day in range(0, 150, 30)]
    for days, excepted in ((133, False), (134, False), (134, True)):
        file = PairFile(staff_id="staff-1", person_id="person-1", contacts=made, excepted=excepted)
        facts = facts_of(file, request(staff_id="staff-1"), RULES, START + days * DAY)
        assert (COLLECTOR_OVERSTAYED in facts, ROTATION_EXCEPTED in facts) == (days == 134, excepted)
