"""GET /packs: what the gate enforces, and whether counsel signed it off."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
import pytest

from services.compliance.api.packs import packs_router
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.schema import Review
from services.compliance.pack_files import load_library
from services.compliance.settings import ComplianceSettings
from shared.calendar.clock import FixedClock
from shared.runtime import Runtime
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.web.app import create_app
from tests.integration.compliance.house import settings

LIBRARY = load_library()
MARCH = datetime(2026, 3, 10, tzinfo=UTC)


async def packs(
    library: Library = LIBRARY, at: datetime = MARCH, scope: str = "compliance:read"
) -> httpx.Response:
    keys = api_keys_json({"rk_x": Principal("x", frozenset({scope}))})
    configured: ComplianceSettings = settings(api_keys=keys)
    nothing: Any = None
    runtime = Runtime("compliance", configured, nothing, FixedClock(at), nothing, nothing)
    app = create_app(
        title="t",
        service="compliance",
        version="1",
        settings=configured,
        routers=[packs_router(runtime, library)],
        health_checks=(),
        description="",
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://c") as client:
        return await client.get("/packs", headers={"X-API-Key": "rk_x"})


def named(answer: httpx.Response, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = next(pack for pack in answer.json()["packs"] if pack["id"] == id_)
    return found


async def test_every_pack_is_told_with_version_dates_digest_and_rules() -> None:
    answer = await packs()
    assert answer.status_code == 200
    assert len(answer.json()["packs"]) == len(LIBRARY.packs)
    china = named(answer, "cn-mainland")
    assert china["digest"] == LIBRARY.digests[f"cn-mainland@{china['version']}"]
    assert (china["effective_from"], china["time_zone"], china["in_force"]) == (
        "2025-02-28",
        "Asia/Shanghai",
        True,
    )
    hours = next(rule for rule in china["rules"] if rule["rule_id"] == "CN-TIME")
    assert (hours["kind"], hours["effect"], hours["force"]) == ("window", "defer", "self_regulatory")
    holds = next(rule for rule in china["rules"] if rule["kind"] == "hold")
    assert "dispute" in holds["holds"]
    assert {calendar["id"] for calendar in answer.json()["calendars"]} == set(LIBRARY.calendars)


async def test_packs_without_counsels_sign_off_are_named_and_signed_ones_are_not() -> None:
    answer = await packs()
    assert set(answer.json()["without_counsel"]) == set(LIBRARY.without_counsel) != set()
    first, *others = LIBRARY.packs
    signed = msgspec.structs.replace(first, review=Review(counsel="Li & Co", reviewed_on=date(2026, 2, 1)))
    library = Library([signed, *others], LIBRARY.calendars, LIBRARY.digests)
    answer = await packs(library)
    tag = f"{first.id}@{first.version}"
    assert tag not in answer.json()["without_counsel"]
    assert named(answer, first.id)["counsel"] == "Li & Co"


async def test_a_pack_comes_into_force_on_its_jurisdictions_date() -> None:
    new_york_midnight = datetime(2026, 9, 1, 4, tzinfo=UTC)
    assert not named(await packs(at=datetime(2026, 9, 1, 3, 59, tzinfo=UTC)), "us-nyc")["in_force"]
    assert named(await packs(at=new_york_midnight), "us-nyc")["in_force"]


async def test_what_tightens_every_pack_has_no_clock_of_its_own() -> None:
    everywhere = named(await packs(), "bank-policy")
    assert (everywhere["overlay_of"], everywhere["time_zone"], everywhere["in_force"]) == ("*", None, True)


@pytest.mark.parametrize("scope", ["log:read", "reporting:read"])
async def test_reading_packs_takes_the_scope(scope: str) -> None:
    assert (await packs(scope=scope)).status_code == 403
