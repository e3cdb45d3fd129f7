"""The log as a service: signed, provable, readable by others, and honest about tampering."""

from collections.abc import Sequence

import pytest
import pytest_asyncio
from sqlalchemy import text

from services.compliance.domain.record import decision_id_of, permit_id_of
from services.compliance.log.base64_text import decode_base64
from services.compliance.log.bundles import decode_bundle
from services.compliance.log.checkpoint import open_checkpoint
from services.compliance.log.errors import AuditLogError, CheckpointError, LeafError
from services.compliance.log.keys import Signer, Verifier
from services.compliance.log.merkle import leaf_hash, root_of
from services.compliance.log.paths import inclusion_proof, plan_inclusion
from services.compliance.log.proof import verify_proof
from services.compliance.log.tile_nodes import TileNodes, tiles_for
from services.compliance.log.tiles import BundleId, TileId
from services.compliance.log.verification import verify_consistency, verify_inclusion
from services.compliance.redeeming import Redemption
from services.compliance.signer import CheckpointSigner
from services.compliance.store import log as log_store
from services.compliance.store import tree
from services.compliance.store.proofs import facts_of_contact, proof_of
from shared.contracts.vocabulary import OutcomeCode
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, house, outcome

ORIGIN = "bank.example/compliance/2026"


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    return await house(engine_for)


async def fill(gate: House, count: int, first: int = 0) -> None:
    numbers = range(first, first + count)
    await gate.feed(*(asks(number, person_id=f"person-{number}") for number in numbers))


def key(gate: House) -> Verifier:
    return gate.settings.signer(2026).verifier


async def checks(gate: House) -> set[str]:
    return {finding.check for finding in (await gate.audit()).first_findings}


async def execute(gate: House, statement: str) -> None:
    async with gate.engine.begin() as connection:
        await connection.execute(text(statement))


async def test_a_signer_signs_what_grew_and_nothing_else(gate: House) -> None:
    assert await gate.sign() == 0
    await fill(gate, 3)
    assert await gate.sign() == 1
    assert await gate.sign() == 0
    (event,) = await gate.emitted("checkpoint_signed")
    opened = open_checkpoint(event["note"].encode(), key(gate)).checkpoint
    assert (opened.origin, opened.size, opened.root.hex()) == (ORIGIN, 3, event["root"])
    entries = [row.entry for row in await gate.rows("SELECT entry FROM log_entry ORDER BY leaf_index")]
    assert opened.root == root_of([leaf_hash(entry) for entry in entries])


async def test_a_restarted_signer_goes_on_over_tiles_of_all_levels(gate: House) -> None:
    lasting = CheckpointSigner(gate.transactions, gate.settings.signer)
    for first, count in ((0, 300), (300, 700), (1000, 1), (1001, 600)):
        await fill(gate, count, first)
        assert await lasting.step() == 1
        await fill(gate, 1, 10_000 + first)
        assert await gate.sign() == 1  # a new one each time
    report = await gate.audit()
    assert report.holds, report.first_findings
    assert (report.entries, report.signed_size, report.checkpoints, report.tiles) == (1605, 1605, 8, 6)


async def test_a_tile_above_the_first_level_is_kept(gate: House) -> None:
    async with gate.transactions.begin() as work:
        ids = [f"fact-{number}" for number in range(66_000)]
        entries = [f'{{"id":"{name}"}}'.encode() for name in ids]
        await log_store.append(work.connection, 2026, ids, entries, [])
    await gate.sign()
    levels = await gate.rows("SELECT level, count(*) FROM log_tile GROUP BY level ORDER BY level")
    assert [tuple(row) for row in levels] == [(0, 257), (1, 1)]
    await fill(gate, 300)
    await gate.sign()
    report = await gate.audit()
    assert report.holds, report.first_findings
    assert report.tiles == 258 + 1


async def test_an_entry_that_no_bundle_could_carry_is_not_written(gate: House) -> None:
    longest = b'{"id":"' + b"x" * (65_535 - 9) + b'"}'
    async with gate.engine.connect() as connection:
        assert await log_store.append(connection, 2026, ["fact"], [longest], []) == 0
        with pytest.raises(LeafError):
            await log_store.append(connection, 2026, ["other"], [longest + b" "], [])


