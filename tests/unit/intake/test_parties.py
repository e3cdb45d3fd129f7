"""Who is tied to a customer's debts."""

import pytest

from services.intake.domain import parties
from services.intake.domain.customer import Customer
from services.intake.domain.validation import check
from shared.contracts.corebank import ContactPointGiven, CustomerChanged, PersonGiven
from shared.contracts.vocabulary import ContactPointKind, PartyRole
from shared.security.fields import FieldCipher, new_field_key
from tests.unit.intake.builders import NOW, RULES, kinds

CIPHER = FieldCipher.from_keys({"k1": new_field_key()}, "k1")


def person(person_id="C1", role=PartyRole.DEBTOR, value="13800001111", **more):
    point = ContactPointGiven(contact_point_id=f"{person_id}-phone", kind=ContactPointKind.PHONE, value=value)
    return PersonGiven(person_id=person_id, role=role, name="王伟", contact_points=[point], **more)


def changed(*persons, version=1):
    return CustomerChanged(customer_id="C1", version=version, persons=list(persons))


def test_each_person_is_published_with_name_and_contact_points_sealed():
    guarantor = person("G1", PartyRole.GUARANTOR, "13900002222")
    [debtor, _] = events = parties.decide(Customer("C1"), changed(person(), guarantor), CIPHER.seal)
    assert kinds(events) == ["party.changed", "party.changed"]
    assert CIPHER.open(debtor.sealed_name, "C1") == "王伟"
    assert CIPHER.open(debtor.contact_points[0].sealed, "C1-phone") == "13800001111"
    assert "13800001111" not in repr(events)
    assert "王伟" not in repr(events)
    assert [event.role for event in events] == [PartyRole.DEBTOR, PartyRole.GUARANTOR]


def test_who_is_gone_in_a_higher_version_is_removed_and_a_lower_version_is_ignored():
    customer = Customer("C1")
    parties.decide(customer, changed(person(), person("G1", PartyRole.GUARANTOR)), CIPHER.seal)
    events = parties.decide(customer, changed(person(), version=3), CIPHER.seal)
    assert kinds(events) == ["party.changed", "party.removed"]
    assert (events[1].person_id, events[1].version) == ("G1", 3)
    assert parties.decide(customer, changed(person("X"), version=2), CIPHER.seal) == []
    assert parties.decide(customer, changed(person("X"), version=3), CIPHER.seal) == []
    assert customer.persons == {"C1": PartyRole.DEBTOR}


@pytest.mark.parametrize("value", ["", "  ", "1" * 321, "138\x000000"])
def test_a_contact_point_that_cannot_be_used_is_refused_without_repeating_it(value):
    with pytest.raises(ValueError, match="contact point") as refused:
        check(changed(person(value=value)), RULES.moment(NOW), RULES)
    assert value.strip() == "" or value not in str(refused.value)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (changed(person(), person()), "same person_id"),
        (changed(person(time_zone="Mars/Base")), "IANA"),
        (changed(version=-1), "version"),
        (changed(version=2**63), "version"),
        (changed(person(language="")), "language is empty"),
        (changed(person("a\0b")), "NUL"),
        (changed(*(person(f"p{number}") for number in range(201))), "persons has 201"),
    ],
)
def test_a_customer_that_cannot_be_true_is_refused(event, message):
    with pytest.raises(ValueError, match=message):
        check(event, RULES.moment(NOW), RULES)


def test_a_person_without_a_known_time_zone_is_accepted():
    check(changed(person(time_zone=None)), RULES.moment(NOW), RULES)
