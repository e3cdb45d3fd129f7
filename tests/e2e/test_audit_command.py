"""`recoup audit` on a log that a running platform wrote."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from recoup.commands.audit import verifier_of
from recoup.local.stack import Stack
from recoup.local.witness import witness_folder
from services.compliance.log.checkpoint import open_checkpoint
from services.compliance.log.keys import Verifier
from services.compliance.log.proof import verify_proof
from tests.e2e.conftest import TEN_OCLOCK
from tests.e2e.test_uci_import import recoup
from tests.support.bank import customer, named, publish, snapshot
from tests.support.platform import client_of, settled

pytestmark = pytest.mark.usefixtures("only_embedded")


async def test_a_contact_is_proved_to_somebody_with_nothing_but_the_proof_and_the_key(
    stack: Stack, tmp_path: Path
) -> None:
    owner = "audited"
    contact, _ = await _contacted(stack, owner)
    code, output = await recoup(stack, "audit", "prove", contact)
    assert code == 0
    log_key = verifier_of(stack.stores(), TEN_OCLOCK.year)
    proven = verify_proof(output.encode(), log_key)
    record = json.loads(proven.entry)
    assert (record["contact"], record["kind"]) == (contact, "decision")
    assert owner not in output
    proof = tmp_path / "contact.tlog-proof"
    proof.write_text(output)
    words = ["check-proof", str(proof), "--key", log_key.encode(), "--json"]
    code, output = await _elsewhere(tmp_path, *words)
    assert (code, json.loads(output)["entry"]) == (0, record)


async def test_the_whole_log_verifies_in_the_store_over_http_and_in_a_mirror(
    stack: Stack, tmp_path: Path
) -> None:
    await _contacted(stack, "mirrored")
    url = f"{stack.stores().apis['compliance']}/log"
    copy = str(tmp_path / "copy")
    code, _ = await recoup(stack, "audit", "mirror", url, copy)
    assert code == 0
    for target in ([], [url], [copy]):
        code, output = await recoup(stack, "audit", "verify", *target, "--json")
        report = json.loads(output)
        assert (code, [log["holds"] for log in report]) == (0, [True])
        assert report[0]["entries"] == report[0]["signed_size"] > 0


async def test_the_running_platforms_witness_cosigns_its_checkpoints(stack: Stack) -> None:
    await _contacted(stack, "witnessed")
    (told,) = stack.stores().witnesses
    kept = (witness_folder(stack.options.folder) / "witness.vkey").read_text().strip()
    assert kept == told["key"], "the process has the key that compliance was told of"
    log_key, witness = verifier_of(stack.stores(), TEN_OCLOCK.year), Verifier.parse(kept)
    async with client_of(stack, "compliance") as client:
        async with asyncio.timeout(60):
            size = (await client.get("/log")).json()[0]["signed_size"]
            while True:
                answer = await client.get(f"/log/{TEN_OCLOCK.year}/checkpoint/witnessed")
                note = answer.content
                if answer.status_code == 200 and int(note.split(b"\n")[1]) >= size:
                    break
                await asyncio.sleep(0.5)
    opened = open_checkpoint(note, log_key, [witness], quorum=1)
    assert [signature.name for signature in opened.cosignatures] == [witness.name]
    demands = ["--witness-key", kept, "--witness", told["url"], "--json"]
    code, output = await recoup(stack, "audit", "verify", *demands)
    (report,) = json.loads(output)
    assert (code, report["holds"], report["witnesses"]) == (0, True, [witness.name])
    assert report["witnessed_size"] >= size


async def test_the_evidence_of_a_case_is_exported_and_checks_offline(stack: Stack, tmp_path: Path) -> None:
    contact, case = await _contacted(stack, "in-court")
    bundle = str(tmp_path / "evidence.zip")
    code, _ = await recoup(stack, "audit", "export", "--case", case, "--out", bundle, "--reason", "file 7")
    assert code == 0
    log_key = verifier_of(stack.stores(), TEN_OCLOCK.year)
    words = ["check-export", bundle, "--key", log_key.encode(), "--json"]
    code, output = await _elsewhere(tmp_path, *words)
    report = json.loads(output)
    assert (code, report["sound"], report["case"]) == (0, True, case)
    assert report["proofs"] >= 4, "decided, redeemed, sent, delivered"
    stored = Path(bundle).read_bytes()
    assert contact.encode() in stored
    assert b'"text_digest"' in stored, "what outreach recorded is in it too"


async def _elsewhere(folder: Path, *words: str) -> tuple[int, str]:
    """Run `recoup audit` where no platform is."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "recoup.main", "audit", *words),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def _contacted(stack: Stack, owner: str) -> tuple[str, str]:
    """Let the platform contact a late customer; gives the contact and the case."""
    events = [customer(owner), snapshot(f"{owner}-a", owner, TEN_OCLOCK, days_late=9)]
    await publish(stack, named(events, owner))
    await settled(stack)
    engine = stack.stores().engine("outreach")
    async with engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT contact_id, case_id FROM contact WHERE customer_id = :owner AND state = 'delivered'"
            ),
            {"owner": owner},
        )
        contact, case = rows.one()
    await engine.dispose()
    return str(contact), str(case)
