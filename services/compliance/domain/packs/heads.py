"""What a pack says once for all of its rules."""

from datetime import date
from typing import Literal

import msgspec

from services.compliance.domain.packs.said import Said
from shared.contracts.decisions import Effect


class Effective(Said, frozen=True, kw_only=True):
    """The first and last local date of the jurisdiction on which a pack or rule is in force.

    `zone` (IANA) says by whose clock the dates begin and end. Left out, a rule has its pack's, an overlay its
    base's, and a base pack with one legal time that time.
    """

    from_: date = msgspec.field(name="from")
    to: date | None = None
    zone: str | None = None


class Review(Said, frozen=True, kw_only=True):
    """Counsel's sign-off; without it a pack loads in enforcing mode only where the configuration says so."""

    counsel: str | None = None
    reviewed_on: date | None = None


class Jurisdiction(Said, frozen=True, kw_only=True):
    """Where a pack applies: ISO 3166-1 country; for overlays state (ISO 3166-2, without country) and city.

    `names` are other spellings of the narrowest part. The country `*` is everywhere.
    """

    country: str
    state: str | None = None
    city: str | None = None
    names: tuple[str, ...] = ()


class TimeZoneRule(Said, frozen=True, kw_only=True):
    """`fixed`: one legal time. `debtor`: every zone that a source names is a candidate, and all must pass."""

    mode: Literal["fixed", "debtor"]
    zone: str | None = None
    sources: tuple[Literal["declared", "address", "phone_prefix"], ...] = ()
    on_conflict: Literal["all_must_pass"] = "all_must_pass"
    on_unknown: Effect = Effect.REVIEW


class Defaults(Said, frozen=True, kw_only=True):
    """What holds for all rules of a pack."""

    time_zone: TimeZoneRule
    on_missing_fact: Effect = Effect.REVIEW
    decision_ttl_seconds: int = 300


class CalendarRule(Said, frozen=True, kw_only=True):
    """Which calendar names the kinds of days; a day that it does not cover fails closed."""

    id: str
    on_missing_year: Literal["fail_closed"] = "fail_closed"


class Applicability(Said, frozen=True, kw_only=True):
    """Which roles of collectors the law covers; a first party treated as covered makes reasons policy.

    Rules with `binds_every_role` bind the other roles as well.
    """

    covered_roles: tuple[str, ...] = ()
    treat_first_party_as_covered: bool = True
