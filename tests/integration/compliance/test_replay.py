"""Recorded decisions made again: the same under the same packs, told where they differ under others."""

import json
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from recoup.commands import gate_replay
from recoup.errors import Mistake
from recoup.stores import STACK_FILE, Stores
from services.compliance.enforcing import tried
from services.compliance.replaying_decisions import replay
from shared.contracts.decisions import Effect
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, house
from tests.integration.compliance.persons import post
from tests.unit.compliance.gate_cases import NOON

STRICTER = """
apiVersion: collections.compliance/v1
kind: RulePack
id: bank-limits
version: 2026.12.0
overlay_of: "*"
jurisdiction: {country: "*"}
effective: {from: 2020-01-01, to: null}
rules:
- id: DAY-CAP
  kind: counter
  cite: ["Bank policy: one a day"]
  force: policy
  count: {event: placed, direction: out}
  per: [creditor, person]
  window: {type: calendar_day}
  max: 1
  effect: defer
"""


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    made = await house(engine_for)
    await made.feed(*(asks(number) for number in range(5)))
    await post(made, "/holds", person_id="person-2", customer_id="customer-2", kind="dispute")
    await made.feed(asks(10, person_id="person-2"), asks(11, person_id="person-3", jurisdiction="GB"))
    return made


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    path = tmp_path / "stricter.yaml"
    path.write_text(STRICTER)
    return path


async def test_under_the_packs_in_force_every_decision_comes_out_the_same(gate: House) -> None:
    found = await replay(gate.engine, NOON, NOON + timedelta(days=1), gate.gate.library)
    assert (found.replayed, found.changed, found.erased, found.short) == (7, 0, 0, 0)


async def test_a_stricter_pack_shows_what_it_would_have_stopped(gate: House, stricter: Path) -> None:
    library = tried(gate.settings.enforced_packs, [stricter])
    found = await replay(gate.engine, NOON, NOON + timedelta(days=1), library)
    assert found.changed == 2
    assert found.effects == {(Effect.ALLOW, Effect.DEFER): 2}
    assert found.rules_added == {("DAY-CAP", Effect.DEFER): 2}
    assert {one.contact_id for one in found.differences} == {"contact-1", "contact-2"}


async def test_what_was_erased_and_what_is_outside_the_time_is_left_out(gate: House, stricter: Path) -> None:
    async with gate.client() as client:
        await client.post("/erasures", json={"person_id": "person-1"}, headers={"Idempotency-Key": "e"})
    found = await replay(gate.engine, NOON, NOON + timedelta(days=1), gate.gate.library)
    assert (found.replayed, found.erased) == (2, 5)
    later = await replay(
        gate.engine, NOON + timedelta(seconds=1), NOON + timedelta(days=1), gate.gate.library
    )
    assert (later.replayed, later.erased) == (0, 0)


async def test_a_longer_look_back_than_was_recorded_is_said(gate: House, tmp_path: Path) -> None:
    longer = tmp_path / "longer.yaml"
    longer.write_text(STRICTER.replace("{type: calendar_day}", "{type: rolling_local_days, days: 300}"))
    found = await replay(
        gate.engine, NOON, NOON + timedelta(days=1), tried(gate.settings.enforced_packs, [longer])
    )
    assert found.short == found.replayed == 7


async def test_the_command_prints_one_object_for_machines(
    gate: House,
    stricter: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = await replay(
        gate.engine, NOON, NOON + timedelta(days=1), tried(gate.settings.enforced_packs, [stricter])
    )
    monkeypatch.setattr(gate_replay, "run_async", lambda work: work.close() or found)
    url = make_url(str(gate.engine.url)).render_as_string(hide_password=False)
    key = b64encode(b"k" * 32).decode()
    stores = Stores({"compliance": url}, "k:1", False, 4, "system", {}, "o", key)
    (tmp_path / STACK_FILE).write_text(json.dumps({name: getattr(stores, name) for name in stores.__slots__}))
    gate_replay.replay_command("2026-03-02", "2026-03-03", [stricter], tmp_path, True)
    told = json.loads(capsys.readouterr().out)
    assert told["effects"] == {"allow → defer": 2}
    assert told["rules_added"] == [{"rule": "DAY-CAP", "effect": "defer", "count": 2}]
    gate_replay.replay_command("2026-03-02", "2026-03-03", [stricter], tmp_path, False)
    assert "allow → defer: 2" in capsys.readouterr().err
    with pytest.raises(Mistake, match="before"):
        gate_replay.replay_command("2026-03-03", "2026-03-02", [stricter], tmp_path, True)
    with pytest.raises(Mistake, match="no instant"):
        gate_replay.replay_command("yesterday", "2026-03-02", [stricter], tmp_path, True)
    with pytest.raises(Mistake, match="cannot be read"):
        gate_replay.replay_command("2026-03-01", "2026-03-02", [tmp_path / "none.yaml"], tmp_path, True)
