"""Which leaves belong to a case, and which of their payloads it needs."""

from collections.abc import Collection, Mapping

EXPORTED = "evidence_exported"
"""The leaf of an export itself; no part of what is exported."""

_TELLING = frozenset({"outcome", "failed", "document_registered"})
_TELLING_PREFIX = "complaint_"


def belongs(
    record: Mapping[str, object],
    *,
    contacts: Collection[str],
    holds: Collection[str],
    is_shared: bool,
) -> bool:
    """Whether a leaf about one of the case's persons is about the case.

    A leaf that names a contact belongs to that contact's case, one that names a hold to the customer of the
    hold. Any other belongs to the case unless the person `is_shared` with other customers: then nothing
    says whose it is, and what is not needed is not shown.
    """
    if record.get("kind") == EXPORTED:
        return False
    if (contact := record.get("contact")) is not None:
        return contact in contacts
    if (hold := record.get("hold")) is not None:
        return hold in holds
    return not is_shared


def may_disclose(kind: str, *, with_facts: bool) -> bool:
    """Whether a leaf's payload goes into the evidence.

    What a contact came to always does. A decision's payload holds everything that was on file about the
    person at that moment, and what is put on file about persons is theirs: both only where asked for.
    """
    return with_facts or kind in _TELLING or kind.startswith(_TELLING_PREFIX)
