"""Who is tied to a customer's debts, as the bank tells it."""

from collections.abc import Iterator

from shared.contracts.corebank import ContactPointGiven, PersonGiven
from shared.contracts.vocabulary import ContactPointKind, PartyRole
from simulator.contact_points import debtor_number, guarantor_number, mailbox_of, phone_of
from simulator.portfolio import Customer


def persons_of(customer: Customer) -> Iterator[PersonGiven]:
    """The debtor and, where there is one, the guarantor, with their contact points."""
    own = debtor_number(customer.number)
    yield PersonGiven(
        person_id=customer.customer_id,
        role=PartyRole.DEBTOR,
        name=f"借款人{customer.number:07}",
        language=customer.language,
        time_zone=customer.zone,
        contact_points=_points(customer.customer_id, own, phone=customer.has_phone, mail=customer.has_mail),
    )
    if customer.has_guarantor:
        person_id = f"{customer.customer_id}-g"
        yield PersonGiven(
            person_id=person_id,
            role=PartyRole.GUARANTOR,
            name=f"担保人{customer.number:07}",
            contact_points=_points(person_id, guarantor_number(customer.number), phone=True, mail=False),
        )


def _points(person_id: str, number: int, *, phone: bool, mail: bool) -> list[ContactPointGiven]:
    points = []
    if phone:
        points.append(
            ContactPointGiven(
                contact_point_id=f"{person_id}-sms", kind=ContactPointKind.PHONE, value=phone_of(number)
            )
        )
    if mail:
        points.append(
            ContactPointGiven(
                contact_point_id=f"{person_id}-mail", kind=ContactPointKind.EMAIL, value=mailbox_of(number)
            )
        )
    return points