async def test_only_one_of_two_signers_signs(gate: House) -> None:
    await fill(gate, 3)
    async with gate.engine.connect() as connection, connection.begin():
        assert await tree.become_signer(connection)
        assert await gate.sign() == 0
    assert await gate.sign() == 1


async def test_a_signer_refuses_a_log_that_was_changed_behind_it(gate: House) -> None:
    await fill(gate, 5)
    await gate.sign()
    await execute(gate, "UPDATE log_entry SET leaf_hash = sha256('x') WHERE leaf_index = 2")
    await fill(gate, 5, 100)
    with pytest.raises(CheckpointError):
        await gate.sign()
    assert len(await gate.rows("SELECT 1 FROM checkpoint")) == 1


async def test_a_signer_that_remembers_refuses_it_too(gate: House) -> None:
    lasting = CheckpointSigner(gate.transactions, gate.settings.signer)
    await fill(gate, 5)
    await lasting.step()
    await execute(gate, "UPDATE log_entry SET leaf_hash = sha256('x') WHERE leaf_index = 2")
    await fill(gate, 5, 100)
    with pytest.raises(AuditLogError):
        await lasting.step()


async def test_a_decision_is_proven_with_its_file_and_the_key_alone(gate: House) -> None:
    await fill(gate, 400)
    decision_id = decision_id_of("contact-77", 1)
    async with gate.client() as client:
        early = await client.get(f"/decisions/{decision_id}/proof")
        await gate.sign()
        proof = await client.get(f"/decisions/{decision_id}/proof")
        decision = await client.get(f"/decisions/{decision_id}")
        unknown = await client.get("/decisions/decision-none/proof")
    assert (early.status_code, unknown.status_code) == (409, 404)
    proven = verify_proof(proof.content, key(gate))
    assert proven.index == decision.json()["leaf"]["index"] == 77
    assert decision_id.encode() in proven.entry


async def test_all_leaves_of_a_contact_are_proven(gate: House) -> None:
    await fill(gate, 5)
    permit_id = permit_id_of("contact-3", 1)
    await gate.redeem(Redemption(permit_id, "contact-3", "dispatch-1"))
    await gate.sign()
    async with gate.engine.connect() as connection:
        facts = [fact.event_id for fact in await facts_of_contact(connection, "contact-3")]
        proofs = [await proof_of(connection, fact) for fact in facts]
        assert await proof_of(connection, "nothing") is None
    assert facts == [decision_id_of("contact-3", 1), f"redeemed:{permit_id}"]
    indexes = [verify_proof(proof.encode(), key(gate)).index for proof in proofs if proof]
    assert indexes == [3, 5]


async def test_anybody_can_follow_the_log_through_its_tiles(gate: House) -> None:
    await fill(gate, 700)
    await gate.sign()
    async with gate.client() as client:
        note = (await client.get("/log/2026/checkpoint")).content
        assert (await client.get("/log/checkpoint")).content == note
        (listed,) = (await client.get("/log")).json()
        state = open_checkpoint(note, Verifier.parse(listed["verifier_key"])).checkpoint
        assert (state.size, listed["signed_size"]) == (700, 700)
        plan = plan_inclusion(600, 700)
        tiles = {}
        for tile in tiles_for(plan.nodes, 700):
            tiles[tile] = (await client.get(f"/log/2026/{tile.path}")).content
        bundle = BundleId(2, 188)
        entries = decode_bundle(bundle, (await client.get(f"/log/2026/{bundle.path}")).content)
        beyond = await client.get(f"/log/2026/{TileId(0, 2, 189).path}")
        nonsense = await client.get("/log/2026/tile/0/1")
        other_year = await client.get("/log/2025/checkpoint")
    hashes = inclusion_proof(600, 700, TileNodes(700, tiles))
    verify_inclusion(leaf_hash(entries[600 - 512]), 600, 700, hashes, state.root)
    assert [beyond.status_code, nonsense.status_code, other_year.status_code] == [404, 404, 404]


async def test_growth_is_proven_between_any_two_sizes(gate: House) -> None:
    roots = {}
    for first, count in ((0, 10), (10, 300)):
        await fill(gate, count, first)
        await gate.sign()
        async with gate.client() as client:
            note = (await client.get("/log/checkpoint")).content
        state = open_checkpoint(note, key(gate)).checkpoint
        roots[state.size] = state.root
    async with gate.client() as client:
        answer = (await client.get("/log/2026/consistency", params={"from": 10})).json()
        too_far = await client.get("/log/2026/consistency", params={"from": 10, "to": 311})
    proof = [decode_base64(digest) for digest in answer["proof"]]
    verify_consistency(10, 310, proof, roots[10], roots[310])
    assert too_far.status_code == 404


