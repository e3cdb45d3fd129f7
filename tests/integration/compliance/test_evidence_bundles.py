"""Evidence bundles: they prove themselves, in every copy the same bytes, in Chinese and in English."""

import asyncio
import base64
import json
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.compliance.log.checkpoint import open_checkpoint
from services.compliance.log.evidence.archive import MANIFEST, SUMS, ArchiveError, pack, unpack
from services.compliance.log.evidence.checking import check_bundle
from services.compliance.log.keys import Signer
from services.compliance.log.trust import LogKeys
from services.compliance.witness.state import open_state
from tests.conftest import EngineFor
from tests.integration.compliance.case_house import CASE_1, write_case
from tests.integration.compliance.commands import recoup, serving
from tests.integration.compliance.log_house import LogHouse, WitnessHouse, evidence_app, log_house
from tests.unit.compliance.log_reference import flip


@pytest_asyncio.fixture
async def log(engine_for: EngineFor) -> LogHouse:
    house = await log_house(engine_for)
    await house.write(300)
    await write_case(house)
    await house.grow(20)
    return house


@pytest_asyncio.fixture
async def witness(log: LogHouse, tmp_path: Path) -> AsyncIterator[WitnessHouse]:
    with open_state(tmp_path / "witness", "witness.example") as state:
        house = WitnessHouse(log, state)
        await house.submit()
        yield house


async def exported(log: LogHouse, out: Path, *more: str) -> tuple[int, str]:
    async with serving(evidence_app(log)) as url:
        words = ["--case", "case-1", "--out", str(out), "--api", url, "--key", log.key.encode(), *more]
        code, _, errors = await recoup("export", *words)
    return code, errors


