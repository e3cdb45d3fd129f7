"""From the core bank into the journal: a few events late, a few twice, as real interfaces do."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from shared.stream.partitioning import partition_of
from simulator import assumptions as assumed
from simulator.agenda import Agenda, LateEvent
from simulator.corebank import Said
from simulator.draws import between, draw
from simulator.journal import Journal, line_of
from simulator.rounds import Rounds


class Announcer:
    """Writes what the bank says; `published` counts lines, repeats included."""

    def __init__(self, seed: int, journal: Journal, agenda: Agenda, rounds: Rounds) -> None:
        self._seed = seed
        self._journal = journal
        self._agenda = agenda
        self._rounds = rounds
        self._partitions = len(journal.ends)
        self.by_type: Counter[str] = Counter()
        self.late = 0
        self.repeated = 0

    @property
    def published(self) -> int:
        """How many records were written."""
        return sum(self.by_type.values()) + self.repeated

    @property
    def last_event_ids(self) -> list[str | None]:
        """The id of the last event in each partition."""
        return list(self._journal.last_ids)

    def say(self, said: Said, at: datetime) -> None:
        """Publish now, or, for a small share, later."""
        if draw(self._seed, "late", said.id) < assumed.LATE_EVENTS:
            hours = between(draw(self._seed, "how late", said.id), *assumed.LATE_HOURS)
            self._agenda.add(at + timedelta(hours=hours), LateEvent(said.id, said))
            self.late += 1
        else:
            self.publish(said, at)

    def publish(self, said: Said, at: datetime) -> None:
        """Publish in the customer's turn; a small share twice."""
        self._rounds.take(said.key, partial(self._write, said, at))

    def _write(self, said: Said, at: datetime) -> None:
        partition = partition_of(said.key, self._partitions)
        line = line_of(said.id, said.key, at.isoformat(), said.event)
        self._journal.append(partition, line)
        self.by_type[said.event.type_] += 1
        if draw(self._seed, "repeated", said.id) < assumed.REPEATED_EVENTS:
            self._journal.append(partition, line)
            self.repeated += 1
