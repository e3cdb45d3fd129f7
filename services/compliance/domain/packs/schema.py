"""What a rule pack may say: a closed vocabulary of rule kinds, no free code.

A pack is YAML 1.2 data decoded into these structs; unknown fields, unknown kinds and duplicate keys are
errors. Clock times are quoted ("08:00") and local; ranges of them are half-open, [from, to). Names of channel
lists (`voice`, `all`) are the pack's `groups`.
"""

from typing import Literal

import msgspec

from services.compliance.domain.packs.duties import Deadline as Deadline
from services.compliance.domain.packs.duties import Retention as Retention
from services.compliance.domain.packs.heads import Applicability as Applicability
from services.compliance.domain.packs.heads import CalendarRule as CalendarRule
from services.compliance.domain.packs.heads import Defaults as Defaults
from services.compliance.domain.packs.heads import Effective as Effective
from services.compliance.domain.packs.heads import Jurisdiction as Jurisdiction
from services.compliance.domain.packs.heads import Review as Review
from services.compliance.domain.packs.heads import TimeZoneRule as TimeZoneRule
from services.compliance.domain.packs.said import Said as Said
from shared.contracts.decisions import Effect, Force
from shared.contracts.vocabulary import Channel, HoldKind, PartyRole, Product, Purpose

ANY = "any"


class Applies(Said, frozen=True, kw_only=True):
    """To what a rule applies; a field left out applies to all. `facts` must all be known to be true."""

    channels: tuple[Channel, ...] | str = ANY
    parties: tuple[PartyRole, ...] | Literal["any"] = "any"
    purposes: tuple[Purpose, ...] | Literal["any"] = "any"
    roles: tuple[str, ...] | Literal["any"] = "any"
    products: tuple[Product, ...] | Literal["any"] = "any"
    facts: tuple[str, ...] = ()


class WaivedBy(Said, frozen=True, kw_only=True):
    """A consent of this kind, or a fact known to be true, that lifts the rule."""

    consent: str | None = None
    fact: str | None = None


class Rule(Said, frozen=True, kw_only=True, tag_field="kind"):
    """What all gating rules say. `confidence`: A the text was read, B a secondary source, C from memory."""

    id: str
    cite: tuple[str, ...]
    force: Force
    effect: Effect
    confidence: Literal["A", "B", "C"] = "B"
    applies: Applies = Applies()
    when: str | None = None
    """A fact that must be true for the rule to be looked at; unknown is a missing fact."""
    waived_by: WaivedBy | None = None
    effective: Effective | None = None
    binds_every_role: bool = False
    """The rule binds a bank that collects its own debts as well, whatever the pack's applicability says."""


DayKind = Literal["any", "workday", "weekend", "makeup_workday", "holiday"]


class Hours(Said, frozen=True, kw_only=True):
    """Permitted hours [from, to) of days of these kinds."""

    days: tuple[DayKind, ...]
    from_: str = msgspec.field(name="from")
    to: str


class WindowRule(Rule, frozen=True, kw_only=True, tag="window"):
    """Contact only within these hours, by the clock of every candidate zone."""

    allow: tuple[Hours, ...]


CountedEvent = Literal[
    "placed", "connected", "unanswered", "conversation", "communicated", "delivered", "visit"
]
Key = Literal["creditor", "collector", "person", "debt", "contact_point"]
Direction = Literal["out", "in", "any"]


class Count(Said, frozen=True, kw_only=True):
    """Which attempts count. `exclude`: not_connected (busy, not in service), direct_consent_7d."""

    event: CountedEvent
    direction: Direction = "out"
    channels: tuple[Channel, ...] | str = ANY
    exclude: tuple[Literal["not_connected", "direct_consent_7d"], ...] = ()


class CountWindow(Said, frozen=True, kw_only=True):
    """Over what time is counted; `rolling_local_days` of 7 is today and the six local dates before."""

    type: Literal["calendar_day", "rolling_local_days", "rolling_duration", "ever"]
    days: int | None = None
    hours: int | None = None


class CounterRule(Rule, frozen=True, kw_only=True, tag="counter"):
    """At most `max` of these events for each key; `max` is the last permitted number."""

    count: Count
    per: tuple[Key, ...]
    window: CountWindow
    max: int


