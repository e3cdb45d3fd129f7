"""Running files of Merkle proof test vectors, in the form of transparency-dev/merkle's test data.

One object with the lists `inclusion` (leafIdx, treeSize, root, leafHash, proof, wantErr) and
`consistency` (size1, size2, root1, root2, proof, wantErr); hashes are base64, a missing proof is null. Other
members of the object tell about the file and are left alone, unless they are lists: those would be vectors.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.compliance.log.base64_text import decode_base64
from services.compliance.log.errors import AuditLogError
from services.compliance.log.verification import verify_consistency, verify_inclusion

Vector = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class VectorReport:
    """How many vectors came out as they should, and for each other one its name and why."""

    passed: int
    failures: tuple[tuple[str, str], ...]

    @property
    def failed(self) -> int:
        """Number of vectors that did not come out as they should."""
        return len(self.failures)


def run_vectors(data: bytes) -> VectorReport:
    """Check every vector of a file's content; ValueError where the file is not of that form.

    A vector passes when its proof verifies, or, with `wantErr`, when it is refused.
    """
    document = json.loads(data)
    if not isinstance(document, dict):
        raise ValueError("a vector file is an object with the lists inclusion and consistency")
    passed = 0
    failures = []
    for kind, vectors in document.items():
        if kind not in _CHECKS and not isinstance(vectors, list):
            continue
        if kind not in _CHECKS or not isinstance(vectors, list):
            raise ValueError(f"no vectors of kind {kind!r} are known")
        for number, vector in enumerate(vectors):
            problem = _problem(_CHECKS[kind], vector)
            if problem is None:
                passed += 1
            else:
                failures.append((_name(kind, number, vector), problem))
    if not passed and not failures:
        raise ValueError("the file has no vectors")
    return VectorReport(passed, tuple(failures))


def _problem(check: Callable[[Vector], None], vector: object) -> str | None:
    if not isinstance(vector, dict) or not isinstance(vector.get("wantErr"), bool):
        return "the vector does not say whether it should be refused"
    try:
        check(vector)
    except AuditLogError as error:
        return None if vector["wantErr"] else str(error)
    except (KeyError, TypeError) as error:
        return f"the vector is malformed: {error}"
    return "the proof verified but should be refused" if vector["wantErr"] else None


def _check_inclusion(vector: Vector) -> None:
    index, size = _integer(vector, "leafIdx"), _integer(vector, "treeSize")
    verify_inclusion(_bytes(vector["leafHash"]), index, size, _proof(vector), _bytes(vector["root"]))


def _check_consistency(vector: Vector) -> None:
    size1, size2 = _integer(vector, "size1"), _integer(vector, "size2")
    verify_consistency(size1, size2, _proof(vector), _bytes(vector["root1"]), _bytes(vector["root2"]))


_CHECKS = {"inclusion": _check_inclusion, "consistency": _check_consistency}


def _proof(vector: Vector) -> list[bytes]:
    hashes = vector.get("proof")
    if hashes is None:
        return []
    if not isinstance(hashes, list):
        raise TypeError("proof is a list or null")
    return [_bytes(digest) for digest in hashes]


def _bytes(value: object) -> bytes:
    if value is None:
        return b""
    if not isinstance(value, str):
        raise TypeError("a hash is a string or null")
    try:
        return decode_base64(value)
    except ValueError as error:
        raise AuditLogError(str(error)) from None


def _integer(vector: Vector, key: str) -> int:
    value = vector[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{key} is an integer")
    return value


def _name(kind: str, number: int, vector: object) -> str:
    name = vector.get("name") if isinstance(vector, dict) else None
    return name if isinstance(name, str) else f"{kind}/{number}"
