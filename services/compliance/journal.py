"""The leaves of one transaction: drafted while it works, appended to the log when all else is written."""

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.compliance.leaves import (
    SALT_SIZE,
    VERSION,
    Leaf,
    Pseudonyms,
    canonical,
    digest_of,
    encode_leaf,
)
from services.compliance.store import log as store
from services.compliance.store.log import Payload
from shared.stream.work import Work


@dataclass(slots=True)
class Journal:
    """Drafts of leaves, in the order in which they will stand in the log."""

    pseudonyms: Pseudonyms
    leaves: list[Leaf] = field(default_factory=list)
    payloads: list[Payload] = field(default_factory=list)
    _subjects: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        event_id: str,
        kind: str,
        person_id: str,
        at: datetime,
        payload: object | None = None,
        **details: Any,
    ) -> None:
        """Draft the leaf of a fact that has none yet; `details` are further fields of a Leaf.

        The payload may be personal: the leaf gets only its salted digest.
        """
        subject = self._subjects.get(person_id)
        if subject is None:
            subject = self._subjects[person_id] = self.pseudonyms.of(person_id)
        if payload is not None:
            salt, body = os.urandom(SALT_SIZE), canonical(payload)
            details["payload"] = digest_of(salt, body)
            self.payloads.append(Payload(len(self.leaves), person_id, salt, body))
        self.leaves.append(Leaf(v=VERSION, id=event_id, kind=kind, at=at, subject=subject, **details))

    async def write(self, work: Work) -> dict[str, int]:
        """Append the drafts to the log of the year and return the leaf index of each event id.

        Takes the lock of the log's head, so nothing but timers and the outbox may come after it.
        """
        if not self.leaves:
            return {}
        year = work.now.year
        counts = Counter(leaf.subject for leaf in self.leaves)
        following = await store.take_numbers(work.connection, year, counts)
        for leaf in self.leaves:
            leaf.number = following[leaf.subject]
            following[leaf.subject] += 1
        ids, entries = [leaf.id for leaf in self.leaves], [encode_leaf(leaf) for leaf in self.leaves]
        first = await store.append(work.connection, year, ids, entries, self.payloads)
        return {event_id: first + place for place, event_id in enumerate(ids)}
