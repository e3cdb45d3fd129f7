"""`recoup audit` on files alone: proofs, vectors, mirrors; no platform, no network."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from recoup.commands.audit import app
from recoup.errors import Mistake
from services.compliance.log.checkpoint import add_cosignature
from services.compliance.log.keys import SignatureType, Signer, Verifier
from services.compliance.log.merkle import leaf_hash
from services.compliance.log.note import Note
from services.compliance.log.paths import inclusion_proof
from services.compliance.log.proof import LogProof
from tests.unit.compliance.log_reference import flip, tree_of
from tests.unit.compliance.test_log_checkpoint import LOG, ORIGIN, SEEN, WITNESS
from tests.unit.compliance.tiled_log import Files, entries, served

ENTRIES = entries(300)
KEY = LOG.verifier.encode()
WITNESS_KEY = WITNESS.verifier.encode()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No platform's folder around."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RECOUP_STORES", raising=False)


def run(*words: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=stdin)


def mistake(*words: str) -> str:
    """What a person is told who did something wrong; `recoup` then ends with 2."""
    result = run(*words)
    assert isinstance(result.exception, Mistake), result.output
    return str(result.exception)


def note(*, cosigned: bool = False) -> bytes:
    made = served(ENTRIES).files["checkpoint"]
    return add_cosignature(made, WITNESS.cosign(Note.decode(made).text, SEEN)) if cosigned else made


def proof(index: int = 7, *, cosigned: bool = False) -> bytes:
    tree = tree_of([leaf_hash(entry) for entry in ENTRIES])
    hashes = inclusion_proof(index, len(ENTRIES), tree.nodes.__getitem__)
    return LogProof(index, hashes, note(cosigned=cosigned), ENTRIES[index]).encode()


def write(name: str, data: bytes) -> str:
    Path(name).write_bytes(data)
    return name


def test_a_proof_is_checked_with_the_key_alone() -> None:
    file = write("p.tlog-proof", proof())
    result = run("check-proof", file, "--key", KEY, "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (told["proven"], told["origin"], told["index"], told["size"]) == (True, ORIGIN, 7, 300)
    assert (told["entry"]["id"], told["witnesses"]) == ("fact-7", [])
    assert "fact-7" in run("check-proof", file, "--key", KEY).stdout
    assert run("check-proof", "-", "--key", write("key", KEY.encode()), stdin=proof()).exit_code == 0


def test_a_proof_with_a_witness_is_checked_with_its_key_too() -> None:
    alone, cosigned = write("alone", proof()), write("cosigned", proof(cosigned=True))
    keys = ["--key", KEY, "--witness-key", WITNESS_KEY]
    told = json.loads(run("check-proof", cosigned, *keys, "--json").stdout)
    assert told["witnesses"] == [
        {"witness": WITNESS.verifier.name, "cosigned_at": "2026-03-01T12:00:00+00:00"}
    ]
    assert run("check-proof", alone, *keys).exit_code == 1
    assert run("check-proof", alone, *keys, "--quorum", "0").exit_code == 0
    assert run("check-proof", cosigned, *keys, "--max-age", "60").exit_code == 1
    assert "as many --witness-key" in mistake("check-proof", cosigned, *keys, "--quorum", "2")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data.replace(b"index 7", b"index 8"), "another root"),
        (lambda data: data.replace(b"\n300\n", b"\n301\n"), "bad signature"),
        (lambda data: data[: data.index(b"\n\n")], "no checkpoint"),
        (lambda data: data.replace(b"tlog-proof@v1", b"tlog-proof@v2"), "starts with"),
        (lambda data: data.replace(ORIGIN.encode(), b"other.example"), "not among the given"),
        (lambda data: flip(data, 8 * 40), ""),
        (lambda data: b"", "no checkpoint"),
    ],
)
def test_a_proof_that_proves_nothing_says_why(change: Any, reason: str) -> None:
    result = run("check-proof", write("p", change(proof())), "--key", KEY, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["proven"]) == (1, False)
    assert reason in told["reason"]


def test_a_proof_of_another_key_or_of_another_entry_proves_nothing() -> None:
    stranger = Signer(ORIGIN, b"x" * 32).verifier.encode()
    file = write("p", proof())
    assert run("check-proof", file, "--key", stranger).exit_code == 1
    assert run("check-proof", file, "--key", KEY, "--entry", write("e", ENTRIES[7])).exit_code == 0
    assert run("check-proof", file, "--key", KEY, "--entry", write("e", ENTRIES[8])).exit_code == 1


def test_bad_input_is_told_in_a_sentence() -> None:
    file = write("p", proof())
    assert "cannot be read" in mistake("check-proof", "nowhere", "--key", KEY)
    assert "proves nothing" in mistake("check-proof", file)
    assert "--key:" in mistake("check-proof", file, "--key", "nonsense")
    assert "--key:" in mistake("check-proof", file, "--key", WITNESS_KEY)
    assert "--witness-key:" in mistake("check-proof", file, "--key", KEY, "--witness-key", KEY)
    assert "cannot be read" in mistake("check-vectors", "nowhere")
    assert "no file of test vectors" in mistake("check-vectors", file)
    assert "holds no log" in mistake("verify", ".", "--key", KEY)
    assert "No running platform" in mistake("verify")
    assert "is no URL" in mistake("mirror", "bank.example/log", "copy", "--key", KEY)
    assert "does not answer" in mistake("verify", "http://127.0.0.1:1/log", "--key", KEY)
    assert "no HOST:PORT" in mistake("witness", "--state", "w", "--log-key", KEY, "--listen", "8109")


def test_vectors_are_counted_and_failures_named(real_data: Path) -> None:
    file = real_data / "merkle-proof-vectors.json"
    document = json.loads(file.read_bytes())
    count = len(document["inclusion"]) + len(document["consistency"])
    result = run("check-vectors", str(file), "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {"passed": count, "failed": 0, "failures": []},
    )
    wrong = document["inclusion"][0]
    wrong["wantErr"] = not wrong["wantErr"]
    result = run("check-vectors", write("v", json.dumps(document).encode()))
    assert result.exit_code == 1
    assert wrong["name"] in result.stdout
    assert f"passed 通过: {count - 1}, failed 失败: 1" in result.stdout


def mirror_of(files: Files, folder: str) -> str:
    for path, data in files.files.items():
        place = Path(folder, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder


def test_a_mirror_is_verified_offline() -> None:
    mirror_of(served(ENTRIES), "copy/2026")
    result = run("verify", "copy", "--key", KEY, "--json")
    (told,) = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (told["holds"], told["origin"], told["entries"], told["tiles"]) == (True, ORIGIN, 300, 1)
    assert run("verify", "copy/2026", "--key", KEY).exit_code == 0
    assert run("verify", "copy", "--key", KEY, "--witness-key", WITNESS_KEY).exit_code == 1
    Path("copy/2026/checkpoint").write_bytes(note(cosigned=True))
    cosigned = ["verify", "copy", "--key", KEY, "--witness-key", WITNESS_KEY]
    assert run(*cosigned).exit_code == 0
    assert run(*cosigned, "--max-age", "60").exit_code == 1


@pytest.mark.parametrize(
    ("path", "check"),
    [
        ("tile/entries/000", "leaf hash"),
        ("tile/0/000", "leaf hash"),
        ("tile/0/001.p/44", "leaf hash"),
        ("checkpoint", "signature"),
    ],
)
def test_a_mirror_that_was_altered_does_not_verify(path: str, check: str) -> None:
    mirror_of(served(ENTRIES), "copy")
    data = Path("copy", path).read_bytes()
    Path("copy", path).write_bytes(flip(data, 8 * (len(data) // 2)))
    result = run("verify", "copy", "--key", KEY, "--json")
    (told,) = json.loads(result.stdout)
    assert result.exit_code == 1
    assert check in {finding["check"] for finding in told["first_findings"]}


def test_a_mirror_held_against_another_key_does_not_verify() -> None:
    mirror_of(served(ENTRIES), "copy")
    for key in (Signer(ORIGIN, b"x" * 32), Signer("other.example", b"l" * 32)):
        result = run("verify", "copy", "--key", key.verifier.encode())
        assert result.exit_code == 1
        assert "signature" in result.stderr


@pytest.mark.parametrize(
    ("words", "secret", "kind"),
    [
        (["new-key", "bank.example/compliance"], "RECOUP_LOG_SIGNING_KEY", SignatureType.ED25519),
        (["new-key", "w.example", "--witness"], "RECOUP_WITNESS_KEY", SignatureType.COSIGNATURE_V1),
    ],
)
def test_a_new_key_is_printed_as_two_settings_that_belong_together(
    words: list[str], secret: str, kind: SignatureType
) -> None:
    settings = dict(line.split("=", 1) for line in run(*words).stdout.splitlines())
    public = Verifier.parse(settings[secret.replace("SIGNING_KEY", "KEY").replace("_KEY", "_PUBLIC_KEY")])
    assert Signer(public.name, b64decode(settings[secret]), kind).verifier == public
    assert public.name.startswith(words[1])


def test_evidence_is_not_handed_out_where_it_could_not_be_written() -> None:
    words = ["export", "--case", "c", "--api", "http://127.0.0.1:1", "--key", KEY, "--out"]
    assert "make it first" in mistake(*words, "missing/evidence.zip")
    assert "not overwritten" in mistake(*words, write("evidence.zip", b""))


def test_what_is_no_key_is_not_repeated() -> None:
    """It may be a secret that was taken for a public key."""
    secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U="
    for option in ("--key", "--witness-key"):
        told = mistake("check-proof", write("p", proof()), "--key", KEY, option, secret)
        assert "nor a file with one" in told
        assert secret not in told
