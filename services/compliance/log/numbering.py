"""Are the leaves about each person numbered from 1 without gaps?

The numbers are in the leaves, so anybody who reads the whole log can tell, without knowing whom a pseudonym
stands for. It takes some two hundred bytes of memory a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_KEY_BYTES = 16


@dataclass(slots=True)
class Numbering:
    """How far the leaves about each pseudonym have been read, by half of its bytes."""

    last: dict[bytes, int] = field(default_factory=dict)
    unnumbered: int = 0
    """Leaves of earlier versions, and of others than persons, that have no number."""

    def take(self, record: Mapping[str, object]) -> str | None:
        """What is wrong with the number of the next leaf; None where it is as it should be."""
        number, subject = record.get("number"), record.get("subject")
        if number is None:
            self.unnumbered += 1
            # Whoever could take the numbers off could take leaves away unseen.
            return "a number is missing" if record.get("v", 1) != 1 else None
        if not isinstance(number, int) or not isinstance(subject, str):
            return "a number that counts nothing"
        try:
            key = bytes.fromhex(subject)[:_KEY_BYTES]
        except ValueError:
            return "a number of no pseudonym"
        expected = self.last.get(key, 0) + 1
        self.last[key] = number
        return None if number == expected else f"number {number} of its person, expected {expected}"

    def short_of(self, subject: bytes, leaves: int) -> bool:
        """Whether more leaves about this pseudonym were counted than there are."""
        return leaves > self.last.get(subject[:_KEY_BYTES], 0)
