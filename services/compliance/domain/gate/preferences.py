"""Kind `preference`: what the person asked for is kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import UNKNOWN_ZONE, Check, Hit, Matter, later_of
from services.compliance.domain.gate.clocks import DAY, Zone, instant, local_text, parse_clock, weekday
from services.compliance.domain.gate.facts import AttemptOutcome, Preference
from services.compliance.domain.packs.schema import PreferenceRule
from shared.contracts.decisions import Effect

_KINDS = {
    "medium_opt_out": "medium_opt_out",
    "inconvenient_now_or_place": "inconvenient",
    "refuses_contact": "refuses_contact",
}


class PreferenceCheck(Check):
    """The preferences of the rule's kind that are about this channel and contact point."""

    __slots__ = ("_kind", "_on_unknown", "_reply_once")

    def __init__(self, rule: PreferenceRule, on_unknown: Effect) -> None:
        self._kind = _KINDS[rule.deny_if_pref]
        self._reply_once = rule.except_.reply_once_to_inbound
        self._on_unknown = on_unknown

    @property
    def only_with(self) -> Matter | None:
        """Preferences."""
        return Matter.PREFERENCES

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """A hit for each preference that the contact would go against."""
        found: list[Hit] = []
        for preference in self._about(asked):
            if preference.since <= moment.at and not (
                self._reply_once and _is_reply(preference, asked, moment)
            ):
                found += self._hit(preference, asked, moment)
        return found

    def next_permitted(self, asked: Asked, moment: Moment) -> datetime | None:
        """The end of the inconvenient hours; other preferences stay."""
        ends: list[datetime | None] = []
        for preference in self._about(asked):
            if preference.since > moment.at:
                continue
            if preference.from_ is None and not preference.weekdays:
                return None
            for zone, local in zip(asked.zones, moment.locals, strict=True):
                if covers(preference, local):
                    ends.append(instant(min(_edges(preference, zone, local, moment.second))))
        return later_of(ends)

    def may_begin(self, asked: Asked, moment: Moment, end: datetime) -> Sequence[datetime]:
        """When a preference that is known already, or the hours of one, begin."""
        found = []
        for preference in self._about(asked):
            if moment.at < preference.since <= end:
                found.append(preference.since)
            for zone, local in zip(asked.zones, moment.locals, strict=True):
                found += [instant(edge) for edge in _edges(preference, zone, local, moment.second)]
        return found

    def _about(self, asked: Asked) -> Iterator[Preference]:
        request = asked.request
        for preference in asked.facts.preferences:
            if (
                preference.kind == self._kind
                and preference.channel in (None, request.channel)
                and preference.contact_point_id in (None, request.contact_point_id)
            ):
                yield preference

    def _hit(self, preference: Preference, asked: Asked, moment: Moment) -> Iterator[Hit]:
        numbers = {"preference": preference.kind, "since": preference.since.isoformat()}
        if preference.channel is not None:
            numbers["channel"] = preference.channel.value
        if preference.contact_point_id is not None:
            numbers["contact_point"] = preference.contact_point_id
        if preference.weekdays:
            numbers["weekdays"] = ", ".join(map(str, preference.weekdays))
        if preference.from_ is not None:
            numbers["hours"] = f"{preference.from_}-{preference.to}"
        if preference.from_ is None and not preference.weekdays:
            yield Hit(numbers)
        elif not asked.zones:
            yield Hit(numbers | UNKNOWN_ZONE, self._on_unknown)
        for zone, local in zip(asked.zones, moment.locals, strict=True):
            if (preference.from_ is not None or preference.weekdays) and covers(preference, local):
                yield Hit(numbers | {"zone": zone.name, "local": local_text(local)})


def covers(preference: Preference, local: int) -> bool:
    """Whether the inconvenient hours hold a local second; those over midnight are their first day's."""
    begin, end = _hours(preference)
    second = local % DAY
    if begin < end:
        return begin <= second < end and _on(preference, local)
    return (second >= begin and _on(preference, local)) or (second < end and _on(preference, local - DAY))


def _edges(preference: Preference, zone: Zone, local: int, after: int) -> Iterator[int]:
    """The next instants at which the hours may begin or end, and the clock's next jump before them."""
    midnight = local - local % DAY
    begin, end = _hours(preference)
    ahead = [midnight + edge for edge in (begin, end, DAY, DAY + begin, DAY + end) if midnight + edge > local]
    first = zone.reaches(min(ahead), after)
    yield from zone.changes(after, first)
    for edge in ahead:
        yield zone.reaches(edge, after)


def _on(preference: Preference, local: int) -> bool:
    return not preference.weekdays or weekday(local) in preference.weekdays


def _hours(preference: Preference) -> tuple[int, int]:
    if preference.from_ is None or preference.to is None:
        return 0, DAY
    return parse_clock(preference.from_), parse_clock(preference.to)


def _is_reply(preference: Preference, asked: Asked, moment: Moment) -> bool:
    """Whether the person wrote by this channel after the preference, and nothing was sent since."""
    channel = asked.request.channel
    received = sent = preference.since
    for attempt in asked.facts.attempts:
        if attempt.channel is not channel or attempt.at > moment.at or attempt.outcome is AttemptOutcome.FREE:
            continue
        if attempt.direction == "in":
            received = max(received, attempt.at)
        else:
            sent = max(sent, attempt.at)
    return received > sent
