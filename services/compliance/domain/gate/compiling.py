"""A set of packs made ready: for each kind of request, only the rules that may have something to say."""

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

from services.compliance.domain.gate.applying import force_of, not_about, product_unknown
from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.building import Doubts, check_of
from services.compliance.domain.gate.checks import Check, Matter
from services.compliance.domain.gate.facts import PersonFacts
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.gate.rules import CompiledRule
from services.compliance.domain.packs.choosing import PackSet
from services.compliance.domain.packs.resolving import RuleInForce
from services.compliance.domain.packs.schema import HoldRule

_MOST_SETS = 1024
_MOST_KINDS = 65_536


class Selection:
    """The rules for one kind of request, and what an allowed contact has to hold or do."""

    __slots__ = ("_conditional", "_duties", "_with", "looks_back")

    def __init__(self, rules: Iterable[CompiledRule]) -> None:
        rules = [rule for rule in rules if not rule.check.always_passes]
        self._with = [Looks(rules, _matters(bits)) for bits in range(16)]
        self.looks_back = max((rule.check.looks_back for rule in rules), default=timedelta())
        duties = [rule for rule in rules if rule.check.duties]
        self._conditional = tuple(rule for rule in duties if rule.is_conditional)
        plain = (rule for rule in duties if not rule.is_conditional)
        self._duties = tuple(sorted({duty for rule in plain for duty in rule.check.duties}))

    def for_facts(self, request: GateRequest, facts: PersonFacts) -> "Looks":
        """The rules that may have something to say where some matters are not there at all."""
        return self._with[
            (1 if facts.attempts else 0)
            + (2 if facts.holds else 0)
            + (4 if facts.preferences else 0)
            + (8 if request.content is not None else 0)
        ]

    def obligations(self, asked: Asked, moment: Moment) -> tuple[str, ...]:
        """What an allowed contact has to hold or do, in order."""
        if not self._conditional:
            return self._duties
        applying = (rule for rule in self._conditional if rule.set_aside_by(asked, moment) is None)
        return tuple(sorted({*self._duties, *(duty for rule in applying for duty in rule.check.duties)}))


class Looks:
    """The rules to look at, in the order of the packs.

    `timed` are those that may begin to stand in the way as time passes.
    """

    __slots__ = ("rules", "timed")

    def __init__(self, rules: Iterable[CompiledRule], there: frozenset[Matter | None]) -> None:
        self.rules = tuple(rule for rule in rules if rule.check.only_with in there)
        self.timed = tuple(rule for rule in self.rules if type(rule.check).may_begin is not Check.may_begin)


def _matters(bits: int) -> frozenset[Matter | None]:
    """The matters that the bits of `for_facts` stand for."""
    order = (Matter.ATTEMPTS, Matter.HOLDS, Matter.PREFERENCES, Matter.CONTENT)
    return frozenset({None, *(matter for place, matter in enumerate(order) if bits >> place & 1)})


class CompiledSet:
    """The rules of one set of packs, by kind of request."""

    __slots__ = ("_calendar", "_doubts", "_rules", "_selections", "named_holds", "tags", "time_zone", "ttl")

    def __init__(self, packs: PackSet) -> None:
        said = [pack.defaults for pack in (packs.base, *packs.overlays) if pack.defaults is not None]
        self.time_zone = said[0].time_zone
        self.ttl = timedelta(seconds=min(defaults.decision_ttl_seconds for defaults in said))
        self.tags = packs.tags
        self.named_holds = frozenset(
            kind for part in packs.rules if isinstance(part.rule, HoldRule) for kind in part.rule.holds
        )
        self._rules = packs.rules
        self._calendar = packs.calendar
        self._doubts = Doubts.of(said[0])
        self._selections: dict[tuple[object, ...], Selection] = {}

    def selected(self, request: GateRequest) -> Selection:
        """The rules for requests like this one."""
        role = request.collector.role
        key = (request.channel, request.purpose, request.party, role, request.product)
        selection = self._selections.get(key)
        if selection is None:
            if len(self._selections) >= _MOST_KINDS:
                self._selections.clear()
            about = [part for part in self._rules if not_about(part, request) is None]
            selection = self._selections[key] = Selection([self.rule(part, request) for part in about])
        return selection

    def rule(self, said: RuleInForce, request: GateRequest) -> CompiledRule:
        """One rule for requests like this one."""
        return CompiledRule(
            said,
            check_of(said.rule, request, self._calendar, self._doubts),
            force_of(said, request),
            self._doubts.missing_fact,
            product_unknown(said, request),
        )


@lru_cache(maxsize=_MOST_SETS)
def compiled(packs: PackSet) -> CompiledSet:
    """The set made ready; a library gives the same object for the same packs in force."""
    return CompiledSet(packs)
