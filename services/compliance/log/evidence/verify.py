"""Checks an unpacked evidence bundle with Python's standard library alone.

    python3 verify.py --key LOG_KEY [--key …] [--witness-key WITNESS_KEY …] [--folder FOLDER]

Keys are written NAME+ID+BASE64. Take them from somewhere else than this bundle. Each record has to be in the
log (RFC 6962 inclusion), the log's checkpoint has to be signed (Ed25519, RFC 8032) by the log's key and by
every given witness, and each enclosed payload has to have the digest that its record names.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

Point = tuple[int, int, int, int]
"""(X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""

Checkpoints = dict[bytes, tuple[int, bytes]]
"""Size and root of the signed notes that were verified."""

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


class Key(NamedTuple):
    name: str
    key_id: bytes
    kind: int
    public_key: bytes


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def add(one: Point, other: Point) -> Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]), (one[1] + one[0]) * (other[1] + other[0])
    c, d = 2 * one[3] * other[3] * D, 2 * one[2] * other[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def decode_point(data: bytes) -> Point:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (
        one[1] * other[2] - other[1] * one[2]
    ) % P == 0


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_is_good(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        key, nonce = decode_point(public_key), decode_point(signature[:32])
    except ValueError:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or scalar >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % L
    return same(multiply(scalar, BASE), add(nonce, multiply(challenge, key)))


def base64_bytes(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 has another spelling")
    return data


def read_key(text: str) -> Key:
    """A key written NAME+ID+BASE64."""
    name, key_id, value = text.strip().split("+", 2)
    kind, public_key = base64_bytes(value)[0], base64_bytes(value)[1:]
    if sha256(name.encode(), b"\n", bytes([kind]), public_key)[:4].hex() != key_id:
        raise ValueError(f"the key {name} does not have the id {key_id}")
    return Key(name, bytes.fromhex(key_id), kind, public_key)


def has_signed(key: Key, text: str, lines: list[str]) -> bool:
    """Whether the key's signature is among a note's signature lines. A wrong one is an error."""
    name, key_id, kind, public_key = key
    for line in lines:
        dash, signer, value = line.split(" ")
        blob = base64_bytes(value)
        if dash != "\u2014" or signer != name or blob[:4] != key_id:
            continue
        message, signature = text.encode(), blob[4:]
        if kind == 4:
            seconds = int.from_bytes(signature[:8], "big")
            message, signature = f"cosignature/v1\ntime {seconds}\n{text}".encode(), signature[8:]
        if not ed25519_is_good(public_key, message, signature):
            raise ValueError(f"the signature of {name} is wrong")
        return True
    return False


def year_less(name: str) -> str | None:
    stem, _, year = name.rpartition("/")
    return stem if len(year) == 4 and year.isdigit() else None


def of_log(key: Key, origin: str) -> Key | None:
    """The key under the origin's name: one key signs the logs of all years."""
    stem = year_less(key.name)
    if key.name != origin and (stem is None or stem != year_less(origin)):
        return None
    key_id = sha256(origin.encode(), b"\n", bytes([key.kind]), key.public_key)[:4]
    return Key(origin, key_id, key.kind, key.public_key)


def open_checkpoint(note: bytes, log_keys: list[Key], witness_keys: list[Key]) -> tuple[int, bytes]:
    """Size and root of a checkpoint that its log and every witness signed."""
    text, _, signatures = note.decode().rpartition("\n\n")
    text, lines = text + "\n", signatures.splitlines()
    origin, size, root = text.splitlines()[:3]
    known = [key for key in (of_log(key, origin) for key in log_keys) if key]
    if not any(has_signed(key, text, lines) for key in known):
        raise ValueError(f"none of the given keys signed the checkpoint of {origin}")
    for key in witness_keys:
        if not has_signed(key, text, lines):
            raise ValueError(f"the witness {key.name} did not cosign the checkpoint")
    return int(size), base64_bytes(root)


def root_from(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        raise ValueError("the record is beyond the checkpoint")
    result, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            raise ValueError("the proof is too long")
        if index % 2 or index == last:
            result = sha256(b"\x01", sibling, result)
            while index % 2 == 0 and index:
                index, last = index >> 1, last >> 1
        else:
            result = sha256(b"\x01", result, sibling)
        index, last = index >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return result


def check_proof(
    proof: bytes, entry: bytes, checkpoints: Checkpoints, log_keys: list[Key], witness_keys: list[Key]
) -> int:
    """The index that a proof file proves the entry to have."""
    head, _, note = proof.partition(b"\n\n")
    lines = head.decode("ascii").split("\n")
    if lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise ValueError("not a proof file")
    if lines[0].startswith("extra "):
        lines.pop(0)
    index = int(lines.pop(0).removeprefix("index "))
    if note not in checkpoints:
        checkpoints[note] = open_checkpoint(note, log_keys, witness_keys)
    size, root = checkpoints[note]
    if root_from(sha256(b"\x00", entry), index, size, [base64_bytes(line) for line in lines]) != root:
        raise ValueError("the proof leads to another root")
    return index


def check_sums(folder: Path) -> None:
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, path = line.split("  ", 1)
        if hashlib.sha256((folder / path).read_bytes()).hexdigest() != digest:
            raise ValueError(f"{path} was changed")


def check_fact(
    fact: dict[str, Any],
    folder: Path,
    checkpoints: Checkpoints,
    log_keys: list[Key],
    witness_keys: list[Key],
) -> None:
    entry = (folder / fact["leaf"]).read_bytes()
    proof = (folder / fact["proof"]).read_bytes()
    index = check_proof(proof, entry, checkpoints, log_keys, witness_keys)
    record = json.loads(entry)
    told = [fact[name] for name in ("index", "id", "kind", "at", "contact")]
    if told != [index, record["id"], record["kind"], record["at"], record.get("contact")]:
        raise ValueError("facts.json does not say what the record says")
    if fact["payload"]:
        salt = bytes.fromhex((folder / fact["salt"]).read_text().strip())
        if sha256(salt, (folder / fact["payload"]).read_bytes()).hex() != record["payload"]:
            raise ValueError("the payload is not what was logged")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--key", action="append", required=True, help="public key of a log")
    options.add_argument("--witness-key", action="append", default=[], help="public key of a witness")
    options.add_argument("--folder", type=Path, default=Path(__file__).resolve().parent)
    chosen = options.parse_args()
    log_keys = [read_key(text) for text in chosen.key]
    witness_keys = [read_key(text) for text in chosen.witness_key]
    checkpoints: Checkpoints = {}
    problems = 0
    check_sums(chosen.folder)
    facts = json.loads((chosen.folder / "facts.json").read_bytes())["facts"]
    for fact in facts:
        try:
            check_fact(fact, chosen.folder, checkpoints, log_keys, witness_keys)
        except (ValueError, KeyError, OSError) as error:
            problems += 1
            sys.stderr.write(f"{fact.get('year')}/{fact.get('index')}: {error}\n")
    sys.stdout.write(f"{len(facts) - problems} of {len(facts)} records proven\n")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ValueError, OSError) as error:
        sys.exit(f"not sound: {error}")
