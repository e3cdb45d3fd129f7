"""Every day of every provider is compared once; what goes wrong is told, tried again, and stops nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from sqlalchemy import text

from services.compliance.completeness_daily import DailyComparison, daily_comparison
from services.compliance.providers.client import StatementClient
from services.compliance.store import completeness as store
from tests.conftest import EngineFor
from tests.integration.compliance.completeness_house import DAY, FILES, NEXT_DAY, Books, books, comparison
from tests.integration.compliance.house import settings
from tests.unit.compliance.gate_cases import NOON

ONE_DAY = timedelta(days=1)
HEADER = "message_id,sent_at,idempotency_key,reference,to,state\n"


@pytest_asyncio.fixture
async def both(engine_for: EngineFor, tmp_path: Path) -> AsyncIterator[Books]:
    async with books(engine_for, tmp_path / "journal") as made:
        yield made


@pytest_asyncio.fixture
async def filed(engine_for: EngineFor, tmp_path: Path) -> AsyncIterator[Books]:
    async with books(engine_for, tmp_path / "journal", FILES) as made:
        yield made


async def upload(both: Books, data: str, key: str = "file", **query: Any) -> Any:
    kind = "application/x-ndjson" if data.startswith("{") else "text/csv"
    async with both.house.client() as client:
        return await client.post(
            "/provider-records",
            content=data.encode(),
            params={"provider": "files", "day": str(DAY), **query},
            headers={"Idempotency-Key": key, "Content-Type": kind},
        )


async def forget_pauses(both: Books) -> None:
    """As if the pause after a failure were over."""
    async with both.house.engine.begin() as connection:
        await connection.execute(text("UPDATE completeness_run SET retry_at = '2000-01-01'"))


async def test_a_day_is_due_when_the_provider_has_had_time_to_write_it_down(both: Books) -> None:
    midnight = NEXT_DAY.replace(hour=0)
    await both.compared(midnight + timedelta(minutes=119))
    (run,) = await both.runs()
    assert (run["state"], run["due_at"]) == ("waiting", "2026-03-03T02:00:00Z")
    await both.compared(midnight + timedelta(minutes=120))
    (run,) = await both.runs()
    assert (run["state"], run["compared_until"]) == ("compared", "2026-03-03T00:00:00Z")


async def test_days_that_were_missed_are_made_up_for(both: Books) -> None:
    await both.compared()
    both.at(NOON + 3 * ONE_DAY)
    await both.sms("rogue in between")
    await both.daily.close()
    both.daily = comparison(both.house)
    await both.compared(NEXT_DAY + 5 * ONE_DAY)
    days = [run["day"] for run in await both.runs() if run["state"] == "compared"]
    assert days == [str(DAY + n * ONE_DAY) for n in (5, 4, 3, 2, 1, 0)]
    (finding,) = await both.findings()
    assert finding["day"] == str(DAY + 3 * ONE_DAY)


async def test_a_day_is_the_providers_own(engine_for: EngineFor, tmp_path: Path) -> None:
    async with books(engine_for, tmp_path / "journal", zone="Asia/Shanghai") as both:
        both.at(NOON.replace(hour=15, minute=59))
        await both.sms("monday")
        both.at(NOON.replace(hour=16, minute=1))
        await both.sms("tuesday")
        await both.compared(NOON.replace(hour=18))
        (run,) = await both.runs()
        assert (run["day"], run["ends_at"], run["records"]) == (str(DAY), "2026-03-02T16:00:00Z", 1)


async def test_only_one_worker_takes_a_day_until_its_lease_ends(both: Books) -> None:
    async with both.house.engine.begin() as connection:
        await store.plan(connection, [both.house.settings.comparing.providers["sms"].run(DAY)])
        assert await store.take(connection, ["sms"], NEXT_DAY, 60)
    async with both.house.engine.begin() as connection:
        assert await store.take(connection, ["sms"], NEXT_DAY, 60) is None
        await connection.execute(text("UPDATE completeness_run SET leased_until = '2000-01-01'"))
        assert await store.take(connection, ["sms"], NEXT_DAY, 60)


def failures() -> float:
    """How often a day could not be compared, as the metric says."""
    labels = {"provider": "sms", "result": "failed"}
    return REGISTRY.get_sample_value("compliance_completeness_runs_total", labels) or 0


async def test_a_provider_that_fails_is_told_of_and_asked_again(both: Books) -> None:
    await both.sms("rogue-1")
    before, well = failures(), both.daily
    nowhere = both.house.settings.comparing.providers["sms"].model_copy(
        update={"statement_url": "http://127.0.0.1:1/statement"}
    )
    both.daily = DailyComparison(
        replace(well.reconciler, clients={"sms": StatementClient(nowhere, "the key")})
    )
    await both.compared()
    (run,) = await both.runs()
    assert (run["state"], run["tries"]) == ("failing", 1)
    assert run["problem"] == "it does not answer (ConnectError)"
    behind = REGISTRY.get_sample_value("compliance_completeness_days_behind", {"provider": "sms"})
    assert (behind, failures()) == (1, before + 1)
    (pause,) = await both.house.rows(
        "SELECT extract(epoch FROM retry_at - leased_until)::float FROM completeness_run"
    )
    assert pause[0] >= 5, "seconds before it is asked again"
    await both.daily.close()
    both.daily = well
    await forget_pauses(both)
    await both.compared()
    assert (await both.runs())[0]["state"] == "compared"
    assert await both.rules() == ["CONTACT-WITHOUT-DECISION"]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("wrong key", "it answers 401"),
        ("unsigned", "the log is not signed as far as the permits of the day"),
    ],
)
async def test_why_a_day_cannot_be_compared_is_said(both: Books, fault: str, problem: str) -> None:
    await both.sent()
    if fault == "wrong key":
        both.daily.reconciler.clients["sms"]._http.headers["X-API-Key"] = "wrong"
        await both.house.sign()
    both.at(NEXT_DAY)
    await both.daily.step()
    assert (await both.runs())[0]["problem"] == problem
    assert await both.findings() == []


async def test_the_loop_goes_on_whatever_happens(both: Books) -> None:
    both.at(NEXT_DAY)
    both.daily.seconds = 0.01
    async with both.house.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE completeness_run RENAME TO elsewhere"))
    loop = asyncio.create_task(both.daily.run())
    await asyncio.sleep(0.2)
    assert not loop.done()
    async with both.house.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO completeness_run"))
    for _ in range(200):
        if any(run["state"] == "compared" for run in await both.runs()):
            break
        await asyncio.sleep(0.05)
    assert [run["state"] for run in await both.runs()] == ["compared"]
    loop.cancel()
    with suppress(asyncio.CancelledError):
        await loop


async def test_a_worker_without_the_credential_does_not_start() -> None:
    made = settings(
        providers=[{"name": "sms", "channel": "sms", "statement_url": "http://gateway.example/statement"}]
    )
    with pytest.raises(ValueError, match="provider_credentials has none for sms"):
        daily_comparison(None, made.pseudonyms, made.comparing, 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["csv", "json lines"])
async def test_a_rogue_contact_in_a_file_is_found(filed: Books, form: str) -> None:
    permit = await filed.permitted()
    at = NOON.isoformat()
    rows = {
        "csv": f"{HEADER}m1,{at},{permit},contact-1,+8613912345678,sent\nm2,{at},,,+8613912345679,sent\n",
        "json lines": f'{{"message_id": "m1", "sent_at": "{at}", "reference": "{permit}"}}\n'
        f'{{"message_id": "m2", "sent_at": "{at}"}}\n',
    }
    answer = await upload(filed, rows[form])
    assert (answer.status_code, answer.json()["taken"], answer.json()["complete"]) == (200, 2, True)
    await filed.compared()
    (finding,) = await filed.findings(provider="files")
    assert (finding["message_id"], finding["rule_id"]) == ("m2", "CONTACT-WITHOUT-DECISION")
    (run,) = await filed.runs(provider="files")
    assert (run["state"], run["records"], run["permitted"]) == ("compared", 2, 1)


async def test_wrong_rows_are_named_and_the_day_stays_open_until_a_whole_file_comes(filed: Books) -> None:
    at, other = NOON.isoformat(), (NOON + 3 * ONE_DAY).isoformat()
    rows = [f"m1,{at},,,+8613912345678,sent", "m2,noon,,,,", f"m3,{other},,,,", f"m4,{at},,,,,,extra"]
    answer = (await upload(filed, HEADER + "\n".join(rows))).json()
    assert (answer["taken"], answer["rejected"], answer["complete"]) == (1, 3, False)
    assert [problem["line"] for problem in answer["problems"]] == [3, 4, 5]
    assert "13912345678" not in str(answer)
    await filed.compared()
    assert [finding["message_id"] for finding in await filed.findings(provider="files")] == ["m1"]
    (run,) = await filed.runs(provider="files")
    assert (run["state"], run["completed_at"]) == ("failing", None)
    assert run["problem"] == "no complete file of the day has come"
    assert (await upload(filed, HEADER + rows[0], key="whole")).json()["complete"]
    await filed.compared()
    assert (await filed.runs(provider="files"))[0]["state"] == "compared"


async def test_a_file_is_taken_once_a_key_and_parts_can_come_before_the_last(filed: Books) -> None:
    row = f"{HEADER}m1,{NOON.isoformat()},,,,\n"
    first = await upload(filed, row, complete=False)
    again = await upload(filed, row, complete=False)
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    assert not first.json()["complete"]
    assert (await upload(filed, row, complete=True)).status_code == 422, "the same key for something else"
    assert (await upload(filed, HEADER, key="last")).json()["complete"]


async def test_files_that_nobody_asked_for_are_refused(filed: Books) -> None:
    assert (await upload(filed, HEADER, provider="sms")).status_code == 409
    assert (await upload(filed, HEADER, provider="nobody")).status_code == 404
    assert (await upload(filed, HEADER, day=str(DAY + ONE_DAY))).status_code == 422
    assert (await upload(filed, "a,b\n1,2\n")).status_code == 422
    async with filed.house.client() as client:
        query = {"provider": "files", "day": str(DAY)}
        headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
        answer = await client.post("/provider-records", content=b"{}", params=query, headers=headers)
        assert answer.status_code == 415


async def test_a_missing_dispatch_is_told_when_the_last_provider_of_the_channel_was_compared(
    filed: Books,
) -> None:
    await filed.house.feed(filed.left(await filed.permitted()))
    await filed.compared()
    assert await filed.findings() == [], "the other one may have carried it"
    await upload(filed, HEADER)
    await filed.compared()
    assert await filed.rules() == ["DISPATCH-NOT-AT-PROVIDER"]


async def test_a_finding_is_settled_once_by_a_person_and_in_the_log(both: Books) -> None:
    await both.sms("rogue-1")
    await both.compared()
    (finding,) = await both.findings(open=True, violation=True)
    path = f"/completeness/findings/{finding['finding_id']}/settlement"
    said = {"settlement": "incident_handled"}
    answer = await both.post(path, said, key="one")
    assert (answer.status_code, answer.json()["settled_by"]) == (200, "tester")
    assert (await both.post(path, said, key="one")).json() == answer.json()
    assert (await both.post(path, said, key="two")).status_code == 409
    assert (await both.post("/completeness/findings/none/settlement", said, key="three")).status_code == 404
    assert await both.findings(open=True) == []
    (leaf,) = [leaf for leaf in await both.house.leaves() if leaf["kind"] == "finding_settled"]
    assert leaf["records"] == [f"found:{finding['finding_id']}"]
    assert (await both.runs())[0]["open_violations"] == 0


async def test_runs_and_findings_come_in_pages_in_order(both: Books) -> None:
    for number in range(5):
        await both.sms(f"rogue-{number}")
    await both.compared()
    await both.compared(NEXT_DAY + 3 * ONE_DAY)
    for path, key in (("/completeness", "day"), ("/completeness/findings", "finding_id")):
        whole = await both.items(path)
        paged: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        async with both.house.client() as client:
            while True:
                page = (await client.get(path, params={"limit": "2", **cursor})).json()
                paged += page["items"]
                if page["next"] is None:
                    break
                cursor = {"cursor": page["next"]}
        assert [one[key] for one in paged] == [one[key] for one in whole]
        assert len(whole) >= 4
    between = await both.runs(**{"from": str(DAY + ONE_DAY), "to": str(DAY + 2 * ONE_DAY)})
    assert [run["day"] for run in between] == [str(DAY + 2 * ONE_DAY), str(DAY + ONE_DAY)]


async def test_days_that_cannot_be_compared_are_refused(both: Books) -> None:
    async def status(provider: str, day: date) -> int:
        said = {"provider": provider, "day": str(day)}
        return (await both.post("/completeness/runs", said, key=f"{provider}{day}")).status_code

    assert await status("sms", DAY) == 202
    assert await status("sms", DAY + ONE_DAY) == 422
    assert await status("sms", date(1999, 1, 1)) == 422
    assert await status("nobody", DAY) == 404