async def test_erasing_a_person_leaves_every_proof_valid(gate: House) -> None:
    await fill(gate, 20)
    await gate.sign()
    before = await gate.audit()
    async with gate.client() as client:
        erased = await client.post(
            "/erasures", json={"person_id": "person-7"}, headers={"Idempotency-Key": "a"}
        )
    assert (erased.status_code, erased.json()) == (201, {"payloads": 1})
    after = await gate.audit()
    assert after.holds
    assert (before.payloads, before.payloads_erased) == (20, 0)
    assert (after.payloads, after.payloads_erased) == (19, 1)
    async with gate.client() as client:
        proof = await client.get(f"/decisions/{decision_id_of('contact-7', 1)}/proof")
    verify_proof(proof.content, key(gate))


async def test_a_new_year_has_a_log_of_its_own(gate: House) -> None:
    await fill(gate, 2)
    gate.clock.advance(days=365)
    await fill(gate, 3, 10)
    assert await gate.sign() == 2
    events = await gate.emitted("checkpoint_signed")
    assert {(event["origin"], event["size"]) for event in events} == {
        (ORIGIN, 2),
        ("bank.example/compliance/2027", 3),
    }
    assert (await gate.audit()).entries == 3


TAMPERINGS: Sequence[tuple[str, str]] = (
    ("UPDATE log_entry SET entry = entry || ' ' WHERE leaf_index = 3", "leaf hash"),
    (
        "UPDATE log_entry SET entry ="
        " convert_to(replace(convert_from(entry, 'UTF8'), 'allow', 'deny'), 'UTF8') WHERE leaf_index = 3; "
        "UPDATE log_entry SET leaf_hash = sha256('\\x00'::bytea || entry) WHERE leaf_index = 3",
        "consistency",
    ),
    ("DELETE FROM log_entry WHERE leaf_index = 3", "sequence"),
    ("DELETE FROM log_entry WHERE leaf_index = 299", "truncation"),
    ("UPDATE log_entry SET event_id = 'other' WHERE leaf_index = 3", "completeness"),
    ("UPDATE payload SET body = body || ' ' WHERE leaf_index = 3", "payload digest"),
    ("UPDATE payload SET salt = sha256('x') WHERE leaf_index = 3", "payload digest"),
    ("UPDATE checkpoint SET root = sha256('x')", "signature"),
    ("UPDATE checkpoint SET note = replace(note, '300', '299')", "signature"),
    ("UPDATE log_tile SET hashes = overlay(hashes PLACING sha256('x') FROM 1)", "tile"),
    ("DELETE FROM log_tile", "tile"),
)


@pytest.mark.parametrize(("statements", "check"), TAMPERINGS)
async def test_tampering_is_detected(gate: House, statements: str, check: str) -> None:
    await fill(gate, 300)
    await gate.sign()
    assert await checks(gate) == set()
    for statement in statements.split("; "):
        await execute(gate, statement)
    assert check in await checks(gate)


async def test_a_log_rewritten_and_signed_with_another_key_is_detected(gate: House) -> None:
    await fill(gate, 10)
    forger = CheckpointSigner(gate.transactions, lambda year: Signer(gate.settings.origin(year), b"f" * 32))
    await forger.step()
    assert await checks(gate) == {"signature"}


async def test_an_attempt_without_a_leaf_is_counted(gate: House) -> None:
    await fill(gate, 1)
    await execute(gate, "UPDATE attempt SET state = 'redeemed', dispatch_id = 'dispatch-1'")
    report = await gate.audit()
    assert [(finding.where, finding.detail) for finding in report.first_findings] == [
        ("redemptions", "1 without a leaf")
    ]


async def test_payloads_say_what_was_decided_on(gate: House) -> None:
    await gate.feed(asks(1), outcome(OutcomeCode.PROMISE))
    rows = await gate.rows("SELECT body FROM payload ORDER BY leaf_index DESC")
    decided = rows[0].body.decode()
    assert '"facts":{' in decided
    assert '"contact_point_id":"point-1"' in decided
