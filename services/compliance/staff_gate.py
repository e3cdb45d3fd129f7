"""The gate with the register of staff: who is named for a contact has to be permitted to make it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import msgspec

from services.compliance.domain.desks import Desks
from services.compliance.domain.gate.request import Collector, GateRequest
from services.compliance.domain.record import DecisionRecord
from services.compliance.domain.staff.clearing import STAFF_FACTS, facts_of
from services.compliance.domain.staff.records import StaffContact
from services.compliance.domain.staff.rules import StaffRules
from services.compliance.gate import Ask, Gate
from services.compliance.journal import Journal
from services.compliance.store import staff_pairs
from services.compliance.store.staff_pairs import Pair
from shared.contracts.requests import ContactRequested
from shared.stream.work import Work

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class VouchingDesks(Desks):
    """The desks, with what the register says of who is named, by (contact, ask)."""

    facts: Mapping[tuple[str, int], frozenset[str]]

    def request(
        self, asked: ContactRequested, making: Collector | None, vouched: frozenset[str]
    ) -> GateRequest:
        """What is asked of the gate; what the register knows is not taken from the caller."""
        if making is not None:
            making = msgspec.structs.replace(making, facts=making.facts - STAFF_FACTS)
        said = self.facts.get((asked.contact_id, asked.ask), _NOTHING)
        return Desks.request(self, asked, making, vouched | said)


@dataclass(frozen=True, slots=True)
class StaffedGate(Gate):
    """Decides requests as the gate does, with what the register says of who is named.

    That depends on the channel, the purpose and the person: it is asked for each request.
    """

    staff_rules: StaffRules = field(kw_only=True)

    @classmethod
    def of(cls, gate: Gate, rules: StaffRules) -> "StaffedGate":
        """The same gate with the register."""
        same = {one.name: getattr(gate, one.name) for one in fields(gate) if one.name != "staff_rules"}
        return cls(**same, staff_rules=rules)

    async def permit(self, asks: Sequence[Ask], work: Work, journal: Journal) -> list[DecisionRecord]:
        """As the gate does. Members who are named stay as they are on file until the transaction ends."""
        named = {pair for ask in asks if (pair := pair_of(ask.asked)) is not None}
        if not named:
            return await Gate.permit(self, asks, work, journal)
        await staff_pairs.share(work.connection, {staff_id for staff_id, _ in named})
        files = await staff_pairs.files(work.connection, named, work.now)
        facts: dict[tuple[str, int], frozenset[str]] = {}
        for asked, _ in asks:
            if (pair := pair_of(asked)) is not None:
                said = facts_of(files[pair], asked, self.staff_rules, work.now)
                facts.setdefault((asked.contact_id, asked.ask), said)
        desks = VouchingDesks(self.desks.creditor, self.desks.collectors, facts)
        records = await Gate.permit(replace(self, desks=desks), asks, work, journal)
        await staff_pairs.keep(work.connection, _contacts(asks, records))
        return records


def pair_of(asked: ContactRequested) -> Pair | None:
    """The member who is named for a contact, and the person; None where nobody is named."""
    return None if asked.staff_id is None else (asked.staff_id, asked.person_id)


def _contacts(asks: Sequence[Ask], records: Sequence[DecisionRecord]) -> list[StaffContact]:
    """The contacts that were permitted to members who are named."""
    asked_as: dict[tuple[str, int], ContactRequested] = {}
    for asked, _ in asks:
        asked_as.setdefault((asked.contact_id, asked.ask), asked)
    found = []
    for made in records:
        asked = asked_as[made.contact_id, made.ask]
        if made.permit_id is not None and asked.staff_id is not None:
            found.append(
                StaffContact(
                    permit_id=made.permit_id,
                    staff_id=asked.staff_id,
                    person_id=asked.person_id,
                    customer_id=asked.customer_id,
                    case_id=asked.case_id,
                    channel=asked.channel,
                    at=made.decided_at,
                )
            )
    return found
