"""What the types of a pack cannot say: is it right in itself?"""

import re
from collections import Counter
from collections.abc import Iterator

from services.compliance.domain.packs.checking_rules import wrong_with_rule
from services.compliance.domain.packs.durations import UNTIL_SETTLED, parse_period
from services.compliance.domain.packs.event_names import DEADLINE_EVENTS, KEPT, KEPT_FROM
from services.compliance.domain.packs.schema import Defaults, Effective, Pack, TimeZoneRule
from services.compliance.domain.packs.zones import is_zone

Wrong = tuple[str, str, str]
"""Where (a path such as `rules[3].max`), what is wrong, and the remedy."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){1,3}")
_COUNTRY = re.compile(r"[A-Z]{2}|\*")
_SHORTEST_TTL, _LONGEST_TTL = 30, 86_400


def wrong_with(pack: Pack) -> Iterator[Wrong]:
    """Everything that is wrong with a pack in itself; what needs other packs is checked with the library."""
    yield from _head(pack)
    yield from _effective(pack.effective, "effective")
    yield from _overlay(pack) if pack.overlay_of is not None else _base(pack)
    for name, times in Counter(rule.id for rule in pack.rules).items():
        if times > 1:
            yield "rules", f"the rule id {name} is given {times} times", "Give each rule an id of its own"
    for number, rule in enumerate(pack.rules):
        path = f"rules[{number}]"
        for field, what, remedy in wrong_with_rule(rule):
            yield f"{path}.{field}", f"{rule.id}: {what}", remedy
        if rule.effective is not None:
            yield from _effective(rule.effective, f"{path}.effective")
    yield from _retention(pack)
    yield from _deadlines(pack)


def _head(pack: Pack) -> Iterator[Wrong]:
    if not _ID.fullmatch(pack.id):
        yield "id", f"{pack.id!r} is no id", "Use small letters, digits and hyphens"
    if not _VERSION.fullmatch(pack.version):
        yield "version", f"{pack.version!r} is no version", "Use numbers with dots, such as 2026.11.0"
    if not _COUNTRY.fullmatch(pack.jurisdiction.country):
        yield "jurisdiction.country", "not an ISO 3166-1 code", "Use two capitals, or * in an overlay of *"
    if (pack.review.counsel is None) != (pack.review.reviewed_on is None):
        yield "review", "a sign-off has a name and a date", "Give both counsel and reviewed_on, or neither"
    for name, channels in pack.groups.items():
        if not channels:
            yield f"groups.{name}", "an empty group", "Name its channels, or leave the group out"
        if name == "any":
            yield "groups.any", "`any` stands for all channels already", "Use another name"


def _effective(effective: Effective, path: str) -> Iterator[Wrong]:
    if effective.to is not None and effective.to < effective.from_:
        yield f"{path}.to", "ends before it begins", "Correct one of the two dates"
    if effective.zone is not None and not is_zone(effective.zone):
        yield f"{path}.zone", f"{effective.zone!r} is no IANA time zone", "Use a name like America/New_York"


def _base(pack: Pack) -> Iterator[Wrong]:
    if pack.jurisdiction.country == "*" or pack.jurisdiction.state is not None:
        yield "jurisdiction", "a base pack is of one whole country", "Make it an overlay: give overlay_of"
    if pack.defaults is None:
        yield "defaults", "missing", "A base pack needs them; only overlays have those of their base"
        return
    yield from _defaults(pack.defaults)
    if pack.defaults.time_zone.mode == "debtor" and pack.effective.zone is None:
        remedy = "Give the zone by whose clock the dates are meant, such as America/New_York"
        yield "effective", "without one legal time it needs a zone", remedy


def _overlay(pack: Pack) -> Iterator[Wrong]:
    for field in ("defaults", "calendar"):
        if getattr(pack, field) is not None:
            yield field, "an overlay has that of its base", "Leave it out"
    if (pack.overlay_of == "*") != (pack.jurisdiction.country == "*"):
        remedy = "Use * for both, or a pack's id and its country"
        yield "overlay_of", "an overlay of every pack is for every country, and no other is", remedy
    if pack.jurisdiction.names and pack.jurisdiction.state is None and pack.jurisdiction.city is None:
        yield "jurisdiction.names", "other names of a state or city that is not given", "Give state or city"


def _defaults(defaults: Defaults) -> Iterator[Wrong]:
    if not _SHORTEST_TTL <= defaults.decision_ttl_seconds <= _LONGEST_TTL:
        remedy = f"Use {_SHORTEST_TTL} to {_LONGEST_TTL} seconds"
        yield "defaults.decision_ttl_seconds", "out of range", remedy
    if defaults.on_missing_fact.value not in ("review", "deny"):
        remedy = "Use review or deny: a missing fact never means yes"
        yield "defaults.on_missing_fact", defaults.on_missing_fact.value, remedy
    yield from _time_zone(defaults.time_zone)


def _time_zone(rule: TimeZoneRule) -> Iterator[Wrong]:
    path = "defaults.time_zone"
    if rule.on_unknown.value not in ("review", "deny"):
        yield f"{path}.on_unknown", rule.on_unknown.value, "Use review or deny"
    if rule.mode == "fixed" and (rule.zone is None or not is_zone(rule.zone)):
        yield f"{path}.zone", "one legal time needs its IANA zone", "Use a name like Asia/Shanghai"
    if rule.mode == "debtor" and rule.zone is not None:
        yield f"{path}.zone", "the debtor's zones are looked up", "Leave it out, or use mode: fixed"
    if rule.mode == "debtor" and not rule.sources:
        yield f"{path}.sources", "missing", "Say what may name a zone: declared, address, phone_prefix"


def _retention(pack: Pack) -> Iterator[Wrong]:
    for number, kept in enumerate(pack.retention):
        path = f"retention[{number}]"
        if kept.what not in KEPT:
            yield f"{path}.what", f"{kept.what!r} is not in the catalogue", f"Use one of {_list(KEPT)}"
        if kept.keep == UNTIL_SETTLED:
            if kept.at_most is not None:
                yield (
                    f"{path}.at_most",
                    "runs from no event",
                    "Name a period in `keep` and its event in `from`",
                )
            continue
        if kept.at_most is not None:
            yield from _period(kept.at_most, f"{path}.at_most")
        yield from _period(kept.keep, f"{path}.keep")
        if kept.from_ not in KEPT_FROM:
            yield f"{path}.from", "does not say from when", f"Use one of {_list(KEPT_FROM)}"


def _deadlines(pack: Pack) -> Iterator[Wrong]:
    for number, deadline in enumerate(pack.deadlines):
        path = f"deadlines[{number}]"
        if deadline.event not in DEADLINE_EVENTS:
            remedy = f"Use one of {_list(DEADLINE_EVENTS)}"
            yield f"{path}.event", f"{deadline.event!r} is not in the catalogue", remedy
        yield from _period(deadline.due, f"{path}.due")
        for later, period in enumerate(deadline.extend):
            yield from _period(period, f"{path}.extend[{later}]")


def _period(text: str, path: str) -> Iterator[Wrong]:
    try:
        parse_period(text)
    except ValueError as error:
        yield path, str(error), "Use a period such as P3Y, P15D, P10BD or P5BD+P30D"


def _list(names: object) -> str:
    return ", ".join(sorted(names))  # type: ignore[call-overload]
