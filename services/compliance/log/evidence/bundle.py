"""Making the bundle: the leaves, their proofs, the checkpoints, and pages that people read."""

from collections.abc import Sequence

from services.compliance.log.checkpoint import parse_body
from services.compliance.log.evidence.archive import pack
from services.compliance.log.evidence.content import (
    FORMAT,
    Case,
    Proofs,
    contacts_document,
    facts_document,
    leaf_path,
    payload_path,
    proof_path,
    salt_path,
)
from services.compliance.log.evidence.pages import index_page
from services.compliance.log.evidence.words import Language
from services.compliance.log.note import Note

KEYS, CONTACTS, FACTS, VERIFIER = "keys.txt", "contacts.json", "facts.json", "verify.py"


def make_bundle(case: Case, proofs: Proofs, verifier: bytes, languages: Sequence[Language]) -> bytes:
    """The ZIP file; the same bytes for the same content.

    `verifier` is the program that checks the bundle without Recoup. KeyError where a fact has no proof.
    """
    files = _evidence(case, proofs)
    files[VERIFIER] = verifier
    for language in languages:
        files[index_path(language)] = index_page(case, language).encode()
    return pack(files, head_of(case))


def index_path(language: Language) -> str:
    """The page to begin with."""
    return f"index.{language}.html"


def checkpoint_path(year: int) -> str:
    """Where a log's checkpoint is."""
    return f"checkpoints/{year}.txt"


def head_of(case: Case) -> dict[str, object]:
    """What the manifest says before it lists the files."""
    logs = []
    for log in case.logs:
        state = parse_body(Note.decode(log.note.encode()).text)
        logs.append({"origin": state.origin, "size": state.size, "root": state.root.hex()})
    return {"format": FORMAT, "case": case.case_id, "with_facts": case.with_facts, "logs": logs}


def keys_text(case: Case) -> str:
    """The public keys, a line each."""
    lines = [log.verifier_key for log in case.logs] + sorted(case.witness_keys)
    return "".join(f"{line}\n" for line in lines)


def _evidence(case: Case, proofs: Proofs) -> dict[str, bytes]:
    files = {FACTS: facts_document(case), KEYS: keys_text(case).encode()}
    for log in case.logs:
        files[checkpoint_path(log.year)] = log.note.encode()
    if case.contacts is not None:
        files[CONTACTS] = contacts_document(case.contacts)
    for fact in case.facts:
        files[leaf_path(fact)] = fact.entry.encode()
        files[proof_path(fact)] = proofs[fact.year, fact.index]
        if fact.payload is not None and fact.salt is not None:
            files[payload_path(fact)] = fact.payload.encode()
            files[salt_path(fact)] = f"{fact.salt}\n".encode()
    return files
