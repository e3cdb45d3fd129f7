"""Applies what the bank says of its book beside balances: profiles and terms. All of it is rare."""

from services.intake.desk import Desk
from services.intake.grouping import GROUP
from shared.contracts.book import AccountTermsChanged, CustomerProfiled
from shared.contracts.corebank_book import AccountTermsGiven, CustomerProfileGiven
from shared.stream.work import Work


def book(
    event: CustomerProfileGiven | AccountTermsGiven, event_id: str, desk: Desk, work: Work, correlation: str
) -> None:
    """Keep what the event says where it is the latest, and publish it. ValueError as Desk.account."""
    if isinstance(event, CustomerProfileGiven):
        if desk.customers[event.customer_id].take_profile(event.version, event_id, event.profile):
            profiled = CustomerProfiled(
                customer_id=event.customer_id, version=event.version, profile=event.profile
            )
            work.emit(profiled, key=event.customer_id, correlation=correlation)
        return
    account = desk.account(event.account_id, event.customer_id)
    known = account.terms
    if not account.take_terms(event.version, event_id, event.terms):
        return
    changed = AccountTermsChanged(
        customer_id=event.customer_id,
        account_id=event.account_id,
        version=event.version,
        terms=event.terms,
    )
    work.emit(changed, key=event.customer_id, correlation=correlation)
    groups = {event.terms.group_id, known.terms.group_id if known is not None else None}
    for group_id in groups - {None}:
        work.set_timer(GROUP, str(group_id), work.now)
