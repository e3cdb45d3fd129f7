"""The rule packs that the gate enforces: GET /packs."""

from collections.abc import Sequence
from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.compliance.domain.packs.choosing import EVERYWHERE, covers, in_force, tag_of, zone_of
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.schema import AnyRule, Pack
from services.compliance.enforcing import ruleset_of
from services.compliance.settings import ComplianceSettings
from shared.contracts.decisions import Effect, Force
from shared.contracts.vocabulary import HoldKind
from shared.runtime import Runtime
from shared.web.auth import require


class RuleView(BaseModel):
    """A rule of a pack."""

    rule_id: str
    kind: str
    effect: Effect
    force: Force
    confidence: str = Field(description="A the text was read, B told, C from memory")
    citations: list[str]
    in_force: bool = Field(description="Today, by the pack's clock")
    holds: list[HoldKind] = Field(description="The kinds of hold that it gives effect to")


class PackView(BaseModel):
    """A version of a rule pack as it is enforced."""

    id: str
    version: str
    digest: str = Field(description="SHA-256 of the pack's content; every decision names it")
    overlay_of: str | None = Field(description="The pack that it tightens")
    country: str
    state: str | None
    city: str | None
    effective_from: date = Field(description="The first local date of the jurisdiction")
    effective_to: date | None = Field(description="The last one; null: until further notice")
    time_zone: str | None = Field(description="By whose clock; null: by that of each pack that it tightens")
    in_force: bool = Field(description="Today, by that clock; by one of them, where there are several")
    counsel: str | None = Field(description="Who signed it off; null: nobody has")
    reviewed_on: date | None
    retentions: int
    deadlines: int
    rules: list[RuleView]


class CalendarView(BaseModel):
    """A calendar that packs name."""

    id: str
    version: str
    digest: str
    years: list[int] = Field(description="Dates of other years fail closed")


class PacksView(BaseModel):
    """All packs that the gate enforces."""

    as_of: datetime
    ruleset: str = Field(description="The name of these packs and calendars together")
    without_counsel: list[str] = Field(
        description="id@version of packs enforced though counsel has not signed them off, because the "
        "configuration says so in as many words"
    )
    packs: list[PackView]
    calendars: list[CalendarView]


def packs_router(runtime: Runtime[ComplianceSettings], library: Library) -> APIRouter:
    """GET /packs."""
    router = APIRouter(tags=["packs"])

    @router.get("/packs", dependencies=[require("compliance:read")])
    async def packs() -> PacksView:
        """Which rule packs the gate enforces: version, dates, digest, rules, counsel's sign-off."""
        now = runtime.clock.now()
        return PacksView(
            as_of=now,
            ruleset=ruleset_of(library),
            without_counsel=list(library.without_counsel),
            packs=[_pack(pack, library, now) for pack in library.packs],
            calendars=[
                CalendarView(
                    id=calendar.id,
                    version=calendar.version,
                    digest=library.digests[calendar.tag],
                    years=sorted(calendar.years),
                )
                for calendar in library.calendars.values()
            ],
        )

    return router


def _pack(pack: Pack, library: Library, now: datetime) -> PackView:
    place, effective = pack.jurisdiction, pack.effective
    bases = _bases(pack, library)
    zones = {zone_of(pack, base) for base in bases}
    return PackView(
        id=pack.id,
        version=pack.version,
        digest=library.digests[tag_of(pack)],
        overlay_of=pack.overlay_of,
        country=place.country,
        state=place.state,
        city=place.city,
        effective_from=effective.from_,
        effective_to=effective.to,
        time_zone=zones.pop().key if len(zones) == 1 else None,
        in_force=any(in_force((pack,), base, now) for base in bases),
        counsel=pack.review.counsel,
        reviewed_on=pack.review.reviewed_on,
        retentions=len(pack.retention),
        deadlines=len(pack.deadlines),
        rules=[_rule(rule, pack, bases, now) for rule in pack.rules],
    )


def _rule(rule: AnyRule, pack: Pack, bases: Sequence[Pack], now: datetime) -> RuleView:
    return RuleView(
        rule_id=rule.id,
        kind=str(rule.__struct_config__.tag),
        effect=rule.effect,
        force=rule.force,
        confidence=rule.confidence,
        citations=list(rule.cite),
        in_force=any(covers(rule.effective, zone_of(pack, base), now) for base in bases),
        holds=list(getattr(rule, "holds", ())),
    )


def _bases(pack: Pack, library: Library) -> list[Pack]:
    """The pack itself, or what it tightens: a base, all versions of it, or every base."""
    if pack.overlay_of is None:
        return [pack]
    bases = [one for one in library.packs if one.overlay_of is None]
    return [base for base in bases if pack.overlay_of in (base.id, EVERYWHERE)]
