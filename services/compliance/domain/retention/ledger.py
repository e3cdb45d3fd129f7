"""What a run found and did, counted, and the digest of what it erased."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from services.compliance.domain.retention.judging import Item
from services.compliance.domain.retention.words import DataClass, Verdict

Counts = dict[str, dict[str, int]]
"""By class, then by verdict."""


@dataclass(slots=True)
class Ledger:
    """Counts of all that was judged, and the items that have to go."""

    counted: Counter[tuple[DataClass, Verdict]] = field(default_factory=Counter)
    due: list[Item] = field(default_factory=list)

    def take(self, item: Item, verdict: Verdict) -> None:
        """An item was judged."""
        self.counted[item.kind, verdict] += 1
        if verdict is Verdict.DUE:
            self.due.append(item)

    def counts(self) -> Counts:
        """The counts as they are kept."""
        found: Counts = {}
        for (kind, verdict), count in sorted(self.counted.items()):
            found.setdefault(kind.value, {})[verdict.value] = count
        return found

    def due_of(self, *kinds: DataClass) -> list[Item]:
        """The items of these classes that have to go."""
        return [item for item in self.due if item.kind in kinds]


def added(counts: Counts, further: Counts) -> Counts:
    """Both counts together."""
    found = {kind: dict(verdicts) for kind, verdicts in counts.items()}
    for kind, verdicts in further.items():
        mine = found.setdefault(kind, {})
        for verdict, count in verdicts.items():
            mine[verdict] = mine.get(verdict, 0) + count
    return found


def digest_of(items: Iterable[Item]) -> str:
    """SHA-256, in hex, over class and key of each item in order: what was erased, without saying it."""
    lines = sorted(f"{item.kind}\n{item.key}\n" for item in items)
    return sha256("".join(lines).encode()).hexdigest()
