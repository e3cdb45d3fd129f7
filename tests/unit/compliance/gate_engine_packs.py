"""Packs, facts and requests of the engine's tests, short to write."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from services.compliance.domain.gate.facts import PersonFacts, Place, ZoneEvidence
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.packs.calendar import Calendar
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.schema import Pack

TTL_SECONDS = 300
CALENDAR = Calendar(
    id="days",
    version="1",
    weekend=frozenset({6, 7}),
    years=frozenset({2025, 2026}),
    special={date(2026, 2, 16): "holiday", date(2026, 2, 14): "makeup_workday"},
    sources={2025: "test", 2026: "test"},
)


def pack(rules: Sequence[Mapping[str, Any]], **changes: Any) -> Pack:
    """A base pack for country XX with the person's own zones, unless changed."""
    said: dict[str, Any] = {
        "apiVersion": "collections.compliance/v1",
        "kind": "RulePack",
        "id": "base",
        "version": "1",
        "jurisdiction": {"country": "XX"},
        "effective": {"from": "2000-01-01", "zone": "UTC"},
        "defaults": {
            "time_zone": {"mode": "debtor", "sources": ["declared", "address", "phone_prefix"]},
            "decision_ttl_seconds": TTL_SECONDS,
        },
        "calendar": {"id": "days"},
        "rules": [rule(said) for said in rules],
    }
    return msgspec.convert(said | changes, Pack)


def overlay(rules: Sequence[Mapping[str, Any]], **changes: Any) -> Pack:
    """An overlay of that base."""
    return pack(
        rules, **({"id": "overlay", "overlay_of": "base", "defaults": None, "calendar": None} | changes)
    )


def rule(said: Mapping[str, Any]) -> dict[str, Any]:
    """A rule with what the engine does not care about filled in."""
    return {"id": str(said["kind"]).upper(), "cite": ["test"], "force": "law", "effect": "defer", **said}


def library(*packs: Pack) -> Library:
    tags = [f"{each.id}@{each.version}" for each in packs]
    return Library(packs, {"days": CALENDAR}, dict.fromkeys([*tags, CALENDAR.tag], "digest"))


def facts(*zones: str, **changes: Any) -> PersonFacts:
    evidence = tuple(ZoneEvidence(zone=zone, source="declared") for zone in zones or ("UTC",))
    return PersonFacts(**({"place": Place(country="XX"), "zones": evidence} | changes))


def request(**changes: Any) -> GateRequest:
    return msgspec.convert({"channel": "call_live"} | changes, GateRequest)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
