"""Who makes contacts, as configured, and what a request is to the gate."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from services.compliance.domain.gate.request import Collector, CollectorRole, Content, GateRequest
from shared.contracts.requests import ContactRequested

BANK = "bank"
COLLECTOR_NAMED, COLLECTOR_TRAINED = "collector_named", "collector_trained"
NOT_CLAIMED = frozenset({"agency_whitelisted", "mandate_active", COLLECTOR_NAMED, COLLECTOR_TRAINED})
"""Facts that nobody may claim of themselves: the bank has them in its configuration, or on file."""


@dataclass(frozen=True, slots=True)
class Desks:
    """The creditor and the collectors that work for it, with the facts that the bank vouches for."""

    creditor: str
    collectors: Mapping[str, Collector]

    def request(
        self, asked: ContactRequested, making: Collector | None, vouched: frozenset[str]
    ) -> GateRequest:
        """What is asked of the gate.

        `making` tells more of who will make this contact; `vouched` are the facts on file of the member of
        staff who is named.
        """
        content = None
        if asked.content_tags is not None:
            content = Content(tags=frozenset(asked.content_tags), linter=asked.linter)
        return GateRequest(
            channel=asked.channel,
            purpose=asked.purpose,
            party=asked.role,
            person_id=asked.person_id,
            debts=debts_of(asked),
            contact_point_id=asked.contact_point_id,
            creditor=self.creditor,
            collector=self._collector(asked, making, vouched),
            product=asked.product,
            content=content,
        )

    def _collector(
        self, asked: ContactRequested, making: Collector | None, vouched: frozenset[str]
    ) -> Collector:
        known = self.collectors.get(asked.collector_id or BANK)
        if making is None and asked.staff_id is None and known is not None:
            return known
        collector = known or Collector(
            collector_id=asked.collector_id or BANK,
            # Of an unknown one nothing is vouched for, least of all that it is the bank.
            role=making.role if making and making.role is not CollectorRole.BANK else CollectorRole.AGENCY,
        )
        facts = collector.facts
        if making is not None:
            facts |= making.facts - NOT_CLAIMED
        if asked.staff_id is not None:
            facts |= {COLLECTOR_NAMED} | vouched
        staff = making.staff if making else collector.staff
        return msgspec.structs.replace(collector, staff=staff, facts=facts)


def debts_of(asked: ContactRequested) -> tuple[str, ...]:
    """The debts that a request is about: all of the customer's are one where it names none."""
    return tuple(asked.debts) or (asked.customer_id,)
