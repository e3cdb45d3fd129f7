"""From packs to a library: do they fit together, and are they what was released?"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from services.compliance.domain.packs.choosing import EVERYWHERE, tag_of
from services.compliance.domain.packs.decoding import CalendarSource, PackSource
from services.compliance.domain.packs.digest import Released, lock_problem
from services.compliance.domain.packs.durations import parse_period
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.problems import PackError, Problem
from services.compliance.domain.packs.resolving import group_names, groups_of
from services.compliance.domain.packs.schema import ANY, Pack
from services.compliance.domain.packs.tightening import loosenings

WITHOUT_COUNSEL = "enforce-without-counsel-sign-off"
"""What the configuration has to say for packs without counsel's sign-off to be enforced."""


def build_library(
    packs: Sequence[PackSource], calendars: Sequence[CalendarSource], released: Released | None
) -> Library:
    """The library of these packs and calendars.

    `released` is the lock; None leaves it out, for drafts that are tried and not enforced. Raises PackError
    with everything that is wrong.
    """
    problems = [
        *_unreleased(packs, calendars, released),
        *_versions(packs),
        *_names(packs, calendars),
        *_rule_ids(packs),
        *_bases(packs, {source.calendar.id for source in calendars}),
        *_overlays(packs),
    ]
    if problems:
        raise PackError(*problems)
    digests = {tag_of(source.pack): source.digest for source in packs}
    digests |= {source.calendar.tag: source.digest for source in calendars}
    in_order = sorted((source.pack for source in packs), key=lambda pack: (pack.id, pack.effective.from_))
    return Library(in_order, {source.calendar.id: source.calendar for source in calendars}, digests)


def require_counsel(library: Library, said: str | None) -> None:
    """Raises PackError for packs without counsel's sign-off, unless `said` is WITHOUT_COUNSEL."""
    if said == WITHOUT_COUNSEL:
        return
    remedy = f"Have counsel sign it off, or configure `{WITHOUT_COUNSEL}` in as many words"
    problems = [
        Problem(tag, "review.counsel", "counsel has not signed this pack off", remedy)
        for tag in library.without_counsel
    ]
    if problems:
        raise PackError(*problems)


def _unreleased(
    packs: Sequence[PackSource], calendars: Sequence[CalendarSource], released: Released | None
) -> Iterator[Problem]:
    if released is None:
        return
    named = [(s.document.file, s.pack.id, s.pack.version, s.digest) for s in packs]
    named += [(s.document.file, s.calendar.id, s.calendar.version, s.digest) for s in calendars]
    for file, id_, version, digest in named:
        problem = lock_problem(file, id_, version, digest, released)
        if problem is not None:
            yield problem


def _names(packs: Sequence[PackSource], calendars: Sequence[CalendarSource]) -> Iterator[Problem]:
    """An id and a version mean one thing: also among calendars, which are locked and told beside packs."""
    taken = {source.pack.id for source in packs}
    for source in calendars:
        if source.calendar.id in taken:
            what = f"the id {source.calendar.id} is taken"
            yield source.document.problem("id", what, "Give the calendar an id of its own")
        taken.add(source.calendar.id)


def _versions(packs: Sequence[PackSource]) -> Iterator[Problem]:
    """Versions of one pack follow each other, and a country has one base at a time."""
    followed: dict[tuple[str, str], list[PackSource]] = defaultdict(list)
    for source in packs:
        followed["pack", source.pack.id].append(source)
        if source.pack.overlay_of is None:
            followed["base of", source.pack.jurisdiction.country].append(source)
    for (what, name), sources in followed.items():
        sources.sort(key=lambda source: source.pack.effective.from_)
        for earlier, later in pairwise(sources):
            if (earlier.pack.effective.to or date.max) >= later.pack.effective.from_:
                said = f"the {what} {name} is in force twice from {later.pack.effective.from_} on"
                remedy = f"End {tag_of(earlier.pack)} ({earlier.document.file}) the day before, or remove one"
                yield later.document.problem("effective", said, remedy)


def _rule_ids(packs: Sequence[PackSource]) -> Iterator[Problem]:
    """Ids of rules are unique, but that overlays may restate their base's, and versions those before."""
    owners: dict[str, set[str]] = defaultdict(set)
    for source in packs:
        if source.pack.overlay_of is None:
            for rule in source.pack.rules:
                owners[rule.id].add(source.pack.id)
    for source in packs:
        for number, rule in enumerate(source.pack.rules):
            others = owners[rule.id] - {source.pack.id}
            restates = source.pack.overlay_of in ({EVERYWHERE} | others)
            if others and not (restates and len(others) == 1):
                what = f"the rule id {rule.id} is taken by {', '.join(sorted(others))}"
                yield source.document.problem(f"rules[{number}].id", what, "Give the rule an id of its own")
            if not others:
                owners[rule.id].add(source.pack.id)


def _bases(packs: Sequence[PackSource], calendars: set[str]) -> Iterator[Problem]:
    for source in packs:
        pack = source.pack
        if pack.overlay_of is not None:
            continue
        yield from _groups(source, None)
        if pack.calendar is not None and pack.calendar.id not in calendars:
            remedy = f"Use one of {', '.join(sorted(calendars)) or 'those that are loaded (none)'}"
            yield source.document.problem("calendar.id", f"no calendar {pack.calendar.id}", remedy)
        if pack.calendar is None:
            yield from _needs_calendar(source)


def _needs_calendar(source: PackSource) -> Iterator[Problem]:
    for number, deadline in enumerate(source.pack.deadlines):
        business = any(step.business_days for step in parse_period(deadline.due))
        if business or deadline.last_day == "after_days_off":
            what = "counts days off, and the pack has no calendar"
            yield source.document.problem(f"deadlines[{number}]", what, "Give the pack a calendar")


def _overlays(packs: Sequence[PackSource]) -> Iterator[Problem]:
    for source in packs:
        if source.pack.overlay_of is None:
            continue
        bases = [base for base in (other.pack for other in packs) if _tightens(source.pack, base)]
        if not bases and source.pack.overlay_of != EVERYWHERE:
            what = f"no pack {source.pack.overlay_of}"
            yield source.document.problem("overlay_of", what, "Name a base pack that is loaded, or *")
        for base in bases:
            yield from _overlay(source, base)


def _overlay(source: PackSource, base: Pack) -> Iterator[Problem]:
    country = source.pack.jurisdiction.country
    if country not in (EVERYWHERE, base.jurisdiction.country):
        what = f"{base.id} is of {base.jurisdiction.country}, not {country}"
        yield source.document.problem("jurisdiction.country", what, "Use the country of the base")
    unknown = list(_groups(source, base))
    yield from unknown
    if not unknown:
        groups = groups_of(source.pack, base)
        for path, what in loosenings(source.pack, groups, base, groups_of(base, None)):
            remedy = "Overlays may only tighten: ask for as much, or leave it out"
            yield source.document.problem(path, what, remedy)


def _tightens(overlay: Pack, base: Pack) -> bool:
    return base.overlay_of is None and overlay.overlay_of in (EVERYWHERE, base.id)


def _groups(source: PackSource, base: Pack | None) -> Iterator[Problem]:
    known = groups_of(source.pack, base)
    for number, rule in enumerate(source.pack.rules):
        for field, name in group_names(rule):
            if name != ANY and name not in known:
                remedy = f"Use any, or one of {', '.join(sorted(known)) or 'its own groups (none)'}"
                yield source.document.problem(f"rules[{number}].{field}", f"no group {name!r}", remedy)
