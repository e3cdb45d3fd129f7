"""What an evidence bundle is made of."""

from collections.abc import Mapping, Sequence

import msgspec

FORMAT = "recoup-evidence@v1"


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that applied to a decision."""

    rule_id: str
    effect: str
    force: str
    citation: str
    numbers: dict[str, str] = {}
    confidence: str | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf of the log that belongs to the case; `at` is RFC 3339, salt is hexadecimal."""

    year: int
    index: int
    event_id: str
    kind: str
    at: str
    person_id: str | None
    contact_id: str | None
    entry: str
    salt: str | None = None
    payload: str | None = None
    is_erased: bool = False
    reasons: tuple[Reason, ...] = ()

    @property
    def place(self) -> str:
        """The stem of the names of the fact's files."""
        return f"{self.year}-{self.index:012d}"


class SignedLog(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint that all proofs of one log are for."""

    year: int
    origin: str
    size: int
    verifier_key: str
    note: str


class ContactState(msgspec.Struct, frozen=True, kw_only=True):
    """A state that a contact entered."""

    state: str
    at: str
    ask: int
    reason: str | None = None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as the service that made it recorded it: no part of the log, and so not proven."""

    contact_id: str
    channel: str
    purpose: str
    template: str
    language: str
    state: str
    text_digest: str | None = None
    history: tuple[ContactState, ...] = ()


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """The evidence of a case; `contacts` is None where the service that made them was not asked."""

    case_id: str
    with_facts: bool
    logs: tuple[SignedLog, ...]
    facts: tuple[Fact, ...]
    witness_keys: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] | None = None

    def with_witnesses(self, keys: tuple[str, ...]) -> "Case":
        """The same with the public keys of the witnesses that were asked for."""
        return msgspec.structs.replace(self, witness_keys=keys)


Proofs = Mapping[tuple[int, int], bytes]
"""The proof file of each fact, by year and index."""


def facts_document(case: Case) -> bytes:
    """All facts as one JSON document, for machines; payloads and leaves stay in their files."""
    rows = [_row(fact) for fact in case.facts]
    document = {"format": FORMAT, "case": case.case_id, "with_facts": case.with_facts, "facts": rows}
    return _encode(document)


def contacts_document(contacts: Sequence[Contact]) -> bytes:
    """The contacts as recorded, as one JSON document."""
    return _encode([msgspec.to_builtins(contact) for contact in contacts])


def _row(fact: Fact) -> dict[str, object]:
    return {
        "year": fact.year,
        "index": fact.index,
        "id": fact.event_id,
        "kind": fact.kind,
        "at": fact.at,
        "person": fact.person_id,
        "contact": fact.contact_id,
        "erased": fact.is_erased,
        "reasons": [msgspec.to_builtins(reason) for reason in fact.reasons],
        "leaf": leaf_path(fact),
        "proof": proof_path(fact),
        "payload": None if fact.payload is None else payload_path(fact),
        "salt": None if fact.salt is None else salt_path(fact),
    }


def leaf_path(fact: Fact) -> str:
    """Where the leaf's bytes are."""
    return f"leaves/{fact.place}.json"


def proof_path(fact: Fact) -> str:
    """Where its proof is."""
    return f"proofs/{fact.place}.tlog-proof"


def payload_path(fact: Fact) -> str:
    """Where its payload's bytes are."""
    return f"payloads/{fact.place}.json"


def salt_path(fact: Fact) -> str:
    """Where its payload's salt is, in hexadecimal."""
    return f"payloads/{fact.place}.salt"


def _encode(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"
