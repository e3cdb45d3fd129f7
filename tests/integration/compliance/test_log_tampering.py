"""What the owner of the database could do to the log, past all rights, and the check that finds it.

Each manipulation is made on a real PostgreSQL as superuser. The clever ones also make anew what the bank can
make with its own key: hashes, tiles, checkpoints. Those are what witnesses are for.
"""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from recoup.reconciliation.stream_laws import _outbox_without_holes, _received
from services.compliance.domain.packs.problems import PackError
from services.compliance.log.audit import Demands, audit
from services.compliance.log.errors import ProofError
from services.compliance.log.keys import Signer
from services.compliance.log.proof import verify_proof
from services.compliance.pack_files import PACKS, load_library, read_pack
from services.compliance.signer import CheckpointSigner
from services.compliance.store import log as log_store
from services.compliance.store.audit import StoredLog
from services.compliance.store.proofs import proof_of
from services.compliance.witness.state import open_state
from services.reporting.tables import metadata as reporting_tables
from tests.conftest import EngineFor
from tests.integration.compliance.house import asks, house
from tests.integration.compliance.log_house import YEAR, LogHouse, WitnessHouse, log_house

SIZE = 300
_BIT = "set_byte(entry, :place, get_byte(entry, :place) # (1 << :bit))"
_DENIED = "entry = convert_to(replace(convert_from(entry, 'UTF8'), 'allow', 'deny'), 'UTF8')"
_HASH = "leaf_hash = sha256('\\x00'::bytea || entry)"


@pytest_asyncio.fixture
async def log(engine_for: EngineFor) -> LogHouse:
    house = await log_house(engine_for)
    await house.grow(SIZE)
    return house


@pytest_asyncio.fixture
async def witness(log: LogHouse, tmp_path: Path) -> AsyncIterator[WitnessHouse]:
    with open_state(tmp_path / "witness", "witness.example") as state:
        house = WitnessHouse(log, state)
        assert await house.submit() == 1
        yield house


async def test_inclusion_finds_a_flipped_bit_in_any_leaf(log: LogHouse) -> None:
    for index in range(0, SIZE, 13):
        values = {"index": index, "place": 7 * index % 200, "bit": index % 8}
        async with log.engine.connect() as connection:
            await connection.execute(
                text(f"UPDATE log_entry SET entry = {_BIT} WHERE leaf_index = :index"), values
            )
            proof = await proof_of(connection, f"fact-{index}")
            report = await audit(StoredLog(connection, YEAR), log.key)
            await connection.rollback()
        assert proof is not None
        with pytest.raises(ProofError, match="another root"):
            verify_proof(proof.encode(), log.key)
        assert "leaf hash" in {finding.check for finding in report.first_findings}
    assert await log.checks() == set()


async def test_f9_consistency_finds_a_leaf_that_was_changed_together_with_its_hash(log: LogHouse) -> None:
    await log.execute(
        f"UPDATE log_entry SET {_DENIED} WHERE leaf_index = 3",
        f"UPDATE log_entry SET {_HASH} WHERE leaf_index = 3",
    )
    assert "consistency" in await log.checks()


async def test_consistency_finds_a_deleted_leaf_even_if_the_gap_is_closed(log: LogHouse) -> None:
    await log.execute("DELETE FROM log_entry WHERE leaf_index = 3")
    assert {"sequence", "truncation"} <= await log.checks()
    await log.write(1)
    await log.execute(
        "UPDATE log_entry SET leaf_index = -leaf_index WHERE leaf_index > 3",
        "UPDATE log_entry SET leaf_index = -leaf_index - 1 WHERE leaf_index < 0",
        "UPDATE log_head SET size = size - 1",
    )
    assert {"consistency", "tile"} <= await log.checks()


async def test_consistency_finds_two_swapped_leaves(log: LogHouse) -> None:
    await log.execute(
        "UPDATE log_entry AS here SET entry = there.entry, leaf_hash = there.leaf_hash"
        " FROM log_entry AS there WHERE (here.leaf_index, there.leaf_index) IN ((3, 4), (4, 3))"
    )
    assert {"leaf", "consistency"} <= await log.checks()


