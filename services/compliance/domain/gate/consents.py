"""Kind `consent`: contact this way needs a basis."""

from collections.abc import Sequence

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import NO_HITS, Check, Hit
from services.compliance.domain.gate.known import fact
from services.compliance.domain.packs.schema import ConsentRule


class ConsentCheck(Check):
    """One of the facts has to be known to be true, or a consent of that name to be in force."""

    __slots__ = ("_any_fact",)

    def __init__(self, rule: ConsentRule) -> None:
        self._any_fact = rule.require.any_fact

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """A hit where none of them is."""
        if any(fact(name, asked, moment) for name in self._any_fact):
            return NO_HITS
        return (Hit({"requires_one_of": ", ".join(self._any_fact)}),)
