"""What is asked of the gate: one contact, by whom, to whom, about what, in which words."""

from enum import StrEnum

import msgspec

from shared.contracts.vocabulary import Channel, PartyRole, Product, Purpose


class CollectorRole(StrEnum):
    """For whom the collector works."""

    BANK = "bank"
    AGENCY = "agency"
    DEBT_BUYER = "debt_buyer"
    LAW_FIRM = "law_firm"


class Collector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Who makes the contact; `facts` are those known to be true (`agency_whitelisted`, `recorded_line`)."""

    collector_id: str = "bank"
    role: CollectorRole = CollectorRole.BANK
    staff: int = 1
    facts: frozenset[str] = frozenset()


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What the linter found in the words, as tags; `linter` is its version."""

    tags: frozenset[str] = frozenset()
    linter: str = ""


class GateRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """May `person_id`, who is `party` to `debts`, be contacted this way?

    `content` is None where no words are known yet (a live call): content rules then ask for nothing but what
    a script must hold. `debts` are accounts or cases, whatever the creditor counts as one debt.
    """

    channel: Channel
    purpose: Purpose = Purpose.COLLECT
    party: PartyRole = PartyRole.DEBTOR
    person_id: str = "person"
    debts: tuple[str, ...] = ("debt",)
    contact_point_id: str = "contact_point"
    creditor: str = "bank"
    collector: Collector = Collector()
    product: Product | None = None
    content: Content | None = None