async def test_the_witness_finds_a_tail_that_was_cut_off_with_all_that_was_signed_of_it(
    log: LogHouse, witness: WitnessHouse
) -> None:
    await log.grow(50)
    await witness.submit()
    await log.execute(
        f"DELETE FROM log_entry WHERE leaf_index >= {SIZE}",
        f"DELETE FROM checkpoint WHERE size > {SIZE}",
        f"DELETE FROM cosignature WHERE size > {SIZE}",
        f"UPDATE log_head SET size = {SIZE}",
    )
    assert await log.checks(witness.demands()) == {"person sequence"}, "unless it is done well"
    await log.execute("DELETE FROM subject_head")
    assert await log.checks(witness.demands()) == set(), "in itself such a log is sound"
    assert await log.checks(witness.demands(seen=(await witness.last(),))) == {"witness"}
    assert await witness.submit() == 0
    await log.execute("DELETE FROM witness_standing")
    assert await witness.submit() == 0


async def test_an_audit_finds_a_tail_that_was_cut_off_below_what_was_signed(log: LogHouse) -> None:
    await log.execute("DELETE FROM log_entry WHERE leaf_index >= 290", "UPDATE log_head SET size = 290")
    assert await log.checks() == {"truncation", "person sequence"}


async def test_an_audit_finds_leaves_that_went_before_they_were_signed(log: LogHouse) -> None:
    await log.write(5)
    await log.execute("DELETE FROM log_entry WHERE leaf_index >= 303")
    assert await log.checks() == {"truncation", "person sequence"}


@pytest.mark.parametrize(("index", "where"), [(301, "entry 302"), (304, "subject ")])
async def test_the_person_sequence_finds_a_persons_leaf_that_was_taken_out_of_a_log_made_anew(
    log: LogHouse, index: int, where: str
) -> None:
    """Hashes, tiles, checkpoints and places are as the bank could make them; no witness ever looked."""
    await log.write(5, persons=2)
    await log.sign()
    assert await log.checks() == set()
    await log.execute(
        f"DELETE FROM log_entry WHERE leaf_index = {index}",
        f"DELETE FROM payload WHERE leaf_index = {index}",
        *(
            statement
            for table in ("log_entry", "payload")
            for statement in (
                f"UPDATE {table} SET leaf_index = -leaf_index WHERE leaf_index > {index}",
                f"UPDATE {table} SET leaf_index = -leaf_index - 1 WHERE leaf_index < 0",
            )
        ),
        "UPDATE log_head SET size = size - 1",
        "DELETE FROM log_tile",
        "DELETE FROM checkpoint",
    )
    await log.sign()
    (finding,) = (await log.audit()).first_findings
    assert finding.check == "person sequence"
    assert finding.where.startswith(where)


async def test_leaves_of_the_first_version_have_no_numbers_and_are_counted(log: LogHouse) -> None:
    async with log.transactions.begin() as work:
        old = b'{"id":"old","kind":"decision","subject":"%s","v":1}' % (b"a" * 64)
        new = b'{"id":"new","kind":"decision","subject":"%s","v":2}' % (b"a" * 64)
        await log_store.append(work.connection, YEAR, ["old", "new"], [old, new], [])
    await log.sign()
    report = await log.audit()
    assert report.unnumbered == 2
    assert [(one.check, one.detail) for one in report.first_findings] == [
        ("person sequence", "a number is missing")
    ]


async def test_the_witness_finds_a_fork_that_the_log_itself_signed(
    log: LogHouse, witness: WitnessHouse
) -> None:
    await log.rewrite(17)
    assert await log.checks() == set(), "in itself such a log is sound"
    found = await log.checks(witness.demands())
    assert found == {"signature", "witness", "freshness"}, "the cosignature on file is of another root"
    await log.execute("DELETE FROM cosignature")
    assert await log.checks(witness.demands()) == {"witness", "freshness"}
    assert await log.checks(Demands(seen=(await witness.last(),))) == {"witness"}
    await log.grow(10)
    assert await witness.submit() == 0
    await log.execute("DELETE FROM witness_standing")
    assert await witness.submit() == 0


async def test_freshness_finds_an_old_state_that_is_played_again(
    log: LogHouse, witness: WitnessHouse
) -> None:
    log.clock.advance(days=1)
    assert await log.checks(witness.demands()) == {"freshness"}
    await witness.submit()
    assert await log.checks(witness.demands()) == set()


async def test_the_note_finds_a_checkpoint_that_another_key_signed(log: LogHouse) -> None:
    await log.write(5)
    forger = CheckpointSigner(log.transactions, lambda year: Signer(log.settings.origin(year), b"f" * 32))
    await forger.step()
    assert await log.checks() == {"signature"}


