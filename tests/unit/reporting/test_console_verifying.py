"""The console's verification of a whole log over HTTP: green, amber and red for the right reasons."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, Query
from starlette.responses import Response

from services.compliance.log.base64_text import encode_base64
from services.compliance.log.bundles import encode_bundle
from services.compliance.log.checkpoint import Checkpoint, add_cosignature, sign_checkpoint
from services.compliance.log.keys import SignatureType, Signer
from services.compliance.log.merkle import Frontier, leaf_hash
from services.compliance.log.paths import consistency_proof
from services.compliance.log.tiles import BundleId, parse_path
from services.reporting.console.calling import Caller, Service
from services.reporting.console.proving.notes import TrustedKeys
from services.reporting.console.proving.verifying import Seen, Verified, recompute, verify
from services.reporting.console.sessions import Credential
from shared.web.errors import install_error_handlers
from shared.web.problems import NotFound

ORIGIN = "bank.example/log/2026"
SIGNER, STRANGER = Signer(ORIGIN, b"s" * 32), Signer(ORIGIN, b"x" * 32)
WITNESS = Signer("witness.example", b"w" * 32, SignatureType.COSIGNATURE_V1)
TRUSTED = TrustedKeys.read(SIGNER.verifier.encode(), ())
AT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Log:
    """A log that serves what compliance's does, and can be tampered with."""

    size: int = 600
    signer: Signer = SIGNER
    witness: Signer | None = None
    entries: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.entries = [f'{{"id":"e{number}"}}'.encode() for number in range(self.size)]
        growth = Frontier().append([leaf_hash(entry) for entry in self.entries])
        self.root, self.nodes = growth.frontier.root(), dict(growth.nodes())

    @property
    def view(self) -> dict[str, Any]:
        """As compliance lists it."""
        return {"year": 2026, "origin": ORIGIN, "verifier_key": self.signer.verifier.encode()}

    def seen_at(self, size: int) -> Seen:
        """The checkpoint that somebody saw at this size."""
        return size, Log(size).root

    def caller(self) -> Caller:
        """Its API."""
        app = FastAPI()
        install_error_handlers(app)

        @app.get("/log/2026/checkpoint")
        def checkpoint() -> Response:
            state = Checkpoint(ORIGIN, self.size, self.root)
            note = sign_checkpoint(state, self.signer)
            if self.witness is not None:
                note = add_cosignature(note, self.witness.cosign(state.body, AT))
            return Response(note)

        @app.get("/log/2026/consistency")
        def consistency(to: int, old: Annotated[int, Query(alias="from")]) -> dict[str, Any]:
            if old > to or to != self.size:
                raise NotFound("The log has no such size.")
            proof = consistency_proof(old, to, self.nodes.__getitem__)
            return {"proof": [encode_base64(digest) for digest in proof]}

        @app.get("/log/2026/tile/{path:path}")
        def tile(path: str) -> Response:
            wanted = parse_path(f"tile/{path}")
            assert isinstance(wanted, BundleId)
            end = wanted.first_entry + wanted.width
            return Response(encode_bundle(wanted, self.entries[wanted.first_entry : end]))

        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://log")
        return Caller(Service("compliance", client), Credential("rk_x"))


def result(found: Verified) -> dict[str, str]:
    return {check.name: check.result for check in found.checks}


async def verified(log: Log, trusted: TrustedKeys = TRUSTED, seen: Seen | None = None) -> Verified:
    return await verify(log.view, log.caller(), trusted, seen)


async def test_a_log_that_is_signed_with_the_trusted_key_and_only_grew_is_green() -> None:
    log = Log()
    found = await verified(log, seen=log.seen_at(401))
    assert (found.result, result(found)["growth"]) == ("ok", "good")
    assert found.checkpoint is not None and found.checkpoint.state == (600, log.root)
    assert (await verified(log, seen=log.seen_at(600))).result == "ok"
    assert (await verified(log)).result == "ok"


async def test_without_a_trusted_key_the_log_is_amber() -> None:
    found = await verified(Log(), TrustedKeys())
    assert (found.result, result(found)["key.none"]) == ("limited", "open")


async def test_another_key_is_red_whatever_the_log_says_of_itself() -> None:
    found = await verified(Log(signer=STRANGER))
    assert (found.result, found.checkpoint) == ("bad", None)
    assert result(found) == {"key": "bad", "signature": "bad"}


async def test_a_rewritten_or_shortened_log_is_red() -> None:
    rewritten = (401, b"?" * 32)
    assert result(await verified(Log(), seen=rewritten))["growth"] == "bad"
    assert result(await verified(Log(300), seen=Log().seen_at(401)))["growth"] == "bad"
    assert result(await verified(Log(), seen=(600, b"?" * 32)))["growth"] == "bad"


async def test_every_trusted_witness_has_to_have_cosigned() -> None:
    trusted = TrustedKeys.read(SIGNER.verifier.encode(), [WITNESS.verifier.encode()])
    assert result(await verified(Log(), trusted))["witnesses"] == "bad"
    found = await verified(Log(witness=WITNESS), trusted)
    assert (found.result, result(found)["witnesses"]) == ("ok", "good")


async def test_the_root_is_recomputed_from_every_entry_with_progress() -> None:
    log = Log()
    told: list[int] = []
    found = await verified(log)
    assert found.checkpoint is not None
    check = await recompute(log.view, log.caller(), found.checkpoint, told.append)
    assert (check.result, told) == ("good", [600])
    log.entries[300] = b'{"id":"another"}'
    check = await recompute(log.view, log.caller(), found.checkpoint, told.append)
    assert check.result == "bad"


async def test_a_log_of_many_bundles_is_read_in_order() -> None:
    log = Log(5 * 256 + 3)
    told: list[int] = []
    found = await verified(log)
    assert found.checkpoint is not None
    check = await recompute(log.view, log.caller(), found.checkpoint, told.append)
    assert (check.result, told) == ("good", [1024, 1283])
