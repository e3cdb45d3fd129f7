"""Checking a bundle with nothing but the bundle and the trusted keys."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.compliance.log.errors import AuditLogError
from services.compliance.log.evidence.archive import ArchiveError, unpack
from services.compliance.log.evidence.bundle import FACTS
from services.compliance.log.evidence.content import FORMAT
from services.compliance.log.keys import Verifier
from services.compliance.log.leaf import decode_entry
from services.compliance.log.proof import LogProof, verify_proof
from services.compliance.log.trust import LogKeys


class _Row(msgspec.Struct):
    year: int
    index: int
    id: str
    kind: str
    at: str
    leaf: str
    proof: str
    contact: str | None = None
    payload: str | None = None
    salt: str | None = None


class _Facts(msgspec.Struct):
    format: str
    case: str
    facts: list[_Row]


@dataclass(slots=True)
class BundleReport:
    """What a check of a bundle saw; the evidence stands if there are no problems."""

    case: str = ""
    proofs: int = 0
    payloads: int = 0
    origins: list[str] = field(default_factory=list)
    witnesses: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def check_bundle(
    data: bytes, keys: LogKeys, witnesses: Sequence[Verifier] = (), quorum: int = 0
) -> BundleReport:
    """Check every digest, leaf, proof, checkpoint and payload of a bundle.

    Pages and what is marked as not proven are covered by the bundle's digests only.
    """
    report = BundleReport()
    try:
        files = unpack(data)
        facts = msgspec.json.decode(files[FACTS], type=_Facts)
        if facts.format != FORMAT:
            raise ArchiveError(f"the bundle is not of the form {FORMAT}")
    except (ArchiveError, msgspec.DecodeError, KeyError) as error:
        report.problems.append(f"bundle: {error}")
        return report
    report.case = facts.case
    for row in facts.facts:
        try:
            _check(row, files, keys, witnesses, quorum, report)
        except (AuditLogError, ArchiveError, KeyError, ValueError) as error:
            report.problems.append(f"{row.year}/{row.index}: {error}")
    return report


def _check(
    row: _Row,
    files: Mapping[str, bytes],
    keys: LogKeys,
    witnesses: Sequence[Verifier],
    quorum: int,
    report: BundleReport,
) -> None:
    entry, proof = _file(files, row.leaf), _file(files, row.proof)
    log_key = keys.of_checkpoint(LogProof.decode(proof).checkpoint)
    proven = verify_proof(proof, log_key, witnesses, quorum, entry)
    record = decode_entry(entry)
    told = (row.index, row.id, row.kind, row.at, row.contact)
    if told != (proven.index, record.get("id"), record.get("kind"), record.get("at"), record.get("contact")):
        raise ArchiveError("the list of facts does not say what the leaf says")
    report.proofs += 1
    _add(report.origins, [proven.opened.checkpoint.origin])
    _add(report.witnesses, [signature.name for signature in proven.opened.cosignatures])
    if row.payload is not None and row.salt is not None:
        _check_payload(record, _file(files, row.payload), _file(files, row.salt))
        report.payloads += 1


def _check_payload(record: Mapping[str, Any], body: bytes, salt: bytes) -> None:
    digest = hashlib.sha256(bytes.fromhex(salt.decode("ascii").strip()) + body).hexdigest()
    if digest != record.get("payload"):
        raise ArchiveError("the payload is not what was logged")


def _file(files: Mapping[str, bytes], path: str) -> bytes:
    if path not in files:
        raise ArchiveError(f"{path} is missing")
    return files[path]


def _add(known: list[str], names: Sequence[str]) -> None:
    known.extend(name for name in names if name not in known)