@pytest.mark.parametrize(
    "change",
    [
        "salt = sha256('x')",
        "body = body || ' '",
        "salt = (SELECT salt FROM payload WHERE leaf_index = 4)",
        "body = convert_to(replace(convert_from(body, 'UTF8'), 'allow', 'deny'), 'UTF8')",
    ],
)
async def test_the_payload_digest_finds_a_changed_salt_or_payload(log: LogHouse, change: str) -> None:
    await log.execute(f"UPDATE payload SET {change} WHERE leaf_index = 3")
    assert await log.checks() == {"payload digest"}


async def test_a_payload_given_to_another_leaf_is_found(log: LogHouse) -> None:
    await log.execute(
        "DELETE FROM payload WHERE leaf_index = 4", "UPDATE payload SET leaf_index = 4 WHERE leaf_index = 3"
    )
    assert await log.checks() == {"payload digest"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ruleset SET packs = jsonb_set(packs, '{us-ma@2026.11.0}', '\"sha256:0\"')",
        "UPDATE ruleset SET packs = packs - 'us-ma@2026.11.0'",
        "DELETE FROM ruleset",
    ],
)
async def test_the_pack_digest_finds_packs_that_are_not_those_of_the_log(
    engine_for: EngineFor, change: str
) -> None:
    gate = await house(engine_for)
    await gate.feed(asks(1))
    await gate.sign()
    assert (await gate.audit()).holds
    async with gate.engine.begin() as connection:
        await connection.execute(text(change))
    assert {finding.check for finding in (await gate.audit()).first_findings} == {"pack digest"}


async def test_a_pack_file_that_was_changed_has_not_the_digest_that_the_log_leads_to(
    engine_for: EngineFor, tmp_path: Path
) -> None:
    gate = await house(engine_for)
    await gate.feed(asks(1))
    (decision,) = [leaf for leaf in await gate.leaves() if leaf["kind"] == "decision"]
    (kept,) = await gate.rows("SELECT digest, packs FROM ruleset")
    packs = Path(shutil.copytree(PACKS, tmp_path / "packs"))
    changed = packs / "us-ma.yaml"
    pack = read_pack(changed).pack
    tag = f"{pack.id}@{pack.version}"
    assert (decision["ruleset"], kept.packs[tag]) == (kept.digest, read_pack(changed).digest)
    changed.write_text(changed.read_text("utf-8").replace("max: 2", "max: 3", 1), "utf-8")
    assert kept.packs[tag] != read_pack(changed).digest
    with pytest.raises(PackError, match="differs from the released version"):
        load_library(packs)


async def test_reconciliation_finds_a_dropped_outbox_row(log: LogHouse, engine_for: EngineFor) -> None:
    for _ in range(2):
        await log.grow(1)  # one checkpoint event each, in one lane
    reporting = await engine_for("reporting", reporting_tables)
    await log.execute("DELETE FROM outbox WHERE first_sequence = 2")
    async with log.engine.connect() as connection, reporting.connect() as receiver:
        holes = await _outbox_without_holes("compliance", connection)
        lane, topic, partition = (
            await connection.execute(text("SELECT lane, topic, partition FROM lane_counter"))
        ).one()
        # The receiver never gets 2, so it stops at 1: what comes after is not applied.
        await receiver.execute(
            text(
                "INSERT INTO lane_received (consumer, sender, topic, partition, lane, last_sequence)"
                " VALUES ('reporting', 'compliance', :topic, :partition, :lane, 1)"
            ),
            {"lane": lane, "topic": topic, "partition": partition},
        )
        lost = await _received("reporting", {"compliance": connection, "reporting": receiver})
    assert (holes.missing, lost.missing) == (1, 2)


async def test_erasing_a_persons_payloads_leaves_all_proofs_and_cosignatures_valid(
    log: LogHouse, witness: WitnessHouse
) -> None:
    await log.execute("DELETE FROM payload WHERE person_id IN ('person-3', 'person-200')")
    report = await log.audit(witness.demands(seen=(await witness.last(),)))
    assert report.holds, report.first_findings
    assert (report.payloads, report.payloads_erased) == (SIZE - 2, 2)
    async with log.engine.connect() as connection:
        for index in (3, 200):
            proof = await proof_of(connection, f"fact-{index}")
            assert proof is not None
            proven = verify_proof(proof.encode(), log.key, [witness.key], quorum=1)
            assert proven.index == index
    log.clock.advance(minutes=30)
    await log.grow(10)
    assert await witness.submit() == 1
    assert await log.checks(witness.demands(max_age=timedelta(minutes=1))) == set()
