"""From what a pack says to the check that evaluates it, one for each of the ten kinds."""

from dataclasses import dataclass

from services.compliance.domain.gate.actors import ActorCheck
from services.compliance.domain.gate.checks import Check
from services.compliance.domain.gate.consents import ConsentCheck
from services.compliance.domain.gate.contents import ContentCheck
from services.compliance.domain.gate.cooldowns import CooldownCheck
from services.compliance.domain.gate.counters import CounterCheck
from services.compliance.domain.gate.holds import HoldCheck
from services.compliance.domain.gate.parties import PartyCheck
from services.compliance.domain.gate.preferences import PreferenceCheck
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.gate.sequences import SequenceCheck
from services.compliance.domain.gate.windows import WindowCheck
from services.compliance.domain.packs.calendar import Calendar
from services.compliance.domain.packs.schema import (
    ActorRule,
    AnyRule,
    ConsentRule,
    ContentRule,
    CooldownRule,
    CounterRule,
    Defaults,
    HoldRule,
    PartyRule,
    PreferenceRule,
    SequenceRule,
    WindowRule,
)
from shared.contracts.decisions import Effect


@dataclass(frozen=True, slots=True)
class Doubts:
    """What a set of packs asks for where something is not known; never less than a human's look."""

    missing_fact: Effect
    unknown_zone: Effect

    @classmethod
    def of(cls, defaults: Defaults) -> "Doubts":
        """The pack's own, if they are strict enough."""
        return cls(_strict(defaults.on_missing_fact), _strict(defaults.time_zone.on_unknown))


def check_of(rule: AnyRule, request: GateRequest, calendar: Calendar | None, doubts: Doubts) -> Check:
    """The check of a rule for requests like this one."""
    match rule:
        case WindowRule():
            return WindowCheck(rule, calendar, doubts.missing_fact, doubts.unknown_zone)
        case CounterRule():
            return CounterCheck(rule, doubts.unknown_zone)
        case CooldownRule():
            return CooldownCheck(rule, doubts.unknown_zone)
        case HoldRule():
            return HoldCheck(rule, request.purpose, request.party)
        case PartyRule():
            return PartyCheck(rule, request.purpose, request.party)
        case PreferenceRule():
            return PreferenceCheck(rule, doubts.unknown_zone)
        case ConsentRule():
            return ConsentCheck(rule)
        case ContentRule():
            return ContentCheck(rule, request.channel)
        case SequenceRule():
            return SequenceCheck(rule, calendar)
        case ActorRule():
            return ActorCheck(rule)


def _strict(effect: Effect) -> Effect:
    return effect if effect in (Effect.REVIEW, Effect.DENY) else Effect.REVIEW
