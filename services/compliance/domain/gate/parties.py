"""Kind `party`: who may be contacted at all, for what, on which conditions, and who may learn of the debt."""

from collections.abc import Sequence

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import NO_HITS, Check, Hit
from services.compliance.domain.gate.known import fact
from services.compliance.domain.packs.schema import ANY, PartyAllowed, PartyRule
from shared.contracts.vocabulary import PartyRole, Purpose

DISCLOSURE = "third_party_debt_disclosure"
"""The linter's tag of words that tell a third party of the debt."""


class PartyCheck(Check):
    """The entries are looked at in order; the first whose condition holds permits the contact."""

    __slots__ = ("_entries", "_told")

    def __init__(self, rule: PartyRule, purpose: Purpose, party: PartyRole) -> None:
        self._entries = tuple(entry for entry in rule.allow if _matches(entry, purpose, party))
        self._told = {"party": party.value, "purpose": purpose.value}

    @property
    def always_passes(self) -> bool:
        """Whether these parties may be contacted on no condition, with words of the debt."""
        first = self._entries[0] if self._entries else None
        return first is not None and first.require is None and first.disclose_debt

    @property
    def duties(self) -> Sequence[str]:
        """Not to mention the debt, where one of the entries that may permit the contact says so."""
        return () if all(entry.disclose_debt for entry in self._entries) else ("withhold:debt",)

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """A hit where no entry is for this party and purpose with a condition known to hold."""
        for entry in self._entries:
            if entry.require is not None and not any(
                fact(name, asked, moment) for name in entry.require.any_fact
            ):
                continue
            content = asked.request.content
            if entry.disclose_debt or content is None or DISCLOSURE not in content.tags:
                return NO_HITS
            return (Hit(self._told | {"must_not": DISCLOSURE}),)
        wanted = sorted({name for entry in self._entries if entry.require for name in entry.require.any_fact})
        return (Hit(self._told | {"requires_one_of": ", ".join(wanted)} if wanted else self._told),)


def _matches(entry: PartyAllowed, purpose: Purpose, party: PartyRole) -> bool:
    return party in entry.parties and (entry.purposes == ANY or purpose in entry.purposes)
