"""Who persons are to debts, as core banking last said."""

from collections.abc import Iterable, Mapping

import msgspec

from shared.contracts.base import Event
from shared.contracts.parties import PartyChanged, PartyRemoved
from shared.contracts.vocabulary import PartyRole


class PartyRow(msgspec.Struct):
    """A party; the fields are the columns of table `party`."""

    person_id: str
    customer_id: str
    version: int
    role: str
    jurisdiction: str
    time_zone: str | None
    removed: bool


def newest(events: Iterable[Event], versions: Mapping[tuple[str, str], int]) -> list[PartyRow]:
    """The rows to write: of each (person, customer) the highest version above the one on file."""
    rows: dict[tuple[str, str], PartyRow] = {}
    for event in events:
        row = _row(event)
        if row is None:
            continue
        key = (row.person_id, row.customer_id)
        on_file = rows[key].version if key in rows else versions.get(key)
        if on_file is None or row.version > on_file:
            rows[key] = row
    return [rows[key] for key in sorted(rows)]


def _row(event: Event) -> PartyRow | None:
    if isinstance(event, PartyChanged):
        return PartyRow(
            event.person_id,
            event.customer_id,
            event.version,
            event.role,
            event.jurisdiction,
            event.time_zone,
            False,
        )
    if isinstance(event, PartyRemoved):
        # Role and jurisdiction no longer matter: the person is nobody to this debt.
        return PartyRow(event.person_id, event.customer_id, event.version, PartyRole.DEBTOR, "", None, True)
    return None
