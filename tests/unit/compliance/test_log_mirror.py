"""Following and auditing a log through its tiles alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.compliance.log.audit import AuditReport, Demands, audit
from services.compliance.log.audit_source import StoredCheckpoint
from services.compliance.log.bundles import decode_bundle, encode_bundle
from services.compliance.log.checkpoint import add_cosignature, open_checkpoint, parse_body
from services.compliance.log.errors import AuditLogError, CheckpointError, NoteError, TileError
from services.compliance.log.keys import Signer
from services.compliance.log.merkle import leaf_hash
from services.compliance.log.mirror import follow, kept_path
from services.compliance.log.note import Note
from services.compliance.log.paths import plan_inclusion
from services.compliance.log.tiled import TiledLog, prove_from_tiles
from services.compliance.log.tiles import BundleId
from services.compliance.log.verification import verify_inclusion
from tests.unit.compliance.log_reference import flip
from tests.unit.compliance.test_log_checkpoint import LOG, ORIGIN, SEEN, WITNESS
from tests.unit.compliance.tiled_log import Files, entries, paths_of, served

WHOLE = entries(70_000)


async def audited(files: Files, demands: Demands | None = None) -> AuditReport:
    note = files.files["checkpoint"]
    state = parse_body(Note.decode(note).text)
    source = TiledLog(files, [StoredCheckpoint(state.size, state.root, note)])
    return await audit(source, LOG.verifier, demands or Demands())


async def checks(files: Files, demands: Demands | None = None) -> set[str]:
    return {finding.check for finding in (await audited(files, demands)).first_findings}


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700, 66_000])
async def test_a_log_is_audited_through_its_tiles(size: int) -> None:
    report = await audited(served(WHOLE[:size]))

    assert report.holds, report.first_findings
    assert (report.entries, report.signed_size, report.payloads_erased) == (size, size, 0)


async def test_every_manipulation_of_a_served_log_is_found_by_its_check() -> None:
    size = 700
    honest = served(WHOLE[:size])
    assert await checks(honest) == set()
    for path, check in (
        ("tile/entries/001", "leaf hash"),
        ("tile/0/001", "leaf hash"),
        ("tile/1/000.p/2", ""),  # no auditor needs it: the level is made anew from the first one
    ):
        altered = served(WHOLE[:size])
        altered.files[path] = flip(honest.files[path], 8 * 100 if len(honest.files[path]) > 100 else 8)
        assert (check in await checks(altered)) == bool(check), path
    for path in ("tile/entries/001", "tile/0/001", "tile/0/002.p/188"):
        cut = served(WHOLE[:size])
        del cut.files[path]
        assert {"tile", "truncation"} <= await checks(cut), path


async def test_a_partial_tile_that_is_gone_is_cut_out_of_the_full_one() -> None:
    early, late = served(WHOLE[:700]), served(WHOLE[:800])
    late.files["checkpoint"] = early.files["checkpoint"]

    assert (await audited(late)).entries == 700


async def test_a_log_is_held_against_what_a_witness_cosigned() -> None:
    demands = Demands(witnesses=(WITNESS.verifier,), quorum=1, now=SEEN)
    honest = served(WHOLE[:300])
    assert await checks(honest, demands) == {"witness"}
    seen = _cosigned(served(WHOLE[:280]).files["checkpoint"])
    assert await checks(honest, Demands(seen=(seen,))) == set()
    forged = served([*WHOLE[:279], b'{"id":"fact-279"}', *WHOLE[280:300]])
    assert await checks(forged, Demands(seen=(seen,))) == {"witness"}
    assert await checks(served(WHOLE[:200]), Demands(seen=(seen,))) == {"witness"}
    honest.files["checkpoint"] = _cosigned(honest.files["checkpoint"])
    assert await checks(honest, demands) == set()


async def test_a_checkpoint_that_is_no_witness_testimony_is_a_finding() -> None:
    for strange in (b"nonsense", served(WHOLE[:3], Signer(ORIGIN, b"x" * 32)).files["checkpoint"]):
        assert await checks(served(WHOLE[:10]), Demands(seen=(strange,))) == {"witness"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 1400), min_size=1, max_size=5).map(sorted))
async def test_a_mirror_holds_what_the_log_serves_however_it_grew(sizes: list[int]) -> None:
    copy = Files()
    for size in sizes:
        remote = served(WHOLE[:size])
        _, now = await follow(remote, copy, LOG.verifier)
        assert now.size == size
    kept = {path for path in copy.files if path.startswith("tile/")}
    assert kept == paths_of(sizes[-1])
    assert all(copy.files[path] == remote.files[path] for path in kept | {"checkpoint"})
    assert {kept_path(size) for size in sizes} <= set(copy.files)


async def test_a_mirror_refuses_a_log_that_did_not_only_grow() -> None:
    copy = Files()
    await follow(served(WHOLE[:300]), copy, LOG.verifier)
    before = dict(copy.files)
    forged = [*WHOLE[:100], b'{"id":"other"}', *WHOLE[101:400]]
    tail = [*WHOLE[:299], b'{"id":"other"}', *WHOLE[300:400]]
    for remote in (
        served(WHOLE[:299]),
        served(forged[:300]),
        served(forged),
        served(tail),
        served(WHOLE[:400], Signer(ORIGIN, b"x" * 32)),
        Files(),
    ):
        with pytest.raises((CheckpointError, NoteError)):
            await follow(remote, copy, LOG.verifier)
        assert copy.files["checkpoint"] == before["checkpoint"]
    await follow(served(WHOLE[:400]), copy, LOG.verifier)
    assert await checks(copy) == set()


async def test_a_mirror_refuses_entries_that_are_not_those_it_has_even_under_an_honest_root() -> None:
    copy, remote = Files(), served(WHOLE[:400])
    await follow(served(WHOLE[:300]), copy, LOG.verifier)
    bundle = BundleId(1, 144)
    entries = list(decode_bundle(bundle, remote.files[bundle.path]))
    entries[3] = b'{"id":"other"}'
    remote.files[bundle.path] = encode_bundle(bundle, entries)
    with pytest.raises(CheckpointError, match="not those that the mirror has"):
        await follow(remote, copy, LOG.verifier)


async def test_a_mirror_that_was_altered_says_so() -> None:
    copy = Files()
    await follow(served(WHOLE[:300]), copy, LOG.verifier)
    for path in ("tile/1/000.p/1", "tile/0/001.p/44"):
        altered = Files(copy.files)
        altered.files[path] = flip(altered.files[path], 3)
        with pytest.raises(TileError, match="altered"):
            await follow(served(WHOLE[:400]), altered, LOG.verifier)
    copy.files["tile/0/000"] = flip(copy.files["tile/0/000"], 3)
    assert await checks(copy) == {"leaf hash", "tile"}, "what following does not need, auditing finds"


async def test_a_mirror_can_ask_for_cosignatures() -> None:
    remote = served(WHOLE[:300])
    with pytest.raises(AuditLogError):
        await follow(remote, Files(), LOG.verifier, [WITNESS.verifier], quorum=1)
    remote.files["checkpoint"] = _cosigned(remote.files["checkpoint"])
    await follow(remote, Files(), LOG.verifier, [WITNESS.verifier], quorum=1)


async def test_a_proof_is_made_from_tiles_alone() -> None:
    remote = served(WHOLE[:70_000])
    root = open_checkpoint(remote.files["checkpoint"], LOG.verifier).checkpoint.root

    hashes = await prove_from_tiles(remote, plan_inclusion(65_793, 70_000), 70_000)

    verify_inclusion(leaf_hash(WHOLE[65_793]), 65_793, 70_000, hashes, root)


def _cosigned(note: bytes) -> bytes:
    return add_cosignature(note, WITNESS.cosign(Note.decode(note).text, SEEN))