def unzipped(bundle: Path, folder: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


async def alone(folder: Path, *words: str) -> tuple[int, str, str]:
    """Run the bundle's own program, with nothing of Recoup around."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(folder / "verify.py"), *words),
        cwd="/",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return process.returncode or 0, output.decode(), errors.decode()


async def test_f12_a_bundle_proves_itself_with_the_keys_alone(
    log: LogHouse, witness: WitnessHouse, tmp_path: Path
) -> None:
    keys = ["--witness-key", witness.key.encode()]
    code, errors = await exported(log, tmp_path / "a.zip", *keys)
    assert (code, f"{len(CASE_1)} records proven, 2 payloads" in errors) == (0, True), errors
    key = ["--key", log.key.encode()]
    assert (await recoup("check-export", str(tmp_path / "a.zip"), *key, *keys))[0] == 0
    stranger = Signer(log.key.name, b"x" * 32).verifier.encode()
    assert (await recoup("check-export", str(tmp_path / "a.zip"), "--key", stranger))[0] == 1
    folder = unzipped(tmp_path / "a.zip", tmp_path / "a")
    note = (folder / "checkpoints" / "2026.txt").read_bytes()
    assert open_checkpoint(note, log.key, [witness.key], quorum=1).checkpoint.size == log.written
    proof = str(next((folder / "proofs").iterdir()))
    assert (await recoup("check-proof", proof, *key, *keys))[0] == 0
    assert (folder / "keys.txt").read_text().splitlines() == [log.key.encode(), witness.key.encode()]


async def test_the_same_content_makes_the_same_bytes_whenever_it_is_exported(
    log: LogHouse, witness: WitnessHouse, tmp_path: Path
) -> None:
    await exported(log, tmp_path / "a.zip")
    await log.grow(50)
    log.clock.advance(hours=1)
    await witness.submit()
    await exported(log, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    code, errors = await exported(log, tmp_path / "a.zip")
    assert (code, "not overwritten" in errors) == (2, True)


async def test_a_bundle_is_checked_without_recoup(
    log: LogHouse, witness: WitnessHouse, tmp_path: Path
) -> None:
    await exported(log, tmp_path / "a.zip")
    folder = unzipped(tmp_path / "a.zip", tmp_path / "a")
    keys = ["--key", log.key.encode(), "--witness-key", witness.key.encode()]
    code, output, errors = await alone(folder, *keys)
    assert (code, output) == (0, f"{len(CASE_1)} of {len(CASE_1)} records proven\n"), errors
    other_year = Signer("bank.example/compliance/2031", b"s" * 32).verifier.encode()
    assert (await alone(folder, "--key", other_year))[0] == 0
    stranger = Signer(log.key.name, b"x" * 32).verifier.encode()
    assert (await alone(folder, "--key", stranger))[0] == 1
    missing = Signer("other.example", b"w" * 32, witness.key.kind).verifier.encode()
    assert (await alone(folder, *keys[:2], "--witness-key", missing))[0] == 1
    for path in ("index.zh.html", "facts.json"):
        changed = folder / path
        kept = changed.read_bytes()
        changed.write_bytes(flip(kept, 800))
        code, _, errors = await alone(folder, *keys)
        assert (code, "was changed" in errors) == (1, True), path
        changed.write_bytes(kept)


async def test_whatever_is_changed_in_a_bundle_is_found(log: LogHouse, tmp_path: Path) -> None:
    await exported(log, tmp_path / "a.zip")
    data = (tmp_path / "a.zip").read_bytes()
    keys = LogKeys((log.key,))
    assert check_bundle(data, keys).problems == []
    for place in range(0, len(data), 997):
        # A bit in the archive's own head may mean nothing; one in any file of it is found.
        report = check_bundle(flip(data, place * 8), keys)
        assert report.problems or report == check_bundle(data, keys)


async def test_a_forger_who_makes_the_sums_anew_is_found_by_the_proofs(
    log: LogHouse, witness: WitnessHouse, tmp_path: Path
) -> None:
    await exported(log, tmp_path / "a.zip")
    honest = unpack((tmp_path / "a.zip").read_bytes())
    facts = json.loads(honest["facts.json"])["facts"]
    fact = next(fact for fact in facts if fact["payload"])
    proof = honest[fact["proof"]]
    head, signature = proof.rsplit(b" ", 1)
    forgeries = {
        "another payload": {fact["payload"]: b'{"outcome":"refused"}'},
        "another record": {fact["leaf"]: honest[fact["leaf"]].replace(b'"v":2', b'"v":3')},
        "another signature": {fact["proof"]: head + b" " + _other(signature)},
        "another fact": {"facts.json": honest["facts.json"].replace(b'"outcome"', b'"delivered"')},
    }
    keys = ["--key", log.key.encode(), "--witness-key", witness.key.encode()]
    for number, (what, changes) in enumerate(forgeries.items()):
        files = {path: data for path, data in (honest | changes).items() if path not in (MANIFEST, SUMS)}
        bundle = tmp_path / f"{number}.zip"
        bundle.write_bytes(pack(files, {}))
        report = check_bundle(bundle.read_bytes(), LogKeys((log.key,)), [witness.key], 1)
        assert len(report.problems) == 1, what
        code, output, _ = await alone(unzipped(bundle, tmp_path / str(number)), *keys)
        assert (code, output) == (1, f"{len(facts) - 1} of {len(facts)} records proven\n"), what


def _other(line: bytes) -> bytes:
    """A signature line's value with another signature of the same key id and time."""
    blob = bytearray(base64.b64decode(line))
    blob[-1] ^= 1
    return base64.b64encode(blob) + b"\n"


async def test_files_that_the_sums_do_not_list_or_list_otherwise_are_found(
    log: LogHouse, tmp_path: Path
) -> None:
    await exported(log, tmp_path / "a.zip")
    honest = unpack((tmp_path / "a.zip").read_bytes())
    for changes in ({"index.en.html": b"all is well"}, {"more.txt": b"more"}, {"keys.txt": None}):
        files = {path: data for path, data in {**honest, **changes}.items() if data is not None}
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
            for path, data in files.items():
                archive.writestr(path, data)
        with pytest.raises(ArchiveError, match=next(iter(changes))):
            unpack((tmp_path / "b.zip").read_bytes())


async def test_the_index_can_be_read_in_chinese_and_in_english(log: LogHouse, tmp_path: Path) -> None:
    await exported(log, tmp_path / "both.zip")
    await exported(log, tmp_path / "zh.zip", "--lang", "zh")
    folder = unzipped(tmp_path / "both.zip", tmp_path / "both")
    chinese = (folder / "index.zh.html").read_text()
    english = (folder / "index.en.html").read_text()
    assert 'lang="zh-CN"' in chinese
    for words in ("合规判定: 允许", "承诺还款", "停催", "如何核验", "2026-03-02 12:00:00（北京时间）"):
        assert words in chinese, words
    for words in ("Compliance decision: allowed", "promise to pay", "Hold placed", "2026-03-02 04:00:00 UTC"):
        assert words in english, words
    assert "金规 &lt;2025&gt; 1" in english, "what is in the data is never markup"
    for page in (chinese, english):
        assert "src=" not in page
        assert "http" not in page.replace("https://", "")
        for path in (folder / "leaves").iterdir():
            assert f"leaves/{path.name}" in page
    with zipfile.ZipFile(tmp_path / "zh.zip") as archive:
        assert [name for name in archive.namelist() if name.startswith("index")] == ["index.zh.html"]


async def test_an_export_that_cannot_be_had_says_why(log: LogHouse, tmp_path: Path) -> None:
    out = str(tmp_path / "a.zip")
    key = ["--key", log.key.encode()]
    async with serving(evidence_app(log)) as url:
        unknown = await recoup("export", "--case", "case-none", "--out", out, "--api", url, *key)
        refused = await recoup(
            "export", "--case", "case-1", "--out", out, "--api", url, *key, api_key="wrong"
        )
        stranger = ["--key", Signer(log.key.name, b"x" * 32).verifier.encode()]
        untrusted = await recoup("export", "--case", "case-1", "--out", out, "--api", url, *stranger)
    away = await recoup("export", "--case", "case-1", "--out", out, "--api", "http://127.0.0.1:1", *key)
    assert (unknown[0], "No contact was ever asked for" in unknown[2]) == (2, True)
    assert (refused[0], "RECOUP_API_KEY" in refused[2]) == (2, True)
    assert (untrusted[0], "NOT sound" in untrusted[2]) == (1, True)
    assert (away[0], "does not answer" in away[2]) == (2, True)
    assert not Path(out).exists()