class CooldownRule(Rule, frozen=True, kw_only=True, tag="cooldown"):
    """No contact on the `days` local dates that begin with the date of the last such event as day 1."""

    after: Count
    per: tuple[Key, ...]
    days: int


class HoldEffect(Said, frozen=True, kw_only=True):
    """What a hold stops. Purposes in `block` are stopped, unless in `allow` or addressed `to_parties`."""

    scope: Literal["person", "debt", "contact_point"]
    block: tuple[Purpose, ...] | Literal["any"]
    allow: tuple[Purpose, ...] = ()
    to_parties: tuple[PartyRole, ...] = ()
    max_days: int | None = None
    effect: Effect | None = None
    """In place of the rule's own; with an empty `block` it applies to every purpose."""
    force: Force | None = None
    cite: tuple[str, ...] = ()
    binds_every_role: bool | None = None
    """These three, where given, are in place of the rule's own: a rule may hold duties of several origins."""


class HoldRule(Rule, frozen=True, kw_only=True, tag="hold"):
    """What each kind of hold stops."""

    holds: dict[HoldKind, HoldEffect]


class AnyFact(Said, frozen=True, kw_only=True):
    """At least one of these facts must be known to be true."""

    any_fact: tuple[str, ...]


class PartyAllowed(Said, frozen=True, kw_only=True):
    """Parties that may be contacted for these purposes, and whether they may learn of the debt."""

    parties: tuple[PartyRole, ...]
    purposes: tuple[Purpose, ...] | Literal["any"]
    disclose_debt: bool
    require: AnyFact | None = None


class PartyRule(Rule, frozen=True, kw_only=True, tag="party"):
    """Who may be contacted at all; who matches no entry gets the rule's effect."""

    allow: tuple[PartyAllowed, ...]


PreferenceKind = Literal["medium_opt_out", "inconvenient_now_or_place", "refuses_contact"]


class Except(Said, frozen=True, kw_only=True):
    """What a preference does not stop: purposes, and one reply to each inbound message in its medium."""

    purposes: tuple[Purpose, ...] = ()
    reply_once_to_inbound: bool = False


class PreferenceRule(Rule, frozen=True, kw_only=True, tag="preference"):
    """What the person asked for is kept."""

    deny_if_pref: PreferenceKind
    except_: Except = msgspec.field(name="except", default=Except())


class ConsentRule(Rule, frozen=True, kw_only=True, tag="consent"):
    """Contact this way needs a basis."""

    require: AnyFact


class ContentRule(Rule, frozen=True, kw_only=True, tag="content"):
    """What a message must and must not have, as tags that the linter gives. `any` stands for all channels."""

    must_include: tuple[str, ...] = ()
    must_include_by_channel: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    must_not: tuple[str, ...] = ()


class EarlierEvent(Said, frozen=True, kw_only=True):
    """An event that must lie before the contact, or be due no later than `by` (ISO 8601) after event `of`."""

    event: str
    by: str
    of: str


class SequenceRule(Rule, frozen=True, kw_only=True, tag="sequence"):
    """Something must have happened first."""

    require: EarlierEvent


class ActorNeeds(Said, frozen=True, kw_only=True):
    """Facts of the collector that must be true, and how many of them must go."""

    facts: tuple[str, ...] = ()
    min_staff: int | None = None


class ActorRule(Rule, frozen=True, kw_only=True, tag="actor"):
    """Who may make the contact."""

    require: ActorNeeds


AnyRule = (
    WindowRule
    | CounterRule
    | CooldownRule
    | HoldRule
    | PartyRule
    | PreferenceRule
    | ConsentRule
    | ContentRule
    | SequenceRule
    | ActorRule
)


class Pack(Said, frozen=True, kw_only=True):
    """One rule pack. An overlay names in `overlay_of` the pack that it tightens, or `*` for every pack."""

    api_version: Literal["collections.compliance/v1"] = msgspec.field(name="apiVersion")
    kind: Literal["RulePack"]
    id: str
    version: str
    jurisdiction: Jurisdiction
    effective: Effective
    defaults: Defaults | None = None
    """Required unless the pack is an overlay, which has those of its base."""
    review: Review = Review()
    calendar: CalendarRule | None = None
    groups: dict[str, tuple[Channel, ...]] = msgspec.field(default_factory=dict)
    applicability: Applicability | None = None
    overlay_of: str | None = None
    rules: tuple[AnyRule, ...] = ()
    retention: tuple[Retention, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
